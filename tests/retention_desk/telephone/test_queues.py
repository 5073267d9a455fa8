"""Who waits on the telephone, on an agent's home and on a supervisor's page."""

import re
from typing import Any

import pytest

from customers.models import TelephoneConnection
from tests.builders import make_supervisor
from tests.retention_desk.scene import Scene, signed_in
from tests.retention_desk.telephone.sending import tell

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def part(client: Any, seen: str = "") -> Any:
    """The part of the page, as it asks for itself."""
    return client.get(f"/telephone/queues/?seen={seen}", headers=HTMX)


def stamp(text: str) -> str:
    found = re.search(r"\?seen=(\w+)", text)
    assert found
    return found.group(1)


def test_queues_stand_on_home_and_floor_and_are_sent_when_they_change(
    connection: TelephoneConnection, scene: Scene, django_assert_num_queries: Any
) -> None:
    ann, sue = signed_in(scene.ann), signed_in(scene.sue)
    for page in (ann.get("/"), sue.get("/approvals/")):
        assert "Nobody waits on the telephone." in page.content.decode()
    empty = part(ann).content.decode()
    assert part(ann, stamp(empty)).status_code == 204

    tell(connection, "ringing", "m1", queue="cancel", call_id="c1")
    tell(connection, "ringing", "m2", queue="cancel", call_id="c2")
    with django_assert_num_queries(2):
        now = part(ann, stamp(empty)).content.decode()

    assert '<b class="n">2</b> <span>cancel</span>' in now
    assert 'role="timer"' in now
    assert part(sue, stamp(now)).status_code == 204
    tell(connection, "answered", "m3", call_id="c1", agent="ann")
    assert '<b class="n">1</b>' in part(sue, stamp(now)).content.decode()


def test_nothing_is_said_where_no_telephone_is_connected(scene: Scene) -> None:
    ann = signed_in(scene.ann)

    assert 'id="queues"' not in ann.get("/").content.decode()
    assert part(ann).content.decode().strip() == ""
    assert ann.get("/telephone/queues/").headers["Location"] == "/"


def test_stranger_sees_the_queues_of_their_own_site(connection: TelephoneConnection, scene: Scene) -> None:
    tell(connection, "ringing", "m1", queue="cancel")

    assert "cancel" not in part(signed_in(scene.sid)).content.decode()
    assert "cancel" in part(signed_in(make_supervisor("vera", team=scene.team))).content.decode()
