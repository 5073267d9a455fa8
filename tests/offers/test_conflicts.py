"""Accounts of people who work here: declared, seen by the ledger, and ended only by somebody else."""

from typing import Any

import pytest
from django.db import connection

from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from offers import conflicts, ledger
from offers.models import OwnLine
from retention_desk.people.models import User
from tests.audits import last_event
from tests.builders import desk_now, make_agent, make_customer, make_user, new_key
from tests.offers.desk import Desk

pytestmark = pytest.mark.django_db


def declare(user: User, account: str, **other: Any) -> OwnLine:
    given: dict[str, Any] = {"by": user.pk, "role": "AGENT", "now": desk_now(), "key": new_key()} | other
    return conflicts.declare_own_line(user_id=user.pk, account_number=account, **given)


def conflict(user: User, customer_id: int | None) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conflict_of(%s, %s)", [user.pk, customer_id])
        found: str = cursor.fetchone()[0]
    return found


def test_declared_account_is_its_owners_and_the_colleagues(desk: Desk) -> None:
    customer = desk.call.customer
    assert customer is not None
    ben = make_agent("ben")
    assert conflict(desk.ann, customer.pk) == ""

    # The number is found however it is written.
    line = declare(desk.ann, customer.account_number.replace("-", " "))

    assert (conflict(desk.ann, customer.pk), conflict(ben, customer.pk)) == ("OWN_LINE", "STAFF_LINE")
    assert (last_event().act, last_event().object_id) == ("OWN_LINE_DECLARED", line.pk)
    with pytest.raises(Refused) as refused:
        ledger.act("authorise_proposal", desk.facts())
    assert refused.value.code == "CONFLICT_OF_INTEREST"


def test_address_and_name_of_a_colleague_are_seen(desk: Desk) -> None:
    same_house = make_customer(street="7 Mill Lane", postcode="93611")
    next_door = make_customer(street="7 mill lane", postcode="93611", family_name="Orr")
    namesake = make_customer(given_name="Ann", family_name="Holt", street="1 Elm Street", postcode="93722")

    declare(make_agent("ben"), same_house.account_number)

    assert conflict(desk.ann, next_door.pk) == "SAME_ADDRESS"
    assert conflict(desk.ann, namesake.pk) == "SAME_NAME"


def test_declared_twice_is_declared_once(db: None) -> None:
    ann, customer, key = make_agent("ann"), make_customer(), new_key()

    lines = [declare(ann, customer.account_number, key=one) for one in (key, key, new_key())]

    assert len({line.pk for line in lines}) == OwnLine.objects.count() == 1


def test_account_that_is_not_there(db: None) -> None:
    for number in ("0000-0000-0", "", "-"):
        with pytest.raises(NotValid):
            declare(make_agent(f"ann{len(number)}"), number)


def test_declaration_is_ended_by_somebody_else(db: None) -> None:
    ann, ada, customer = make_agent("ann"), make_user("ada"), make_customer()
    line = declare(ann, customer.account_number)
    said: dict[str, Any] = {"role": "ADMINISTRATOR", "now": desk_now()}

    with pytest.raises(Refused) as refused:
        conflicts.end_own_line(own_line_id=line.pk, by=ann.pk, **said)
    conflicts.end_own_line(own_line_id=line.pk, by=ada.pk, **said)
    with pytest.raises(Refused) as again:
        conflicts.end_own_line(own_line_id=line.pk, by=ada.pk, **said)
    with pytest.raises(NotYours):
        conflicts.end_own_line(own_line_id=0, by=ada.pk, **said)

    assert (refused.value.code, again.value.code) == ("OWN_LIMIT", "ALREADY_RESOLVED")
    assert conflict(ann, customer.pk) == ""


def test_namesakes_are_found_by_an_index_however_many_work_here(db: None) -> None:
    """As `conflict_of` looks for them; its own plan is not to be had from outside."""
    customer = make_customer()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            """EXPLAIN SELECT FROM people_user
               WHERE desk_fold(last_name) = (SELECT family_key FROM customers_customer WHERE id = %s)
                 AND desk_fold(first_name) = (SELECT given_key FROM customers_customer WHERE id = %s)""",
            [customer.pk, customer.pk],
        )
        plan = [line.strip() for (line,) in cursor.fetchall()]

    looked_up = plan.index(next(line for line in plan if "person_by_name" in line))
    assert plan[looked_up + 1].startswith("Index Cond:"), plan
