"""Every state of design/UX.md 9 on the real application: what brings it about, and what then stands there.

The gallery shows the same states on made-up facts; what it shows and nobody can reach is missing here and fails.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from customers import calls
from customers.models import Call, Customer
from offers import ledger
from offers.choices import BudgetKind, Duty, Grade
from offers.models import ApprovalRequest, BudgetPlan, Proposal, SchemeVersion, Seat
from retention_desk.gallery.states import STATES
from tests.builders import desk_now, make_agent, make_customer, make_subscription, new_key
from tests.database import DeskClock
from tests.offers.builders import give_budget, make_limit
from tests.retention_desk.scene import AGENT, SUPERVISOR, Scene, set_scene, signed_in
from tests.retention_desk.telephone.sending import connect, tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}

# What only a browser brings about (tests/journeys/test_states.py), and what a broken server does (test_unavailable.py).
ELSEWHERE = {"loading", "not-saved", "offline", "back-online", "approvals-offline", "broken", "no-database"}


class Floor:
    """Ann on a call and Sue her supervisor, with the database's clock at hand."""

    def __init__(self, clock: DeskClock) -> None:
        self.clock = clock
        self.scene: Scene = set_scene()
        self.ann, self.sue = signed_in(self.scene.ann), signed_in(self.scene.sue)
        self._call_id = 0

    @property
    def call_id(self) -> int:
        """The call; opened when it is first asked for."""
        self._call_id = self._call_id or self.scene.open_call()
        return self._call_id

    def screen(self, query: str = "") -> str:
        """The call screen as Ann sees it."""
        return self.ann.get(f"/calls/{self.call_id}/{query}").content.decode()

    def post(self, path: str, client: Client | None = None, **data: Any) -> str:
        """Post with a new key, as htmx does."""
        answer = (client or self.ann).post(path, {"key": str(new_key())} | data, headers=HTMX)
        return answer.content.decode()

    def offer(self, act: str, percent: int, months: int) -> str:
        """Present the discount, or ask for it."""
        path = f"/calls/{self.call_id}/offers/{self.scene.offers['discount'].pk}/"
        return self.post(path, act=act, percent=percent, months=months)

    def asks(self) -> int:
        """Ann asks for 35 % for 12 months; the request's id."""
        self.offer("ask", 35, 12)
        return ApprovalRequest.objects.get().pk

    def another_asks(self) -> None:
        """Another agent of the team asks for another customer."""
        bob = make_agent("bob", team=self.scene.team, first_name="Samira", last_name="Holt", permissions=AGENT)
        other = make_customer(given_name="Corvin", family_name="Adeyo")
        make_subscription(other)
        call_id = self.scene.open_call(by=bob, customer_id=other.pk)
        path = f"/calls/{call_id}/offers/{self.scene.offers['discount'].pk}/"
        self.post(path, signed_in(bob), act="ask", percent=30, months=3)

    def petra(self) -> Client:
        """A second supervisor of the team comes on duty."""
        given: dict[str, Any] = {"first_name": "Petra", "last_name": "Solano", "permissions": SUPERVISOR}
        petra = make_agent("petra", team=self.scene.team, grade=Grade.SUPERVISOR, **given)
        give_budget(BudgetKind.APPROVER, petra.pk, 400_000)
        return signed_in(petra)

    def approvals(self, path: str = "", by: Client | None = None) -> str:
        """The approvals page, or a part of it, as Sue sees it."""
        return (by or self.sue).get(f"/approvals/{path}", headers=HTMX if path else {}).content.decode()

    def decide(self, **data: Any) -> str:
        """Ann asks for 35 %, Sue answers, and the time to take it back goes by."""
        self.offer("ask", 35, 12)
        self.post(f"/approvals/{ApprovalRequest.objects.get().pk}/decide/", self.sue, **data)
        self.clock.advance(timedelta(seconds=6))
        return self.screen()


def stale(floor: Floor) -> str:
    """Approved, and then nobody pressed for longer than the money is kept."""
    floor.decide(decision="approve")
    proposal = Proposal.objects.get(state="AUTHORISED")
    floor.clock.advance(timedelta(hours=2))
    return floor.post(f"/calls/{floor.call_id}/proposals/{proposal.pk}/settle/", answer="present")


