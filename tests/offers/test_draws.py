"""Who answers a question: drawn by the desk, passed over when they do not look, and two of them for much."""

from datetime import timedelta

import pytest

from customers.models import Customer
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.choices import BudgetKind, Duty, Grade
from offers.models import ApprovalDraw, ApprovalRequest, Delegation, Grant, OwnLine, Proposal, SchemeVersion, Seat
from tests.builders import desk_now, make_agent, make_site, make_supervisor, make_team
from tests.database import DeskClock
from tests.offers.builders import make_limit
from tests.offers.desk import Desk, assert_counters_equal_entries, used

pytestmark = pytest.mark.django_db


def decide(desk: Desk, request: ApprovalRequest, by: int, decision: str = "APPROVE", **other: object) -> int:
    return ledger.act("decide_approval", desk.decision(request, decision, approver_id=by, **other))


def drawn(request: ApprovalRequest) -> int | None:
    request.refresh_from_db()
    return request.drawn_to_id


def turns(request: ApprovalRequest) -> list[tuple[int, str]]:
    return list(request.draws.order_by("pk").values_list("user_id", "ended_as"))


def refusal_of(act: object) -> str:
    with pytest.raises(Refused) as refused:
        act()  # type: ignore[operator]
    return str(refused.value.code)


def test_least_asked_supervisor_on_duty_is_drawn(desk: Desk) -> None:
    tom = make_supervisor("tom")
    make_supervisor("una", duty=Duty.BREAK)
    make_supervisor("vic", team=make_team("Retention Coast", make_site("Savannah", "America/New_York")))

    first = desk.asked()
    assert drawn(first) == desk.sue.pk
    decide(desk, first, desk.sue.pk, "DECLINE", reason="BUDGET")

    assert drawn(desk.asked(cost_minor=38_000)) == tom.pk


def test_only_whoever_is_drawn_may_answer(desk: Desk) -> None:
    tom = make_supervisor("tom")
    request = desk.asked()

    assert refusal_of(lambda: decide(desk, request, tom.pk)) == "NOT_DRAWN"
    decide(desk, request, desk.sue.pk)
    assert turns(request) == [(desk.sue.pk, "ANSWERED")]


def test_who_does_not_look_in_time_is_passed_over_and_the_last_keeps_it(desk: Desk, desk_clock: DeskClock) -> None:
    tom = make_supervisor("tom")
    desk_clock.set(desk_now())
    request = desk.asked()

    desk_clock.advance(timedelta(seconds=21))
    assert ledger.expire_due() == {"draw": 1}
    assert drawn(request) == tom.pk
    assert turns(request) == [(desk.sue.pk, "TIMED_OUT"), (tom.pk, "")]
    assert refusal_of(lambda: decide(desk, request, desk.sue.pk)) == "NOT_DRAWN"

    desk_clock.advance(timedelta(seconds=21))
    ledger.expire_due()
    assert drawn(request) == tom.pk

    desk_clock.advance(timedelta(seconds=21))
    assert ledger.expire_due() == {"question": 1}
    assert turns(request)[-1] == (tom.pk, "TIMED_OUT")
    assert refusal_of(lambda: decide(desk, request, tom.pk)) == "REQUEST_EXPIRED"


def test_who_is_reading_is_not_passed_over(desk: Desk, desk_clock: DeskClock) -> None:
    make_supervisor("tom")
    desk_clock.set(desk_now())
    request = desk.asked()
    ledger.mark_read(request_id=request.pk, by=desk.sue.pk)

    desk_clock.advance(timedelta(seconds=30))

    assert not ledger.expire_due()
    assert drawn(request) == desk.sue.pk


def test_passing_on_goes_to_the_next_and_up_to_a_manager(desk: Desk) -> None:
    tom, max_ = make_supervisor("tom"), make_supervisor("max", grade=Grade.MANAGER)
    request = desk.asked()
    on = {"request_id": request.pk, "role": "SUPERVISOR"}

    ledger.act("pass_question", on | {"approver_id": desk.sue.pk, "up": False})
    assert drawn(request) == tom.pk
    assert refusal_of(lambda: ledger.act("pass_question", on | {"approver_id": desk.sue.pk, "up": True})) == "NOT_DRAWN"
    ledger.act("pass_question", on | {"approver_id": tom.pk, "up": True})

    assert drawn(request) == max_.pk
    assert [end for _user, end in turns(request)] == ["PASSED_ON", "PASSED_ON", ""]


def test_nobody_left_is_said_before_anything_is_written(desk: Desk) -> None:
    Seat.objects.filter(user=desk.sue).update(duty=Duty.AWAY)

    assert refusal_of(desk.asked) == "NO_SUPERVISOR"
    assert not Proposal.objects.exists()


