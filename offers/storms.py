"""For an outage: limits and money that two people sign in advance, and that are used at once when the day comes."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from customers import audit, keeping, keys
from customers.keeping import NotValid
from customers.models import Site
from customers.refusals import NotYours, Refused
from offers import ledger
from offers.acts import Act
from offers.allowances import Allowance
from offers.choices import Grade
from offers.models import LimitVersion, Storm, StormReserve

LONGEST_HOURS = 72


def sign_reserve(
    *,
    site_id: int,
    name: str,
    currency: str,
    amount_minor: int,
    limits: Mapping[Grade, Allowance],
    by: int,
    role: str,
    now: datetime,
    key: UUID,
) -> StormReserve:
    """Sign a reserve of a site first: its money, in minor units, and a limit for each grade that gets another one.

    It is of no use until a second person has countersigned it. Raises `NotValid`.
    """
    if not Site.objects.filter(pk=site_id).exists():
        raise NotValid(field="site", why=_("There is no such site."))
    if not name.strip():
        raise NotValid(field="name", why=_("Give it a name that is understood at once."))
    if amount_minor < 0:
        raise NotValid(field="amount_minor", why=_("A budget is not negative."))
    if not limits:
        raise NotValid(field="", why=_("Say for one grade at least what may be given in a storm."))
    for grade, allowance in limits.items():
        if allowance.has_totals:
            raise NotValid(field="", why=_("What is given in a day is counted by the limit of every day."))
        try:
            allowance.check()
        except NotValid as wrong:
            raise NotValid(field=f"{grade}-{wrong.facts['field']}", why=str(wrong.facts["why"])) from wrong
    body = {
        "site": site_id,
        "name": name,
        "currency": currency,
        "amount_minor": amount_minor,
        "limits": {str(grade): allowance.columns() for grade, allowance in limits.items()},
    }
    with ledger.heard(), transaction.atomic():
        claim = keys.claim(key=key, act=Act.RESERVE_SIGNED, by=by, body=body)
        if claim.answer:
            return StormReserve.objects.get(pk=claim.answer.object_id)
        values = {"site_id": site_id, "name": name.strip(), "currency": currency, "amount_minor": amount_minor}
        reserve = keeping.add(
            StormReserve,
            values | {"signed_by_id": by, "signed_at": now},
            act=Act.RESERVE_SIGNED,
            object_kind="storm_reserve",
            by=by,
            role=role,
            silent=frozenset({"signed_by_id", "signed_at"}),
        )
        for grade, allowance in limits.items():
            keeping.add(
                LimitVersion,
                {
                    "grade": grade,
                    "storm_id": reserve.pk,
                    "currency": currency,
                    **allowance.columns(),
                    "valid_from": now,
                    "recorded_by_id": by,
                    "recorded_at": now,
                    "why": name.strip()[:200],
                },
                act=Act.LIMIT_ADDED,
                object_kind="limit",
                by=by,
                role=role,
                silent=frozenset({"why", "recorded_by_id", "recorded_at"}),
            )
        claim.settle(object_id=reserve.pk)
    return reserve


def countersign_reserve(*, reserve_id: int, by: int, role: str, now: datetime) -> None:
    """Sign as the second person; from here on it may be used.

    Raises `NotYours`, `Refused` RAISE_NEEDS_SECOND for whoever signed first, STORM_SIGNED when it is signed or retired.
    """
    with ledger.heard(), transaction.atomic():
        reserve = _locked(reserve_id)
        if reserve.countersigned_by_id is not None or reserve.retired_at is not None:
            raise Refused("STORM_SIGNED")
        if reserve.signed_by_id == by:
            raise Refused("RAISE_NEEDS_SECOND")
        reserve.countersigned_by_id, reserve.countersigned_at = by, now
        reserve.save(update_fields=["countersigned_by", "countersigned_at"])
        audit.append(
            by=by,
            role=role,
            act=Act.RESERVE_COUNTERSIGNED,
            object_kind="storm_reserve",
            object_id=reserve.pk,
            after={"amount_minor": reserve.amount_minor},
        )


def retire_reserve(*, reserve_id: int, by: int, role: str, now: datetime) -> None:
    """Take a reserve out of use for good. Raises `NotYours`, `Refused` STORM_RUNNING, ALREADY_RESOLVED."""
    with ledger.heard(), transaction.atomic():
        reserve = _locked(reserve_id)
        if reserve.retired_at is not None:
            raise Refused("ALREADY_RESOLVED")
        if Storm.objects.filter(reserve_id=reserve_id, ended_at=None).exists():
            raise Refused("STORM_RUNNING")
        reserve.retired_at = now
        reserve.save(update_fields=["retired_at"])
        audit.append(by=by, role=role, act=Act.RESERVE_RETIRED, object_kind="storm_reserve", object_id=reserve.pk)


def start_storm(*, reserve_id: int, hours: int, why: str, by: int, role: str, key: UUID) -> int:
    """Use a reserve that two have signed: its limits hold at once, its money goes to the site. Answers the storm's id.

    For supervisors and managers with a seat. Raises `NotValid`, `NotYours`, `Refused` RAISE_NEEDS_SECOND,
    ALREADY_RESOLVED when it is in use or retired.
    """
    if not 1 <= hours <= LONGEST_HOURS:
        raise NotValid(field="hours", why=_("From 1 to %(hours)d hours.") % {"hours": LONGEST_HOURS})
    if not why.strip():
        raise NotValid(field="why", why=_("Say why, in a few words."))
    return ledger.act(
        "start_storm",
        {"key": str(key), "reserve_id": reserve_id, "hours": hours, "why": why.strip(), "by": by, "role": role},
    )


def end_storm(*, storm_id: int, by: int, role: str) -> int:
    """End it before its time; what the site has not used goes back. Raises `NotYours`, `Refused` ALREADY_RESOLVED."""
    return ledger.act("end_storm", {"storm_id": storm_id, "by": by, "role": role})


def _locked(reserve_id: int) -> StormReserve:
    reserve = StormReserve.objects.select_for_update().filter(pk=reserve_id).first()
    if reserve is None:
        raise NotYours
    return reserve