def expired(floor: Floor) -> str:
    floor.offer("ask", 35, 12)
    floor.clock.advance(timedelta(hours=1))
    ledger.expire_due()
    return floor.screen()


def changed_elsewhere(floor: Floor) -> str:
    """The contact page was open while somebody else corrected the customer."""
    customer = floor.scene.customer
    path = f"/customers/{customer.pk}/contact/"
    _call = floor.call_id
    page = floor.ann.get(path)
    form = page.context["form"]
    Customer.objects.filter(pk=customer.pk).update(town="Clovis", changed_at=customer.changed_at + timedelta(seconds=9))
    data = {name: form.initial.get(name) or "" for name in form.fields} | {"town": "Reno"}
    return floor.ann.post(path, data).content.decode()


def used_up(floor: Floor) -> str:
    BudgetPlan.objects.filter(kind=BudgetKind.AGENT).update(amount_minor=0)
    home = floor.ann.get("/").content.decode()
    assert "Offers with a cost now go to a supervisor." in home
    assert "used up" in home
    return floor.screen()


def no_fit(floor: Floor) -> str:
    """A customer who left the account past due and bought nothing that the catalogue is for."""
    Customer.objects.filter(pk=floor.scene.customer.pk).update(do_not_offer=True)
    return floor.screen()


def by_reason(floor: Floor) -> str:
    floor.post(f"/calls/{floor.call_id}/reason/", reason="DEATH")
    return floor.screen()


def unchecked(floor: Floor) -> str:
    return floor.ann.get(f"/calls/{floor.scene.open_call(checked=False)}/").content.decode()


def nobody(floor: Floor) -> str:
    return floor.ann.get(f"/calls/{floor.scene.open_call(checked=False, customer_id=None)}/").content.decode()


def field_error(floor: Floor) -> str:
    call_id = floor.scene.open_call(checked=False, customer_id=None)
    return floor.post(f"/calls/{call_id}/note-cancellation/", name="")


def cancelled(floor: Floor) -> str:
    lines = list(floor.scene.customer.subscriptions.values_list("pk", flat=True))
    return floor.post(f"/calls/{floor.call_id}/cancel/", lines=lines)


def already(floor: Floor) -> str:
    """Cancelled on a call before; the customer rings again."""
    cancelled(floor)
    floor.post(f"/calls/{floor.call_id}/end/")
    floor.post(f"/calls/{floor.call_id}/wrap-up/", kind="CANCELLED", next="home")
    floor._call_id = 0
    return floor.screen()


def on_telephone(floor: Floor, *steps: str) -> str:
    """The call came by a telephone that can be asked; then "held" is told, and HELD asked for."""
    connection = connect(floor.scene.ann, control_address="https://pbx.example.com/desk")
    tell(connection, "answered", "a", number=floor.scene.customer.phone, agent="ann")
    call_id = Call.objects.get().pk
    for step in steps:
        if step.isupper():
            floor.post(f"/calls/{call_id}/hold/", wanted=step)
        else:
            tell(connection, step, step)
    return floor.ann.get(f"/calls/{call_id}/").content.decode()


def hold_not_confirmed(floor: Floor) -> str:
    floor.clock.advance(timedelta())
    on_telephone(floor, "HELD")
    floor.clock.advance(timedelta(seconds=8))
    return floor.ann.get(f"/calls/{Call.objects.get().pk}/").content.decode()


def dropped(floor: Floor) -> str:
    floor.post(f"/calls/{floor.call_id}/asked/")
    floor.offer("present", 20, 6)
    return floor.post(f"/calls/{floor.call_id}/end/")


def asked_again(floor: Floor) -> str:
    floor.post(f"/calls/{floor.call_id}/asked/")
    floor.post(f"/calls/{floor.call_id}/asked/")
    return floor.screen()


def session_ends(floor: Floor) -> str:
    with override_settings(SESSION_COOKIE_AGE=100):
        floor.ann = signed_in(floor.scene.ann)
    return floor.ann.get("/customers/").content.decode()


