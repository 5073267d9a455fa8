"""People come, change their role or place, and go. They are never deleted: the record names them.

One transaction each, with its audit event; the event names roles, teams and grades, never a name or an address. All
raise `NotValid` (a field and a sentence), or `NotYours` for a person who is not there. A change of role holds from the
person's next page on.
"""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from customers import audit
from customers.keeping import NotValid
from customers.models import Team
from customers.refusals import NotYours
from offers import ledger, promotions
from offers.choices import Duty, Grade
from offers.models import Promotion, Seat
from retention_desk.people import invitations
from retention_desk.people.acts import Act
from retention_desk.people.models import Session, User
from retention_desk.people.roles import ADMINISTRATOR, ROLES


def invite(
    *,
    username: str,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    team_id: int | None,
    grade: str,
    language: str = "",
    site_address: str,
    by: int,
    by_role: str,
    now: datetime,
) -> User:
    """Make an account with a role and a seat, and mail its owner a link to choose a password once that is saved.

    `site_address` is what the link begins with (https://desk.example.com). Without a team no calls are taken.
    """
    _check_name(username=username, email=email)
    if not email:
        raise NotValid(field="email", why=_("The invitation goes to this address, so it cannot be empty."))
    _check_place(role=role, team_id=team_id, grade=grade)
    user = User(
        username=username,
        email=email,
        first_name=first_name,
        last_name=last_name,
        language=language,
        is_staff=role == ADMINISTRATOR,
        date_joined=now,
    )
    user.set_unusable_password()
    _check(user)
    with transaction.atomic():
        user.save(force_insert=True)
        user.groups.set([Group.objects.get(name=role)])
        Seat.objects.create(user=user, team_id=team_id, grade=grade)
        after = {"role": role, "team_id": team_id, "grade": grade}
        _record(Act.PERSON_INVITED, user, by=by, by_role=by_role, after=after)
        invitations.send_on_commit(user=user, site_address=site_address)
    return user


def resend(*, user_id: int, site_address: str, by: int, by_role: str) -> None:
    """Mail the link again to somebody who has not signed in yet; the link of the first mail still works its day."""
    with transaction.atomic():
        user = _locked(user_id)
        if not user.is_active:
            raise NotValid(field="", why=_("This person is deactivated. Reactivate them first."))
        if user.has_usable_password():
            raise NotValid(
                field="", why=_("This person has a password already. They can ask for a new one themselves.")
            )
        _record(Act.INVITATION_SENT, user, by=by, by_role=by_role)
        invitations.send_on_commit(user=user, site_address=site_address)


def change_details(
    *, user_id: int, email: str, first_name: str, last_name: str, language: str, by: int, by_role: str
) -> User:
    """Correct a person's name, e-mail address or language. The record keeps which of them, not what they are."""
    with transaction.atomic():
        user = _locked(user_id)
        _check_name(username=user.username, email=email, user_id=user_id)
        wanted = {"email": email, "first_name": first_name, "last_name": last_name, "language": language}
        changed = [name for name, value in wanted.items() if getattr(user, name) != value]
        if not changed:
            return user
        for name in changed:
            setattr(user, name, wanted[name])
        _check(user)
        user.save(update_fields=changed)
        _record(Act.PERSON_CHANGED, user, by=by, by_role=by_role, after={"fields": sorted(changed)})
    return user


def change_role(*, user_id: int, role: str, by: int, by_role: str) -> None:
    """Give a person another role. Nobody changes their own, and one administrator always stays."""
    if role not in ROLES:
        raise NotValid(field="role", why=_("There is no such role."))
    with transaction.atomic():
        administrators = _lock_administrators()
        user = _locked(user_id)
        before = _role_of(user)
        if before == role:
            return
        if user_id == by:
            raise NotValid(field="role", why=_("Nobody changes their own role. Another administrator has to do it."))
        if role != ADMINISTRATOR and administrators == {user_id}:
            raise NotValid(field="role", why=_last_administrator())
        user.groups.set([Group.objects.get(name=role)])
        user.is_staff = role == ADMINISTRATOR
        user.save(update_fields=["is_staff"])
        _record(Act.ROLE_CHANGED, user, by=by, by_role=by_role, before={"role": before}, after={"role": role})


