"""A raise that many confirm, refuse and take back at the same moment is decided once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from customers.refusals import Refused
from offers import raises
from offers.models import LimitRaise, LimitVersion
from tests.builders import desk_now, make_user
from tests.offers.in_use import make_in_use

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

DECISIONS = (raises.confirm_raise, raises.confirm_raise, raises.refuse_raise, raises.withdraw_raise)


@pytest.mark.parametrize("turn", range(3))
def test_raise_is_decided_once(turn: int) -> None:
    used = make_in_use()
    asked = used.raised(figures={"max_percent": 30})
    people = [used.max, make_user("cleo"), make_user("dan"), used.ada]
    before, together = LimitVersion.objects.count(), threading.Barrier(len(people))

    def decide(number: int) -> str:
        try:
            together.wait(timeout=10)
            DECISIONS[number](raise_id=asked.pk, by=people[number].pk, role="MANAGER", now=desk_now())
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "decided"

    with ThreadPoolExecutor(len(people)) as pool:
        answers = Counter(pool.map(decide, range(len(people))))

    assert answers == {"decided": 1, "ALREADY_RESOLVED": 3}, turn
    confirmed = LimitRaise.objects.get().state == "CONFIRMED"
    assert LimitVersion.objects.count() == before + confirmed
