"""Two administrators remove each other at the same moment: one of them stays."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from customers.keeping import NotValid
from retention_desk.people import accounts
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR
from tests.retention_desk.admin.people import make_administrator

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


def shut_each_other_out() -> list[str]:
    """What Ada and Bob are told who deactivate each other at once."""
    ada, bob = make_administrator("ada"), make_administrator("bob")
    together = Barrier(2)

    def shut_out(whom: User, by: User) -> str:
        try:
            together.wait(timeout=10)
            accounts.deactivate(user_id=whom.pk, by=by.pk, by_role="ADMINISTRATOR", now=timezone.now())
        except NotValid:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(shut_out, bob, ada), pool.submit(shut_out, ada, bob)]
        return sorted(answer.result() for answer in answers)


def administrators() -> int:
    return User.objects.filter(is_active=True, groups__name=ADMINISTRATOR).count()


def test_without_the_lock_nobody_would_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    both_have_looked = Barrier(2)

    def look() -> set[int]:
        found = set(User.objects.filter(is_active=True, groups__name=ADMINISTRATOR).values_list("pk", flat=True))
        both_have_looked.wait(timeout=10)
        return found

    monkeypatch.setattr(accounts, "_lock_administrators", look)

    assert shut_each_other_out() == ["done", "done"]
    assert administrators() == 0


@pytest.mark.parametrize("turn", range(5))
def test_two_who_shut_each_other_out_leave_one_administrator(turn: int) -> None:
    assert shut_each_other_out() == ["done", "refused"], turn
    assert administrators() == 1
