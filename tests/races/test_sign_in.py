"""Pages are opened while their person is signing in, signing in as somebody else, or signing out: never a fault."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from retention_desk.people.models import Session, User
from tests.builders import make_user
from tests.retention_desk.admin.people import make_administrator

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

PASSWORD = "a long enough secret"
READS = ("/intake/", "/", "/login/?next=/intake/")


def with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def at_once(session: str, *, act: str, data: dict[str, str]) -> list[tuple[str, int]]:
    """A POST and three reads with the same cookie at the same moment; what each was answered."""
    together = Barrier(1 + len(READS))

    def ask(address: str, sent: dict[str, str] | None) -> tuple[str, int]:
        client = Client(raise_request_exception=False)
        if session:
            client.cookies["sessionid"] = session
        try:
            together.wait(timeout=10)
            answer = client.get(address) if sent is None else client.post(address, sent)
            return address, answer.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1 + len(READS)) as pool:
        asked = [pool.submit(ask, act, data), *(pool.submit(ask, address, None) for address in READS)]
        return [one.result() for one in asked]


@pytest.mark.parametrize("before", ["nobody", "the same", "somebody else"])
def test_signing_in_while_pages_are_opened(before: str) -> None:
    ada, sid = with_password(make_administrator("ada")), with_password(make_user("sid"))

    for turn in range(3):
        earlier = Client()
        if before != "nobody":
            earlier.force_login(ada if before == "the same" else sid)
        session = earlier.cookies["sessionid"].value if earlier.cookies else ""

        answers = at_once(session, act="/login/", data={"username": "ada", "password": PASSWORD, "next": "/intake/"})

        assert all(status in (200, 302, 403) for _address, status in answers), (turn, answers)
        assert answers[0][1] == 302


def test_signing_out_while_pages_are_opened() -> None:
    ada = with_password(make_administrator("ada"))

    for turn in range(3):
        earlier = Client()
        earlier.force_login(ada)

        answers = at_once(earlier.cookies["sessionid"].value, act="/logout/", data={})

        assert all(status in (200, 302) for _address, status in answers), (turn, answers)
    assert not Session.objects.exists()
