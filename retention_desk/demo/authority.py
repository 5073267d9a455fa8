"""What the demo's authority has beyond limits and budgets: storm reserves, standing in, a raise that waits, conflicts.

All of it has just been done or is still open, so that every page of the scheme has something to look at.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from customers import remarks
from offers.acts import Act
from offers.allowances import Allowance
from offers.choices import BudgetKind, Grade, OfferKind, RaiseState
from offers.models import Delegation, LimitRaise, LimitVersion, OwnLine, StormReserve
from offers.scheme import DEFAULT_GRADES, DEFAULT_POOLS
from retention_desk.demo.accounts import Account
from retention_desk.demo.book import Book
from retention_desk.demo.company import COLLEAGUES, CURRENCY
from retention_desk.demo.ground import Ground
from retention_desk.people.models import User

# Of a storm: half as much again, so that an outage can be made good without asking.
_STORM_GRADES = (Grade.NEW, Grade.AGENT, Grade.SENIOR)
_NAMESAKE = "bram"


def namesake(account: Account) -> None:
    """Give a customer the name of a colleague, so that the desk asks who decides about them."""
    colleague = next(one for one in COLLEAGUES if one.username == _NAMESAKE)
    account.person = replace(account.person, given=colleague.given, family=colleague.family)


def plant(*, using: str, book: Book, ground: Ground, own: int, now: datetime) -> None:
    """Add it through the connection `using` (the owner's). `own` is the customer who is Ines herself."""
    people = dict(User.objects.using(using).values_list("username", "pk"))
    greta, admin = people["greta"], people["admin"]
    for site_id in ground.floor.ids.sites:
        _reserve(using, book, ground, site_id, signer=greta, second=admin, at=now - timedelta(days=21))
    _lend(using, book, of=people["petra"], to=people["mara"], now=now)
    _ask(using, book, by=greta, at=now - timedelta(hours=2))
    at = now - timedelta(days=30)
    ines = people["ines"]
    line = OwnLine.objects.using(using).create(user_id=ines, customer_id=own, declared_by_id=ines, declared_at=at)
    said = {"user_id": ines, "customer_id": own}
    book.act(Act.OWN_LINE_DECLARED, at=at, by=ines, role="AGENT", object_kind="own_line", object_id=line.pk, after=said)


def _reserve(using: str, book: Book, ground: Ground, site_id: int, *, signer: int, second: int, at: datetime) -> None:
    """A share of the site's month, and more for those who take the calls of an outage; signed by two."""
    amount = ground.plans[BudgetKind.SITE, site_id].amount_minor * DEFAULT_POOLS.storm_percent // 100
    later = at + timedelta(hours=3)
    reserve = StormReserve.objects.using(using).create(
        site_id=site_id,
        name="Outage of the network",
        currency=CURRENCY,
        amount_minor=amount,
        signed_by_id=signer,
        signed_at=at,
        countersigned_by_id=second,
        countersigned_at=later,
    )
    of_it: dict[str, Any] = {"object_kind": "storm_reserve", "object_id": reserve.pk}
    values = {"site_id": site_id, "name": reserve.name, "currency": CURRENCY, "amount_minor": amount}
    book.act(Act.RESERVE_SIGNED, at=at, by=signer, role="MANAGER", after=values, **of_it)
    for grade in _STORM_GRADES:
        columns = _storm_allowance(grade).columns()
        limit = LimitVersion.objects.using(using).create(
            grade=grade,
            storm=reserve,
            currency=CURRENCY,
            **columns,
            valid_from=at,
            recorded_by_id=signer,
            recorded_at=at,
            why=reserve.name,
        )
        told = {"grade": grade, "storm_id": reserve.pk, "currency": CURRENCY, "valid_from": at.isoformat()} | columns
        book.act(Act.LIMIT_ADDED, at=at, by=signer, role="MANAGER", object_kind="limit", object_id=limit.pk, after=told)
    book.act(
        Act.RESERVE_COUNTERSIGNED,
        at=later,
        by=second,
        role="ADMINISTRATOR",
        after={"amount_minor": amount},
        **of_it,
    )


def _storm_allowance(grade: Grade) -> Allowance:
    usual = DEFAULT_GRADES[grade]
    return Allowance(
        max_percent=usual.max_percent + 10,
        max_months=usual.max_months,
        max_monthly_minor=usual.max_monthly_minor * 3 // 2,
        max_credit_minor=usual.max_credit_minor * 2,
        max_fee_minor=max(usual.max_fee_minor, 2_500),
        max_cost_minor=usual.max_cost_minor * 3 // 2,
        kinds=tuple(OfferKind.values),
    )


def _lend(using: str, book: Book, *, of: int, to: int, now: datetime) -> None:
    began, ends = now - timedelta(days=1), now + timedelta(days=3)
    given = Delegation.objects.using(using).create(
        of_id=of, to_id=to, starts_at=began, ends_at=ends, why="Training days", given_by_id=of, recorded_at=began
    )
    said = {"of_id": of, "to_id": to, "starts_at": began.isoformat(), "ends_at": ends.isoformat()}
    book.act(
        Act.DELEGATION_GIVEN,
        at=began,
        by=of,
        role="SUPERVISOR",
        object_kind="delegation",
        object_id=given.pk,
        after=said,
        reason=remarks.keep(given.why, using=using),
    )


def _ask(using: str, book: Book, *, by: int, at: datetime) -> None:
    """More for senior agents, which nobody has confirmed yet."""
    usual = DEFAULT_GRADES[Grade.SENIOR]
    allowance = Allowance(
        max_percent=usual.max_percent + 5,
        max_months=usual.max_months,
        max_monthly_minor=usual.max_monthly_minor,
        max_credit_minor=usual.max_credit_minor,
        max_fee_minor=usual.max_fee_minor,
        max_cost_minor=usual.max_cost_minor + 6_000,
        kinds=tuple(sorted(usual.kinds)),
        call_count=usual.call_count,
    )
    figures: dict[str, Any] = {
        "grade": Grade.SENIOR.value,
        "team_id": None,
        "user_id": None,
        "family": "",
        "tier": "",
        "tenure_from_months": 0,
        "storm_id": None,
        "ends": False,
        "currency": CURRENCY,
        **allowance.columns(),
    }
    asked = LimitRaise.objects.using(using).create(
        figures=figures, state=RaiseState.OPEN, asked_by_id=by, asked_at=at, why="Rivals have gone up"
    )
    book.act(
        Act.LIMIT_RAISE_ASKED,
        at=at,
        by=by,
        role="MANAGER",
        object_kind="limit_raise",
        object_id=asked.pk,
        after=figures,
        reason=remarks.keep(asked.why, using=using),
    )
