"""The hub: who is told what, what those who come back are told, and who is let go."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest

from retention_desk.live.hub import PAST, STREAMS_A_PERSON, WAITING, Hub, Stream, TooMany, Visitor, place
from retention_desk.live.kinds import EVERYBODY, Event, Kind, of_person, of_site

ANN = Visitor(1, "session-of-ann", frozenset({of_person(1), EVERYBODY}))
SUE = Visitor(2, "session-of-sue", frozenset({of_person(2), of_site(7), EVERYBODY}))
SID = Visitor(3, "session-of-sid", frozenset({of_person(3), of_site(8), EVERYBODY}))


def run(test: Callable[[Hub], Coroutine[None, None, None]]) -> None:
    async def begun() -> None:
        hub = Hub()
        hub.begin(whole_from="1000-0", newest="1000-0")
        await test(hub)

    # A browser of another test may have left its event loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, begun()).result()


def event(number: int, *topics: str, kind: Kind = Kind.REQUEST) -> Event:
    return Event(f"{number}-0", kind, frozenset(topics), {"request": number})


def publish(hub: Hub, events: Iterable[Event]) -> None:
    for one in events:
        hub.publish([one], newest=one.id)


async def names(stream: Stream) -> list[str]:
    """The names of the events that wait, `kind:request` for those of a request."""
    text = (await stream.next(heartbeat=0.01)).decode()
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if fields:
            number = fields.get("id", "").partition("-")[0] if fields["event"] == "request" else ""
            found.append(f"{fields['event']}{number and ':'}{number}")
    return found


def test_event_reaches_whom_it_concerns_once_and_nobody_else() -> None:
    async def test(hub: Hub) -> None:
        ann, sue, sid = hub.open(ANN), hub.open(SUE), hub.open(SID)
        for stream in (ann, sue, sid):
            assert await names(stream) == ["hello"]

        publish(
            hub, [event(1001, of_person(1), of_site(7), EVERYBODY), event(1002, of_person(1)), event(1003, of_site(8))]
        )

        assert await names(ann) == ["request:1001", "request:1002"]
        assert await names(sue) == ["request:1001"]
        assert await names(sid) == ["request:1001", "request:1003"]

    run(test)


def test_stream_of_one_topic_hears_that_one_only() -> None:
    async def test(hub: Hub) -> None:
        sue = hub.open(SUE, topics=frozenset({of_person(2)}))

        publish(hub, [event(1001, of_site(7)), event(1002, of_person(2))])

        assert await names(sue) == ["hello", "request:1002"]

    run(test)


def test_who_comes_back_is_told_what_they_missed_and_no_more() -> None:
    async def test(hub: Hub) -> None:
        publish(hub, [event(1001, of_person(1)), event(1002, of_person(2)), event(1003, of_person(1))])

        assert await names(hub.open(ANN, since="1001-0")) == ["request:1003", "hello"]
        assert await names(hub.open(ANN, since="1003-0")) == ["hello"]
        assert await names(hub.open(ANN, since="1000-0")) == ["request:1001", "request:1003", "hello"]

    run(test)


@pytest.mark.parametrize("since", ["999-0", "0-0", "1-5"])
def test_who_was_away_too_long_looks_at_everything_anew(since: str) -> None:
    async def test(hub: Hub) -> None:
        publish(hub, [event(1001, of_person(1))])

        assert await names(hub.open(ANN, since=since)) == ["refresh"]

    run(test)


@pytest.mark.parametrize("since", ["", "nonsense", "1001", "-", "x-1", "9" * 50 + "-0"])
def test_who_says_nothing_or_nonsense_begins_now(since: str) -> None:
    async def test(hub: Hub) -> None:
        publish(hub, [event(1001, of_person(1))])

        assert await names(hub.open(ANN, since=since)) == ["hello"]

    run(test)


def test_past_is_bounded_and_knows_it() -> None:
    async def test(hub: Hub) -> None:
        publish(hub, (event(1000 + number, EVERYBODY) for number in range(1, PAST + 20)))

        assert await names(hub.open(ANN, since="1001-0")) == ["refresh"]
        assert await names(hub.open(ANN, since=f"{1000 + PAST + 18}-0")) == [f"request:{1000 + PAST + 19}", "hello"]

    run(test)


def test_more_than_a_reader_takes_in_becomes_one_word() -> None:
    async def test(hub: Hub) -> None:
        ann = hub.open(ANN)

        publish(hub, (event(1000 + number, of_person(1)) for number in range(1, WAITING)))
        assert len(await names(ann)) == WAITING
        publish(hub, (event(2000 + number, of_person(1)) for number in range(1, WAITING + 10)))
        told = await names(ann)

        assert told[0] == "refresh"
        assert len(told) < WAITING

    run(test)


def test_who_missed_more_than_that_looks_at_everything_anew() -> None:
    async def test(hub: Hub) -> None:
        publish(hub, (event(1000 + number, of_person(1)) for number in range(1, WAITING + 10)))

        assert await names(hub.open(ANN, since="1001-0")) == ["refresh"]

    run(test)


def test_quiet_stream_has_a_beat_with_the_newest_id() -> None:
    async def test(hub: Hub) -> None:
        ann = hub.open(ANN)
        await names(ann)
        publish(hub, [event(1005, of_person(2))])

        assert await ann.next(heartbeat=0.01) == b"id: 1005-0\nevent: beat\ndata: {}\n\n"

    run(test)


def test_person_has_so_many_streams_and_no_more_until_one_ends() -> None:
    async def test(hub: Hub) -> None:
        streams = [hub.open(ANN) for _ in range(STREAMS_A_PERSON)]
        with pytest.raises(TooMany):
            hub.open(ANN)
        hub.open(SUE)

        for _ in range(2):
            hub.close(streams[0])
        hub.open(ANN)
        with pytest.raises(TooMany):
            hub.open(ANN)

    run(test)


def test_closed_stream_is_told_nothing_and_leaves_nothing_behind() -> None:
    async def test(hub: Hub) -> None:
        ann = hub.open(ANN)
        hub.close(ann)

        publish(hub, [event(1001, of_person(1))])

        assert len(hub) == 0
        assert hub.sessions() == set()
        assert "request" not in (await ann.next(heartbeat=0.01)).decode()

    run(test)


def test_what_changes_who_may_hear_ends_that_persons_streams_alone() -> None:
    async def test(hub: Hub) -> None:
        ann, sue = hub.open(ANN), hub.open(SUE)

        publish(hub, [event(1001, of_person(1), kind=Kind.SESSION)])

        assert (ann.ended, sue.ended) == ("again", "")
        assert "session" not in str(await names(ann))
        assert await ann.next(heartbeat=0.01) == b""

    run(test)


def test_session_that_has_ended_ends_its_streams() -> None:
    async def test(hub: Hub) -> None:
        ann, sue = hub.open(ANN), hub.open(SUE)

        hub.end_sessions({"session-of-sue"})

        assert (ann.ended, sue.ended) == ("again", "")

    run(test)


def test_deaf_hub_says_so_once_and_afterwards_everybody_looks_anew() -> None:
    async def test(hub: Hub) -> None:
        ann = hub.open(ANN)
        await names(ann)

        hub.deafen()
        hub.deafen()
        assert await names(ann) == ["deaf"]
        assert await ann.next(heartbeat=0.01) == b"event: beat\ndata: {}\n\n"
        assert await names(hub.open(SUE, since="1000-0")) == ["deaf"]
        hub.begin(whole_from="2000-0", newest="2000-0")

        assert await names(ann) == ["refresh"]

    run(test)


def test_hub_that_goes_ends_every_stream() -> None:
    async def test(hub: Hub) -> None:
        streams = [hub.open(one) for one in (ANN, SUE, SID)]

        hub.end_all()

        for stream in streams:
            assert await names(stream) == ["hello"]
            assert await stream.next(heartbeat=0.01) == b""

    run(test)


def test_ids_are_ordered_by_number_and_not_by_letter() -> None:
    assert sorted(["999-2", "1000-0", "999-10"], key=lambda id_: place(id_) or (0, 0)) == ["999-2", "999-10", "1000-0"]
