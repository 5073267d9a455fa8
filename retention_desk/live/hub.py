"""The streams of this process and what they are told: fan-out by topic, a bounded past for those who come back, limits.

Knows no socket, no database and no Valkey. Everything happens in one event loop, so nothing is locked.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from retention_desk.live.kinds import Event, Kind, wire

PAST = 2048
"""Events that a stream may have missed and still be told."""
WAITING = 64
"""Events that may wait for one reader. Of more it is told only to look at everything anew."""
STREAMS_A_PERSON = 8
STREAMS = 2000
HEARTBEAT = 15.0


class TooMany(Exception):
    """As many streams are open as there may be, of this person or in this process."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who listens: the person, the session they came with, and every topic that they may hear."""

    person: int
    session: str
    topics: frozenset[str]


class Stream:
    """One browser's stream: what waits to be sent."""

    def __init__(self, visitor: Visitor, topics: frozenset[str], hub: "Hub") -> None:
        self.visitor = visitor
        self.topics = topics
        self._hub = hub
        self._waiting: list[bytes] = []
        self._something = asyncio.Event()
        self.ended = ""

    def tell(self, text: bytes) -> None:
        """Let this be sent next. More than a reader can take in becomes one word: look at everything anew."""
        if self.ended:
            return
        if len(self._waiting) >= WAITING:
            self._waiting[:] = [wire("refresh", id=self._hub.newest)]
        else:
            self._waiting.append(text)
        self._something.set()

    def end(self, why: str) -> None:
        """Nothing more is sent but what waits already."""
        self.ended = self.ended or why
        self._something.set()

    async def next(self, *, heartbeat: float = HEARTBEAT) -> bytes:
        """What is to be sent now, all that waits at once; a beat when nothing happened; nothing at the end."""
        while not self._waiting and not self.ended:
            try:
                async with asyncio.timeout(heartbeat):
                    await self._something.wait()
            except TimeoutError:
                return self._hub.beat()
        text = b"".join(self._waiting)
        self._waiting.clear()
        if not self.ended:
            self._something.clear()
        return text


class Hub:
    """Everybody who listens here, and what happened lately."""

    def __init__(self) -> None:
        self._of_topic: dict[str, set[Stream]] = {}
        self._streams: set[Stream] = set()
        self._of_person: Counter[int] = Counter()
        self._past: deque[Event] = deque(maxlen=PAST)
        # From which id on the past is whole. None: nothing is known yet, or nothing can be heard.
        self._whole_from: str | None = None
        self._newest = "0-0"

    def __len__(self) -> int:
        return len(self._streams)

    @property
    def newest(self) -> str:
        """The id up to which everything has been told."""
        return self._newest

    @property
    def is_deaf(self) -> bool:
        """Whether nothing can be heard at the moment."""
        return self._whole_from is None

    def sessions(self) -> set[str]:
        """The sessions that somebody listens with."""
        return {stream.visitor.session for stream in self._streams}

    def open(self, visitor: Visitor, *, topics: frozenset[str] | None = None, since: str = "") -> Stream:
        """Begin a stream, with what happened after `since` (an event's id) or the word to look at everything anew.

        Raises `TooMany`.
        """
        if self._of_person[visitor.person] >= STREAMS_A_PERSON or len(self._streams) >= STREAMS:
            raise TooMany
        stream = Stream(visitor, topics or visitor.topics, self)
        self._streams.add(stream)
        self._of_person[visitor.person] += 1
        for topic in stream.topics:
            self._of_topic.setdefault(topic, set()).add(stream)
        if self.is_deaf:
            stream.tell(wire("deaf"))
        else:
            self._catch_up(stream, since)
        return stream

    def close(self, stream: Stream) -> None:
        """Forget a stream; closing it twice changes nothing."""
        if stream not in self._streams:
            return
        stream.end("closed")
        self._streams.discard(stream)
        self._of_person[stream.visitor.person] -= 1
        if not self._of_person[stream.visitor.person]:
            del self._of_person[stream.visitor.person]
        for topic in stream.topics:
            listening = self._of_topic[topic]
            listening.discard(stream)
            if not listening:
                del self._of_topic[topic]

    def publish(self, events: Iterable[Event], *, newest: str) -> None:
        """Tell everybody whom it concerns, once each; `newest` is the id of the last ring, whomever it concerned."""
        for event in events:
            self._newest = event.id
            concerned = self._listening(event.topics)
            if event.kind == Kind.SESSION:
                for stream in concerned:
                    stream.end("again")
                continue
            self._past.append(event)
            if len(self._past) == PAST:
                self._whole_from = self._past[0].id
            if concerned:
                text = event.written()
                for stream in concerned:
                    stream.tell(text)
        self._newest = newest

    def begin(self, *, whole_from: str, newest: str, past: Iterable[Event] = ()) -> None:
        """Rings are heard (again). What happened in between is unknown, so everybody looks at everything anew."""
        self._past.clear()
        self._past.extend(past)
        self._whole_from, self._newest = whole_from, newest
        self._tell_all(wire("refresh", id=newest))

    def deafen(self) -> None:
        """Nothing can be heard for now: everybody asks by themselves."""
        if not self.is_deaf:
            self._whole_from = None
            self._tell_all(wire("deaf"))

    def end_sessions(self, living: set[str]) -> None:
        """End the streams of sessions that are no longer among the living."""
        for stream in self._streams:
            if stream.visitor.session not in living:
                stream.end("again")

    def end_all(self) -> None:
        """The process goes; browsers come back to the next one."""
        for stream in list(self._streams):
            stream.end("closing")

    def beat(self) -> bytes:
        """A sign of life, with the id up to which everything has been told."""
        return wire("beat", id="" if self.is_deaf else self._newest)

    def _listening(self, topics: frozenset[str]) -> set[Stream]:
        found: set[Stream] = set()
        for topic in topics:
            found |= self._of_topic.get(topic, set())
        return found

    def _catch_up(self, stream: Stream, since: str) -> None:
        """What was missed; or everything anew, where that is not known, or more than one should be told at once."""
        after = place(since)
        if after is None:
            stream.tell(wire("hello", id=self._newest))
            return
        whole_from = place(self._whole_from or "")
        missed = [event for event in self._past if (place(event.id) or (0, 0)) > after and event.topics & stream.topics]
        if whole_from is None or after < whole_from or len(missed) >= WAITING - 1:
            stream.tell(wire("refresh", id=self._newest))
            return
        for event in missed:
            stream.tell(event.written())
        stream.tell(wire("hello", id=self._newest))

    def _tell_all(self, text: bytes) -> None:
        for stream in self._streams:
            stream.tell(text)


def place(id_: str) -> tuple[int, int] | None:
    """The order of an event's id (`milliseconds-number`); None for what is no id."""
    moment, dash, number = id_.partition("-")
    if not (dash and moment.isdecimal() and number.isdecimal() and len(id_) < 40):
        return None
    return int(moment), int(number)
