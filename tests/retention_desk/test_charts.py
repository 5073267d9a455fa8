"""Charts and meters, read as text: well-formed, in order, with gaps as gaps and every word escaped."""

import itertools
import math
import re
from collections.abc import Callable
from typing import TypedDict
from xml.etree import ElementTree as ET

import pytest

from retention_desk import meters
from retention_desk.reports import charts, svg
from retention_desk.reports.charts import Agent, Reading, Step

Draw = Callable[[], str]


def percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 (our own text)


def spots(element: ET.Element) -> list[tuple[float, float]]:
    pairs = (pair.split(",") for pair in element.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


def all_of(root: ET.Element, tag: str, classes: str) -> list[ET.Element]:
    return [e for e in root.iter(tag) if e.get("class") == classes]


WEEKS = [Reading(f"Week {i}", 0.40 + i / 100, 0.36 + i / 100, 0.44 + i / 100) for i in range(8)]
AGENTS = [Agent("Ada Quill", 100, 44), Agent("Paloma Reyes", 400, 230), Agent("Leif Moreau", 250, 72)]
STAYED = [Step(0, 1.0, 1.0, 1.0), Step(30, 0.88, 0.86, 0.9), Step(60, 0.78, 0.75, 0.81), Step(90, 0.71, 0.68, 0.74)]


class Words(TypedDict):
    title: str
    description: str


WORDS: Words = {"title": 'Rate <b> & "more"', "description": "It went <up>."}

DRAWN: dict[str, Draw] = {
    "line": lambda: charts.line(WEEKS, [0.4] * 8, write=percent, note=(3, "new <ranking>"), **WORDS),
    "line of one": lambda: charts.line(WEEKS[:1], write=percent, **WORDS),
    "line of none": lambda: charts.line([], write=percent, **WORDS),
    "line of nothing known": lambda: charts.line([Reading("a", None), Reading("b", math.nan)], write=percent, **WORDS),
    "funnel": lambda: charts.funnel(AGENTS, mean=0.44, write=percent, x_label="calls <handled>", **WORDS),
    "funnel of one": lambda: charts.funnel(AGENTS[:1], mean=0.44, write=percent, x_label="calls", **WORDS),
    "funnel of none": lambda: charts.funnel([], mean=0.44, write=percent, x_label="calls", **WORDS),
    "funnel without calls": lambda: charts.funnel([Agent("A", 0, 0)], mean=0.4, write=percent, x_label="c", **WORDS),
    "funnel, mean 0": lambda: charts.funnel(AGENTS, mean=0, write=percent, x_label="calls", **WORDS),
    "funnel, mean NaN": lambda: charts.funnel(AGENTS, mean=math.nan, write=percent, x_label="calls", **WORDS),
    "steps": lambda: charts.step_line(STAYED, STAYED, write=percent, **WORDS),
    "steps of one": lambda: charts.step_line(STAYED[:1], write=percent, **WORDS),
    "steps of none": lambda: charts.step_line([], write=percent, **WORDS),
    "plan": lambda: charts.plan_area(
        [0, 50, 90], [0, 40, 80, 120], limit=120, expected=130, write=str, labels=[(0, "Oct")], **WORDS
    ),
    "plan, nothing used": lambda: charts.plan_area([], [0, 40, 80], limit=80, write=str, **WORDS),
    "plan, no plan": lambda: charts.plan_area([1], [], limit=80, write=str, **WORDS),
    "row": lambda: charts.interval_row(0.4, 0.3, 0.5, start=0.2, end=0.7, reference=0.44, previous=0.38),
    "row of nothing": lambda: charts.interval_row(None, start=0.2, end=0.7),
    "row outside its scale": lambda: charts.interval_row(0.9, 0.1, 1.0, start=0.2, end=0.7),
    "sparkline": lambda: charts.sparkline([1, None, 3, math.nan, 2]),
    "sparkline of none": lambda: charts.sparkline([]),
    "sparkline, flat": lambda: charts.sparkline([2, 2, 2]),
    "meter": lambda: meters.authority_meter(9600, 15000, 90000, label='Your <authority> "now"'),
    "bar": lambda: meters.bar(0.657, mark=0.6, tone="warn", thick=True),
    "bar of nothing": lambda: meters.bar(None),
    "bar of NaN": lambda: meters.bar(math.nan, mark=math.inf),
}


@pytest.mark.parametrize("draw", [pytest.param(draw, id=name) for name, draw in DRAWN.items()])
def test_every_drawing_is_well_formed_and_passes_the_page_policy(draw: Draw) -> None:
    text = draw()
    root = parsed(text)

    assert root.tag == "svg"
    assert "style" not in text
    assert "nan" not in text.lower().replace("no data", "")
    assert not re.search(r'="-?inf', text)
    for element in root.iter():
        assert not any(name.startswith("on") for name in element.attrib)


@pytest.mark.parametrize(
    "name", ["line", "line of none", "funnel", "funnel of none", "steps", "steps of none", "plan", "plan, no plan"]
)
def test_a_chart_says_what_it_shows(name: str) -> None:
    root = parsed(DRAWN[name]())

    assert root.get("role") == "img"
    assert root[0].tag == "title"
    assert root[0].text == WORDS["title"]
    assert root[1].tag == "desc"
    assert root[1].text == WORDS["description"]


def test_line_runs_from_left_to_right_and_higher_is_further_up() -> None:
    root = parsed(charts.line(WEEKS, write=percent, **WORDS))
    run = spots(all_of(root, "polyline", "ln c1")[0])

    assert [x for x, _y in run] == sorted(x for x, _y in run)
    assert [y for _x, y in run] == sorted((y for _x, y in run), reverse=True)
    assert len(all_of(root, "circle", "pt c1")) == len(WEEKS)


def test_line_breaks_where_a_value_is_missing() -> None:
    readings = [Reading("a", 0.4), Reading("b", 0.5), Reading("c", None), Reading("d", 0.5), Reading("e", 0.6)]

    root = parsed(charts.line(readings, write=percent, **WORDS))

    assert [len(spots(run)) for run in all_of(root, "polyline", "ln c1")] == [2, 2]


def test_line_tells_each_value_with_its_interval() -> None:
    root = parsed(charts.line(WEEKS[:2], write=percent, **WORDS))

    told = [circle[0].text for circle in all_of(root, "circle", "pt c1")]
    assert told == ["Week 0: 40% (36%\N{EN DASH}44%)", "Week 1: 41% (37%\N{EN DASH}45%)"]


@pytest.mark.parametrize(("last", "stands"), [(0.6, "above"), (0.2, "below")])
def test_last_value_stands_clear_of_its_line(last: float, stands: str) -> None:
    root = parsed(charts.line([Reading("a", 0.4), Reading("b", last)], write=percent, **WORDS))

    label = next(one for one in root.iter() if one.get("class") == "lb b")
    end = [one for one in root.iter() if one.get("class") == "pt c1"][-1]
    assert (float(label.get("y", 0)) > float(end.get("cy", 0))) is (stands == "below")


def test_line_keeps_its_labels_few() -> None:
    readings = [Reading(f"w{i}", 0.4) for i in range(53)]

    root = parsed(charts.line(readings, write=percent, **WORDS))
    labels = [e.text for e in all_of(root, "text", "ax") if e.text and e.text.startswith("w")]

    assert labels[0] == "w0"
    assert labels[-1] == "w52"
    assert len(labels) <= 10


def test_funnel_names_only_who_differs_by_more_than_chance() -> None:
    root = parsed(charts.funnel(AGENTS, mean=0.44, write=percent, x_label="calls", **WORDS))

    assert [e.text for e in all_of(root, "text", "lb b")] == ["Leif Moreau", "Paloma Reyes"]
    assert len(all_of(root, "path", "pt hi")) == 1
    assert len(all_of(root, "path", "pt lo")) == 1
    assert len(all_of(root, "circle", "pt in")) == 1


def test_funnel_limits_narrow_with_the_number_of_calls() -> None:
    root = parsed(charts.funnel(AGENTS, mean=0.44, write=percent, x_label="calls", **WORDS))
    upper, lower = (spots(e) for e in all_of(root, "polyline", "lim"))

    gaps = [low - high for (_x, high), (_x2, low) in zip(upper, lower, strict=True)]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] > 0


