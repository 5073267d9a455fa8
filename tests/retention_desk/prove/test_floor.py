"""What a floor's run says of itself: nothing that somebody should not have met is passed over, and growth is told."""

from dataclasses import replace
from typing import Any

import pytest

from retention_desk.prove import telling, watching
from retention_desk.prove.load import Act
from retention_desk.prove.screen import Heard, Part
from retention_desk.prove.watching import Look

DONE = Act(act="open", key="k", status=302, ms=10.0, at=0.0, refusal="", troubles=())


@pytest.mark.parametrize(
    ("lines", "acts", "said"),
    [
        ([{"look": "screen", "status": 200, "ms": 1.0}], [DONE, replace(DONE, status=409, refusal="CALL_OPEN")], []),
        ([{"look": "screen", "status": 500, "ms": 1.0, "again": False}], [], ["1 x screen was answered 500"]),
        ([{"trouble": "screen had no answer: TimeoutError"}], [], ["1 x screen had no answer: TimeoutError"]),
        ([], [replace(DONE, status=0)], ["1 x open was answered 0"]),
        ([], [replace(DONE, troubles=("TimeoutError",))], ["1 x open before its answer: TimeoutError"]),
        ([{}] * 999, [replace(DONE, troubles=("labelled 503",))], ["1 x were told to come again"]),
        ([{}] * 1000, [replace(DONE, troubles=("labelled 503",))], []),
    ],
)
def test_what_nobody_should_meet_is_said(lines: list[dict[str, Any]], acts: list[Act], said: list[str]) -> None:
    assert telling.troubles(lines, acts) == said


@pytest.mark.parametrize(
    ("name", "first", "last", "grown"),
    [
        ("MB of web", 200, 235, False),
        ("MB of web", 200, 240, True),
        ("sessions of the database", 4, 10, False),
        ("sessions of the database", 4, 11, True),
        ("open files of live", 260, 100, False),
    ],
)
def test_what_has_grown_between_the_warm_time_and_the_end_is_said(
    name: str, first: int, last: int, grown: bool
) -> None:
    looks = [Look({name: first if number < 60 else last}, load=1.0) for number in range(100)]

    said, wrong = watching.told(looks)

    assert any(line.startswith(name) for line in said)
    assert wrong == ([f"{name} grew from {first} to {last}"] if grown else [])


def test_part_asks_upon_its_own_events_and_not_before_it_has_rested() -> None:
    part = Part("word", "/calls/7/word/", frozenset({"call"}), rest=5, call=7)
    swept = part.due
    for heard in (Heard("floor"), Heard("call", call=8)):
        part.hear(heard)
        assert part.due == swept

    part.hear(Heard("call", call=7))

    assert part.due == part.asked + 5
