"""One key, one act: for every form that has a key, whether it comes in the form or in an Idempotency-Key header."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils import timezone

from customers import keys
from customers.models import AuditEvent, Call, Cancellation, Subscription, UsedKey
from offers.models import ApprovalRequest, Proposal
from retention_desk.people.models import User
from tests.builders import close_call, desk_now, make_call, make_supervisor, new_key
from tests.database import owner_connection
from tests.retention_desk.forms_of import Drawn, forms_of
from tests.retention_desk.scene import Scene, set_scene, signed_in
from tests.retention_desk.telephone.sending import connect, tell

pytestmark = pytest.mark.django_db

SAYS = ["PRICE_NOW", "PRICE_AFTER", "NEW_TERM", "HOW_TO_CANCEL"]


@dataclass
class Act:
    """A form on a page: who fills it in, where it stands, where it goes, what is said, and what else could be."""

    by: User
    page: str
    address: str
    said: dict[str, Any]
    other: dict[str, Any]
    hidden: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def drawn(self) -> Drawn:
        """The form as the page draws it now."""
        answer = self.client.get(self.page)
        assert answer.status_code == 200, answer
        forms = forms_of(answer.content.decode(), address=self.page)
        return next(one for one in forms if one.action == self.address and "key" in one.hidden)

    def post(self, *, header: str | None = None, **changed: Any) -> Any:
        """Post what is said with what the page hid in the form."""
        headers = {"Idempotency-Key": header} if header is not None else {}
        return self.client.post(self.address, self.hidden | self.said | changed, headers=headers)


def opens(scene: Scene) -> Act:
    said = {"opening_intent": "CHEAPER", "caller_role": "HOLDER", "checks": ["PIN", "BIRTH_DATE"], "then": "screen"}
    page = f"/customers/?q={scene.customer.account_number}&customer={scene.customer.pk}"
    return Act(scene.ann, page, "/calls/open/", said, {"caller_role": "PAYER"})


def adds_a_customer(scene: Scene) -> Act:
    said = {"account_number": "9911-2233-4", "kind": "PRIVATE", "family_name": "Okafor"}
    return Act(scene.ann, "/customers/new/", "/customers/new/", said, {"family_name": "Okonkwo"})


def corrects_a_contact(scene: Scene) -> Act:
    scene.open_call()
    page = f"/customers/{scene.customer.pk}/contact/"
    return Act(scene.ann, page, page, {"family_name": "Tennant", "town": "Clovis"}, {"town": "Madera"})


def presents(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/offers/{scene.offers['discount'].pk}/"
    return Act(scene.ann, page, page, {"act": "present", "percent": 20, "months": 6}, {"percent": 10})


def asks(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/offers/{scene.offers['discount'].pk}/"
    return Act(scene.ann, page, page, {"act": "ask", "percent": 35, "months": 12}, {"percent": 40})


def accepts(scene: Scene) -> Act:
    presented = presents(scene)
    signed_in(scene.ann).post(presented.address, presented.said | {"key": str(new_key())})
    proposal = Proposal.objects.get()
    page = f"/calls/{proposal.call_id}/"
    address = f"{page}proposals/{proposal.pk}/settle/"
    return Act(scene.ann, page, address, {"answer": "accepted", "disclosures": SAYS}, {"answer": "declined"})


def is_asked_to_cancel(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/"
    # The form says nothing but its key.
    return Act(scene.ann, page, f"{page}asked/", {}, {})


def logs_a_complaint(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/"
    said = {"kind": "BILLING", "subject": "Charged twice"}
    return Act(scene.ann, f"{page}?panel=complaint", f"{page}complaints/", said, {"subject": "Charged thrice"})


def closes_a_complaint(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/"
    address = f"{page}complaints/{scene.customer.complaints.get().pk}/close/"
    return Act(scene.ann, f"{page}?panel=complaint", address, {"resolution": "Money back"}, {"resolution": "Sorry"})


def cancels(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/cancel/"
    lines = [line.pk for line in Subscription.objects.filter(customer=scene.customer)]
    return Act(scene.ann, page, page, {"lines": lines, "when": "END_OF_PAID_MONTH"}, {"lines": lines[:1]})


def notes_a_cancellation(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call(checked=False, customer_id=None, phone_from='')}/"
    said = {"name": "Rosa Lindqvist", "call_back_number": "559 555 0187"}
    return Act(scene.ann, f"{page}cancel/", f"{page}note-cancellation/", said, {"name": "Rosa Lindholm"})


def takes_a_cancellation_back(scene: Scene) -> Act:
    cancelled = cancels(scene)
    signed_in(scene.ann).post(cancelled.address, cancelled.said | {"key": str(new_key())})
    made = Cancellation.objects.get()
    page = f"/calls/{made.call_id}/"
    return Act(scene.ann, page, f"{page}cancellations/{made.pk}/undo/", {}, {})


def hands_over(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/hand-over/"
    return Act(scene.ann, page, page, {"to": str(scene.team.pk), "note": "Wants to leave"}, {"note": "Wants to stay"})


def asks_the_telephone(scene: Scene) -> Act:
    connection = connect(scene.ann, control_address="https://pbx.example.com/desk")
    tell(connection, "answered", "a", number=scene.customer.phone, agent="ann")
    page = f"/calls/{Call.objects.get().pk}/"
    return Act(scene.ann, page, f"{page}hold/", {}, {"wanted": "RESUMED"})


def wraps_up(scene: Scene) -> Act:
    page = f"/calls/{scene.open_call()}/"
    signed_in(scene.ann).post(f"{page}end/")
    said = {"kind": "SAVED_WITHOUT", "notes": "Will think about it", "next": "home"}
    return Act(scene.ann, page, f"{page}wrap-up/", said, {"kind": "DROPPED"})


def approves(scene: Scene) -> Act:
    asked = asks(scene)
    signed_in(scene.ann).post(asked.address, asked.said | {"key": str(new_key())})
    page = f"/approvals/{ApprovalRequest.objects.get().pk}/"
    return Act(scene.sue, page, f"{page}decide/", {"decision": "approve"}, {"decision": "", "reason": "TOO_COSTLY"})


def closes_for_an_agent(scene: Scene) -> Act:
    call_id = scene.open_call()
    Call.objects.filter(pk=call_id).update(state="WRAP_UP", ended_at=desk_now())
    page = "/approvals/unfinished/"
    return Act(scene.sue, page, f"{page}{call_id}/close/", {"kind": "DROPPED"}, {"kind": "SAVED_WITHOUT"})


def corrects_an_ending(scene: Scene) -> Act:
    call = close_call(make_call(scene.ann, scene.customer))
    page = f"/records/{call.pk}/"
    said = {"kind": "DROPPED", "why": "The line broke"}
    address = f"{page}dispositions/{call.dispositions.get().pk}/correct/"
    sue = make_supervisor("sue2", team=scene.team)
    return Act(sue, page, address, said, {"why": "No battery"})


def writes_a_silent_note(scene: Scene) -> Act:
    scene.open_call()
    page = f"/approvals/note/{scene.ann.pk}/"
    return Act(scene.sue, page, page, {"text": "Offer the fix first"}, {"text": "Offer the plan first"})


def posts_news(scene: Scene) -> Act:
    until = (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    said = {"title": "Outage in the north", "text": "", "ends_at": until}
    return Act(scene.sue, "/approvals/shift/", "/approvals/shift/news/", said, {"title": "Outage in the south"})


ACTS: list[Callable[[Scene], Act]] = [
    opens,
    adds_a_customer,
    corrects_a_contact,
    presents,
    asks,
    accepts,
    is_asked_to_cancel,
    logs_a_complaint,
    closes_a_complaint,
    cancels,
    notes_a_cancellation,
    takes_a_cancellation_back,
    hands_over,
    asks_the_telephone,
    wraps_up,
    approves,
    closes_for_an_agent,
    corrects_an_ending,
    writes_a_silent_note,
    posts_news,
]

# There is no other body: these forms send nothing else.
SAY_ONLY_THEIR_KEY = (is_asked_to_cancel, takes_a_cancellation_back)


@pytest.fixture(params=ACTS, ids=lambda act: act.__name__)
def act(request: pytest.FixtureRequest) -> Act:
    """One form, as it stands on a page in somebody's browser."""
    made: Act = request.param(set_scene())
    made.client = signed_in(made.by)
    made.hidden = made.drawn().hidden
    return made


