"""The save-rate report: from the statement's counts to figures with intervals, each group with the period before.

Pure: `assemble` takes the rows of `queries.save_rate_counts` and gives plain data; words and drawings come later.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from math import hypot
from typing import Any

from retention_desk.reports import figures
from retention_desk.reports.figures import Amount, Difference, Rate, Tally
from retention_desk.reports.intervals import (
    Z_95,
    FunnelLimits,
    Survival,
    curve_of_counts,
    funnel_limits,
    stays_at,
)

NOW, BEFORE = 0, 1
MARKS = (30, 60, 90)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Count:
    """One group of episodes in one period: by outcome, those nobody could have kept apart, and what they cost."""

    tally: Tally = field(default_factory=Tally)
    uncontrollable: Tally = field(default_factory=Tally)
    cost_minor: int = 0
    cost_squared: int = 0
    cost_of_saves_minor: int = 0

    @property
    def save(self) -> Rate:
        """Save rate."""
        return figures.save(self.tally)

    @property
    def strict(self) -> Rate:
        """Strict save rate."""
        return figures.strict_save(self.tally)

    @property
    def controllable(self) -> Rate:
        """Controllable save rate."""
        return figures.controllable_save(self.tally, self.uncontrollable)

    @property
    def excluded(self) -> Rate:
        """Share left out of the controllable one."""
        return figures.excluded_share(self.tally, self.uncontrollable)

    @property
    def deflection(self) -> Rate:
        """Not cancelled in the contact."""
        return figures.deflection(self.tally)

    @property
    def cost_per_save(self) -> Amount:
        """Cost per save."""
        return figures.cost_per_save(
            n=self.tally.c,
            saves=self.tally.saved,
            cost_minor=self.cost_minor,
            cost_squared=self.cost_squared,
            cost_of_saves_minor=self.cost_of_saves_minor,
        )


@dataclass(frozen=True)
class Group:
    """One line of a table: a key (an id, a code, a step), this period and the one before."""

    key: str
    now: Count = field(default_factory=Count)
    before: Count = field(default_factory=Count)

    @property
    def change(self) -> Difference:
        """Change of the save rate."""
        return figures.difference(self.now.save, self.before.save)


@dataclass(frozen=True)
class Taken:
    """How one offer, or one place in the list, was answered."""

    key: str
    now: Rate
    before: Rate
    cost: Amount
    here: Survival | None = None
    foreign_money: int = 0


@dataclass(frozen=True)
class Conduct:
    """Whether cancelling was honoured, in one period."""

    cancelled: Rate = field(default_factory=lambda: figures.rate(0, 0))
    confirmed_again: Rate = field(default_factory=lambda: figures.rate(0, 0))
    median_seconds: float | None = None
    after_limit: int = 0
    closed_reason: int = 0


@dataclass(frozen=True)
class AgentLine:
    """One agent: the group, how cancelling was honoured, and where the save rate lies among chance's limits."""

    group: Group
    conduct: Conduct
    limits: FunnelLimits | None

    @property
    def place(self) -> str:
        """`high` or `low` outside the 99.8 % limits, `raised` or `lowered` outside the 95 % band, else `within`."""
        value = self.group.now.save.value
        if value is None or self.limits is None:
            return "none"
        if value > self.limits.high_998:
            return "high"
        if value < self.limits.low_998:
            return "low"
        if value > self.limits.high_95:
            return "raised"
        return "lowered" if value < self.limits.low_95 else "within"


@dataclass(frozen=True)
class SaveRate:
    """The whole report as numbers."""

    total: Group
    steps: tuple[Group, ...]
    intents: tuple[Group, ...]
    reasons: tuple[Group, ...]
    teams: tuple[Group, ...]
    agents: tuple[AgentLine, ...]
    lines: tuple[Group, ...]
    revenue: Rate
    revenue_before: Rate
    offers: tuple[Taken, ...]
    positions: tuple[Taken, ...]
    taken: Taken
    stays: tuple[Survival, ...]
    stays_before: tuple[Survival, ...]
    conduct: Conduct
    conduct_before: Conduct

    @cached_property
    def here(self) -> tuple[tuple[int, Survival | None, Survival | None], ...]:
        """Still here at 30, 60 and 90 days, this period and the one before."""
        return tuple((day, stays_at(self.stays, day), stays_at(self.stays_before, day)) for day in MARKS)

    @cached_property
    def longest(self) -> tuple[int, Survival | None, Survival | None]:
        """The last of those days that anybody has been seen for; the first where nobody has."""
        return next((mark for mark in reversed(self.here) if mark[1] is not None), self.here[0])

    @property
    def empty(self) -> bool:
        """Nothing was counted in this period."""
        return self.total.now.tally.c == 0