def change_seat(
    *, user_id: int, team_id: int | None, grade: str, by: int, by_role: str, why: str = ""
) -> Promotion | None:
    """Move a person to another team or grade. Nobody changes their own grade. A call that is open stays where it is.

    A place that gives more waits for a second person and is answered as a `Promotion`; `why` is told to them. Any
    other holds at once, and takes the place of what was asked for before.
    """
    with ledger.heard(), transaction.atomic():
        user = _locked(user_id)
        _check_place(role=_role_of(user), team_id=team_id, grade=grade)
        seat = Seat.objects.select_for_update().get_or_create(user=user)[0]
        before = {"team_id": seat.team_id, "grade": seat.grade}
        after = {"team_id": team_id, "grade": grade}
        if before == after:
            return None
        if user_id == by and before["grade"] != grade:
            raise NotValid(field="grade", why=_("Nobody changes their own grade. Another administrator has to do it."))
        if promotions.needs_second(user_id=user_id, grade=grade, team_id=team_id):
            return promotions.ask_promotion(user_id=user_id, grade=grade, team_id=team_id, why=why, by=by, role=by_role)
        if user_id != by:
            promotions.drop(user_id=user_id, by=by, role=by_role)
        seat.team_id, seat.grade = team_id, grade
        seat.save(update_fields=["team", "grade"])
        _record(Act.SEAT_CHANGED, user, by=by, by_role=by_role, before=before, after=after)
    return None


def deactivate(*, user_id: int, by: int, by_role: str, now: datetime, why: str = "") -> None:
    """Shut a person out at once: their sessions end, their seat is off duty. Nobody does it to themselves, and one
    administrator always stays.
    """
    with transaction.atomic():
        administrators = _lock_administrators()
        user = _locked(user_id)
        if user_id == by:
            raise NotValid(field="", why=_("Nobody deactivates themselves. Another administrator has to do it."))
        if administrators == {user_id}:
            raise NotValid(field="", why=_last_administrator())
        if not user.is_active:
            return
        user.is_active = False
        user.save(update_fields=["is_active"])
        Seat.objects.filter(user=user).update(is_active=False, duty=Duty.OFF, duty_since=now)
        ended, _by_model = Session.objects.filter(user=user).delete()
        after = {"active": False, "sessions_ended": ended}
        _record(Act.PERSON_DEACTIVATED, user, by=by, by_role=by_role, before={"active": True}, after=after, words=why)


def reactivate(*, user_id: int, by: int, by_role: str) -> None:
    """Let a person in again, with the role and the seat they had."""
    with transaction.atomic():
        user = _locked(user_id)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=["is_active"])
        Seat.objects.filter(user=user).update(is_active=True)
        _record(Act.PERSON_REACTIVATED, user, by=by, by_role=by_role, before={"active": False}, after={"active": True})


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise NotYours
    return user


def _lock_administrators() -> set[int]:
    """Everybody who can still administer. Locked in one order, so that two who remove each other take turns."""
    rows = User.objects.select_for_update(of=("self",)).filter(is_active=True, groups__name=ADMINISTRATOR)
    return set(rows.order_by("pk").values_list("pk", flat=True))


def _role_of(user: User) -> str:
    held = set(user.groups.values_list("name", flat=True))
    return next((role for role in reversed(tuple(ROLES)) if role in held), "")


def _check_name(*, username: str, email: str, user_id: int | None = None) -> None:
    """Names and addresses are one person's, whatever their case."""
    others = User.objects.all() if user_id is None else User.objects.exclude(pk=user_id)
    if others.filter(username__iexact=username).exists():
        raise NotValid(field="username", why=_("Somebody else has this user name."))
    if email and others.filter(email__iexact=email).exists():
        raise NotValid(field="email", why=_("Somebody else has this e-mail address."))
    if email:
        try:
            validate_email(email)
        except ValidationError as error:
            raise NotValid(field="email", why=_("This is not an e-mail address.")) from error


def _check_place(*, role: str, team_id: int | None, grade: str) -> None:
    if role not in ROLES:
        raise NotValid(field="role", why=_("There is no such role."))
    if grade not in Grade.values:
        raise NotValid(field="grade", why=_("There is no such grade."))
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise NotValid(field="team", why=_("There is no such team."))


def _check(user: User) -> None:
    try:
        user.full_clean()
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise NotValid(field=field, why=str(messages[0])) from error


def _last_administrator() -> str:
    return _("This is the last administrator. Make somebody else one first.")


def _record(
    act: Act,
    user: User,
    *,
    by: int,
    by_role: str,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    words: str = "",
) -> None:
    audit.append(
        by=by,
        role=by_role,
        act=act,
        object_kind="person",
        object_id=user.pk,
        before=before,
        after=after,
        words=words,
    )
