"""The streams over HTTP, from a real process: who may listen, what comes, and when it ends."""

import contextlib
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from django.test import Client

from customers import screens
from customers.choices import CallerRole, OpeningIntent
from offers.choices import Duty
from offers.duty import set_duty
from offers.models import ApprovalRequest
from retention_desk.live.bell import bell
from retention_desk.live.hub import STREAMS_A_PERSON
from retention_desk.people import accounts
from tests.builders import desk_now, make_user, new_key
from tests.live import Served
from tests.retention_desk.live.listening import Listener, cookie_of
from tests.retention_desk.scene import Scene, set_scene, signed_in


@pytest.fixture
def scene(transactional_db: None) -> Scene:
    return set_scene()


def listen(desk: Served, browser: Client, **other: str) -> Listener:
    return Listener(desk.streams_address, cookie_of(browser), **other)


def ask(scene: Scene, browser: Client) -> ApprovalRequest:
    call_id = scene.open_call()
    browser.post(
        f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/",
        {"key": str(new_key()), "act": "ask", "percent": 35, "months": 12},
    )
    return ApprovalRequest.objects.latest("pk")


def test_question_reaches_the_supervisor_and_the_answer_the_agent(live_served: Served, scene: Scene) -> None:
    ann, sue = signed_in(scene.ann), signed_in(scene.sue)
    with listen(live_served, ann) as agent, listen(live_served, sue) as supervisor:
        assert agent.next() == supervisor.next() == ("hello", {})

        request = ask(scene, ann)
        told = supervisor.next(but=("beat", "floor"))
        assert told[0] == "request"
        assert told[1] == {"what": "ask_approval", "call": request.proposal.call_id, "request": request.pk}

        sue.post(f"/approvals/{request.pk}/read/")
        assert agent.next()[1]["what"] == "read_question"
        sue.post(f"/approvals/{request.pk}/decide/", {"key": str(new_key()), "decision": "approve"})
        kind, data = agent.next()
        assert (kind, data["what"], data["request"]) == ("request", "decide_approval", request.pk)
        # The undo comes first.
        assert 0 < data["wait"] <= 5_000


def test_stranger_of_another_site_hears_nothing(live_served: Served, scene: Scene) -> None:
    ann = signed_in(scene.ann)
    with listen(live_served, signed_in(scene.sid)) as stranger:
        assert stranger.next() == ("hello", {})

        ask(scene, ann)
        screens.ring("NEWS")

        assert stranger.next() == ("news", {"what": "news"})


def test_topic_of_somebody_else_is_not_there(live_served: Served, scene: Scene) -> None:
    ann, sid = signed_in(scene.ann), signed_in(scene.sid)

    for topic in (f"person:{scene.ann.pk}", f"site:{scene.team.site_id}", "sites"):
        with listen(live_served, sid, path=f"/live/?topic={topic}") as stranger:
            assert stranger.status == 404
    # An agent hears of their own calls, not of the floor.
    with listen(live_served, ann, path=f"/live/?topic=site:{scene.team.site_id}") as agent:
        assert agent.status == 404
    with listen(live_served, ann, path=f"/live/?topic=person:{scene.ann.pk}") as agent:
        assert agent.status == 200


def test_nobody_and_other_sites_of_the_web_hear_nothing(live_served: Served, scene: Scene) -> None:
    cookie = cookie_of(signed_in(scene.ann))

    with Listener(live_served.streams_address, "sessionid=made-up") as nobody:
        assert nobody.status == 401
    with Listener(live_served.streams_address, "") as nobody:
        assert nobody.status == 401
    with Listener(live_served.streams_address, cookie, Origin="http://127.0.0.1:1") as elsewhere:
        assert elsewhere.status == 403
    with Listener(live_served.streams_address, cookie, Origin=live_served.address) as page:
        assert page.status == 200
        assert page.headers["Access-Control-Allow-Origin"] == live_served.address
        assert page.headers["Access-Control-Allow-Credentials"] == "true"
        assert page.headers["Content-Type"].startswith("text/event-stream")
    with Listener(live_served.streams_address, cookie, path="/calls/") as page:
        assert page.status == 404


def test_who_comes_back_is_told_what_happened_meanwhile(live_served: Served, scene: Scene) -> None:
    ann, sue = signed_in(scene.ann), signed_in(scene.sue)
    with listen(live_served, sue) as supervisor:
        supervisor.next()
        screens.ring("NEWS")
        assert supervisor.next(but=("beat", "floor"))[0] == "news"
        last = supervisor.last_id

    request = ask(scene, ann)
    assert bell.flush()

    with listen(live_served, sue, Last_Event_ID=last) as supervisor:
        assert supervisor.next(but=("beat", "floor"))[1]["request"] == request.pk
    with listen(live_served, sue, path=f"/live/?since={last}") as supervisor:
        assert supervisor.next(but=("beat", "floor"))[1]["request"] == request.pk
    with listen(live_served, sue, Last_Event_ID="1-0") as supervisor:
        assert supervisor.next() == ("refresh", {})


