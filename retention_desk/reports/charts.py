"""Charts as SVG text, drawn on the server.

Only attributes and classes, never a style, so that the page's policy (style-src 'self') holds; colours are in the
stylesheet. Every chart carries its title and one sentence of result; the table with the same numbers is the template's
duty. Rates are fractions from 0 to 1. What is not a finite number is a gap. How a number reads on an axis is given by
the caller (`write`), usually a function of `retention_desk.formats` for the reader's language.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from retention_desk.reports import placing
from retention_desk.reports.intervals import funnel_limits
from retention_desk.reports.svg import (
    Frame,
    Spot,
    Write,
    axis_labels,
    circle,
    decoration,
    drawing,
    finite,
    framed,
    grid,
    nice_ticks,
    nothing,
    path,
    points,
    polylines,
    rule,
    runs,
    text,
)


@dataclass(frozen=True)
class Reading:
    """One value with its interval, at one place of a line."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Agent:
    """One point of a funnel plot: how many calls, how many of them with the outcome."""

    name: str
    calls: int
    saved: int


@dataclass(frozen=True)
class Step:
    """The share still here from this day on, with its interval."""

    day: int
    share: float
    low: float
    high: float


def line(
    readings: Sequence[Reading],
    previous: Sequence[float | None] = (),
    *,
    title: str,
    description: str,
    write: Write,
    note: tuple[int, str] | None = None,
    size: tuple[int, int] = (740, 272),
) -> SafeString:
    """Draw values over time with their band, the previous period dotted, and an event as a marked line.

    `previous` runs along the same labels. `note` is the index of a reading and the words of the event there.
    """
    known = [v for r in readings for v in (r.value, r.low, r.high) if finite(v)]
    known += [v for v in previous if finite(v)]
    if not known:
        return nothing(title, description, size)
    frame, ticks = framed(known, size, x_range=(0, max(len(readings) - 1, 1)), left=44)
    parts = grid(frame, ticks, write)
    parts += axis_labels(frame, [r.label for r in readings])
    lows = [(i, r.low) for i, r in enumerate(readings) if finite(r.low) and finite(r.high)]
    highs = [(i, r.high) for i, r in enumerate(readings) if finite(r.low) and finite(r.high)]
    for low, high in zip(runs(lows), runs(highs), strict=True):
        edge = [(frame.x(i), frame.y(v)) for i, v in high] + [(frame.x(i), frame.y(v)) for i, v in reversed(low)]
        parts.append(format_html('<polygon class="band" points="{}"/>', points(edge)))
    parts += polylines(
        frame,
        [(i, v) for i, v in enumerate(previous[: len(readings)]) if finite(v)],
        "ln prev",
    )
    current = [(i, r.value) for i, r in enumerate(readings) if finite(r.value)]
    parts += polylines(frame, current, "ln c1")
    if note and 0 <= note[0] < len(readings):
        x = frame.x(note[0])
        parts.append(rule("note", x, frame.top, x, frame.height - frame.bottom))
        parts.append(text("lb", x + 6, frame.top + 9, note[1]))
    for i, value in current:
        parts.append(circle("pt c1", frame.x(i), frame.y(value), 3.5, _told(readings[i], write)))
    if current:
        i, value = current[-1]
        # Where the line comes from above, its last value stands below it.
        falls = len(current) > 1 and current[-2][1] > value
        parts.append(
            text("lb b", frame.x(i), frame.y(value) + (18 if falls else -10), write(value), "end" if i else "start")
        )
    return drawing(size, title, description, parts)


def funnel(
    agents: Sequence[Agent],
    *,
    mean: float,
    title: str,
    description: str,
    write: Write,
    x_label: str,
    size: tuple[int, int] = (520, 268),
) -> SafeString:
    """Draw agents' rates against their number of calls, with the 95 % band and the 99.8 % limits around the mean.

    Nobody is ranked: only who lies outside a limit is named. The limits are the exact ones that the tables judge by, so
    that drawing and table agree on everybody; agents without calls are left out.
    """
    shown = [a for a in agents if a.calls > 0]
    if not shown or not 0 < mean < 1:
        return nothing(title, description, size)
    most = max(a.calls for a in shown) * 1.05
    rates = [a.saved / a.calls for a in shown]
    steps = nice_ticks(max(0.0, min([*rates, mean - 0.2])), min(1.0, max([*rates, mean + 0.2])))
    width, height = size
    frame = Frame(
        width,
        height,
        44,
        14,
        12,
        40,
        (0, most),
        (max(0.0, steps[0]), min(1.0, steps[-1])),
    )
    parts = grid(frame, [s for s in steps if 0 <= s <= 1], write)
    for tick in nice_ticks(0, most):
        if tick <= most:
            parts.append(text("ax", frame.x(tick), height - 24, f"{tick:.0f}", "middle"))
    parts.append(text("ax", width - frame.right, height - 6, x_label, "end"))
    limits = [funnel_limits(mean, n) for n in sorted({math.ceil(most * (i + 1) / 60) for i in range(60)}) if n <= most]
    inner = [(frame.x(limit.n), frame.y(limit.high_95)) for limit in limits]
    inner += [(frame.x(limit.n), frame.y(limit.low_95)) for limit in reversed(limits)]
    parts.append(format_html('<polygon class="band" points="{}"/>', points(inner)))
    for outer in ([limit.high_998 for limit in limits], [limit.low_998 for limit in limits]):
        edge = points((frame.x(limit.n), frame.y(value)) for limit, value in zip(limits, outer, strict=True))
        parts.append(format_html('<polyline class="lim" points="{}"/>', edge))
    parts.append(rule("mean", frame.left, frame.y(mean), width - frame.right, frame.y(mean)))
    shown.sort(key=lambda agent: agent.calls)
    parts += _names(frame, shown, mean)
    parts += [_agent(frame, agent, mean, write) for agent in shown]
    return drawing(size, title, description, parts)


