"""The rig of the tests itself: two roles, a flush that puts the migrations' rows back, a clock, a closed network."""

import datetime as dt
import socket

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from retention_desk.people.models import User
from retention_desk.pytest_plugin import NetworkUsed
from tests.builders import make_user
from tests.database import DeskClock

LATER = dt.datetime(2031, 3, 30, 0, 59, 59, tzinfo=dt.UTC)


def now_in_database() -> dt.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT desk_now()")
        found: dt.datetime = cursor.fetchone()[0]
    return found


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", ["first", "second"])
def test_flush_removes_rows_and_keeps_what_migrations_brought(turn: str) -> None:
    assert User.objects.count() == 0, turn
    assert Group.objects.filter(name="Agent").exists()
    assert Permission.objects.exists()
    assert ContentType.objects.exists()

    make_user("ann")


def test_owner_may_what_the_application_may_not(owner_db: psycopg.Cursor[tuple[object, ...]]) -> None:
    make_user("ann")

    owner_db.execute(
        "SELECT current_user <> %s, (SELECT count(*) FROM people_user)", [connection.settings_dict["USER"]]
    )
    assert owner_db.fetchone() == (True, 1)
    owner_db.execute("CREATE TABLE made_by_owner (id integer)")
    owner_db.execute("DROP TABLE made_by_owner")


@pytest.mark.django_db
def test_clock_stands_where_it_is_put_and_moves_when_told(desk_clock: DeskClock) -> None:
    desk_clock.set(LATER)
    assert now_in_database() == LATER

    desk_clock.advance(dt.timedelta(hours=1))
    assert now_in_database() == LATER + dt.timedelta(hours=1)


@pytest.mark.django_db
def test_clock_runs_again_afterwards() -> None:
    assert abs(now_in_database() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


@pytest.mark.django_db
def test_clock_refuses_a_time_without_zone(desk_clock: DeskClock) -> None:
    with pytest.raises(ValueError, match="zone"):
        desk_clock.set(LATER.replace(tzinfo=None))


def test_network_is_closed() -> None:
    with socket.socket() as probe, pytest.raises(NetworkUsed, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))
