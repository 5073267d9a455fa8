"""What holds of every ruling, whatever is asked: tried with terms and budgets that nobody chose."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from offers.choices import BudgetKind, Grade, OfferKind, RulingCode
from offers.facts import Authority
from offers.terms import Terms, snap, validate
from tests.offers.cases import BOUNDS, PERCENT, TODAY, authority, budget, facts, percent_off, rule

WITHIN, NEEDS, REFUSED = RulingCode.WITHIN, RulingCode.NEEDS_APPROVAL, RulingCode.REFUSED
KINDS = st.sampled_from(OfferKind)
AUTHORITIES = st.builds(
    lambda grade, left, site: authority(grade, budget(BudgetKind.AGENT, left), budget(BudgetKind.SITE, site)),
    st.sampled_from(Grade),
    st.integers(0, 60_000),
    st.integers(0, 60_000),
)


@st.composite
def any_terms(draw: st.DrawFn) -> Terms:
    """Terms of any kind, on the steps or off them."""
    bounds = BOUNDS[draw(KINDS)]
    return replace(
        snap(bounds.default, bounds, today=TODAY),
        percent=draw(st.integers(1, 60)) if bounds.percent else 0,
        months=draw(st.integers(1, 26)) if bounds.months else 0,
        amount_minor=draw(st.integers(100, 30_000)) if bounds.amount else 0,
    )


@settings(max_examples=150, deadline=None)
@given(terms=any_terms(), own=AUTHORITIES, approver=AUTHORITIES, conceded=st.integers(0, 60_000))
def test_the_nearest_terms_always_pass(terms: Terms, own: Authority, approver: Authority, conceded: int) -> None:
    known = facts(conceded_12m_minor=conceded)

    ruling = rule(terms, own=own, approver=approver, facts=known)

    for nearest, who in ((ruling.nearest_own, own), (ruling.nearest_approver, approver)):
        if nearest is not None:
            asked = snap(terms, BOUNDS[terms.kind], today=TODAY)
            assert validate(nearest, BOUNDS[terms.kind], today=TODAY) == []
            assert rule(nearest, own=who, approver=None, facts=known).code == WITHIN
            assert nearest.percent <= asked.percent
            assert nearest.months <= asked.months
            assert nearest.amount_minor <= asked.amount_minor


@settings(max_examples=150, deadline=None)
@given(terms=any_terms(), own=AUTHORITIES, approver=AUTHORITIES, conceded=st.integers(0, 60_000))
def test_a_ruling_not_in_full_says_the_same_and_less(
    terms: Terms, own: Authority, approver: Authority, conceded: int
) -> None:
    known = facts(conceded_12m_minor=conceded)

    full = rule(terms, own=own, approver=approver, facts=known)
    brief = rule(terms, own=own, approver=approver, facts=known, in_full=False)

    assert (brief.code, brief.priced) == (full.code, full.priced)
    assert set(brief.checks) <= set(full.checks)
    assert set(brief.approver_checks) <= set(full.approver_checks)
    assert brief.nearest_own in (None, full.nearest_own)
    assert brief.nearest_approver in (None, full.nearest_approver)
    if full.code == WITHIN:
        assert (brief.checks, brief.nearest_own) == (full.checks, terms)


@settings(max_examples=75, deadline=None)
@given(terms=any_terms(), own=AUTHORITIES, conceded=st.integers(0, 60_000))
def test_nothing_that_passes_costs_more_than_the_nearest_terms(terms: Terms, own: Authority, conceded: int) -> None:
    bounds, known = BOUNDS[terms.kind], facts(conceded_12m_minor=conceded)
    asked = snap(terms, bounds, today=TODAY)

    nearest = rule(asked, own=own, approver=None, facts=known).nearest_own

    costs = [0]
    for months in bounds.months.up_to(asked.months) if bounds.months else [0]:
        for percent in bounds.percent.up_to(asked.percent) if bounds.percent else [0]:
            amounts = bounds.amount.up_to(asked.amount_minor) if bounds.amount else range(1)
            # Of the amounts the ends and a few between are enough: the search must not miss the top.
            for amount in {amounts[0], amounts[-1], amounts[len(amounts) // 2], amounts[len(amounts) // 3]}:
                tried = replace(asked, months=months, percent=percent, amount_minor=amount)
                ruling = rule(tried, own=own, approver=None, facts=known)
                if ruling.code == WITHIN and ruling.priced:
                    costs.append(ruling.priced.cost_minor)
    found = rule(nearest, own=own, approver=None, facts=known).priced if nearest else None
    assert (found.cost_minor if found else 0) >= max(costs)


ORDER = [WITHIN, NEEDS, REFUSED]


@settings(max_examples=150, deadline=None)
@given(
    percent=st.sampled_from(PERCENT.percent.up_to(45) if PERCENT.percent else []),
    months=st.sampled_from(PERCENT.months.up_to(9) if PERCENT.months else []),
    own=AUTHORITIES,
    conceded=st.integers(0, 60_000),
)
def test_asking_for_more_never_makes_the_ruling_milder(
    percent: int, months: int, own: Authority, conceded: int
) -> None:
    known = facts(conceded_12m_minor=conceded)

    less = rule(percent_off(percent, months), own=own, facts=known)
    deeper = rule(percent_off(percent + 5, months), own=own, facts=known)
    longer = rule(percent_off(percent, months + 3), own=own, facts=known)

    assert ORDER.index(less.code) <= min(ORDER.index(deeper.code), ORDER.index(longer.code))


@settings(max_examples=100, deadline=None)
@given(terms=any_terms(), own=AUTHORITIES, more=st.integers(1, 50_000))
def test_a_fuller_budget_never_makes_the_ruling_harsher(terms: Terms, own: Authority, more: int) -> None:
    fuller = replace(own, budgets=tuple(replace(one, left_minor=one.left_minor + more) for one in own.budgets or ()))

    assert ORDER.index(rule(terms, own=fuller).code) <= ORDER.index(rule(terms, own=own).code)