def assemble(counts: Mapping[str, Sequence[Row]]) -> SaveRate:
    """Make the report from the statement's sections."""
    groups = _groups(counts["counted"])
    total = groups["all"].get("", Group(""))
    conduct = {period: _conduct(counts, period) for period in (NOW, BEFORE)}
    offers, positions, taken = _taken(counts)
    stays = _stays(counts["stays"])
    return SaveRate(
        total=total,
        steps=tuple(sorted(groups["bucket"].values(), key=lambda group: int(group.key))),
        intents=_by_size(groups["intent"].values()),
        reasons=_by_size(groups["reason"].values()),
        teams=_by_size(groups["team"].values()),
        agents=_agents(groups["agent"].values(), total, conduct[NOW][1]),
        lines=_by_size(_lines(counts["lines"])),
        revenue=_revenue(counts["revenue"], NOW),
        revenue_before=_revenue(counts["revenue"], BEFORE),
        offers=offers,
        positions=positions,
        taken=taken,
        stays=stays[NOW, None],
        stays_before=stays[BEFORE, None],
        conduct=conduct[NOW][0],
        conduct_before=conduct[BEFORE][0],
    )


def _groups(rows: Iterable[Row]) -> dict[str, dict[str, Group]]:
    """Fold rows of one outcome each into groups with both periods."""
    parts: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for row in rows:
        # A call without a reason has one without a key: it is listed, not lost.
        parts[row["by"], row["key"] or "", row["period"]].append(row)
    keys: dict[str, dict[str, Group]] = defaultdict(dict)
    for by, key, _period in parts:
        keys[by][key] = Group(key, _count(parts.get((by, key, NOW), ())), _count(parts.get((by, key, BEFORE), ())))
    return keys


def _count(rows: Iterable[Row]) -> Count:
    everything, apart = Counter[str](), Counter[str]()
    cost = squared = of_saves = 0
    for row in rows:
        everything[row["outcome"]] += row["n"]
        if not row["controllable"]:
            apart[row["outcome"]] += row["n"]
        cost += row["cost"]
        squared += row["cost_squared"]
        of_saves += row["cost"] if row["outcome"] in "AKD" else 0
    return Count(_tally(everything), _tally(apart), cost, squared, of_saves)


def _tally(counts: Counter[str]) -> Tally:
    return Tally(**{one.name: counts[one.name.upper()] for one in fields(Tally)})


def _by_size(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: (-group.now.tally.c, -group.before.tally.c, group.key)))


def _lines(rows: Iterable[Row]) -> list[Group]:
    parts: dict[str, dict[int, Counter[str]]] = defaultdict(lambda: {NOW: Counter(), BEFORE: Counter()})
    for row in rows:
        parts[row["line"]][row["period"]][row["outcome"]] += row["n"]
    return [Group(line, Count(_tally(part[NOW])), Count(_tally(part[BEFORE]))) for line, part in parts.items()]


def _revenue(rows: Iterable[Row], period: int) -> Rate:
    mine = [row for row in rows if row["period"] == period]
    saved = [row for row in mine if row["outcome"] in "AKD"]
    return figures.revenue_save(
        sum(row["n"] for row in mine),
        kept_minor=sum(row["bill"] for row in saved),
        all_minor=sum(row["bill"] for row in mine),
        kept_squared=sum(row["bill_squared"] for row in saved),
        all_squared=sum(row["bill_squared"] for row in mine),
    )