def nobody_on_duty(floor: Floor) -> str:
    Seat.objects.filter(user=floor.scene.sue).update(duty=Duty.AWAY)
    return floor.post(
        f"/calls/{floor.call_id}/offers/{floor.scene.offers['discount'].pk}/preview/", percent=35, months=12
    )


def asked(floor: Floor) -> str:
    floor.asks()
    return floor.approvals()


def many(floor: Floor) -> str:
    floor.asks()
    floor.another_asks()
    return floor.approvals()


def overdue(floor: Floor) -> str:
    floor.asks()
    floor.clock.advance(timedelta(seconds=50))
    return floor.approvals()


def new_one(floor: Floor) -> str:
    """Sue looks at one request while another comes; the list is told, and stands still under the hand."""
    request_id = floor.asks()
    floor.another_asks()
    return floor.approvals(f"queue/?shown={request_id}&open={request_id}")


def withdrawn(floor: Floor) -> str:
    request_id = floor.asks()
    floor.post(f"/calls/{floor.call_id}/proposals/{Proposal.objects.get().pk}/settle/", answer="withdraw")
    return floor.approvals(f"{request_id}/state/")


def taken(floor: Floor) -> str:
    request_id = floor.asks()
    floor.petra()
    floor.post(f"/approvals/{request_id}/pass/", floor.sue, to="next")
    return floor.approvals(f"{request_id}/state/") + floor.approvals("queue/")


def over_right(floor: Floor) -> str:
    make_limit(user=floor.scene.sue, grade=Grade.SUPERVISOR, max_percent=20)
    return asked(floor)


def no_budget(floor: Floor) -> str:
    """Sue's own is open since her first yes today, and less is left than is asked for."""
    BudgetPlan.objects.filter(kind=BudgetKind.APPROVER).update(amount_minor=20_000)
    floor.another_asks()
    floor.post(f"/approvals/{ApprovalRequest.objects.get().pk}/decide/", floor.sue, decision="approve")
    floor.offer("ask", 35, 12)
    return floor.approvals()


def second(floor: Floor) -> str:
    """So much needs two: Sue has said yes, Petra decides."""
    SchemeVersion.objects.create(
        valid_from=desk_now(), currency="USD", customer_year_percents=[10, 15, 25], second_above_minor=10_000,
        recorded_at=desk_now(),
    )  # fmt: skip
    request_id = floor.asks()
    petra = floor.petra()
    floor.post(f"/approvals/{request_id}/decide/", floor.sue, decision="approve")
    return floor.approvals(by=petra)


def away(floor: Floor) -> str:
    """What was Sue's goes to Petra with her going away."""
    floor.asks()
    floor.petra()
    floor.post("/duty/", floor.sue, duty="AWAY")
    return floor.approvals()


def tried(percent: int) -> Callable[[Floor], str]:
    def preview(floor: Floor) -> str:
        version = floor.scene.offers["discount"].pk
        return floor.post(f"/calls/{floor.call_id}/offers/{version}/preview/", percent=percent, months=12)

    return preview


