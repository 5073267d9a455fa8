"""Who waits on the telephone: by queue, since when the longest, and nobody whose end was lost."""

from datetime import timedelta
from typing import Any

import pytest

from customers import screens
from customers.choices import RouteKind
from customers.choices import TelephoneEventKind as Kind
from customers.models import TelephoneConnection, TelephoneRoute
from customers.screens import Ring
from customers.telephone.queues import CallersWaiting, callers_waiting
from retention_desk.people.models import User
from tests import builders
from tests.customers.telephone.telephoning import Telephone, make_connection
from tests.database import DeskClock

pytestmark = pytest.mark.django_db


def caller(telephone: Telephone, queue: str = "cancel", second: int = 0) -> Telephone:
    """One more caller, who waits in a queue from that second on."""
    one = Telephone(telephone.connection, begun_at=telephone.begun_at)
    one.tell(Kind.RINGING, second, queue=queue)
    return one


def here() -> CallersWaiting:
    """Who waits in Fresno."""
    found = callers_waiting(site_id=builders.make_site().pk)
    assert found is not None
    return found


def shown(telephone: Telephone) -> list[tuple[str, int, int]]:
    """Queue, how many, and since which second the longest."""
    return [(one.name, one.callers, (one.since - telephone.begun_at).seconds) for one in here().queues]


def test_callers_are_counted_by_queue_and_the_longest_comes_first(telephone: Telephone) -> None:
    TelephoneRoute.objects.create(
        connection=telephone.connection, kind=RouteKind.QUEUE, code="cancel", name="Cancel line",
        team=builders.make_team(),
    )  # fmt: skip
    caller(telephone, "billing", 9)
    caller(telephone, "cancel", 20)
    caller(telephone, "cancel", 3)
    caller(telephone, "", 30)

    assert shown(telephone) == [("Cancel line", 2, 3), ("billing", 1, 9), ("", 1, 30)]
    assert here().callers == 4


def test_whoever_is_rung_waits_and_whoever_was_answered_or_has_gone_does_not(telephone: Telephone) -> None:
    one, two = caller(telephone, second=5), caller(telephone, second=6)

    one.tell(Kind.RINGING, 8, agent="ann")
    assert shown(telephone) == [("cancel", 2, 5)]
    one.tell(Kind.ANSWERED, 9, agent="ann")
    assert shown(telephone) == [("cancel", 1, 6)]
    two.tell(Kind.ENDED, 10)
    assert here().queues == ()


def test_whoever_is_handed_over_to_a_queue_waits_since_then(telephone: Telephone) -> None:
    one = caller(telephone)
    one.tell(Kind.ANSWERED, 4, agent="ann")
    one.tell(Kind.TRANSFERRED, 60, queue="second")

    assert shown(telephone) == [("second", 1, 60)]


def test_order_in_which_it_is_told_does_not_matter(telephone: Telephone) -> None:
    one = Telephone(telephone.connection, begun_at=telephone.begun_at)
    one.tell(Kind.RINGING, 20, agent="ann")
    one.tell(Kind.RINGING, 2, queue="cancel")

    assert shown(telephone) == [("cancel", 1, 2)]


def test_call_of_which_nothing_was_heard_for_an_hour_waits_no_more(telephone: Telephone, desk_clock: DeskClock) -> None:
    caller(telephone)
    desk_clock.set(telephone.begun_at + timedelta(minutes=59))
    assert here().callers == 1

    desk_clock.advance(timedelta(minutes=2))

    assert here().queues == ()


def test_other_sites_and_telephones_that_are_off_do_not_count(telephone: Telephone) -> None:
    reno = builders.make_site("Reno")
    caller(Telephone(make_connection(site=reno), begun_at=telephone.begun_at))

    assert here().queues == ()
    everywhere = callers_waiting(site_id=None)
    assert everywhere is not None
    assert everywhere.callers == 1
    TelephoneConnection.objects.update(active=False)
    assert callers_waiting(site_id=None) is None


def test_screens_are_rung_when_who_waits_has_changed_and_else_not(
    telephone: Telephone, ann: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[Ring] = []
    monkeypatch.setattr(screens, "_bells", [rung.append])
    one = Telephone(telephone.connection, begun_at=telephone.begun_at)

    def rings() -> int:
        found = [ring.ids["site"] for ring in rung if ring.what == "CALLS_WAITING"]
        rung.clear()
        assert set(found) <= {builders.make_site().pk}
        return len(found)

    counts = []
    for second, kind, agent in (
        (0, Kind.RINGING, ""),
        (1, Kind.RINGING, "ann"),
        (4, Kind.ANSWERED, "ann"),
        (9, Kind.HELD, ""),
        (30, Kind.TRANSFERRED, "bob"),
        (60, Kind.ENDED, ""),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            one.tell(kind, second, agent=agent)
        counts.append(rings())

    assert counts == [1, 0, 1, 0, 1, 1]
