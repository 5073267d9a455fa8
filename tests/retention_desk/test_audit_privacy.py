"""The audit holds nobody's data: every act that a call knows is done with telling values, and none of them is found."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from customers import call_backs, calls, handovers, opening
from customers.acts import Act
from customers.choices import CallerRole, OpeningIntent
from customers.choices import TelephoneEventKind as Kind
from customers.models import (
    Call,
    CallBack,
    Cancellation,
    Complaint,
    Customer,
    Disposition,
    Handover,
    Subscription,
    TelephoneLeg,
)
from offers import ledger, outcomes
from offers.acts import Act as OfferAct
from offers.choices import BudgetKind, Grade
from offers.models import ApprovalRequest, Proposal
from tests.builders import desk_now, make_agent, make_customer, make_subscription, new_key
from tests.customers.telephone.telephoning import Telephone, make_connection, make_extension
from tests.database import DeskClock
from tests.offers.builders import give_budget
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db

# Said by the customer or about them, in every field that takes words.
SAID = {
    "given_name": "Wilhelmina",
    "family_name": "Oudekerk",
    "account_number": "9931-4471-8",
    "phone": "+15595550177",
    "other_phone": "+15595550188",
    "email": "mina.oudekerk@example.net",
    "street": "4 Tamarack Court",
    "town": "Coalinga",
    "postcode": "93210",
}
NEW = {"given_name": "Mina", "family_name": "Bracciolini", "email": "mina.b@example.org", "phone": "+15595550199"}
TYPED = {
    "note": "Mrs Oudekerk has a quote from her brother",
    "decision": "Known to me, brother works at Lumo",
    "rival": "Lumo of brother Pieter",
    "subject": "Neighbour Jacobus damaged the cable",
    "resolution": "Spoke with Jacobus himself",
    "notes": "Cries, husband Cornelis has died",
    "call_back": "Ring after the funeral of Cornelis",
    "why": "Wilhelmina rang again",
    "who": "Theodora Vandermolen",
    "who_address": "77 Quarry Road",
    "who_number": "+15595550155",
    "who_account": "7788-1200-5",
}
# Done elsewhere than on a call, by people who set the desk up: no customer is in sight.
MANAGER = ("customers.see_record", "customers.correct_disposition")
WITHOUT_A_CUSTOMER = {
    *(Act.ADDED, Act.CHANGED, Act.VERSION_ADDED, Act.INTAKE, Act.DESK_BEGUN),
    *(Act.KEY_MADE, Act.KEY_REVOKED, Act.SECRET_CHANGED, Act.WORDS_ERASED),
}


def whole_audit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(string_agg(e::text, ' '), '') FROM customers_auditevent e")
        return str(cursor.fetchone()[0])


def acts_done() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT act FROM customers_auditevent")
        return {row[0] for row in cursor.fetchall()}


class Desk:
    """Ann's and Sue's browsers."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ann, self.sue = signed_in(scene.ann), signed_in(scene.sue)
        self.max = signed_in(make_agent("max", team=scene.team, grade=Grade.MANAGER, permissions=MANAGER))

    def post(self, path: str, *, by: Client | None = None, **data: Any) -> Any:
        answer = (by or self.ann).post(path, {"key": str(new_key())} | data, headers={"HX-Request": "true"})
        assert answer.status_code in (200, 204, 302), (path, answer.status_code, answer.content.decode()[:800])
        return answer

    def call(self, **other: Any) -> int:
        return self.scene.open_call(phone_from=SAID["phone"], **other)

    def ask(self, call_id: int, *, months: int = 12) -> int:
        version = self.scene.offers["discount"].pk
        self.post(f"/calls/{call_id}/offers/{version}/", act="ask", percent=35, months=months, note=TYPED["note"])
        return ApprovalRequest.objects.latest("pk").pk

    def present(self, call_id: int) -> int:
        version = self.scene.offers["discount"].pk
        self.post(f"/calls/{call_id}/offers/{version}/", act="present", percent=20, months=6)
        return Proposal.objects.latest("pk").pk

    def settle(self, call_id: int, proposal_id: int, answer: str) -> None:
        codes = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]
        self.post(f"/calls/{call_id}/proposals/{proposal_id}/settle/", answer=answer, disclosures=codes)

    def decide(self, request_id: int, **data: Any) -> None:
        self.post(f"/approvals/{request_id}/decide/", by=self.sue, **data)

    def wrap_up(self, call_id: int, kind: str, **more: Any) -> None:
        self.post(f"/calls/{call_id}/wrap-up/", kind=kind, notes=TYPED["notes"], **more)