# How a state comes about, and words that stand there then.
REACHED: dict[str, tuple[Callable[[Floor], str], tuple[str, ...]]] = {
    "within": (Floor.screen, ("Present to customer", 'data-ruling="within"')),
    "over-limit": (tried(35), ('data-rules="over"', "Your limit is 25 percent")),
    "no-supervisor": (nobody_on_duty, ("No supervisor is on duty.",)),
    "not-allowed": (tried(50), ('data-rules="never"', 'value="nearest"')),
    "changed-elsewhere": (changed_elsewhere, ("Somebody else has changed this customer meanwhile.",)),
    "presented": (lambda floor: floor.offer("present", 20, 6), ("What did the customer say?", "I have read out")),
    "waiting": (lambda floor: floor.offer("ask", 35, 12), ("Withdraw the request",)),
    "approved": (lambda floor: floor.decide(decision="approve"), ("Approved by Tobias Renn.", "Valid for this call")),
    "countered": (
        lambda floor: floor.decide(decision="counter", percent=30, months=6),
        ("Tobias Renn offers 30% for 6 months.", "Present this"),
    ),
    "declined": (
        lambda floor: floor.decide(reason="OTHER_OFFER", note="Try the package"),
        ("Declined by Tobias Renn.", "Another offer fits better.", "Try the package", "You can offer this now"),
    ),
    "expired": (expired, ("No answer within", "The request is closed.", "You can offer this now")),
    "stale-approval": (stale, ("The supervisor’s yes is no longer valid.", "Ask again if you still need it.")),
    "budget-used-up": (used_up, ("Your budget for this week is used up.", "Cancelling is not affected.")),
    "no-offer-fits": (no_fit, ("The customer does not want to be offered anything",)),
    "no-offers-reason": (by_reason, ("No offers on this call.", "Cancel service")),
    "identity-not-checked": (unchecked, ("Who is calling?", "Offers open when the identity is checked.", "F8")),
    "no-customer": (nobody, ("Note a cancellation",)),
    "field-error": (field_error, ('aria-invalid="true"', 'class="error"')),
    "asked-again": (asked_again, ("Confirm the cancellation now.", "Asked again")),
    "cancelling": (
        lambda floor: floor.ann.get(f"/calls/{floor.call_id}/cancel/").content.decode(),
        ("Which products", "Confirm cancellation"),
    ),
    "cancelled": (cancelled, ("Confirmation number", "Last bill", "Undo")),
    "already-cancelled": (already, ("Already cancelled", "Confirmation number", "Ines Falk")),
    "on-telephone": (on_telephone, ("Hold", 'name="wanted" value="HELD"', "On call")),
    "hold-asked": (lambda floor: on_telephone(floor, "HELD"), ("Asking …", 'aria-disabled="true"', "On call")),
    "on-hold": (lambda floor: on_telephone(floor, "held"), ("Take back", 'name="wanted" value="RESUMED"', "On hold")),
    "hold-not-confirmed": (
        hold_not_confirmed,
        ("The telephone has not confirmed the hold.", "still hears you", "on the telephone itself", "On call"),
    ),
    "call-dropped": (dropped, ("The line went down at", "Ring back", "Cancel as asked", "Without an answer")),
    "complaints": (lambda floor: floor.screen("?panel=complaint"), ("Log a new complaint", "Bill went up")),
    "accepted": (
        lambda floor: (
            floor.offer("present", 20, 6)
            and floor.post(
                f"/calls/{floor.call_id}/proposals/{Proposal.objects.get().pk}/settle/",
                answer="accepted",
                disclosures=list(Call.objects.get().policy.rules.get("disclosures_before_accept", [])),
            )
        ),
        ("Offer accepted",),
    ),
    "approvals-empty": (Floor.approvals, ("Nobody is waiting.", "No request is open")),
    "approvals-one": (asked, ("35% for 12 months", "Marisol Tennant", 'value="approve"', "Pass on")),
    "approvals-many": (many, ("Marisol Tennant", "Corvin Adeyo", "Samira Holt")),
    "approvals-overdue": (overdue, ('data-late="75"',)),
    "approvals-new": (new_one, ('data-held-words="1 new request, show it"', "Corvin Adeyo")),
    "approvals-withdrawn": (withdrawn, ('data-state="over"', "Withdrawn")),
    "approvals-taken": (taken, ('data-state="theirs"', "with Petra Solano")),
    "approvals-decided": (
        lambda floor: floor.post(f"/approvals/{floor.asks()}/decide/", floor.sue, decision="approve"),
        ('id="undo-bar"', "Approved", "Undo"),
    ),
    "approvals-over-right": (over_right, ("You cannot approve this:", "Pass to manager")),
    "approvals-budget": (no_budget, ("You cannot approve this:", "not enough is left")),
    "approvals-few-cases": (asked, ("too few to say anything.",)),
    "approvals-second": (second, ("Tobias Renn has said yes.", "So much needs a second one.")),
    "approvals-away": (away, ('value="AWAY" checked', "with Petra Solano", "No request is open")),
    "not-asked-yet": (lambda floor: floor.ann.get("/customers/").content.decode(), ("Who is calling?",)),
    "not-found": (
        lambda floor: floor.ann.get("/customers/?q=Nobody Nowhere").content.decode(),
        ("No customer for “Nobody Nowhere”.", "Check the digits", "Go on without a customer"),
    ),
    "session-ends": (session_ends, ("You are signed out in", "Stay")),
    "no-right": (
        lambda floor: floor.ann.get("/approvals/").content.decode(),
        ("Your role does not open this page.", "It is open to: Supervisor, Manager."),
    ),
    "not-there": (lambda floor: floor.ann.get("/calls/999999/").content.decode(), ("or it is not yours.",)),
}


