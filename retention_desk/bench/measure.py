"""Timing: one keep-alive connection a client, times in milliseconds, quantiles, and a table to print."""

import http.client
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Timing:
    """What was seen of one thing: `times` in milliseconds, `seconds` of wall clock for all of them.

    `failed`: how many were answered with an error; they count like the others, and a table says so.
    `database_ms` and `web_ms`: processor time that the servers used for one, where somebody looked.
    """

    name: str
    times: tuple[float, ...]
    seconds: float
    statements: int | None = None
    database_ms: float | None = None
    web_ms: float | None = None
    failed: int = 0

    def quantile(self, share: float) -> float:
        """The time that `share` of the requests did not exceed."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    @property
    def rate(self) -> float:
        """How many a second."""
        return len(self.times) / self.seconds


class Client:
    """One signed-in browser: a keep-alive connection that sends its cookie. `failed` counts unexpected answers.

    `whole`: asks as for a new page; else as htmx does, for the part that a page exchanges.
    """

    def __init__(self, base: str, cookie: str, *, whole: bool) -> None:
        parts = urlsplit(base)
        self._connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self._headers = {"Cookie": cookie} if whole else {"Cookie": cookie, "HX-Request": "true"}
        self.statements: int | None = None
        self.processor: list[float] = []
        self.failed = 0

    def get(self, path: str) -> None:
        """Ask for a page and read it whole."""
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        self.failed += answer.status not in (200, 204)
        counted = answer.getheader("X-Statements")
        self.statements = int(counted) if counted else None
        if used := answer.getheader("X-Processor-Ms"):
            self.processor.append(float(used))


def over_http(
    name: str, *, base: str, cookie: str, paths: Sequence[str], requests: int, clients: int, whole: bool = False
) -> Timing:
    """`requests` in all by so many clients, each going round the paths; one more each beforehand to warm up."""
    times: list[list[float]] = [[] for _ in range(clients)]
    counted: list[int | None] = [None] * clients
    processor: list[float] = []
    failed: list[int] = []
    start = threading.Barrier(clients + 1)
    failures: list[Exception] = []

    def run(number: int) -> None:
        client = Client(base, cookie, whole=whole)
        order = cycle([*paths[number % len(paths) :], *paths[: number % len(paths)]])
        try:
            client.get(next(order))
        except Exception as error:  # noqa: BLE001 (told by the thread that measures)
            failures.append(error)
        start.wait()
        for _ in range(0 if failures else requests // clients):
            path = next(order)
            before = time.perf_counter()
            client.get(path)
            times[number].append(1000 * (time.perf_counter() - before))
        counted[number] = client.statements
        processor.extend(client.processor[1:])
        failed.append(client.failed)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if failures:
        raise failures[0]
    web = sorted(processor)[len(processor) // 2] if processor else None
    seen = tuple(time for one in times for time in one)
    return Timing(name, seen, seconds, counted[0], web_ms=web, failed=sum(failed))


def in_process(name: str, act: Callable[[int], object], *, times: int) -> Timing:
    """`act(0..)` so many times, one after the other."""
    act(0)
    seen = []
    began = time.perf_counter()
    for number in range(times):
        before = time.perf_counter()
        act(number)
        seen.append(1000 * (time.perf_counter() - before))
    return Timing(name, tuple(seen), time.perf_counter() - began)


def best_of(rounds: int, cells: Sequence[Callable[[], Timing]]) -> list[Timing]:
    """Every cell once a round, and of each the round with the smallest median.

    A machine that is busy with something else for a while spoils a round, and no ratio.
    """
    seen = [[cell() for cell in cells] for _ in range(rounds)]
    return [_best(timings) for timings in zip(*seen, strict=True)]


def _best(timings: Sequence[Timing]) -> Timing:
    used = [timing.web_ms for timing in timings if timing.web_ms is not None]
    best = min(timings, key=lambda timing: (timing.failed, timing.quantile(0.5)))
    return replace(best, web_ms=min(used, default=None))


def table(timings: Sequence[Timing], *, ruler: Timing) -> str:
    """The timings as lines of text, each with its ratio to the median of the ruler that had as many clients.

    `web ms` is the median of the processor's time in the page's own process; its ratio suffers least from other work.
    """
    head = f"{'':44} {'p50 ms':>8} {'p95 ms':>8} {'a second':>9} {'statements':>10} {'ratio':>7}"
    head += f" {'web ms':>7} {'ratio':>7}"
    return "\n".join([head, *(_row(timing, _ruler_of(timing, timings, ruler)) for timing in timings)])


def _ruler_of(timing: Timing, timings: Sequence[Timing], ruler: Timing) -> Timing:
    name, clients = ruler.name.partition(",")[0], timing.name.rpartition(", ")[2]
    return next((one for one in timings if one.name == f"{name}, {clients}"), ruler)


def _row(timing: Timing, ruler: Timing) -> str:
    statements = "" if timing.statements is None else str(timing.statements)
    ratio = timing.quantile(0.5) / ruler.quantile(0.5)
    failed = f"  {timing.failed} answered with an error" if timing.failed else ""
    web = f" {timing.web_ms:7.2f} {timing.web_ms / ruler.web_ms:7.2f}" if timing.web_ms and ruler.web_ms else ""
    return (
        f"{timing.name:44} {timing.quantile(0.5):8.2f} {timing.quantile(0.95):8.2f} {timing.rate:9.0f}"
        f" {statements:>10} {ratio:7.2f}{web}{failed}"
    )
