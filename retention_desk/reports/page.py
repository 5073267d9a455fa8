"""The report as its page shows it: the numbers with their names, drawings and words beside them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from customers.choices import OpeningIntent, ProductKind
from retention_desk.reports import charts, drawings
from retention_desk.reports.definitions import DEFINITIONS, OUTCOME_WORDS, Definition
from retention_desk.reports.figures import Amount, Figure, Outcome, Rate
from retention_desk.reports.filters import Filters
from retention_desk.reports.intervals import Survival
from retention_desk.reports.names import Named, Names
from retention_desk.reports.save_rate import (
    AgentLine,
    Change,
    Count,
    Group,
    SaveRate,
    Taken,
    change_of_amount,
    change_of_rate,
    change_of_stay,
)


@dataclass(frozen=True)
class Key:
    """One figure at the head of the page. `amount` or `rate` holds the value; `good` tells which way is better."""

    definition: Definition
    change: Change
    good: int
    spark: SafeString
    rate: Rate | None = None
    amount: Amount | None = None
    before: Rate | Amount | None = None

    @property
    def too_few(self) -> bool:
        """Whether the value, or the one it is compared with, says too little."""
        found = self.rate or self.amount
        return found is None or found.too_few or self.before is None or self.before.too_few

    @property
    def better(self) -> bool:
        """A clear change, in the good direction."""
        return self.change.clear and (self.change.value or 0) * self.good > 0


@dataclass(frozen=True)
class Line:
    """One row of a table of groups."""

    name: str
    group: Group
    dots: SafeString


@dataclass(frozen=True)
class Step:
    """One step of the line over time, for its table."""

    name: str
    group: Group


@dataclass(frozen=True)
class OfferLine:
    """One row of the table of offers or of places in the list."""

    name: str
    taken: Taken
    dots: SafeString


@dataclass(frozen=True)
class NamedAgent:
    """One row of the table of agents; lists go by name, since nobody is ranked."""

    name: str
    line: AgentLine


@dataclass(frozen=True)
class Measure:
    """One definition with what it comes to."""

    definition: Definition
    now: Rate | None = None
    before: Rate | None = None
    amount: Amount | None = None
    amount_before: Amount | None = None
    change: Change = field(default_factory=Change)

    @property
    def too_few(self) -> bool:
        """Whether either of the two says too little for a change to be told."""
        figures = (self.now, self.before, self.amount, self.amount_before)
        return any(one.too_few for one in figures if one is not None)


@dataclass(frozen=True)
class Page:
    """Everything that the template reads."""

    report: SaveRate
    here_name: str
    step: str
    keys: list[Key]
    over_time: SafeString
    steps: list[Step]
    agents_chart: SafeString
    agents: list[NamedAgent]
    reasons: list[Line]
    reason_scale: tuple[float, float]
    intents: list[Line]
    lines: list[Line]
    teams: list[Line]
    offers: list[OfferLine]
    positions: list[OfferLine]
    still_here: SafeString
    measures: list[Measure]
    outcomes: list[tuple[Outcome, str, int, int]]


def build(report: SaveRate, filters: Filters, names: Names) -> Page:
    """Put words and drawings to the report."""
    average = report.total.now.save.value
    compare = filters.before is not None
    reason_scale = _scale(report.reasons)
    step_names = drawings.step_names(filters.now)
    by_step = {int(group.key): group for group in report.steps}

    def lines(groups: Iterable[Group], name: Mapping[str, str], ends: tuple[float, float]) -> list[Line]:
        return [
            Line(
                name.get(group.key, gettext("Not given")),
                group,
                drawings.dots(group.now.save, group.before.save if compare else None, ends, average),
            )
            for group in groups
            if group.now.tally.c or group.before.tally.c
        ]

    def offered(rows: Iterable[Taken], name: Mapping[str, str]) -> list[OfferLine]:
        rows = list(rows)
        ends = drawings.scale([row.now for row in rows])
        return [
            OfferLine(
                name.get(row.key, row.key),
                row,
                drawings.dots(row.now, row.before if compare else None, ends, report.taken.now.value),
            )
            for row in rows
        ]

    places = {row.key: _place(int(row.key)) for row in report.positions}
    return Page(
        report=report,
        here_name=here_name(report),
        step=_step_word(filters),
        keys=_keys(report),
        over_time=drawings.over_time(report, filters.now),
        steps=[Step(name, by_step.get(place, Group(str(place)))) for place, name in enumerate(step_names, start=1)],
        agents_chart=drawings.agents(report, names.agents),
        agents=sorted(
            (NamedAgent(drawings.name_of(names.agents, line.group.key), line) for line in report.agents),
            key=lambda agent: agent.name.casefold(),
        ),
        reasons=lines(report.reasons, _by_key(names.reasons), reason_scale),
        reason_scale=reason_scale,
        intents=lines(report.intents, labels(OpeningIntent), _scale(report.intents)),
        lines=lines(report.lines, labels(ProductKind), _scale(report.lines)),
        teams=lines(report.teams, _by_key(names.teams), _scale(report.teams)),
        offers=offered(report.offers, _by_key(names.offers)),
        positions=offered(report.positions, places),
        still_here=drawings.still_here(report),
        measures=measures(report),
        outcomes=[
            (outcome, str(words), _of(report.total.now, outcome), _of(report.total.before, outcome))
            for outcome, words in OUTCOME_WORDS.items()
        ],
    )


def measures(report: SaveRate) -> list[Measure]:
    """Every definition with its figure, in one fixed order."""
    now, before = report.total.now, report.total.before
    rates = {
        Figure.SAVE: (now.save, before.save),
        Figure.STRICT_SAVE: (now.strict, before.strict),
        Figure.CONTROLLABLE_SAVE: (now.controllable, before.controllable),
        Figure.EXCLUDED: (now.excluded, before.excluded),
        Figure.DEFLECTION: (now.deflection, before.deflection),
        Figure.REVENUE_SAVE: (report.revenue, report.revenue_before),
        Figure.TAKE_RATE: (report.taken.now, report.taken.before),
        Figure.STILL_HERE: (stay_rate(report.longest[1]), stay_rate(report.longest[2])),
    }
    found = []
    for figure, definition in DEFINITIONS.items():
        if figure in rates:
            found.append(Measure(definition, *rates[figure], change=_rate_change(figure, report, *rates[figure])))
        else:
            amounts = now.cost_per_save, before.cost_per_save
            found.append(
                Measure(definition, amount=amounts[0], amount_before=amounts[1], change=change_of_amount(*amounts))
            )
    return found


def here_name(report: SaveRate) -> str:
    """What the longest stay that can be told is called."""
    days = report.longest[0]
    return ngettext("Still here after %(days)s day", "Still here after %(days)s days", days) % {"days": days}


def stay_rate(step: Survival | None) -> Rate:
    """A step of the curve as a share with its band; the denominator is how many were seen for so long."""
    if step is None:
        return Rate(0, 0, None, None, None, too_few=True)
    return Rate(round(step.share * step.at_risk), step.at_risk, step.share, step.low, step.high, step.at_risk < 30)


def labels(choices: type[TextChoices]) -> dict[str, str]:
    """The words of a closed list, by code."""
    return {str(code): str(label) for code, label in choices.choices}


def _scale(groups: Iterable[Group]) -> tuple[float, float]:
    return drawings.scale([group.now.save for group in groups])


def _rate_change(figure: Figure, report: SaveRate, now: Rate, before: Rate) -> Change:
    if figure == Figure.STILL_HERE:
        return change_of_stay(*report.longest[1:])
    # Revenue is weighed by bills: Newcombe's interval of counts does not hold for it.
    return Change() if figure == Figure.REVENUE_SAVE else change_of_rate(now, before)


def _keys(report: SaveRate) -> list[Key]:
    now, before = report.total.now, report.total.before
    steps = report.steps
    here, here_before = report.longest[1:]

    def over(figure: Figure, now: Rate, before: Rate, values: list[float | None]) -> Key:
        return Key(
            DEFINITIONS[figure],
            change_of_rate(now, before),
            good=1,
            spark=charts.sparkline(values),
            rate=now,
            before=before,
        )

    return [
        over(Figure.SAVE, now.save, before.save, [step.now.save.value for step in steps]),
        over(Figure.STRICT_SAVE, now.strict, before.strict, [step.now.strict.value for step in steps]),
        over(
            Figure.CONTROLLABLE_SAVE,
            now.controllable,
            before.controllable,
            [step.now.controllable.value for step in steps],
        ),
        Key(
            DEFINITIONS[Figure.STILL_HERE],
            change_of_stay(here, here_before),
            good=1,
            spark=charts.sparkline([step.share for step in report.stays if step.day <= 90]),
            rate=stay_rate(here),
            before=stay_rate(here_before),
        ),
        Key(
            DEFINITIONS[Figure.COST_PER_SAVE],
            change_of_amount(now.cost_per_save, before.cost_per_save),
            good=-1,
            spark=charts.sparkline([step.now.cost_per_save.value_minor for step in steps]),
            amount=now.cost_per_save,
            before=before.cost_per_save,
        ),
    ]


def _of(count: Count, outcome: Outcome) -> int:
    return int(getattr(count.tally, outcome.value.lower()))


def _by_key(named: Mapping[int, Named]) -> dict[str, str]:
    return {str(one.id): one.name for one in named.values()}


def _place(number: int) -> str:
    if number == 0:
        return gettext("Not from the list")
    return gettext("Place %(number)s in the list") % {"number": number}


def _step_word(filters: Filters) -> str:
    steps = filters.now.steps
    days = (steps[1] - steps[0]).days if len(steps) > 1 else 1
    if len(steps) > 1 and (steps[-1] - steps[-2]).days > 7:
        return gettext("Save rate by month")
    return gettext("Save rate by week") if days == 7 else gettext("Save rate by day")
