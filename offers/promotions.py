"""More authority for one person, by grade or team: asked for, confirmed by a second person, done an hour later.

Between the second person's yes and the hour that follows it can be taken back; less holds at once and needs nobody. The
database keeps all of it (`guard_seat`, `guard_promotion`), for raw SQL too.
"""

from datetime import UTC, datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _

from customers import audit
from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.acts import Act
from offers.choices import PromotionState
from offers.models import Promotion, Seat

_NEEDS = """
SELECT EXISTS (SELECT FROM offers_hold) AND place_exceeds(s.user_id, %(grade)s, %(team)s, s.grade, s.team_id)
FROM offers_seat s WHERE s.user_id = %(user)s
"""
_LIVE = (PromotionState.OPEN, PromotionState.CONFIRMED)


def needs_second(*, user_id: int, grade: str, team_id: int | None) -> bool:
    """Whether that place gives a person more than the one they have, on a desk that is in use."""
    with connection.cursor() as cursor:
        cursor.execute(_NEEDS, {"user": user_id, "grade": grade, "team": team_id})
        row = cursor.fetchone()
    return bool(row and row[0])


def ask_promotion(*, user_id: int, grade: str, team_id: int | None, why: str, by: int, role: str) -> Promotion:
    """Ask for a place that gives more; it takes the place of what was asked for this person before.

    Raises `NotYours` for somebody without a seat, `Refused` OWN_LIMIT for oneself, `NotValid` without a reason.
    """
    if by == user_id:
        raise Refused("OWN_LIMIT")
    if not why.strip():
        raise NotValid(
            field="why", why=_("This gives more authority. Say why, for the second person who has to confirm it.")
        )
    with ledger.heard(), transaction.atomic():
        seat = Seat.objects.select_for_update().filter(user_id=user_id).first()
        if seat is None:
            raise NotYours
        drop(user_id=user_id, by=by, role=role)
        asked = Promotion(
            user_id=user_id,
            from_grade=seat.grade,
            from_team_id=seat.team_id,
            grade=grade,
            team_id=team_id,
            asked_by_id=by,
            why=why.strip()[:200],
        )
        # The guard stamps the time; the row wants one to begin with.
        asked.asked_at = datetime.now(UTC)
        asked.save(force_insert=True)
        asked.refresh_from_db(fields=["asked_at"])
        _record(asked, Act.PROMOTION_ASKED, by=by, role=role)
    return asked


def confirm_promotion(*, promotion_id: int, by: int, role: str) -> Promotion:
    """Say the second yes: the place is theirs an hour from now.

    Raises `NotYours`; `Refused` ALREADY_RESOLVED, RAISE_NEEDS_SECOND for whoever asked, OWN_LIMIT for whom it is for.
    """
    return _decide(promotion_id, PromotionState.CONFIRMED, Act.PROMOTION_CONFIRMED, by=by, role=role)


def refuse_promotion(*, promotion_id: int, by: int, role: str) -> Promotion:
    """Say no to what somebody else has asked for. Raises as `confirm_promotion` does."""
    return _decide(promotion_id, PromotionState.REFUSED, Act.PROMOTION_REFUSED, by=by, role=role)


def withdraw_promotion(*, promotion_id: int, by: int, role: str) -> Promotion:
    """Take back what one has asked for, or, before its hour is over, what was confirmed, whoever did.

    Raises `NotYours`; `Refused` ALREADY_RESOLVED, NOT_ALLOWED for what somebody else asks, OWN_LIMIT for oneself.
    """
    with ledger.heard(), transaction.atomic():
        asked = _locked(promotion_id)
        if asked.user_id == by:
            raise Refused("OWN_LIMIT")
        if asked.state == PromotionState.OPEN and asked.asked_by_id != by:
            raise Refused("NOT_ALLOWED")
        _end(asked, by=by, role=role)
    return asked


def drop(*, user_id: int, by: int, role: str) -> None:
    """Let go of what was asked for a person before: they have another place now. Call it inside the transaction."""
    for asked in Promotion.objects.select_for_update().filter(user_id=user_id, state__in=_LIVE):
        _end(asked, by=by, role=role)


def begin_due(*, most: int = 100) -> int:
    """Give everybody the place whose hour is over, each in its own transaction; how many."""
    done = 0
    for _turn in range(most):
        with ledger.heard(), transaction.atomic():
            found = list(Promotion.objects.raw(_NEXT))
            if not found:
                break
            asked = found[0]
            seat = Seat.objects.select_for_update().get(user_id=asked.user_id)
            if (seat.grade, seat.team_id) == (asked.from_grade, asked.from_team_id):
                # The guard uses the promotion up; without one it would refuse this.
                seat.grade, seat.team_id = asked.grade, asked.team_id
                seat.save(update_fields=["grade", "team"])
                asked.refresh_from_db(fields=["state", "ended_at"])
            if asked.state == PromotionState.DONE:
                _record(asked, Act.PROMOTION_DONE, by=None, role="CLOCK")
                done += 1
            else:
                _end(asked, by=None, role="CLOCK")
    return done


_NEXT = """
SELECT * FROM offers_promotion WHERE state = 'CONFIRMED' AND begins_at <= desk_now()
ORDER BY begins_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def _decide(promotion_id: int, state: PromotionState, act: Act, *, by: int, role: str) -> Promotion:
    with ledger.heard(), transaction.atomic():
        asked = _locked(promotion_id)
        if asked.state != PromotionState.OPEN:
            raise Refused("ALREADY_RESOLVED", state=asked.state)
        if asked.asked_by_id == by:
            raise Refused("RAISE_NEEDS_SECOND")
        if asked.user_id == by:
            raise Refused("OWN_LIMIT")
        _turn(asked, state, by)
        _record(asked, act, by=by, role=role)
    return asked


def _end(asked: Promotion, *, by: int | None, role: str) -> None:
    """Take it back: an open question is withdrawn by whoever asked and refused by anybody else."""
    if asked.state == PromotionState.CONFIRMED:
        asked.state = PromotionState.TAKEN_BACK
        asked.save(update_fields=["state"])
        act = Act.PROMOTION_WITHDRAWN
    elif asked.state == PromotionState.OPEN and by is not None:
        mine = asked.asked_by_id == by
        _turn(asked, PromotionState.WITHDRAWN if mine else PromotionState.REFUSED, by)
        act = Act.PROMOTION_WITHDRAWN if mine else Act.PROMOTION_REFUSED
    else:
        raise Refused("ALREADY_RESOLVED", state=asked.state)
    _record(asked, act, by=by, role=role)


def _turn(asked: Promotion, state: PromotionState, by: int) -> None:
    asked.state, asked.decided_by_id = state, by
    asked.save(update_fields=["state", "decided_by"])
    # Its moments are the database's.
    asked.refresh_from_db(fields=["decided_at", "begins_at"])


def _locked(promotion_id: int) -> Promotion:
    asked = Promotion.objects.select_for_update().filter(pk=promotion_id).first()
    if asked is None:
        raise NotYours
    return asked


def _record(asked: Promotion, act: Act, *, by: int | None, role: str) -> None:
    audit.append(
        by=by,
        role=role,
        act=act,
        object_kind="person",
        object_id=asked.user_id,
        before={"team_id": asked.from_team_id, "grade": asked.from_grade},
        after={"team_id": asked.team_id, "grade": asked.grade, "asked_by": asked.asked_by_id},
        words=asked.why,
    )
