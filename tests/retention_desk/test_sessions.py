"""What a signed-in page knows of its person, and what knowing it costs: one statement, and nothing written."""

import datetime as dt
import zoneinfo
from typing import cast

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import path
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries

from offers.models import Seat
from retention_desk.http import DeskRequest
from retention_desk.people.models import Session, User
from retention_desk.people.tasks import forget_expired_sessions
from tests.builders import make_site, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def who(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User):
        return JsonResponse({"user": None})
    seat = cast("DeskRequest", request).seat
    return JsonResponse(
        {
            "user": request.user.username,
            "type": type(request.user).__name__,
            "roles": sorted(request.user.role_names),
            "may_view_people": request.user.has_perm("people.view_user"),
            "may_add_people": request.user.has_perm("people.add_user"),
            "team": seat.team_name if seat else None,
            "site": seat.site_name if seat else None,
            "grade": seat.grade if seat else None,
            "zone": str(timezone.get_current_timezone()),
            "language": translation.get_language(),
        }
    )


urlpatterns = [path("", who)]


@pytest.fixture
def ann(client: Client) -> User:
    """Ann has a role that may look at people, and a seat in Porto Alegre."""
    ann = make_user("ann", language="pt-br")
    viewers = Group.objects.get(name="Supervisor")
    ann.groups.add(viewers)
    ann.user_permissions.add(Permission.objects.get(codename="view_user"))
    team = make_team("Manh\u00e3", site=make_site("Porto Alegre", "America/Sao_Paulo"))
    Seat.objects.create(user=ann, team=team, grade="SENIOR")
    client.force_login(ann)
    return ann


def test_that_statement_is_planned_once_a_connection(client: Client, ann: User) -> None:
    client.get("/")
    client.get("/")

    with connection.cursor() as cursor:
        cursor.execute("SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%people_session%'")
        assert cursor.fetchall()[0][0] >= 2


def test_signed_in_page_reads_everything_about_its_person_in_one_statement(
    client: Client, ann: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        answer = client.get("/")

    assert answer.json() == {
        "user": "ann",
        "type": "User",
        "roles": ["Supervisor"],
        "may_view_people": True,
        "may_add_people": False,
        "team": "Manh\u00e3",
        "site": "Porto Alegre",
        "grade": "SENIOR",
        "zone": "America/Sao_Paulo",
        "language": "pt-br",
    }


def test_stranger_costs_no_statement(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert client.get("/").json() == {"user": None}


def test_reading_pages_leaves_the_session_as_it_was(client: Client, ann: User) -> None:
    before = Session.objects.values().get()

    client.get("/")

    assert Session.objects.values().get() == before
    assert before["user_id"] == ann.pk


def test_superuser_may_everything_without_being_told(client: Client) -> None:
    client.force_login(make_user("root", is_superuser=True))

    assert client.get("/").json()["may_add_people"] is True


def test_person_without_seat_has_none_and_sees_utc(client: Client) -> None:
    client.force_login(make_user("sid"))

    said = client.get("/").json()

    assert (said["team"], said["grade"], said["zone"]) == (None, None, "UTC")


def test_seat_without_team_has_a_grade_only(client: Client) -> None:
    sue = make_user("sue")
    Seat.objects.create(user=sue, grade="NEW")
    client.force_login(sue)

    said = client.get("/").json()

    assert (said["team"], said["grade"], said["zone"]) == (None, "NEW", "UTC")


def test_withdrawn_seat_is_none(client: Client, ann: User) -> None:
    Seat.objects.filter(user=ann).update(is_active=False)

    assert client.get("/").json()["grade"] is None


def test_deactivated_person_is_signed_out_at_once(client: Client, ann: User) -> None:
    User.objects.filter(pk=ann.pk).update(is_active=False)

    assert client.get("/").json() == {"user": None}


def test_new_password_ends_the_other_sessions(client: Client, ann: User) -> None:
    ann.set_password("another long secret")
    ann.save()

    assert client.get("/").json() == {"user": None}


def test_session_of_one_person_never_shows_another(client: Client, ann: User) -> None:
    Session.objects.update(user=make_user("mallory"))

    assert client.get("/").json() == {"user": None}


def test_session_without_backend_is_not_honoured(client: Client, ann: User) -> None:
    session = client.session
    session["_auth_user_backend"] = "somewhere.else.Backend"
    session.save()

    assert client.get("/").json() == {"user": None}


def test_expired_session_is_not_honoured_and_is_forgotten(client: Client, ann: User) -> None:
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))

    assert client.get("/").json() == {"user": None}
    assert forget_expired_sessions() == 1
    assert forget_expired_sessions() == 0


def test_signing_out_removes_the_session(client: Client, ann: User) -> None:
    client.logout()

    assert not Session.objects.exists()
    assert client.get("/").json() == {"user": None}


def test_language_falls_back_to_the_browser(client: Client) -> None:
    client.force_login(make_user("bo", language="tlh"))

    assert client.get("/", headers={"accept-language": "de-AT,de;q=0.8"}).json()["language"] == "de"


def test_zone_and_language_end_with_the_request(client: Client, ann: User) -> None:
    client.get("/")

    assert timezone.get_current_timezone() == zoneinfo.ZoneInfo("UTC")
    assert translation.get_language() == "en"