def test_no_act_of_a_call_leaves_a_personal_value_in_the_audit(desk_clock: DeskClock) -> None:
    scene = set_scene()
    Customer.objects.filter(pk=scene.customer.pk).update(**SAID)
    desk = Desk(scene)

    _customer_is_added_and_corrected(desk)
    _offers_are_answered_in_every_way(desk, desk_clock)
    _call_with_everything_else(desk)
    _caller_without_a_record(desk)
    _call_that_is_forgotten(desk, desk_clock)
    _promises_are_kept(desk, desk_clock)
    _calls_go_to_a_colleague(desk, desk_clock)
    _telephone_is_asked(desk)

    wanted = {str(act) for act in {*Act, *OFFERED} - WITHOUT_A_CUSTOMER}
    assert wanted - acts_done() == set(), "these acts were not walked: do them here, or say that no customer is in them"
    # The rig: the values were really said, and the search finds them where they may stand.
    assert _is_in(TYPED["notes"], str(list(Call.objects.values_list("notes", flat=True))))
    text = whole_audit()
    values = {**SAID, **{f"new_{name}": value for name, value in NEW.items()}, **TYPED}
    assert [name for name, value in values.items() if _is_in(value, text)] == []


OFFERED = frozenset(
    {
        *(OfferAct.PROPOSE, OfferAct.ASK, OfferAct.APPROVE, OfferAct.COUNTER, OfferAct.DECLINE, OfferAct.UNDO_DECISION),
        *(OfferAct.PRESENT, OfferAct.ACCEPTED, OfferAct.DECLINED, OfferAct.WITHDRAWN, OfferAct.WITHDRAW),
        *(OfferAct.LAPSE, OfferAct.SET_DUTY),
    }
)


def _is_in(value: str, text: str) -> bool:
    """The value as it was said, or any word of it that is no everyday one."""
    words = [word for word in value.replace("@", " ").split() if len(word) > 5 and not word.islower()]
    forms = [value, json.dumps(value)[1:-1], value.lstrip("+"), *words]
    return any(form.lower() in text.lower() for form in forms)


def _customer_is_added_and_corrected(desk: Desk) -> None:
    contact: dict[str, Any] = {"country": "US", "jurisdiction": "US-CA", "kind": "PRIVATE"}
    desk.post("/customers/new/", **SAID | contact | {"account_number": SAID["account_number"] + "-2"})
    call_id = desk.call()
    address = f"/customers/{desk.scene.customer.pk}/contact/"
    drawn = desk.ann.get(address).context["form"].initial
    desk.post(address, **SAID | NEW | contact | {"key": str(drawn["key"]), "seen": drawn["seen"]})
    assert Customer.objects.get(pk=desk.scene.customer.pk).family_name == NEW["family_name"]
    desk.wrap_up(call_id, "NO_CANCEL_INTENT")


def _offers_are_answered_in_every_way(desk: Desk, clock: DeskClock) -> None:
    call_id = desk.call()
    desk.settle(call_id, desk.present(call_id), "declined")
    desk.settle(call_id, desk.present(call_id), "withdraw")
    desk.ask(call_id)
    desk.settle(call_id, Proposal.objects.latest("pk").pk, "withdraw")
    request_id = desk.ask(call_id)
    desk.decide(request_id, reason="OTHER_OFFER", note=TYPED["decision"])
    # What was declined is not asked for again, but for less it may be.
    request_id = desk.ask(call_id, months=9)
    desk.decide(request_id, decision="approve")
    desk.post(f"/approvals/{request_id}/undo/", by=desk.sue)
    desk.decide(request_id, decision="counter", percent=30, months=6, note=TYPED["decision"])
    clock.advance(timedelta(seconds=10))
    granted = Proposal.objects.get(state="AUTHORISED")
    outcomes.present(proposal_id=granted.pk, by=desk.scene.ann.pk, role="AGENT")
    desk.settle(call_id, granted.pk, "accepted")
    desk.wrap_up(call_id, "SAVED_WITH_OFFER")
    wrong = Disposition.objects.get(call_id=call_id, line="")
    desk.post(f"/records/{call_id}/dispositions/{wrong.pk}/correct/", by=desk.max, kind="DROPPED", why=TYPED["why"])


def _call_with_everything_else(desk: Desk) -> None:
    call_id = desk.call(checked=False, transfer_note=TYPED["note"])
    desk.post(f"/calls/{call_id}/identity/", checks=["PIN", "ADDRESS"], result="passed")
    desk.post(f"/calls/{call_id}/opening/", opening_intent="CHEAPER", caller_role="PAYER")
    desk.post(f"/calls/{call_id}/recording/")
    desk.post(f"/calls/{call_id}/told/", what="LAST_DAY")
    desk.post(f"/calls/{call_id}/resume/")
    desk.post(f"/calls/{call_id}/reason/", reason="RIVAL", rival=TYPED["rival"], rival_price="55")
    desk.post(f"/calls/{call_id}/notes/", notes=TYPED["notes"])
    desk.post(f"/calls/{call_id}/complaints/", kind="BILLING", subject=TYPED["subject"])
    complaint = Complaint.objects.latest("pk")
    desk.post(f"/calls/{call_id}/complaints/{complaint.pk}/close/", resolution=TYPED["resolution"])
    desk.post(f"/calls/{call_id}/asked/")
    desk.post(f"/calls/{call_id}/asked/")
    line = Subscription.objects.filter(customer=desk.scene.customer, product__kind="TV").get()
    desk.post(f"/calls/{call_id}/cancel/", lines=[line.pk])
    desk.post(f"/calls/{call_id}/cancellations/{Cancellation.objects.latest('pk').pk}/undo/")
    desk.wrap_up(
        call_id,
        "CALL_BACK",
        call_back_at=f"{desk_now() + timedelta(hours=20):%Y-%m-%dT%H:%M}",
        call_back_note=TYPED["call_back"],
    )


