"""What counts as what: dispositions to outcomes, calls to episodes, episodes to rates."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.choices import DispositionKind
from retention_desk.reports.definitions import DEFINITIONS, OUTCOME_WORDS
from retention_desk.reports.figures import (
    OUTCOMES,
    Amount,
    ClosedCall,
    Figure,
    Outcome,
    Rate,
    Tally,
    controllable_save,
    cost_per_save,
    deflection,
    difference,
    episodes,
    excluded_share,
    mean_cost,
    outcome_of,
    rate,
    revenue_save,
    save,
    strict_save,
    take_rate,
    tally,
)

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
A, K, P, D, X, U = Outcome

SAVED, KEPT, LEFT, BACK = (
    DispositionKind.SAVED_WITH_OFFER,
    DispositionKind.SAVED_WITHOUT,
    DispositionKind.CANCELLED,
    DispositionKind.CALL_BACK,
)


def call(call_id: int, day: float, disposition: DispositionKind, customer: int = 1, **changes: object) -> ClosedCall:
    """A call so many days after a Monday."""
    return ClosedCall(
        call_id=call_id,
        customer_id=customer,
        opened_at=MONDAY + timedelta(days=day),
        disposition=disposition,
        offer_accepted=disposition == SAVED,
        **changes,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("disposition", "outcome"),
    [
        (DispositionKind.SAVED_WITH_OFFER, A),
        (DispositionKind.SAVED_WITHOUT, K),
        (DispositionKind.PARTLY_SAVED, D),
        (DispositionKind.PAUSED, P),
        (DispositionKind.NAME_TRANSFERRED, K),
        (DispositionKind.CANCELLED, X),
        (DispositionKind.PORTING_OUT, X),
        (DispositionKind.CALL_BACK, U),
        (DispositionKind.TRANSFERRED, U),
        (DispositionKind.DROPPED, U),
        (DispositionKind.NO_CANCEL_INTENT, None),
        (DispositionKind.UNAUTHORISED_CALLER, None),
    ],
)
def test_each_disposition_has_its_outcome(disposition: DispositionKind, outcome: Outcome | None) -> None:
    assert outcome_of(disposition, offer_accepted=True) == outcome
    assert outcome_of(disposition, offer_accepted=False) == outcome


def test_moving_with_us_on_an_offer_is_accepting_it() -> None:
    assert outcome_of(DispositionKind.MOVED_WITH_US, offer_accepted=True) == A
    assert outcome_of(DispositionKind.MOVED_WITH_US, offer_accepted=False) == K


def test_every_disposition_is_decided() -> None:
    assert OUTCOMES.keys() == set(DispositionKind)


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([], []),
        ([call(1, 0, SAVED)], [(1, 1, A, 1)]),
        # A save that is cancelled within the week is a cancellation.
        ([call(1, 0, SAVED), call(2, 3, LEFT)], [(1, 2, X, 2)]),
        ([call(1, 0, LEFT), call(2, 3, KEPT)], [(1, 2, K, 2)]),
        # An undecided call does not undo what was decided, and does not stand where something was.
        ([call(1, 0, SAVED), call(2, 3, BACK)], [(1, 1, A, 2)]),
        ([call(1, 0, BACK), call(2, 1, SAVED)], [(1, 2, A, 2)]),
        ([call(1, 0, BACK), call(2, 1, BACK)], [(1, 2, U, 2)]),
        # Seven days are counted from the first call, not from the last.
        ([call(1, 0, BACK), call(2, 6, BACK), call(3, 8, LEFT)], [(1, 2, U, 2), (3, 3, X, 1)]),
        ([call(1, 0, SAVED), call(2, 7, LEFT)], [(1, 1, A, 1), (2, 2, X, 1)]),
        ([call(1, 0, SAVED), call(2, 6.99, LEFT)], [(1, 2, X, 2)]),
        # Customers are apart, and order of arrival does not matter.
        ([call(2, 1, LEFT, customer=2), call(1, 0, SAVED)], [(1, 1, A, 1), (2, 2, X, 1)]),
        ([call(2, 3, LEFT), call(1, 0, SAVED)], [(1, 2, X, 2)]),
        # What is no cancel contact may begin an episode and decides nothing.
        (
            [call(1, 0, DispositionKind.NO_CANCEL_INTENT), call(2, 6, SAVED), call(3, 8, LEFT)],
            [(1, 2, A, 1), (3, 3, X, 1)],
        ),
        ([call(1, 0, BACK), call(2, 1, DispositionKind.UNAUTHORISED_CALLER)], [(1, 1, U, 1)]),
        ([call(1, 0, DispositionKind.UNAUTHORISED_CALLER)], []),
        # Two at the same moment: the later number decides.
        ([call(2, 0, LEFT), call(1, 0, SAVED)], [(1, 2, X, 2)]),
    ],
)
def test_calls_collapse_into_episodes(calls: list[ClosedCall], found: list[tuple[int, int, Outcome, int]]) -> None:
    assert [
        (episode.first_call_id, episode.deciding_call_id, episode.outcome, episode.contacts)
        for episode in episodes(calls)
    ] == found


def test_an_episode_carries_the_cost_of_all_its_calls_and_the_deciders_reason() -> None:
    (episode,) = episodes([call(1, 0, SAVED, cost_minor=9_600), call(2, 3, LEFT, cost_minor=500, controllable=False)])

    assert (episode.cost_minor, episode.controllable, episode.opened_at) == (10_100, False, MONDAY)


CALLS = st.lists(
    st.builds(
        lambda day, kind, customer: (day, kind, customer),
        st.integers(0, 60),
        st.sampled_from(DispositionKind),
        st.integers(1, 4),
    ),
    max_size=25,
).map(lambda rows: [call(n, day, kind, customer) for n, (day, kind, customer) in enumerate(rows)])


@given(calls=CALLS)
def test_every_contact_is_in_exactly_one_episode(calls: list[ClosedCall]) -> None:
    found = episodes(calls)

    assert sum(episode.contacts for episode in found) == sum(
        1 for one in calls if OUTCOMES[one.disposition] is not None
    )
    assert episodes(reversed(calls)) == found
    starts: dict[int, datetime] = {}
    for episode in found:
        if episode.customer_id in starts:
            assert episode.opened_at - starts[episode.customer_id] >= timedelta(days=7)
        starts[episode.customer_id] = episode.opened_at


#  50 with an offer, 10 without, 5 paused, 15 in part, 100 cancelled, 20 undecided.
EVERYTHING = Tally(a=50, k=10, p=5, d=15, x=100, u=20)
UNCONTROLLABLE = Tally(a=1, k=2, x=17)


def test_tally_counts_outcomes() -> None:
    found = tally([A, A, X, U, P, D, K])

    assert found == Tally(a=2, k=1, p=1, d=1, x=1, u=1)
    assert found.c == 7


@pytest.mark.parametrize(
    ("found", "numerator", "denominator"),
    [
        (deflection(EVERYTHING), 100, 200),
        (strict_save(EVERYTHING), 50, 200),
        (save(EVERYTHING), 75, 200),
        (controllable_save(EVERYTHING, UNCONTROLLABLE), 72, 180),
        (excluded_share(EVERYTHING, UNCONTROLLABLE), 20, 200),
        (take_rate(30, 80), 30, 80),
    ],
)
def test_rates_divide_what_they_say(found: Rate, numerator: int, denominator: int) -> None:
    assert (found.numerator, found.denominator) == (numerator, denominator)
    assert found.value == numerator / denominator


def test_a_rate_has_wilsons_interval() -> None:
    found = rate(81, 263)

    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert not found.too_few


@pytest.mark.parametrize(("denominator", "too_few"), [(0, True), (29, True), (30, False)])
def test_under_thirty_cases_are_too_few_to_say(denominator: int, too_few: object) -> None:
    assert rate(0, denominator).too_few is too_few


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert rate(0, 0) == Rate(0, 0, None, None, None, too_few=True)


def test_a_difference_has_newcombes_interval() -> None:
    found = difference(rate(56, 70), rate(48, 80))

    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.clear


def test_a_difference_whose_interval_holds_nought_is_not_clear() -> None:
    assert not difference(rate(5, 56), rate(0, 29)).clear
    assert difference(rate(48, 80), rate(56, 70)).clear


def test_a_difference_to_nothing_cannot_be_told() -> None:
    found = difference(rate(5, 56), rate(0, 0))

    assert (found.value, found.low, found.high, found.clear) == (None, None, None, False)


def test_cost_per_save_carries_the_cost_of_those_who_left() -> None:
    # Four episodes: 90 and saved, 0 and cancelled, 60 and saved, 30 and cancelled all the same: 180 / 2.
    found = cost_per_save(n=4, saves=2, cost_minor=180, cost_squared=8_100 + 3_600 + 900, cost_of_saves_minor=150)

    # Residuals 0, 0, -30, 30: 1,800 x 4/3 = 2,400; 1.96 x sqrt(2,400) / 2 = 48.
    assert found == Amount(value_minor=90, low_minor=42, high_minor=138, n=2, too_few=True)


def test_cost_per_save_is_never_less_than_nothing() -> None:
    found = cost_per_save(n=3, saves=2, cost_minor=100, cost_squared=10_000, cost_of_saves_minor=100)

    assert found.low_minor == 0


@pytest.mark.parametrize(("n", "saves", "value"), [(0, 0, None), (10, 0, None), (1, 1, 500)])
def test_cost_per_save_without_cases_has_no_interval(n: int, saves: int, value: int | None) -> None:
    found = cost_per_save(n=n, saves=saves, cost_minor=500, cost_squared=250_000, cost_of_saves_minor=500)

    assert found == Amount(value, None, None, saves, too_few=True)


def test_mean_cost_is_told_from_the_sums() -> None:
    amounts = [200, 400, 400, 400, 500, 500, 700, 900] * 4

    found = mean_cost(len(amounts), total_minor=sum(amounts), squared=sum(amount * amount for amount in amounts))

    assert (found.value_minor, found.n, found.too_few) == (500, 32, False)


@pytest.mark.parametrize(("n", "value"), [(0, None), (1, 500)])
def test_mean_cost_of_one_case_has_no_interval(n: int, value: int | None) -> None:
    assert mean_cost(n, total_minor=500 * n, squared=250_000 * n) == Amount(value, None, None, n, too_few=True)


def test_save_by_revenue_weighs_by_the_bill() -> None:
    # Bills 300, 100, 100, 100; the first and the second are saved.
    found = revenue_save(4, kept_minor=400, all_minor=600, kept_squared=100_000, all_squared=120_000)

    assert found.value == pytest.approx(2 / 3)
    # Residuals 100, 33.3, -66.7, -66.7: 20,000 x 4/3 = 26,667; 1.96 x sqrt(26,667) / 600 = 0.5334.
    assert found.low == pytest.approx(2 / 3 - 0.5334, abs=1e-4)
    assert found.high == 1.0
    assert found.too_few


@pytest.mark.parametrize(("n", "all_minor", "value"), [(0, 0, None), (1, 500, 1.0)])
def test_save_by_revenue_of_one_case_has_no_interval(n: int, all_minor: int, value: float | None) -> None:
    found = revenue_save(
        n, kept_minor=all_minor, all_minor=all_minor, kept_squared=all_minor**2, all_squared=all_minor**2
    )

    assert found == Rate(all_minor, all_minor, value, None, None, too_few=True)


def test_every_figure_and_outcome_has_its_words() -> None:
    assert DEFINITIONS.keys() == set(Figure)
    assert all(definition.figure == figure for figure, definition in DEFINITIONS.items())
    assert OUTCOME_WORDS.keys() == set(Outcome)
    for definition in DEFINITIONS.values():
        assert all(map(str, (definition.name, definition.formula, definition.meaning, definition.denominator)))
