"""A database that does not answer is a 503 that says when to come again; a fault of the desk's own is a 500."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import OperationalError, connections, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from tests.builders import make_user

handler500 = "retention_desk.unavailable.server_error"


def asks(request: HttpRequest) -> HttpResponse:
    raise OperationalError from psycopg.errors.LockNotAvailable()


def stumbles(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


def stumbles_over_what_it_asked(request: HttpRequest) -> HttpResponse:
    try:
        asks(request)
    except OperationalError:
        raise transaction.TransactionManagementError from None
    return HttpResponse()


urlpatterns = [path("asks/", asks), path("stumbles/", stumbles), path("both/", stumbles_over_what_it_asked)]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("path", "status"), [("/asks/", 503), ("/both/", 503), ("/stumbles/", 500)])
def test_trouble_of_the_database_is_told_from_a_fault_of_our_own(client: Client, path: str, status: int) -> None:
    answer = client.get(path)

    assert answer.status_code == status
    assert (answer.headers.get("Retry-After") == "1") is (status == 503)
    assert 'id="problem"' in answer.content.decode()


@pytest.fixture
def no_database(transactional_db: None) -> Iterator[None]:
    """The default connection leads nowhere."""
    used = connections["default"]
    host = used.settings_dict["HOST"]
    used.close()
    used.settings_dict["HOST"] = "/nonexistent"
    yield
    used.close()
    used.settings_dict["HOST"] = host


def test_page_without_a_database_says_what_is_known(
    transactional_db: None, client: Client, request: pytest.FixtureRequest
) -> None:
    client.force_login(make_user("ann"))
    request.getfixturevalue("no_database")

    answer = client.post("/duty/", {"duty": "BREAK"})

    assert answer.status_code == 503
    assert "It is not known to be saved." in answer.content.decode()