def _caller_without_a_record(desk: Desk) -> None:
    call_id = desk.call(customer_id=None, caller_role=CallerRole.OTHER, opening_intent=OpeningIntent.DISCONNECT)
    who = {name.partition("_")[2] or "name": value for name, value in TYPED.items() if name.startswith("who")}
    desk.post(
        f"/calls/{call_id}/note-cancellation/", name=who["name"], address=who["address"],
        call_back_number=who["number"], account_number=who["account"],
    )  # fmt: skip
    desk.wrap_up(call_id, "CANCELLED")


def _call_that_is_forgotten(desk: Desk, clock: DeskClock) -> None:
    """The screen falls silent, and what was asked runs out."""
    ben = make_agent("ben", team=desk.scene.team)
    give_budget(BudgetKind.AGENT, ben.pk, 60_000)
    customer = make_customer(**SAID | {"account_number": SAID["account_number"] + "-3"})
    make_subscription(customer)
    call_id = desk.scene.open_call(by=ben, customer_id=customer.pk, phone_from=SAID["phone"])
    version = desk.scene.offers["discount"].pk
    desk.post(
        f"/calls/{call_id}/offers/{version}/",
        by=signed_in(ben), act="ask", percent=35, months=3, note=TYPED["note"],
    )  # fmt: skip
    clock.advance(timedelta(minutes=5))
    ledger.expire_due()
    assert calls.abandon_silent(silent_for=timedelta(minutes=3)) == 1
    desk.post("/duty/", by=desk.sue, duty="BREAK")


def _promises_are_kept(desk: Desk, clock: DeskClock) -> None:
    """One call-back is late and made, another is settled by a call that comes before it."""
    one = CallBack.objects.get(ended_at=None)
    for act in ("take", "give-back", "take"):
        desk.post(f"/mine/call-backs/{one.pk}/{act}/")
    # What is typed is the time of the site.
    clock.advance(timedelta(hours=30))
    assert call_backs.note_overdue() == 1
    desk.post(f"/mine/call-backs/{one.pk}/ring/")
    desk.wrap_up(Call.objects.get(state="OPEN").pk, "SAVED_WITHOUT")
    customer = make_customer(**SAID | {"account_number": SAID["account_number"] + "-4"})
    call_id = desk.call(customer_id=customer.pk)
    at = desk_now() + timedelta(hours=2)
    calls.promise_call_back(call_id=call_id, at=at, note=TYPED["call_back"], by=desk.scene.ann.pk, role="AGENT")
    desk.wrap_up(call_id, "CALL_BACK")
    desk.wrap_up(desk.call(customer_id=customer.pk), "SAVED_WITHOUT")


def _calls_go_to_a_colleague(desk: Desk, clock: DeskClock) -> None:
    """One is taken over, the other by nobody."""
    cleo = signed_in(make_agent("cleo", team=desk.scene.team))
    for taken in (True, False):
        desk.post(f"/calls/{desk.call()}/hand-over/", to=desk.scene.team.pk, note=TYPED["note"])
        if taken:
            desk.post(f"/mine/handed-over/{Handover.objects.latest('pk').pk}/take/", by=cleo)
    clock.advance(timedelta(minutes=16))
    assert handovers.note_missed() == 1
    # The telephone tells of a hand-over when both have begun, and then once more.
    dee = make_agent("dee", team=desk.scene.team)
    earlier, later = desk.call(), desk.scene.open_call(by=dee, phone_from=SAID["phone"])
    linked = [opening.link_late(call_id=later, earlier_id=earlier, role="TELEPHONE") for _ in range(2)]
    assert linked == [True, False]


def _telephone_is_asked(desk: Desk) -> None:
    """To hold the caller, and to take them back. Eve has them on her telephone, which told their number."""
    eve = make_agent("eve", team=desk.scene.team)
    call_id = desk.scene.open_call(by=eve, phone_from=SAID["phone"])
    connection = make_connection(control_address="https://pbx.example.com/desk")
    make_extension(connection, eve)
    telephone = Telephone(connection, facts={"number": SAID["phone"]})
    up = telephone.tell(Kind.ANSWERED, 0, agent="eve")
    TelephoneLeg.objects.get_or_create(call_id=call_id, defaults={"telephone_call": up, "agent": eve, "number": up.leg})
    desk.post(f"/calls/{call_id}/hold/", by=signed_in(eve), wanted="HELD")
    telephone.tell(Kind.HELD, 1)
    desk.post(f"/calls/{call_id}/hold/", by=signed_in(eve), wanted="RESUMED")
