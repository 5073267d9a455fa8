"""The bridge to Asterisk: hears its manager, and tells the desk as a webhook would. A process of its own.

One connection, one queue of bounded length, one database connection. While the database does not answer, events wait;
when no more fit, the manager is not listened to. What Asterisk did while nobody listened it does not tell again: after
every login the calls that are no longer there are ended. Nothing that it says goes into the log.
"""

import asyncio
import contextlib
import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.utils import timezone

from customers.telephone import watching
from customers.telephone.receiving import OutOfTime
from customers.telephone.told import Told
from retention_desk.telephone.adapters import asterisk
from retention_desk.telephone.ami import Block, Lost, Manager, NotLetIn, Patience, Session, logged_in
from retention_desk.telephone.fields import NotUnderstood
from retention_desk.telephone.seats import seated

log = logging.getLogger(__name__)

MOST_WAITING = 5_000
"""Events that wait for the database, a kilobyte each; then the manager is not listened to until there is room."""
SECONDS_TO_END = 5.0
_LONGEST_WAIT = 60.0
_CHANNEL, _CHANNELS_END, _LIST = "CoreShowChannel", "CoreShowChannelsComplete", "desk-channels"


@dataclass(frozen=True, slots=True)
class Present:
    """The calls (`Linkedid`) that the manager has at a moment; nothing else where it only said that it lives."""

    at: datetime
    calls: frozenset[str] | None = None


@dataclass(slots=True)
class Counts:
    """What has become of what was heard, since the process began."""

    logins: int = 0
    heard: int = 0
    done: Counter[str] = field(default_factory=Counter)


def waits(longest: float = _LONGEST_WAIT) -> Iterator[float]:
    """Seconds before each further try: growing, and not the same for all who wait."""
    seconds = 1.0
    while True:
        yield seconds * random.uniform(0.75, 1.0)  # noqa: S311 (no secret)
        seconds = min(2 * seconds, longest)


class Bridge:
    """One connection's bridge. `run` hears until it is cancelled; what has been heard by then is still taken in."""

    def __init__(
        self,
        manager: Manager,
        *,
        connection_id: int,
        patience: Patience | None = None,
        wait: Callable[[], Iterator[float]] = waits,
    ) -> None:
        self.counts = Counts()
        self._manager = manager
        self._connection_id = connection_id
        self._patience = patience or Patience()
        self._wait = wait
        self._heard: asyncio.Queue[Told | Present] = asyncio.Queue(MOST_WAITING)
        self._database = ThreadPoolExecutor(1, thread_name_prefix="database")

    async def run(self) -> None:
        """Log in, hear, and begin anew whenever the line is down."""
        taking = asyncio.create_task(self._take_in())
        try:
            tries = self._wait()
            while True:
                logins = self.counts.logins
                trouble = await self._hear_once()
                if self.counts.logins > logins:
                    tries = self._wait()
                log.warning("asterisk: %s; trying again", trouble, extra={"connection": self._connection_id})
                await asyncio.sleep(next(tries))
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_TO_END):
                    await self._heard.join()
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
            await asyncio.get_running_loop().run_in_executor(self._database, connections.close_all)
            self._database.shutdown(wait=True, cancel_futures=True)

    async def _hear_once(self) -> str:
        """From one login until the line is down; answers why, in words that name nobody."""
        session: Session | None = None
        try:
            session = await logged_in(self._manager, self._patience)
            self.counts.logins += 1
            log.info("asterisk: logged in", extra={"connection": self._connection_id})
            await self._hear(session)
        except Lost as trouble:
            return str(trouble)
        except NotLetIn:
            return "the manager knows neither name nor secret"
        finally:
            if session is not None:
                await session.close()
        return "the line is down"

    async def _hear(self, session: Session) -> None:
        """Hear events, and first which calls there are. What is heard while they are listed is there too."""
        there: set[str] | None = set()
        await session.send("CoreShowChannels", ActionID=_LIST)
        async for block in session.blocks():
            name = block.get("Event", "")
            if there is not None:
                there.add(block.get("Linkedid", ""))
                if name == _CHANNELS_END:
                    await self._heard.put(Present(timezone.now(), frozenset(there)))
                    there = None
                elif block.get("ActionID") == _LIST and block.get("Response") == "Error":
                    log.warning("asterisk: may not list its channels (manager.conf: write = reporting)")
                    there = None
            if name and name != _CHANNEL:
                await self._hear_event(block)
            elif block.get("Ping") == "Pong" and self._heard.empty():
                await self._heard.put(Present(timezone.now()))

    async def _hear_event(self, block: Block) -> None:
        now = timezone.now()
        try:
            # Without `timestampevents = yes` an event says no time, and comes at once.
            told = asterisk.read({"Timestamp": str(now.timestamp()), **block}, {}, now)
        except NotUnderstood as wrong:
            self.counts.done["not understood"] += 1
            log.warning("asterisk: an event was not understood: %s", wrong.field)
            return
        for one in told:
            self.counts.heard += 1
            await self._heard.put(one)

    async def _take_in(self) -> None:
        """Take in what was heard, one after the other; what the database cannot take now waits until it can."""
        loop = asyncio.get_running_loop()
        while True:
            heard = await self._heard.get()
            for seconds in self._wait():
                done = await loop.run_in_executor(self._database, self._take, heard)
                if done:
                    break
                await asyncio.sleep(seconds)
            self.counts.done[done] += 1
            self._heard.task_done()

    def _take(self, heard: Told | Present) -> str:
        """In the database's thread: take one in; answers what became of it, or blank to be asked again."""
        close_old_connections()
        try:
            return self._done(heard)
        except (OperationalError, InterfaceError) as trouble:
            log.warning("asterisk: the database does not answer: %s", type(trouble).__name__)
            return ""
        except OutOfTime:
            log.warning("asterisk: an event of another day; do the clocks agree?")
            return "out of time"
        except Exception as trouble:  # noqa: BLE001 (one event must not keep all that come after it)
            # Only its name: what it says could hold what was said on the line.
            log.error("asterisk: an event was given up: %s", type(trouble).__name__)
            return "given up"

    def _done(self, heard: Told | Present) -> str:
        now = timezone.now()
        if isinstance(heard, Told):
            taken = watching.receive_wanted(told=heard, connection_id=self._connection_id, now=now, seats=seated)
            return "taken" if taken else "not wanted"
        if heard.calls is None:
            watching.note_alive(connection_id=self._connection_id, now=now)
            return "alive"
        ended = watching.end_missing(
            connection_id=self._connection_id, there=heard.calls, at=heard.at, now=now, seats=seated
        )
        if ended:
            log.info("asterisk: calls ended while nobody heard: %d", ended)
        return "listed"