def _agent(frame: Frame, agent: Agent, mean: float, write: Write) -> SafeString:
    rate, limit = agent.saved / agent.calls, funnel_limits(mean, agent.calls)
    x, y = frame.x(agent.calls), frame.y(rate)
    told = f"{agent.name}: {write(rate)}, {agent.saved}/{agent.calls}"
    # Shape first, colour second: up is above, down is below, a ring is between the limits.
    if rate > limit.high_998:
        return path("pt hi", f"M{x} {y - 6}l6 11h-12z", told)
    if rate < limit.low_998:
        return path("pt lo", f"M{x} {y + 6}l6 -11h-12z", told)
    if not limit.low_95 <= rate <= limit.high_95:
        return circle("pt mid", x, y, 5, told)
    return circle("pt in", x, y, 4, told)


def _names(frame: Frame, agents: Sequence[Agent], mean: float) -> list[SafeString]:
    """The names of those outside a limit, where they do not overlap; a thin line leads to one that stands off."""
    spots, beyond = [], []
    for agent in agents:
        rate, limit = agent.saved / agent.calls, funnel_limits(mean, agent.calls)
        x, y = frame.x(agent.calls), frame.y(rate)
        named = not limit.low_95 <= rate <= limit.high_95
        spots.append(placing.Point(x, y, agent.name if named else "", to_the_left=x > frame.width * 0.72))
        beyond.append(not limit.low_998 <= rate <= limit.high_998)
    area = placing.Box(frame.left, frame.top, frame.width, frame.height - frame.bottom)
    parts = []
    for spot, label, bold in zip(spots, placing.place(spots, area=area), beyond, strict=True):
        if label is None:
            continue
        if label.away:
            parts.append(rule("g", spot.x, spot.y, label.x, label.y))
        anchor = "end" if label.to_the_left else "start"
        parts.append(text("lb b" if bold else "lb", label.x, label.y + 4, spot.name, anchor))
    return parts


def interval_row(
    value: float | None,
    low: float | None = None,
    high: float | None = None,
    *,
    start: float,
    end: float,
    reference: float | None = None,
    previous: float | None = None,
    size: tuple[int, int] = (220, 20),
) -> SafeString:
    """Draw one row of a table: the interval, the point, last period as a ring, the average as a dashed line.

    `start` and `end` are the ends of the scale that all rows share. Hidden from readers: the row has the numbers.
    """
    width, height = size
    frame = Frame(width, height, 4, 4, 0, 0, (start, end), (0, 1))
    middle = height / 2

    def x(at: float) -> float:
        return frame.x(min(max(at, start), end))

    parts = [rule("g", 0, middle, width, middle)]
    if finite(reference):
        parts.append(rule("ref", x(reference), 0, x(reference), height))
    if finite(previous):
        parts.append(circle("pt prevpt", x(previous), middle, 4))
    if finite(low) and finite(high):
        parts.append(rule("ci", x(low), middle, x(high), middle))
    if finite(value):
        parts.append(circle("pt c1", x(value), middle, 4.5))
    return decoration(size, "chart dotrow", parts)


def sparkline(values: Sequence[float | None], *, size: tuple[int, int] = (96, 26)) -> SafeString:
    """Draw the shape of a figure over time, the last point marked. Hidden from readers."""
    known = [(i, v) for i, v in enumerate(values) if finite(v)]
    if not known:
        return decoration(size, "chart spark", [])
    numbers = [v for _i, v in known]
    width, height = size
    frame = Frame(
        width,
        height,
        3,
        3,
        3,
        3,
        (0, max(len(values) - 1, 1)),
        (min(numbers), max(numbers)),
    )
    parts = polylines(frame, known, "ln c1")
    at, last = known[-1]
    parts.append(circle("pt c1", frame.x(at), frame.y(last), 3))
    return decoration(size, "chart spark", parts, fixed=True)