def test_steps_hold_until_the_next_day() -> None:
    root = parsed(charts.step_line(STAYED, write=percent, **WORDS))
    corners = spots(all_of(root, "polyline", "ln c1")[0])

    for (x1, y1), (x2, y2) in itertools.pairwise(corners):
        assert x1 == x2 or y1 == y2
    assert [e.text for e in all_of(root, "text", "lb b")] == ["88%", "78%", "71%"]


def test_plan_shows_where_the_money_is_expected_to_end() -> None:
    root = parsed(DRAWN["plan"]())

    (ahead,) = all_of(root, "polyline", "ln fore")
    assert len(spots(ahead)) == 2
    assert "130 expected" in "".join(root.itertext())


@pytest.mark.parametrize(
    ("amount", "own", "supervisor", "place"),
    [
        (0, 15000, 90000, 0),
        (-5, 15000, 90000, 0),
        (9600, 15000, 90000, 35.2),
        (15000, 15000, 90000, 55),
        (52500, 15000, 90000, 71.5),
        (90000, 15000, 90000, 88),
        (180000, 15000, 90000, 100),
        (999999, 15000, 90000, 100),
        (0, 0, 0, 0),
        (1, 0, 0, 100),
        (100, 0, 200, 71.5),
    ],
)
def test_meter_places_an_amount_in_its_zone(amount: int, own: int, supervisor: int, place: float) -> None:
    assert meters.meter_place(amount, own, supervisor) == pytest.approx(place)


def test_meter_never_fills_the_zone_that_nobody_can_grant() -> None:
    root = parsed(meters.authority_meter(999999, 15000, 90000, label="Your authority"))

    widths = {e.get("class"): float(e.get("width", 0)) for e in root.iter("rect")}
    assert widths["z-own"] == meters.OWN_SHARE
    assert widths["z-sup-on"] == meters.SUPERVISOR_SHARE


@pytest.mark.parametrize(("share", "width"), [(0.657, "65.7"), (-1, "0"), (1.4, "100"), (None, "0")])
def test_bar_is_never_longer_than_the_whole(share: float | None, width: str) -> None:
    (value,) = all_of(parsed(meters.bar(share)), "rect", "v")

    assert value.get("width") == width


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.37, 0.52, [0.35, 0.4, 0.45, 0.5, 0.55]),
        (0, 400, [0, 100, 200, 300, 400]),
        (0.5, 0.5, [0.44, 0.46, 0.48, 0.5, 0.52, 0.54, 0.56]),
    ],
)
def test_ticks_are_round_and_enclose_the_data(low: float, high: float, ticks: list[float]) -> None:
    found = svg.nice_ticks(low, high)

    assert found == pytest.approx(ticks)
    assert found[0] <= low <= high <= found[-1]