def test_key_is_made_by_the_server_anew_for_every_page(act: Act) -> None:
    key = act.hidden["key"]

    assert UUID(key).version == 4
    assert act.drawn().hidden["key"] != key


def test_same_key_and_body_is_the_same_answer_and_one_act(act: Act) -> None:
    first = act.post()
    events = AuditEvent.objects.count()

    again = [act.post() for _ in range(2)]

    assert first.status_code == 302, first.content.decode()
    assert {(one.status_code, one.url) for one in again} == {(302, first.url)}
    assert UsedKey.objects.filter(key=act.hidden["key"]).count() == 1
    assert AuditEvent.objects.count() == events


# Whoever may not see the customer any more is told nothing, not even what they did.
@pytest.mark.parametrize("act", [one for one in ACTS if one is not corrects_a_contact], indirect=True)
def test_answer_is_the_same_when_everything_is_over(act: Act) -> None:
    first = act.post()
    for call in Call.objects.exclude(state="CLOSED"):
        close_call(call)
    events = AuditEvent.objects.count()

    again = act.post()
    other = act.post(**act.other) if act.other else None

    assert (again.status_code, again.url) == (302, first.url)
    assert other is None or other.status_code == 422
    assert AuditEvent.objects.count() == events


def test_header_is_the_key_of_a_form_without_one(act: Act) -> None:
    key = act.hidden.pop("key")

    without = act.post()
    first = act.post(header=key)
    events = AuditEvent.objects.count()
    again = act.post(header=key)
    both = act.post(header=key.upper(), key=key)

    assert without.status_code in (302, 422)
    assert first.status_code == 302, first.content.decode()
    assert {(one.status_code, one.url) for one in (again, both)} == {(302, first.url)}
    assert UsedKey.objects.filter(key=key).count() == 1
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("act", [one for one in ACTS if one not in SAY_ONLY_THEIR_KEY], indirect=True)
def test_another_body_under_the_key_is_refused(act: Act) -> None:
    act.post()
    events = AuditEvent.objects.count()

    other = act.post(**act.other)

    assert other.status_code == 422
    assert AuditEvent.objects.count() == events


