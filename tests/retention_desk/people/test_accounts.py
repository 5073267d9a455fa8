"""People come by invitation, change role and place, and go at once; somebody can always administer."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from customers.keeping import NotValid
from customers.models import AuditEvent
from customers.refusals import NotYours
from offers import ledger
from offers.choices import Duty, Grade
from offers.models import Seat
from retention_desk.people import accounts
from retention_desk.people.models import Session, User
from retention_desk.people.roles import ADMINISTRATOR, AGENT, MANAGER, SUPERVISOR
from tests.audits import Broken, break_audit, last_event, typed_with
from tests.builders import make_team
from tests.offers.desk import make_desk
from tests.retention_desk.admin.people import make_administrator, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> User:
    return make_administrator()


def by(user: User) -> dict[str, Any]:
    return {"by": user.pk, "by_role": "ADMINISTRATOR"}


def invite(ada: User, **other: Any) -> User:
    given: dict[str, Any] = {
        "username": "nora",
        "email": "nora.lind@example.com",
        "first_name": "Nora",
        "last_name": "Lind",
        "role": AGENT,
        "team_id": None,
        "grade": Grade.NEW,
        "site_address": "https://desk.example.com/",
    }
    return accounts.invite(**(given | other), **by(ada), now=timezone.now())


def change_details(ada: User, person: User, **other: Any) -> None:
    given = {"email": person.email, "first_name": person.first_name, "last_name": person.last_name, "language": ""}
    accounts.change_details(user_id=person.pk, **(given | other), **by(ada))


def test_invited_person_has_a_seat_a_role_and_no_password(ada: User) -> None:
    team = make_team()

    nora = invite(ada, team_id=team.pk, grade=Grade.SENIOR, role=SUPERVISOR)

    seat = Seat.objects.get(user=nora)
    assert (seat.team, seat.grade, seat.duty) == (team, Grade.SENIOR, Duty.OFF)
    assert [group.name for group in nora.groups.all()] == [SUPERVISOR]
    assert not nora.has_usable_password()
    assert not nora.is_staff
    assert invite(ada, username="olga", email="olga@example.com", role=ADMINISTRATOR).is_staff


def test_link_of_the_mail_sets_the_password_and_signs_in(
    ada: User, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        invite(ada)

    letter = mail.outbox[0]
    assert letter.to == ["nora.lind@example.com"]
    assert "nora" in letter.body
    found = re.search(r"https://desk\.example\.com(/\S+)", str(letter.body))
    assert found
    page = client.get(found[1], follow=True)
    client.post(
        page.redirect_chain[-1][0], {"new_password1": "seven green boats", "new_password2": "seven green boats"}
    )
    assert client.login(username="nora", password="seven green boats")


def test_mail_that_cannot_leave_does_not_undo_the_account(
    ada: User,
    settings: Any,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.EMAIL_BACKEND = "nowhere.Backend"

    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        nora = invite(ada)

    def commit() -> None:
        for callback in callbacks:
            callback()

    with pytest.raises(ModuleNotFoundError):
        commit()
    assert User.objects.filter(pk=nora.pk).exists()


def test_record_of_an_invitation_holds_no_name_and_no_address(ada: User) -> None:
    nora = invite(ada)

    event = last_event()
    assert (event.act, event.object_kind, event.object_id, event.actor_id) == (
        "PERSON_INVITED",
        "person",
        nora.pk,
        ada.pk,
    )
    told = f"{event.before} {event.after} {event.reason}".lower()
    assert not [word for word in ("nora", "lind", "example.com") if word in told]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("username", {"username": "ADA"}),
        ("username", {"username": "a b"}),
        ("email", {"email": "ADA@example.com"}),
        ("email", {"email": ""}),
        ("email", {"email": "nora"}),
        ("role", {"role": "King"}),
        ("team", {"team_id": 999_999}),
        ("grade", {"grade": "KING"}),
    ],
)
def test_invitation_that_cannot_be_is_refused_at_its_field(ada: User, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotValid) as refused:
        invite(ada, **wrong)

    assert refused.value.facts["field"] == field
    assert User.objects.count() == 1


def test_invitation_is_sent_again_only_to_who_has_no_password(
    ada: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    nora, ann = invite(ada), make_person("ann")

    with django_capture_on_commit_callbacks(execute=True):
        accounts.resend(user_id=nora.pk, site_address="https://desk.example.com", **by(ada))
    with pytest.raises(NotValid):
        accounts.resend(user_id=ann.pk, site_address="https://desk.example.com", **by(ada))

    assert [letter.to for letter in mail.outbox] == [["nora.lind@example.com"]]
    assert last_event().act == "INVITATION_SENT"


def test_deactivating_ends_sessions_and_the_seat_at_once(ada: User, client: Client) -> None:
    ann = make_person("ann")
    Seat.objects.filter(user=ann).update(duty=Duty.READY)
    client.force_login(ann)
    assert client.get(reverse("home")).status_code == 200

    accounts.deactivate(user_id=ann.pk, why="Left the company", now=timezone.now(), **by(ada))

    assert client.get(reverse("home")).status_code == 302
    assert not Session.objects.filter(user=ann).exists()
    seat = Seat.objects.get(user=ann)
    assert (seat.is_active, seat.duty) == (False, Duty.OFF)
    assert not client.login(username="ann", password="a long secret")
    event = last_event()
    assert (event.act, typed_with(event), event.before) == ("PERSON_DEACTIVATED", "Left the company", {"active": True})


def test_reactivated_person_is_as_before(ada: User, client: Client) -> None:
    ann = make_person("ann", SUPERVISOR, grade=Grade.SUPERVISOR)
    accounts.deactivate(user_id=ann.pk, now=timezone.now(), **by(ada))

    accounts.reactivate(user_id=ann.pk, **by(ada))

    assert client.login(username="ann", password="a long secret")
    assert Seat.objects.get(user=ann).is_active
    assert [group.name for group in ann.groups.all()] == [SUPERVISOR]


def test_nobody_deactivates_themselves_or_the_last_administrator(ada: User) -> None:
    bob, stranger = make_administrator("bob"), make_person("sid", MANAGER)

    with pytest.raises(NotValid):
        accounts.deactivate(user_id=ada.pk, now=timezone.now(), **by(ada))
    accounts.deactivate(user_id=bob.pk, now=timezone.now(), **by(ada))
    with pytest.raises(NotValid):
        accounts.deactivate(user_id=ada.pk, now=timezone.now(), **by(stranger))

    ada.refresh_from_db()
    assert ada.is_active


def test_role_changes_at_once_and_with_it_who_may_administer(ada: User, client: Client) -> None:
    ann = make_person("ann")
    client.force_login(ann)
    assert client.get(reverse("admin:index")).status_code == 403

    accounts.change_role(user_id=ann.pk, role=ADMINISTRATOR, **by(ada))

    assert client.get(reverse("admin:index")).status_code == 200
    assert (last_event().before, last_event().after) == ({"role": AGENT}, {"role": ADMINISTRATOR})


def test_nobody_changes_their_own_role_and_one_administrator_stays(ada: User) -> None:
    sid = make_person("sid", MANAGER)

    for actor in (ada, sid):
        with pytest.raises(NotValid) as refused:
            accounts.change_role(user_id=ada.pk, role=AGENT, **by(actor))
        assert refused.value.facts["field"] == "role"

    assert Group.objects.get(name=ADMINISTRATOR).user_set.get() == ada


def test_seat_moves_with_its_record_and_nobody_promotes_themselves(ada: User) -> None:
    ann, team = make_person("ann"), make_team()

    accounts.change_seat(user_id=ann.pk, team_id=team.pk, grade=Grade.SENIOR, **by(ada))
    with pytest.raises(NotValid):
        accounts.change_seat(user_id=ada.pk, team_id=None, grade=Grade.MANAGER, **by(ada))

    assert Seat.objects.get(user=ann).team == team
    assert last_event().after == {"team_id": team.pk, "grade": Grade.SENIOR}


def test_higher_grade_waits_for_a_second_person_once_the_desk_is_in_use(ada: User) -> None:
    desk = make_desk()
    ledger.act("authorise_proposal", desk.facts())
    desk.ann.groups.set([Group.objects.get(name=AGENT)])
    place: dict[str, Any] = {"user_id": desk.ann.pk, "team_id": desk.call.team_id}

    asked = accounts.change_seat(**place, grade=Grade.SENIOR, why="A year of good calls", **by(ada))

    assert asked is not None
    assert (asked.state, asked.from_grade, asked.asked_by_id) == ("OPEN", Grade.AGENT, ada.pk)
    assert Seat.objects.get(user=desk.ann).grade == Grade.AGENT
    assert accounts.change_seat(**place, grade=Grade.NEW, **by(ada)) is None
    assert Seat.objects.get(user=desk.ann).grade == Grade.NEW


def test_details_are_corrected_and_only_their_names_recorded(ada: User) -> None:
    ann = make_person("ann")

    change_details(ada, ann, email="ann.reyes@example.com", last_name="Reyes")

    ann.refresh_from_db()
    assert (ann.email, ann.last_name) == ("ann.reyes@example.com", "Reyes")
    assert last_event().after == {"fields": ["email", "last_name"]}


def test_details_of_one_person_are_not_anothers(ada: User) -> None:
    ann = make_person("ann")

    with pytest.raises(NotValid) as refused:
        change_details(ada, ann, email="Ada@Example.com")

    assert refused.value.facts["field"] == "email"


def test_what_changes_nothing_is_not_recorded(ada: User) -> None:
    ann = make_person("ann")
    before = AuditEvent.objects.count()

    change_details(ada, ann)
    accounts.change_role(user_id=ann.pk, role=AGENT, **by(ada))
    accounts.change_seat(user_id=ann.pk, team_id=None, grade=Grade.AGENT, **by(ada))
    accounts.reactivate(user_id=ann.pk, **by(ada))

    assert AuditEvent.objects.count() == before


def test_person_who_is_not_there_is_not_found(ada: User) -> None:
    with pytest.raises(NotYours):
        accounts.deactivate(user_id=0, now=timezone.now(), **by(ada))


def test_nothing_is_done_without_its_record(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, bob = make_person("ann"), make_person("bob")
    accounts.deactivate(user_id=bob.pk, now=timezone.now(), **by(ada))
    before = [list(User.objects.order_by("pk").values()), list(Seat.objects.order_by("pk").values())]
    break_audit(monkeypatch)

    for act in (
        lambda: invite(ada),
        lambda: change_details(ada, ann, last_name="Reyes"),
        lambda: accounts.change_role(user_id=ann.pk, role=MANAGER, **by(ada)),
        lambda: accounts.change_seat(user_id=ann.pk, team_id=None, grade=Grade.SENIOR, **by(ada)),
        lambda: accounts.deactivate(user_id=ann.pk, now=timezone.now(), **by(ada)),
        lambda: accounts.reactivate(user_id=bob.pk, **by(ada)),
    ):
        with pytest.raises(Broken):
            act()

    assert [list(User.objects.order_by("pk").values()), list(Seat.objects.order_by("pk").values())] == before
    assert [group.name for group in ann.groups.all()] == [AGENT]
