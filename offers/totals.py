"""What a person gives on a call, in an episode, a day, a week and a month, against their own limit. Pure.

The ledger's functions look at the same totals again while they hold the rows; these tell the agent beforehand.
"""

from collections.abc import Iterator

from offers.choices import LimitMode, ReasonCode
from offers.eligibility import Unit
from offers.facts import Authority, OwnTotals
from offers.ruling import Check, Weight
from offers.terms import Terms

# Of fewer saves an average says nothing.
FEW_SAVES = 20


def total_checks(terms: Terms, cost_minor: int, authority: Authority) -> Iterator[Check]:
    """The checks of an authority's totals, in the order of telling; none where nobody has added them up."""
    totals = authority.totals
    if totals is None:
        return
    yield from _of_the_call(cost_minor, totals)
    yield from _of_the_episode(terms, cost_minor, authority, totals)
    yield from _of_the_periods(cost_minor, totals)
    for average in totals.averages:
        mean = (average.spent_minor + cost_minor) / (average.saves + 1)
        # What costs less than the average brings it down.
        dear = average.saves >= FEW_SAVES and cost_minor > average.most_minor and mean > average.most_minor
        yield Check(
            ReasonCode.OVER_AVERAGE, not dear, Weight.AUTHORITY, Unit.MINOR, average.most_minor, None, cost_minor
        )


def _of_the_call(cost_minor: int, totals: OwnTotals) -> Iterator[Check]:
    """How often and how much on this call."""
    if totals.call_most is not None:
        most, left = totals.call_most, totals.call_most - totals.call_count
        yield Check(ReasonCode.CALL_COUNT, left >= 1, Weight.AUTHORITY, Unit.COUNT, most, max(left, 0), 1)
    if totals.call_most_minor is not None:
        most, left = totals.call_most_minor, totals.call_most_minor - totals.call_cost_minor
        yield Check(ReasonCode.CALL_COST, cost_minor <= left, Weight.AUTHORITY, Unit.MINOR, most, left, cost_minor)


def _of_the_episode(terms: Terms, cost_minor: int, authority: Authority, totals: OwnTotals) -> Iterator[Check]:
    """One large concession is not given as two small ones: the same family counts together for seven days."""
    limit, before = authority.limit, totals.before
    if limit is None or before is None:
        return
    most, left = limit.max_cost_minor, limit.max_cost_minor - before.cost_minor
    yield Check(ReasonCode.OVER_SPLIT, cost_minor <= left, Weight.AUTHORITY, Unit.MINOR, most, left, cost_minor)
    # What is given once is capped by its amount, too, however many times it is given.
    if before.amount_minor:
        most, left, asked = limit.max_credit_minor, limit.max_credit_minor - before.amount_minor, terms.amount_minor
        yield Check(ReasonCode.OVER_SPLIT, asked <= left, Weight.AUTHORITY, Unit.MINOR, most, left, asked)


def _of_the_periods(cost_minor: int, totals: OwnTotals) -> Iterator[Check]:
    """How often and how much in this day, week and month."""
    weight = Weight.ADVICE if totals.mode == LimitMode.PACING else Weight.AUTHORITY
    for one in totals.periods:
        if one.most is not None:
            left = one.most - one.used_count
            yield Check(ReasonCode.COUNT_LIMIT, left >= 1, weight, Unit.COUNT, one.most, max(left, 0), 1, one.period)
        if one.limit_minor is not None:
            left = one.limit_minor - one.used_minor
            yield Check(
                ReasonCode.BUDGET_LIMIT,
                cost_minor <= left,
                weight,
                Unit.MINOR,
                one.limit_minor,
                max(left, 0),
                cost_minor,
                one.period,
            )