def test_stream_ends_when_its_session_does(live_served: Served, scene: Scene) -> None:
    ann, elsewhere = signed_in(scene.ann), signed_in(scene.ann)
    with listen(live_served, ann) as stream, listen(live_served, elsewhere) as other:
        assert stream.next() == other.next() == ("hello", {})

        ann.post("/logout/")

        assert stream.next() == ("", {})
        # Every stream of the person begins anew, and is asked again who it is.
        assert other.next() == ("", {})
    with listen(live_served, ann) as stream:
        assert stream.status == 401
    with listen(live_served, elsewhere) as other:
        assert other.status == 200


def test_stream_ends_when_the_person_is_shut_out(live_served: Served, scene: Scene) -> None:
    boss = make_user("boss", is_superuser=True)
    ann = signed_in(scene.ann)
    with listen(live_served, ann) as stream:
        stream.next()

        accounts.deactivate(user_id=scene.ann.pk, by=boss.pk, by_role="ADMINISTRATOR", now=desk_now())

        assert stream.next() == ("", {})
    with listen(live_served, ann) as stream:
        assert stream.status == 401


def test_one_person_has_so_many_streams_at_once(live_served: Served, scene: Scene) -> None:
    ann = signed_in(scene.ann)
    streams = [listen(live_served, ann) for _ in range(STREAMS_A_PERSON)]
    with listen(live_served, ann) as one_more:
        assert [stream.status for stream in streams] == [200] * STREAMS_A_PERSON
        assert one_more.status == 429

    for stream in streams:
        stream.close()

    deadline = time.monotonic() + 20
    while True:
        with listen(live_served, ann) as again:
            if again.status == 200:
                break
        assert time.monotonic() < deadline, "streams that were left are not let go"
        time.sleep(0.1)


def test_act_that_is_rolled_back_rings_nobody(live_served: Served, scene: Scene) -> None:
    sue = signed_in(scene.sue)
    with listen(live_served, sue) as supervisor:
        supervisor.next()

        # A second open call is refused, and the whole act with it.
        scene.open_call()
        assert supervisor.next() == ("floor", {"what": "call_opened"})
        with pytest.raises(Exception, match="CALL_OPEN"):
            scene.open_call(caller_role=CallerRole.HOLDER, opening_intent=OpeningIntent.CHEAPER)
        set_duty(by=scene.ann.pk, role="AGENT", duty=Duty.BREAK)

        assert supervisor.next() == ("floor", {"what": "set_duty"})


def test_process_that_is_asked_to_end_ends_its_streams_at_once(
    live_environment: dict[str, str], scene: Scene, tmp_path_factory: pytest.TempPathFactory
) -> None:
    served = Served(live_environment, tmp_path_factory.mktemp("ending"))
    served.start_streams()
    try:
        with listen(served, signed_in(scene.ann)) as stream:
            # It may be asked before it has found Valkey.
            assert stream.next(but=("beat", "deaf"))[0] in ("hello", "refresh")

            began = time.monotonic()
            served.stop()

            assert stream.next() == ("", {})
            assert time.monotonic() - began < 5
    finally:
        served.stop()


def test_news_comes_while_the_database_keeps_newcomers_waiting(
    live_served: Served, scene: Scene, owner_db: psycopg.Cursor[tuple[object, ...]]
) -> None:
    sue, ann = signed_in(scene.sue), signed_in(scene.ann)
    answered: list[int] = []

    def come() -> None:
        with listen(live_served, ann) as stream:
            answered.append(stream.status)

    newcomers = [threading.Thread(target=come) for _ in range(STREAMS_A_PERSON)]
    with listen(live_served, sue) as supervisor:
        assert supervisor.next() == ("hello", {})
        with standing_still(owner_db, "people_session"):
            for newcomer in newcomers:
                newcomer.start()
            set_duty(by=scene.ann.pk, role="AGENT", duty=Duty.BREAK)

            assert supervisor.next() == ("floor", {"what": "set_duty"})
            assert any(newcomer.is_alive() for newcomer in newcomers), "nobody had to wait at the door"
            for newcomer in newcomers:
                newcomer.join()
        assert answered == [503] * STREAMS_A_PERSON
        with listen(live_served, ann) as agent:
            assert agent.next() == ("hello", {})


def test_newcomers_come_in_while_what_a_ring_concerns_cannot_be_read(
    live_served: Served, scene: Scene, owner_db: psycopg.Cursor[tuple[object, ...]]
) -> None:
    sue = signed_in(scene.sue)
    with listen(live_served, sue) as supervisor:
        assert supervisor.next() == ("hello", {})
        with standing_still(owner_db, "customers_call"):
            for _ in range(4):
                screens.ring("CALL_CHANGED", call=1)
            assert bell.flush()
            with listen(live_served, sue) as other:
                assert other.next()[0] == "hello"
            # The statement is given up; until it can be made again everybody asks by themselves.
            assert supervisor.next() == ("deaf", {})
        assert supervisor.next() == ("refresh", {})


@contextlib.contextmanager
def standing_still(owner_db: psycopg.Cursor[tuple[object, ...]], table: str) -> Iterator[None]:
    """Nobody reads this table meanwhile."""
    owner_db.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        owner_db.execute("ROLLBACK")