def test_own_line_is_never_drawn_to_its_owner(desk: Desk) -> None:
    tom = make_supervisor("tom")
    OwnLine.objects.create(user=desk.sue, customer=Customer.objects.get(), declared_by=desk.sue, declared_at=desk_now())

    assert drawn(desk.asked()) == tom.pk


def test_pair_says_yes_as_often_as_the_scheme_allows(desk: Desk) -> None:
    desk.scheme = SchemeVersion.objects.create(
        valid_from=desk_now(),
        currency="USD",
        customer_year_percents=[10, 15, 25],
        pair_cap=1,
        recorded_at=desk_now(),
    )
    request = desk.asked()
    granted = decide(desk, request, desk.sue.pk)
    ledger.act("settle_proposal", desk.outcome(granted, "WITHDRAWN"))

    assert refusal_of(lambda: desk.asked(cost_minor=38_000)) == "NO_SUPERVISOR"


class TestTwoYeses:
    @pytest.fixture(autouse=True)
    def much(self, desk: Desk) -> None:
        """Above $300 two have to say yes."""
        desk.scheme = SchemeVersion.objects.create(
            valid_from=desk_now(),
            currency="USD",
            customer_year_percents=[10, 15, 25],
            second_above_minor=30_000,
            recorded_at=desk_now(),
        )

    def test_second_supervisor_decides(self, desk: Desk) -> None:
        tom = make_supervisor("tom")
        request = desk.asked()

        decide(desk, request, desk.sue.pk)
        request.refresh_from_db()
        assert (request.state, request.first_by_id, request.drawn_to_id) == ("OPEN", desk.sue.pk, tom.pk)
        assert used(BudgetKind.CUSTOMER) == (0, 0)
        assert refusal_of(lambda: decide(desk, request, desk.sue.pk)) == "NOT_DRAWN"

        decide(desk, request, tom.pk)
        request.refresh_from_db()
        assert (request.state, request.decided_by_id) == ("APPROVED", tom.pk)
        assert used(BudgetKind.CUSTOMER) == (38_395, 0)

    def test_alone_nothing_is_written(self, desk: Desk) -> None:
        request = desk.asked()

        assert refusal_of(lambda: decide(desk, request, desk.sue.pk)) == "NO_SECOND"
        request.refresh_from_db()
        assert (request.state, request.first_by_id) == ("OPEN", None)

    def test_smaller_counter_needs_one(self, desk: Desk) -> None:
        request = desk.asked()
        terms = {"percent": 20, "months": 12, "cost_minor": 19_200, "monthly_minor": 1_600, "bill_after_minor": 7_399}

        decide(desk, request, desk.sue.pk, "COUNTER", terms=terms)

        request.refresh_from_db()
        assert request.state == "COUNTERED"


class TestGrants:
    CEILING = {"percent": 30, "months": 12, "cost_minor": 28_800, "monthly_minor": 2_400}

    @pytest.fixture
    def grant(self, desk: Desk, desk_clock: DeskClock) -> Grant:
        """Sue lets Ann give up to 30 % for 12 months, and her undo has run out."""
        desk_clock.set(desk_now())
        decide(desk, desk.asked(), desk.sue.pk, "CEILING", terms=self.CEILING)
        desk_clock.advance(timedelta(seconds=6))
        return Grant.objects.get()

    def test_ceiling_holds_nothing_before_it_is_used(self, grant: Grant) -> None:
        assert used(BudgetKind.CUSTOMER) == (0, 0)
        assert grant.used_at is None

    def test_less_than_the_ceiling_needs_no_second_question(self, desk: Desk, grant: Grant) -> None:
        made = ledger.act("authorise_proposal", desk.facts(grant_id=grant.pk, percent=25, months=12, cost_minor=24_000))

        proposal = Proposal.objects.get(pk=made)
        assert (proposal.state, proposal.ruling, proposal.grant_id) == ("PRESENTED", "NEEDS_APPROVAL", grant.pk)
        assert proposal.limit_version_id == grant.limit_version_id
        assert used(BudgetKind.APPROVER) == (24_000, 0)
        assert used(BudgetKind.AGENT) == (0, 0)

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"percent": 35}, "OVER_GRANT"),
            ({"months": 18}, "OVER_GRANT"),
            ({"cost_minor": 28_801}, "OVER_GRANT"),
            ({"monthly_minor": 2_401}, "OVER_GRANT"),
            ({"grant_id": 0}, "NOT_YOURS"),
        ],
    )
    def test_more_has_to_be_asked_for_again(self, desk: Desk, grant: Grant, more: dict[str, int], code: str) -> None:
        facts = desk.facts(**({"grant_id": grant.pk} | self.CEILING | more))

        assert refusal_of(lambda: ledger.act("authorise_proposal", facts)) == code

    def test_grant_is_used_once(self, desk: Desk, grant: Grant) -> None:
        first = ledger.act("authorise_proposal", desk.facts(grant_id=grant.pk))
        ledger.act("settle_proposal", desk.outcome(first, "DECLINED"))

        again = desk.facts(grant_id=grant.pk)
        assert refusal_of(lambda: ledger.act("authorise_proposal", again)) == "GRANT_ENDED"

    def test_grant_ends_by_the_clock(self, desk: Desk, grant: Grant, desk_clock: DeskClock) -> None:
        desk_clock.advance(timedelta(minutes=31))

        facts = desk.facts(grant_id=grant.pk)
        assert refusal_of(lambda: ledger.act("authorise_proposal", facts)) == "GRANT_ENDED"

    def test_nobody_elses_grant(self, desk: Desk, grant: Grant) -> None:
        ben = make_agent("ben")

        with pytest.raises(NotYours):
            ledger.act("authorise_proposal", desk.facts(grant_id=grant.pk, agent_id=ben.pk))

    def test_approved_offer_may_be_presented_smaller(self, desk: Desk, desk_clock: DeskClock) -> None:
        desk_clock.set(desk_now())
        asked = desk.asked()
        decide(desk, asked, desk.sue.pk)
        desk_clock.advance(timedelta(seconds=6))

        made = ledger.act("authorise_proposal", desk.facts(grant_id=Grant.objects.get().pk, cost_minor=30_000))

        assert Proposal.objects.get(pk=asked.proposal_id).state == "WITHDRAWN"
        assert Proposal.objects.get(pk=made).state == "PRESENTED"
        assert used(BudgetKind.APPROVER) == (30_000, 0)
        assert_counters_equal_entries()


