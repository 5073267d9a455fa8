"""The pieces charts are made of: a frame with two scales, round ticks, and SVG elements as safe text.

Every word is escaped here; nothing here knows what is drawn. Only `retention_desk.reports.charts` uses it.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

Write = Callable[[float], str]
"""How a number reads, in the reader's language."""

Spot = tuple[float, float]
"""A place on the drawing, or a pair of ends of a scale."""


@dataclass(frozen=True)
class Frame:
    """The drawing area of a chart and its two scales."""

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x_range: Spot
    y_range: Spot

    def x(self, value: float) -> float:
        """Place a value on the horizontal axis."""
        low, high = self.x_range
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.left + share * (self.width - self.left - self.right), 1)

    def y(self, value: float) -> float:
        """Place a value on the vertical axis; what lies outside sits on the edge."""
        low, high = self.y_range
        share = (min(max(value, low), high) - low) / (high - low) if high > low else 0.5
        return round(
            self.height - self.bottom - share * (self.height - self.top - self.bottom),
            1,
        )


def finite(value: float | None) -> TypeGuard[float]:
    """Say whether there is a number to draw."""
    return value is not None and math.isfinite(value)


def runs(spots: Iterable[tuple[int, float]]) -> list[list[tuple[int, float]]]:
    """Split at gaps, so that a missing value is a hole in the line and not a straight bridge over it."""
    runs: list[list[tuple[int, float]]] = []
    for index, value in spots:
        if runs and runs[-1][-1][0] == index - 1:
            runs[-1].append((index, value))
        else:
            runs.append([(index, value)])
    return runs


def polylines(frame: Frame, spots: Sequence[tuple[int, float]], classes: str) -> list[SafeString]:
    """Draw (index, value) as lines, one for each run without a gap; a lonely value is left to its circle."""
    return [
        format_html(
            '<polyline class="{}" points="{}"/>',
            classes,
            points((frame.x(i), frame.y(value)) for i, value in run),
        )
        for run in runs(spots)
        if len(run) > 1
    ]


def framed(known: Sequence[float], size: tuple[int, int], *, x_range: Spot, left: int) -> tuple[Frame, list[float]]:
    """Choose the vertical scale of a line: from the data, not from zero, with round ticks."""
    ticks = nice_ticks(min(known), max(known))
    width, height = size
    return Frame(width, height, left, 12, 14, 24, x_range, (ticks[0], ticks[-1])), ticks


def nice_ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Return round values that enclose `low` and `high`, in about so many steps of 1, 2, 2.5 or 5 and zeros."""
    if high <= low:
        low, high = (low - 0.05, high + 0.05) if abs(low) <= 1 else (low * 0.9, high * 1.1)
        low, high = min(low, high), max(low, high)
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def grid(frame: Frame, ticks: Iterable[float], write: Write) -> list[SafeString]:
    """Draw a light line across for each tick, with its value at the left."""
    parts = []
    for tick in ticks:
        y = frame.y(tick)
        parts.append(rule("g", frame.left, y, frame.width - frame.right, y))
        parts.append(text("ax", frame.left - 8, y + 4, write(tick), "end"))
    return parts


def axis_labels(frame: Frame, labels: Sequence[str], most: int = 9) -> list[SafeString]:
    """Write the labels under the axis: every one while they are few, then every second, third ... and the last."""
    every = math.ceil(len(labels) / most) or 1
    last = len(labels) - 1
    parts = []
    for i, words in enumerate(labels):
        if i != last and (i % every or last - i < every):
            continue
        anchor = "middle" if 0 < i < last else "end" if i else "start"
        parts.append(text("ax", frame.x(i), frame.height - 6, words, anchor))
    return parts


def plain(number: float) -> str:
    """Write a length for an attribute: at most two decimals, no empty ones."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def points(spots: Iterable[Spot]) -> str:
    """Write places as the `points` of a line or an area."""
    return " ".join(f"{plain(x)},{plain(y)}" for x, y in spots)


def rule(classes: str, x1: float, y1: float, x2: float, y2: float) -> SafeString:
    """Draw a straight line."""
    return format_html(
        '<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        classes,
        plain(x1),
        plain(y1),
        plain(x2),
        plain(y2),
    )


def circle(classes: str, x: float, y: float, radius: float, told: str = "") -> SafeString:
    """Draw a point; `told` is what it says under the pointer."""
    head = format_html(
        '<circle class="{}" cx="{}" cy="{}" r="{}"',
        classes,
        plain(x),
        plain(y),
        plain(radius),
    )
    return format_html("{}><title>{}</title></circle>", head, told) if told else format_html("{}/>", head)


def path(classes: str, way: str, told: str) -> SafeString:
    """Draw a shape that says `told` under the pointer."""
    return format_html('<path class="{}" d="{}"><title>{}</title></path>', classes, way, told)


def text(classes: str, x: float, y: float, words: str, anchor: str = "") -> SafeString:
    """Write words; `anchor` is empty (start), `middle` or `end`."""
    where = format_html(' text-anchor="{}"', anchor) if anchor else ""
    return format_html(
        '<text class="{}" x="{}" y="{}"{}>{}</text>',
        classes,
        plain(x),
        plain(y),
        where,
        words,
    )


def drawing(size: tuple[int, int], title: str, description: str, parts: Iterable[SafeString]) -> SafeString:
    """Put a chart together, with its name and its sentence of result."""
    # Left to right in every language: a time axis is not mirrored, and "start" and "end" of texts must not swap.
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" direction="ltr"><title>{}</title><desc>{}</desc>{}</svg>',
        *size,
        title,
        description,
        _joined(parts),
    )


def decoration(
    size: tuple[int, int],
    classes: str,
    parts: Iterable[SafeString],
    *,
    fixed: bool = False,
) -> SafeString:
    """Put a drawing together that readers skip, because the numbers stand beside it."""
    width, height = size
    fixing = format_html(' width="{}" height="{}"', width, height) if fixed else ""
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}"{} direction="ltr" aria-hidden="true">{}</svg>',
        classes,
        width,
        height,
        fixing,
        _joined(parts),
    )


def nothing(title: str, description: str, size: tuple[int, int]) -> SafeString:
    """Draw the chart of which nothing is known yet."""
    width, height = size
    return drawing(
        size,
        title,
        description,
        [text("ax", width / 2, height / 2, gettext("No data yet"), "middle")],
    )


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
