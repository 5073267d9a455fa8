"""More than before for somebody: confirmed by a second person, refused, or taken back by whoever asked.

Confirmed, it becomes a version of the limit that holds an hour later; the database makes sure of both.
"""

from datetime import datetime

from django.db import transaction

from customers import audit
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.acts import Act
from offers.choices import RaiseState
from offers.models import LimitRaise, LimitVersion, Seat


def confirm_raise(*, raise_id: int, by: int, role: str, now: datetime) -> LimitVersion:
    """Let a raise become a limit, from an hour on (or later, where it was asked for later).

    Raises `NotYours`; `Refused` ALREADY_RESOLVED, RAISE_NEEDS_SECOND for whoever asked, OWN_LIMIT for whom it is for.
    """
    with ledger.heard(), transaction.atomic():
        asked = _open(raise_id)
        if asked.asked_by_id == by:
            raise Refused("RAISE_NEEDS_SECOND")
        if _concerns(asked, by):
            raise Refused("OWN_LIMIT")
        _decide(asked, RaiseState.CONFIRMED, by)
        values = dict(asked.figures)
        begins = datetime.fromisoformat(values.pop("valid_from")) if "valid_from" in values else now
        version = LimitVersion(
            **values,
            valid_from=max(begins, now),
            recorded_by_id=asked.asked_by_id,
            confirmed_by_id=by,
            raised_by_id=asked.pk,
            recorded_at=now,
            why=asked.why,
        )
        version.save(force_insert=True)
        # An hour later at the earliest, by the database's clock.
        version.refresh_from_db(fields=["valid_from", "raises", "recorded_at"])
        _record(asked, Act.LIMIT_RAISE_CONFIRMED, by=by, role=role, limit_id=version.pk)
        audit.append(
            by=by,
            role=role,
            act=Act.LIMIT_ADDED,
            object_kind="limit",
            object_id=version.pk,
            after=asked.figures | {"valid_from": version.valid_from, "asked_by": asked.asked_by_id},
            words=asked.why,
        )
    return version


def refuse_raise(*, raise_id: int, by: int, role: str, now: datetime) -> None:
    """Say no to a raise of somebody else's. Raises as `confirm_raise` does."""
    with ledger.heard(), transaction.atomic():
        asked = _open(raise_id)
        if asked.asked_by_id == by:
            raise Refused("RAISE_NEEDS_SECOND")
        _decide(asked, RaiseState.REFUSED, by)
        _record(asked, Act.LIMIT_RAISE_REFUSED, by=by, role=role)


def withdraw_raise(*, raise_id: int, by: int, role: str, now: datetime) -> None:
    """Take back what one has asked for oneself. Raises `NotYours`, `Refused` ALREADY_RESOLVED, NOT_ALLOWED."""
    with ledger.heard(), transaction.atomic():
        asked = _open(raise_id)
        if asked.asked_by_id != by:
            raise Refused("NOT_ALLOWED")
        _decide(asked, RaiseState.WITHDRAWN, by)
        _record(asked, Act.LIMIT_RAISE_WITHDRAWN, by=by, role=role)


def _open(raise_id: int) -> LimitRaise:
    """The raise, locked; whoever comes second is told that it is decided."""
    asked = LimitRaise.objects.select_for_update().filter(pk=raise_id).first()
    if asked is None:
        raise NotYours
    if asked.state != RaiseState.OPEN:
        raise Refused("ALREADY_RESOLVED", state=asked.state)
    return asked


def _concerns(asked: LimitRaise, by: int) -> bool:
    """Whether this person could give more by it: it is theirs, their team's or their grade's."""
    figures = asked.figures
    if figures.get("user_id") is not None:
        return bool(figures["user_id"] == by)
    seat = Seat.objects.filter(user_id=by, is_active=True).first()
    if seat is None:
        return False
    return seat.grade == figures.get("grade") or (seat.team_id is not None and seat.team_id == figures.get("team_id"))


def _decide(asked: LimitRaise, state: RaiseState, by: int) -> None:
    asked.state, asked.decided_by_id = state, by
    # The guard stamps the time; the row wants one to begin with.
    asked.decided_at = asked.asked_at
    asked.save(update_fields=["state", "decided_by", "decided_at"])


def _record(asked: LimitRaise, act: Act, *, by: int, role: str, limit_id: int | None = None) -> None:
    audit.append(
        by=by,
        role=role,
        act=act,
        object_kind="limit_raise",
        object_id=asked.pk,
        limit_version_id=limit_id,
        before={"state": RaiseState.OPEN},
        after={"state": asked.state, "asked_by": asked.asked_by_id},
        words=asked.why,
    )
