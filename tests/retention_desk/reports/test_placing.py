"""Names beside points never overlap, whatever the points are."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retention_desk.reports.placing import Box, Point, place, width_of

AREA = Box(44, 12, 520, 228)
NAMES = ("Paloma Reyes", "Dario Penn", "Ada Quill", "Leif Moreau-Lindqvist")


def test_name_stands_beside_its_point() -> None:
    right, left = place([Point(100, 50, "Ada"), Point(480, 90, "Leif", to_the_left=True)], area=AREA)

    assert right is not None
    assert left is not None
    assert (right.x, right.y, right.to_the_left, right.away) == (110, 50, False, False)
    assert (left.x, left.y, left.to_the_left, left.away) == (470, 90, True, False)


def test_second_name_at_the_same_place_goes_elsewhere() -> None:
    first, second, third = place([Point(200, 100, name) for name in NAMES[:3]], area=AREA)

    assert first is not None
    assert second is not None
    assert third is not None
    assert not first.box.meets(second.box)
    assert not third.box.meets(first.box)
    assert (first.to_the_left, second.to_the_left, third.away) == (False, True, True)


def test_name_keeps_off_other_points_where_it_can() -> None:
    (named, _dot) = place([Point(200, 100, "Ada Quill"), Point(240, 100)], area=AREA)

    assert named is not None
    assert named.to_the_left


def test_point_without_a_name_has_no_label() -> None:
    assert place([Point(100, 50)], area=AREA) == [None]


def test_name_without_room_is_left_out() -> None:
    assert place([Point(100, 50, "A" * 200)], area=AREA) == [None]


@given(
    st.lists(
        st.builds(
            Point,
            x=st.floats(44, 506),
            y=st.floats(12, 228),
            name=st.sampled_from(("", *NAMES)),
            to_the_left=st.booleans(),
        ),
        max_size=40,
    )
)
def test_no_two_names_overlap_and_none_leaves_the_drawing(points: list[Point]) -> None:
    labels = place(points, area=AREA)
    boxes = [label.box for label in labels if label is not None]

    assert len(labels) == len(points)
    assert all(box.within(AREA) for box in boxes)
    assert not any(one.meets(other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize(("name", "letters"), [("Ada", 3), ("กุ้ง", 2), ("", 0)])
def test_marks_need_no_room(name: str, letters: int) -> None:
    assert width_of(name) == letters * width_of("n")
