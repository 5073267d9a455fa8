"""Where names stand beside their points, so that no two of them overlap. Pure geometry, in the drawing's own units."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Letters of 12 units take 7 in the mean of a name, those of East Asia 12.
_LETTER, _WIDE_LETTER = 8.0, 13.0
_LINE = 15.0
_ASIDE = 10.0
_MOST_LINES_AWAY = 8


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; y runs downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether the two share any space."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def within(self, other: "Box") -> bool:
        """Whether all of it is inside the other."""
        across = other.left <= self.left and self.right <= other.right
        return across and other.top <= self.top and self.bottom <= other.bottom


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a drawing, its name (blank: nobody asks), and whether the name rather stands at its left."""

    x: float
    y: float
    name: str = ""
    to_the_left: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Where a name stands: the middle of its line, and on which side of its point. `away`: a line has to lead to it."""

    x: float
    y: float
    to_the_left: bool
    away: bool
    box: Box


def width_of(name: str) -> float:
    """How much room a name is given; marks above and below letters need none."""
    return sum(
        0.0 if unicodedata.combining(sign) or unicodedata.category(sign) == "Mn"
        else _WIDE_LETTER if unicodedata.east_asian_width(sign) in "WF"
        else _LETTER
        for sign in name
    )  # fmt: skip


def place(points: Sequence[Point], *, area: Box) -> list[Label | None]:
    """A place for the name of each point, in their order: beside it, else a few lines off, clear of points if possible.

    None for a point without a name, and where no place is left: a name that is missing is better than two on each
    other, and every point tells its own under the pointer.
    """
    dots = [Box(point.x - 6, point.y - 6, point.x + 6, point.y + 6) for point in points]
    found: list[Label | None] = []
    taken: list[Box] = []
    for point in points:
        free = [one for one in _places(point) if one.box.within(area) and not any(map(one.box.meets, taken))]
        clear = (one for one in free if not any(map(one.box.meets, dots)))
        label = next(clear, free[0] if free else None) if point.name else None
        if label is not None:
            taken.append(label.box)
        found.append(label)
    return found


def _places(point: Point) -> Iterator[Label]:
    """The places that a name could have, the nearest first."""
    width = width_of(point.name)
    for lines in range(_MOST_LINES_AWAY + 1):
        for y in {point.y - lines * _LINE: None, point.y + lines * _LINE: None}:
            for to_the_left in (point.to_the_left, not point.to_the_left):
                x = point.x - _ASIDE if to_the_left else point.x + _ASIDE
                left = x - width if to_the_left else x
                box = Box(left, y - _LINE / 2, left + width, y + _LINE / 2)
                yield Label(x, y, to_the_left, away=lines > 0, box=box)