def step_line(
    current: Sequence[Step],
    previous: Sequence[Step] = (),
    *,
    title: str,
    description: str,
    write: Write,
    marks: Sequence[int] = (30, 60, 90),
    size: tuple[int, int] = (420, 200),
) -> SafeString:
    """Draw who is still here, day by day, with its band, the previous period dotted, and the marked days named."""
    if not current:
        return nothing(title, description, size)
    last = max([s.day for s in (*current, *previous)] + list(marks))
    lowest = min(s.low for s in current if finite(s.low)) if any(finite(s.low) for s in current) else 0.0
    lowest = min([lowest, *(s.share for s in previous)])
    ticks = [t for t in nice_ticks(lowest, 1.0) if t <= 1]
    width, height = size
    frame = Frame(width, height, 44, 44, 12, 24, (0, last), (ticks[0], 1.0))
    parts = grid(frame, ticks, write)
    for day in (0, *marks):
        words = gettext("day 0") if day == 0 else str(day)
        parts.append(text("ax", frame.x(day), height - 6, words, "middle"))
    banded = [s for s in current if finite(s.low) and finite(s.high)]
    if len(banded) > 1:
        band = _stairs(frame, [(s.day, s.high) for s in banded])
        band += reversed(_stairs(frame, [(s.day, s.low) for s in banded]))
        parts.append(format_html('<polygon class="band" points="{}"/>', points(band)))
    for steps, classes in ((previous, "ln prev"), (current, "ln c1")):
        if steps:
            stairs = points(_stairs(frame, [(s.day, s.share) for s in steps]))
            parts.append(format_html('<polyline class="{}" points="{}"/>', classes, stairs))
    for step in current:
        if step.day in marks:
            told = f"{step.day}: {write(step.share)} ({write(step.low)}\u2013{write(step.high)})"
            parts.append(circle("pt c1", frame.x(step.day), frame.y(step.share), 4, told))
            parts.append(
                text(
                    "lb b",
                    frame.x(step.day) + 7,
                    frame.y(step.share) - 7,
                    write(step.share),
                )
            )
    return drawing(size, title, description, parts)


def _stairs(frame: Frame, steps: Sequence[Spot]) -> list[Spot]:
    """Turn (day, share) into corners: the share holds until the next day that is told."""
    corners = [(frame.x(steps[0][0]), frame.y(steps[0][1]))]
    for day, share in steps[1:]:
        corners += [(frame.x(day), corners[-1][1]), (frame.x(day), frame.y(share))]
    return corners


def plan_area(
    used: Sequence[float],
    plan: Sequence[float],
    *,
    limit: float,
    expected: float | None = None,
    title: str,
    description: str,
    write: Write,
    labels: Sequence[tuple[int, str]] = (),
    size: tuple[int, int] = (420, 200),
) -> SafeString:
    """Draw money used so far as an area against the plan (dotted), the limit, and where it is expected to end (dashed).

    `plan` has one value for each point of the whole period, `used` for each that is over; `labels` are (index, words).
    """
    known = [v for v in (*used, *plan, limit, expected) if finite(v)]
    if not known or not plan or limit <= 0:
        return nothing(title, description, size)
    width, height = size
    ends = len(plan) - 1
    top = max([*known, limit]) * 1.12
    frame = Frame(width, height, 52, 12, 12, 24, (0, max(ends, 1)), (0, top))
    parts = grid(frame, [limit * q for q in (0, 0.25, 0.5, 0.75, 1)], write)
    parts += [text("ax", frame.x(at), height - 6, words) for at, words in labels]
    parts.append(rule("cap", frame.left, frame.y(limit), width - frame.right, frame.y(limit)))
    parts += polylines(frame, [(i, v) for i, v in enumerate(plan) if finite(v)], "ln prev")
    done = [(i, v) for i, v in enumerate(used[: len(plan)]) if finite(v)]
    if done:
        at, now = done[-1]
        spots = [(frame.x(i), frame.y(v)) for i, v in done]
        area = points([(spots[0][0], frame.y(0)), *spots, (frame.x(at), frame.y(0))])
        parts.append(format_html('<polygon class="band" points="{}"/>', area))
        parts += polylines(frame, done, "ln c1")
        if finite(expected) and at < ends:
            ahead = points([(frame.x(at), frame.y(now)), (frame.x(ends), frame.y(expected))])
            parts.append(format_html('<polyline class="ln fore" points="{}"/>', ahead))
            words = gettext("%(amount)s expected") % {"amount": write(expected)}
            parts.append(text("lb", frame.x(ends), frame.y(expected) - 9, words, "end"))
        parts.append(circle("pt c1", frame.x(at), frame.y(now), 4, write(now)))
        near_start = frame.x(at) < width / 3
        parts.append(
            text(
                "lb b",
                frame.x(at) + (6 if near_start else -6),
                frame.y(now) - 9,
                write(now),
                "" if near_start else "end",
            )
        )
    return drawing(size, title, description, parts)


def _told(reading: Reading, write: Write) -> str:
    if not finite(reading.value):
        return reading.label
    told = f"{reading.label}: {write(reading.value)}"
    if finite(reading.low) and finite(reading.high):
        told += f" ({write(reading.low)}\u2013{write(reading.high)})"
    return told
