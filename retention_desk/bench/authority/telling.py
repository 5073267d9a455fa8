"""What was measured, in words and figures: a table a size, the goals, the growth, and how a campaign ended."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from retention_desk.bench.measure import Timing

# Each line by its name, what it is, and what its rate is told as a share of.
LINES: Mapping[str, tuple[str, str]] = {
    "floor": ("F: one-row durable insert", "spread"),
    "rows": ("R: the rows that U leaves, nothing looked at", "spread"),
    "spread": ("U: one call, agents' own budgets only", "spread"),
    "hot": ("one call, hot campaign, one counter", "spread"),
    "split": ("one call, hot campaign, 16 counters", "spread"),
    "house": ("one call, all five budgets", "spread"),
    "plain": ("plain statements, hot campaign, FOR UPDATE", "spread"),
    "psycopg": ("psycopg: one call, 16 counters", "spread"),
    "psycopg-plain": ("psycopg: plain statements, FOR UPDATE", "spread"),
    "approve-call": ("approve, one call", "spread"),
    "domain": ("offers.authorisation.propose, in process", "spread"),
    "q": ("Q: page with one ORM query", "q"),
    "http-door": ("HTTP: the one call alone", "q"),
    "http-orm": ("HTTP: select_for_update, hot campaign", "q"),
    "http": ("HTTP: authorise", "q"),
    "http-paced": ("HTTP: authorise, 50 a second", "q"),
    "http-screen": ("HTTP: authorise, panel drawn anew", "q"),
    "http-approve": ("HTTP: approve", "q"),
    "http-approve-screen": ("HTTP: approve, card drawn anew", "q"),
}
COUNTED = ("domain", "q", "http-door", "http-orm", "http")
CAMPAIGNS = ("BENCH-LAST", "BENCH-LAST-SPLIT")
# A connection's first acts compile functions and fill caches; they are not counted. It does at least five more.
WARM_UP = 3
FEWEST_EACH = WARM_UP + 5

# Four times what two thousand agents come to at their busiest; so many acts say what one in a hundred waits.
PACE, PACED = 50, 500

WIDTHS = (7, 9, 8, 8, 8, 9, 9, 10)

Found = Mapping[tuple[str, int], Timing]


def built(answer: Mapping[str, Any]) -> str:
    """How many entries there are now, and what that took."""
    short = "" if answer["in_time"] else ", out of time: measured with these"
    return f"{answer['entries']:,} ledger entries in {answer['seconds']:.0f} s{short}"


def table(
    entries: int,
    found: Found,
    failed: Mapping[tuple[str, int], str],
    lines: Sequence[str],
    clients: Sequence[int],
) -> str:
    """All lines at one size of the ledger. U and Q are the rulers of those below them."""
    columns = ("clients", "a second", "p50 ms", "p95 ms", "p99 ms", "of U or Q", "db cpu ms", "web cpu ms")
    said = [
        f"\n{entries:,} ledger entries; the last two columns are processor time of an act",
        f"{'':46} {' '.join(f'{name:>{width}}' for name, width in zip(columns, WIDTHS, strict=True))}",
    ]
    for line in lines:
        words, ruler = LINES[line]
        for place, number in enumerate(clients):
            head = f"{words:46}" if place == 0 else f"{'':46}"
            timing, base = found.get((line, number)), found.get((ruler, number))
            if timing is None:
                said.append(f"{head} {number:>7} {failed.get((line, number), 'not measured')[:70]}")
                continue
            share = f"{timing.rate / base.rate:9.2f}" if base else ""
            times = " ".join(f"{timing.quantile(part):8.2f}" for part in (0.5, 0.95, 0.99))
            used = f"{_figure(timing.database_ms):>9} {_figure(timing.web_ms):>10}"
            said.append(f"{head} {number:>7} {timing.rate:9.0f} {times} {share:>9} {used}")
    return "\n".join(said)


def counted(counts: Mapping[str, Mapping[str, int]]) -> str:
    """How many statements an act sends, and how often it waits for the database."""
    return "\n".join(
        f"{line}: {one['statements']} statements, {one['round_trips']} round trips" for line, one in counts.items()
    )


def _figure(milliseconds: float | None) -> str:
    return "" if milliseconds is None else f"{milliseconds:.2f}"


def goals(found: Found) -> str:
    """The goals of an authorisation, each with what was seen."""
    said = ["\ngoal                                                                    wanted     seen"]
    for words, wanted, seen, reached in _goals(found):
        if seen is not None:
            said.append(f"{words:70} {wanted:>8} {seen:8.2f}  {'reached' if reached(seen) else 'MISSED'}")
    return "\n".join(said)


def _goals(found: Found) -> list[tuple[str, str, float | None, Any]]:
    def rates(line: str, clients: int, ruler: str, ruler_clients: int | None = None) -> float | None:
        mine, other = found.get((line, clients)), found.get((ruler, ruler_clients or clients))
        return mine.rate / other.rate if mine and other else None

    def p95(line: str, clients: int, ruler: str) -> float | None:
        mine, other = found.get((line, clients)), found.get((ruler, clients))
        return mine.quantile(0.95) / other.quantile(0.95) if mine and other else None

    def one(line: str, clients: int, told: Callable[[Timing], float]) -> float | None:
        timing = found.get((line, clients))
        return told(timing) if timing else None

    def at_least(least: float) -> Any:
        return lambda seen: seen >= least

    def at_most(most: float) -> Any:
        return lambda seen: seen <= most

    return [
        ("hot campaign, 16 counters / U, 8 clients", ">= 0.95", rates("split", 8, "spread"), at_least(0.95)),
        ("hot campaign, 16 counters / U, 32 clients", ">= 0.95", rates("split", 32, "spread"), at_least(0.95)),
        ("its p95 / U's, 8 clients", "<= 1.1", p95("split", 8, "spread"), at_most(1.1)),
        ("its p95 / U's, 32 clients", "<= 1.1", p95("split", 32, "spread"), at_most(1.1)),
        ("U / F, 8 clients", ">= 0.25", rates("spread", 8, "floor"), at_least(0.25)),
        # No goal of its own: what of U is the rows that the promises ask for.
        ("U / R, 8 clients", "-", rates("spread", 8, "rows"), lambda _: True),
        ("HTTP authorise / Q, 8 clients", ">= 0.8", rates("http", 8, "q"), at_least(0.8)),
        ("its p95 / Q's, 8 clients", "<= 1.5", p95("http", 8, "q"), at_most(1.5)),
        ("HTTP authorise / HTTP select_for_update, 8 clients", ">= 8", rates("http", 8, "http-orm"), at_least(8)),
        (
            "HTTP, the one call alone / HTTP select_for_update, 8 clients",
            ">= 8",
            rates("http-door", 8, "http-orm"),
            at_least(8),
        ),
        ("HTTP authorise with 32 clients / with 8", ">= 1.0", rates("http", 32, "http", 8), at_least(1.0)),
        ("HTTP authorise, a second, 8 clients", ">= 200", one("http", 8, lambda seen: seen.rate), at_least(200)),
        (
            "HTTP authorise at 50 a second, p99 ms, 8 clients",
            "<= 150",
            one("http-paced", 8, lambda seen: seen.quantile(0.99)),
            at_most(150),
        ),
        ("HTTP approve / HTTP authorise, 8 clients", ">= 0.8", rates("http-approve", 8, "http"), at_least(0.8)),
    ]


def growth(small: int, large: int, first: Found, last: Found, lines: Sequence[str], clients: Sequence[int]) -> str:
    """What each median costs at the large size, as a multiple of the small one."""
    said = [
        f"\np50 at {large:,} entries / p50 at {small:,}",
        f"{'clients':>53}" + "".join(f"{one:>8}" for one in clients),
    ]
    for line in lines:
        shares = []
        for number in clients:
            one, other = first.get((line, number)), last.get((line, number))
            shares.append(f"{other.quantile(0.5) / one.quantile(0.5):8.2f}" if one and other else f"{'-':>8}")
        said.append(f"{LINES[line][0]:53}" + "".join(shares))
    return "\n".join(said)


def exhausted(code: str, ended: Mapping[str, Any], clients: int) -> str:
    """How a small campaign ended."""
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(ended["refused"].items()))
    said = [
        f"\n{code}, {clients} clients until nothing was granted: {ended['attempts']:,} attempts",
        f"{ended['granted']} granted, {ended['granted_minor'] / 100:,.2f} of {ended['limit_minor'] / 100:,.2f}",
        f"overspend {ended['overspent_minor'] / 100:.2f}",
        f"left unspent {ended['left_minor'] / 100:.2f}",
        f"refused: {refused or 'none'}",
    ]
    return "; ".join(said)


def checked(entries: int, answer: Mapping[str, Any]) -> str:
    """What the ledger's own checks say afterwards."""
    if answer["broken"]:
        return f"check_ledger, {entries:,} entries: BROKEN\n" + "\n".join(answer["broken"])
    return f"check_ledger, {entries:,} entries: {answer['checks']} checks, every promise is kept"