@pytest.mark.parametrize("slug", REACHED)
def test_state_is_reached_and_says_what_it_is(desk_clock: DeskClock, slug: str) -> None:
    reach, words = REACHED[slug]

    page = reach(Floor(desk_clock))

    for word in words:
        assert word in page


def test_every_state_of_the_gallery_can_be_reached() -> None:
    assert STATES.keys() == REACHED.keys() | ELSEWHERE


def test_ended_call_is_cancelled_as_asked(desk_clock: DeskClock) -> None:
    """From "call dropped" two keys, too: F8 and Enter."""
    floor = Floor(desk_clock)
    dropped(floor)

    step = floor.ann.get(f"/calls/{floor.call_id}/cancel/", headers=HTMX).content.decode()
    assert "Confirm cancellation" in step
    assert "Confirmation number" in cancelled(floor)


def test_call_that_was_cut_off_goes_on_for_ten_minutes(desk_clock: DeskClock) -> None:
    """The telephone's end is no end of the agent's: what was approved is there when the customer is back."""
    floor = Floor(desk_clock)
    floor.post(f"/calls/{floor.call_id}/asked/")
    floor.decide(decision="approve")
    calls.hang_up(call_id=floor.call_id, role="TELEPHONE", dropped=True)
    page = floor.screen()

    for word in ("go on with the same call until", "Go on with the call", "Approved", "valid until"):
        assert word in page

    answer = floor.ann.post(f"/calls/{floor.call_id}/resume/")
    assert answer.headers["Location"] == f"/calls/{floor.call_id}/"
    assert "Present to customer" in floor.screen()

    calls.hang_up(call_id=floor.call_id, role="TELEPHONE", dropped=True)
    desk_clock.advance(timedelta(minutes=10))
    assert "Go on with the call" not in floor.screen()
    assert floor.ann.post(f"/calls/{floor.call_id}/resume/").status_code == 409


def test_ended_call_that_is_settled_is_not_dropped(desk_clock: DeskClock) -> None:
    """Nobody asked to cancel and nothing was open, or a call-back is agreed: the line is simply down."""
    floor = Floor(desk_clock)

    assert "Say how the call ended, then save." in floor.post(f"/calls/{floor.call_id}/end/")


def test_call_keeps_the_session_alive_and_says_nothing_of_it(desk_clock: DeskClock) -> None:
    floor = Floor(desk_clock)
    session_ends(floor)
    before = floor.ann.session["ends_at"]

    assert "data-session-ends" not in floor.screen()
    floor.post(f"/calls/{floor.call_id}/touch/")

    assert floor.ann.session["ends_at"] > before


def test_call_leaves_a_session_that_lasts_as_it_is(desk_clock: DeskClock) -> None:
    floor = Floor(desk_clock)
    before = floor.ann.session["ends_at"]

    floor.post(f"/calls/{floor.call_id}/touch/")

    assert floor.ann.session["ends_at"] == before


def test_stay_lets_the_session_go_on(desk_clock: DeskClock) -> None:
    floor = Floor(desk_clock)
    session_ends(floor)
    before = floor.ann.session["ends_at"]

    bar = floor.post("/profile/stay/")

    assert f'data-session-ends="{before}"' not in bar
    assert floor.ann.session["ends_at"] > before
    assert floor.ann.post("/profile/stay/", {"next": "/customers/"})["Location"] == "/customers/"
    assert Client().post("/profile/stay/").status_code == 302