def test_declined_is_not_asked_again_unless_for_less(desk: Desk) -> None:
    decide(desk, desk.asked(), desk.sue.pk, "DECLINE", reason="BUDGET")

    assert refusal_of(desk.asked) == "ASKED_BEFORE"
    assert desk.asked(cost_minor=30_000).state == "OPEN"


def test_delegate_decides_with_the_authority_of_whoever_is_away(desk: Desk) -> None:
    dora = make_agent("dora", grade=Grade.SENIOR)
    Seat.objects.filter(user=desk.sue).update(duty=Duty.AWAY)
    Delegation.objects.create(
        of=desk.sue,
        to=dora,
        given_by=desk.sue,
        starts_at=desk_now() - timedelta(minutes=1),
        ends_at=desk_now() + timedelta(hours=8),
        recorded_at=desk_now(),
        why="Dentist",
    )

    request = desk.asked()
    assert drawn(request) == dora.pk
    decide(desk, request, dora.pk)

    assert Grant.objects.get().limit_version_id == desk.limits[Grade.SUPERVISOR].pk
    assert used(BudgetKind.APPROVER) == (38_395, 0)


def test_family_limit_governs_before_the_grades(desk: Desk) -> None:
    narrow = make_limit(grade=Grade.AGENT, family="RECURRING", max_percent=15)

    assert refusal_of(lambda: ledger.act("authorise_proposal", desk.facts())) == "STALE_LIMIT"
    facts = desk.facts(limit_version_id=narrow.pk)
    assert refusal_of(lambda: ledger.act("authorise_proposal", facts)) == "OVER_PERCENT"
    ledger.act("authorise_proposal", facts | {"percent": 15})


@pytest.mark.parametrize(
    ("totals", "code"),
    [
        ({"call_count": 1}, "CALL_COUNT"),
        ({"call_cost_minor": 10_000}, "CALL_COST"),
        ({"day_count": 1}, "COUNT_LIMIT"),
        ({"week_cost_minor": 19_199}, "BUDGET_LIMIT"),
        ({"month_cost_minor": 19_199}, "BUDGET_LIMIT"),
        ({"max_cost_minor": 19_199}, "OVER_SPLIT"),
    ],
)
def test_what_adds_up_is_refused_the_second_time(desk: Desk, totals: dict[str, int], code: str) -> None:
    desk.limits[Grade.AGENT] = make_limit(grade=Grade.AGENT, **totals)
    first = ledger.act("authorise_proposal", desk.facts())
    ledger.act("settle_proposal", desk.outcome(first, "ACCEPTED"))

    assert refusal_of(lambda: ledger.act("authorise_proposal", desk.facts())) == code
    assert Proposal.objects.count() == 1
    assert_counters_equal_entries()


def test_pacing_limit_lets_more_through_and_says_so(desk: Desk) -> None:
    desk.limits[Grade.AGENT] = make_limit(grade=Grade.AGENT, day_count=1, day_cost_minor=10_000, mode="PACING")
    for _ in range(2):
        made = ledger.act("authorise_proposal", desk.facts())
        ledger.act("settle_proposal", desk.outcome(made, "ACCEPTED"))

    assert used(BudgetKind.LIMIT) == (0, 19_200)
    assert_counters_equal_entries()


def test_draws_are_kept(desk: Desk) -> None:
    desk.asked()

    assert ApprovalDraw.objects.get().drawn_at is not None