def test_key_of_another_act_is_refused(act: Act) -> None:
    with transaction.atomic():
        keys.claim(key=UUID(act.hidden["key"]), act="ADDED", by=act.by.pk, body={}).settle(object_id=1)
    events = AuditEvent.objects.count()

    assert act.post().status_code == 422
    assert AuditEvent.objects.count() == events


def test_key_whose_act_is_under_way_waits(act: Act) -> None:
    events = AuditEvent.objects.count()
    with owner_connection() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [act.hidden["key"]])

        meanwhile = act.post()

    assert meanwhile.status_code == 409
    assert 'data-refusal="IN_FLIGHT"' in meanwhile.content.decode()
    assert AuditEvent.objects.count() == events
    assert act.post().status_code == 302


def test_two_keys_that_differ_are_none(act: Act) -> None:
    events, used = AuditEvent.objects.count(), UsedKey.objects.count()

    answer = act.post(header=str(new_key()))

    assert answer.status_code in (302, 422)
    assert AuditEvent.objects.count() == events
    assert UsedKey.objects.count() == used


# Forms without a key, by where they stand and where they go: doing it twice is doing it once, or is signing in.
KEYLESS = {
    "_parts/duty_switch.html duty": "one is on one duty at a time",
    "_parts/language_form.html set_language_url": "a cookie",
    "_parts/session_end.html stay": "stays signed in",
    "_parts/user_menu.html profile_url": "settings of one's own",
    "_parts/user_menu.html logout_url": "signs out",
    "authority/explain.html authority:line-end": "a line of one's own ends once",
    "authority/limits.html authority:promotion": "a promotion is answered once",
    "authority/limits.html authority:raise": "a raise is answered once",
    "authority/standing_in.html authority:standing-in-end": "a delegation ends once",
    "authority/storms.html authority:reserve-countersign": "a reserve is countersigned once",
    "authority/storms.html authority:reserve-retire": "a reserve is retired once",
    "authority/storms.html authority:storm-end": "a storm ends once",
    "calls/call.html calls:touch": "says that the screen is there",
    "calls/call.html calls:resume": "says that the screen is there again",
    "calls/word.html calls:note-seen": "what was seen was seen",
    "calls/call_bar.html calls:end": "a call ends once",
    "calls/cancel_done.html calls:told": "what was said was said",
    "calls/conduct_strip.html calls:recording": "what was said was said",
    "calls/conduct_strip.html calls:told": "what was said was said",
    "calls/first_facts.html calls:opening": "says what stands in two fields",
    "calls/identity_check.html calls:identity": "says by which checks the caller is known",
    "calls/offer_accepted.html calls:end": "a call ends once",
    "calls/reason_panel.html calls:reason": "says what stands in the fields",
    "calls/call_dropped.html calls:resume": "a call goes on once",
    "calls/side_panel.html calls:notes": "says what stands in the field",
    "firstrun/begin.html ": "a desk begins once",
    "floor/card.html offers:read": "the first reader counts",
    "floor/shift.html offers:hand-over": "a request is handed over once",
    "floor/shift.html offers:news-end": "news is taken back once",
    "floor/undo_bar.html offers:undo": "a decision is taken back once",
    "home/promised.html mine:give-back": "a call-back is given back once",
    "home/promised.html mine:ring-back": "a call-back is made once",
    "home/promised.html mine:take": "taking what one has taken changes nothing",
    "home/waiting.html mine:take-over": "a call is taken over once",
    "intake/preview.html intake:start": "a run starts once",
    "intake/run.html intake:start": "a run starts once",
    "intake/run.html intake:stop": "a run stops once",
    "intake/upload.html intake:upload": "shows a preview; nothing is brought in",
    "keys.html ": "settings of one's own",
    "profile.html ": "settings of one's own",
    "telephone/incoming.html telephone:pop": "a call that came in is opened once",
    "telephone/incoming_bar.html telephone:take": "a call that came in is opened once",
    "registration/login.html ": "signs in",
    "registration/password_change_form.html ": "a password is what it is",
    "registration/password_reset_confirm.html ": "the link is good once",
    "registration/password_reset_form.html ": "sends a link to one's own address",
}
_FORM = re.compile(r"<form\b([^>]*method=\"post\".*?)</form>", re.DOTALL)
_GOES_TO = re.compile(r'action="\{[%{] (?:url )?"?([\w:-]+)')
_HAS_KEY = re.compile(r'name="key" value="\{\{ [\w.]*key[\w.]* \}\}"|\{\{ form\.key \}\}|\{\{ keys\.\w+ \}\}')


def posted_forms() -> Iterator[tuple[str, str]]:
    """Every form of ours that posts: its name (template and address) and its text."""
    folder = Path(settings.BASE_DIR) / "templates"
    for template in sorted(folder.rglob("*.html")):
        place = template.relative_to(folder)
        if place.parts[0] in ("admin", "django", "mail"):
            continue
        for form in _FORM.findall(template.read_text(encoding="utf-8")):
            goes_to = _GOES_TO.search(form.partition(">")[0] + form)
            yield f"{place} {goes_to.group(1) if goes_to else ''}", form


def test_every_form_that_acts_has_a_key() -> None:
    without = {name for name, form in posted_forms() if not _HAS_KEY.search(form)}

    assert without - KEYLESS.keys() == set()


def test_list_of_forms_without_a_key_is_no_longer_than_it_must_be() -> None:
    assert KEYLESS.keys() - {name for name, form in posted_forms() if not _HAS_KEY.search(form)} == set()