def _taken(counts: Mapping[str, Sequence[Row]]) -> tuple[tuple[Taken, ...], tuple[Taken, ...], Taken]:
    found: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in counts["offers"]:
        found[row["by"], "" if row["key"] is None else str(row["key"])][row["period"]] = row
    here = {str(offer): curve for (period, offer), curve in _stays(counts["stays"]).items() if offer is not None}

    def taken(by: str, key: str) -> Taken:
        now, before = (found[by, key].get(period, {}) for period in (NOW, BEFORE))
        return Taken(
            key,
            figures.take_rate(now.get("accepted", 0), now.get("presented", 0)),
            figures.take_rate(before.get("accepted", 0), before.get("presented", 0)),
            figures.mean_cost(
                now.get("accepted", 0), total_minor=now.get("cost", 0), squared=now.get("cost_squared", 0)
            ),
            stays_at(here.get(key, ()), MARKS[-1]) if by == "offer" else None,
            now.get("foreign_money", 0),
        )

    def listed(by: str) -> list[Taken]:
        return [taken(one, key) for one, key in list(found) if one == by]

    offers = sorted(listed("offer"), key=lambda one: (-one.now.denominator, one.key))
    positions = sorted(listed("position"), key=lambda one: int(one.key))
    return tuple(offers), tuple(positions), taken("all", "")


def _stays(rows: Iterable[Row]) -> dict[tuple[int, int | None], tuple[Survival, ...]]:
    """Curves by period, and this period's by offer."""
    counts: dict[tuple[int, int | None], Counter[tuple[int, bool]]] = defaultdict(Counter)
    for row in rows:
        counts[row["period"], row["offer"]][row["day"], row["has_left"]] += row["n"]
    curves = {key: curve_of_counts(counted) for key, counted in counts.items()}
    return {(NOW, None): (), (BEFORE, None): ()} | curves


def _conduct(counts: Mapping[str, Sequence[Row]], period: int) -> tuple[Conduct, dict[str, Conduct]]:
    """The period's conduct, and each agent's."""

    def single(section: str, name: str) -> int:
        return next((int(row[name] or 0) for row in counts[section] if row["period"] == period), 0)

    whole, agents = Conduct(), {}
    confirmed_again = 0
    for row in counts["cancelled"]:
        if row["period"] != period:
            continue
        one = Conduct(cancelled=figures.rate(row["in_time"], row["cancelled"]), median_seconds=row["median_seconds"])
        if row["agent"] is None:
            whole, confirmed_again = one, row["confirmed_again"]
        else:
            agents[str(row["agent"])] = one
    return (
        Conduct(
            cancelled=whole.cancelled,
            confirmed_again=figures.rate(confirmed_again, single("asked_again", "asked_again")),
            median_seconds=whole.median_seconds,
            after_limit=single("after_limit", "after_limit"),
            closed_reason=single("closed_reason", "closed_reason"),
        ),
        agents,
    )


def _agents(groups: Iterable[Group], total: Group, conduct: Mapping[str, Conduct]) -> tuple[AgentLine, ...]:
    target = total.now.save.value
    return tuple(
        AgentLine(
            group,
            conduct.get(group.key, Conduct()),
            funnel_limits(target, group.now.tally.c) if target is not None and group.now.tally.c else None,
        )
        for group in groups
        if group.now.tally.c
    )


@dataclass(frozen=True)
class Change:
    """A figure against the period before: the difference with its interval, and whether that leaves out 0."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    clear: bool = False


def change_of_rate(now: Rate, before: Rate) -> Change:
    """The difference of two shares, -1..1."""
    found = figures.difference(now, before)
    return Change(found.value, found.low, found.high, found.clear)


def change_of_amount(now: Amount, before: Amount) -> Change:
    """The difference of two averages in minor units; the half-widths of independent intervals add as a right angle."""
    parts = (now.value_minor, now.low_minor, now.high_minor, before.value_minor, before.low_minor, before.high_minor)
    if any(part is None for part in parts):
        return Change()
    value, low, high, was, was_low, was_high = (float(part or 0) for part in parts)
    gap = value - was
    low, high = gap - hypot(value - low, was_high - was), gap + hypot(high - value, was - was_low)
    return Change(gap, low, high, clear=low > 0 or high < 0)


def change_of_stay(now: Survival | None, before: Survival | None) -> Change:
    """The difference of two curves at one day, with Greenwood's errors."""
    if now is None or before is None:
        return Change()
    gap, half = now.share - before.share, Z_95 * hypot(now.error, before.error)
    return Change(gap, gap - half, gap + half, clear=abs(gap) > half)
