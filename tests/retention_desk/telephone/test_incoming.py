"""The call on the agent's screen: the bar, taking it, whom it may be, the signed address, and its line."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customers.models import Call, TelephoneCall, TelephoneConnection, TelephoneLeg
from customers.telephone.incoming import incoming_of
from offers.models import Seat
from retention_desk.telephone import pop
from tests import builders
from tests.retention_desk.scene import Scene, signed_in
from tests.retention_desk.telephone.sending import connect, tell

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
OPENS = re.compile(r"<(?:form|a)[^>]* data-opens")


@pytest.fixture
def ann(scene: Scene, connection: TelephoneConnection) -> Client:
    """Ann's browser."""
    return signed_in(scene.ann)


def asked(browser: Client, seen: str = "") -> Any:
    return browser.get(f"/calls/incoming/?seen={seen}", headers=HTMX)


def ring(connection: TelephoneConnection, number: str, kind: str = "answered", **data: Any) -> TelephoneCall:
    """Ann's telephone has a caller."""
    answer = tell(connection, kind, str(builders.new_key()), number=number, **({"agent": "ann"} | data))
    assert answer.status_code == 200, answer.content
    return TelephoneCall.objects.get(provider_call_id=data.get("call_id", "c1"))


def test_nothing_comes_in_and_nothing_is_drawn(ann: Client) -> None:
    assert asked(ann).status_code == 204
    # What was shown is gone.
    assert b'id="incoming"' in asked(ann, "1.1.TALKING").content


def test_reading_what_has_come_in_is_one_statement(scene: Scene, connection: TelephoneConnection) -> None:
    ring(connection, scene.customer.phone)

    with CaptureQueriesContext(
        database,
    ) as queries:
        found = incoming_of(by=scene.ann.pk)

    assert len(queries) == 1
    assert found is not None
    assert (found.customer_id, found.is_answered, found.in_another_call) == (scene.customer.pk, True, False)


def test_call_that_opened_is_shown_followed_and_gone(
    ann: Client, scene: Scene, connection: TelephoneConnection
) -> None:
    ring(connection, scene.customer.phone, queue="cancel", ivr_choice="2")
    shown = asked(ann).content.decode()
    call = Call.objects.get()

    assert OPENS.search(shown)
    assert "Marisol Tennant" in shown
    assert "cancel" in shown
    seen = re.search(r"seen=([^\"]+)", shown)
    assert seen
    assert asked(ann, seen.group(1)).status_code == 204

    took = ann.post(f"/calls/incoming/{TelephoneCall.objects.get().pk}/take/")

    assert (took.status_code, took.headers["Location"]) == (302, f"/calls/{call.pk}/")
    assert asked(ann).status_code == 204
    # Pressed twice: the same way, and nothing else happens.
    assert (
        ann.post(f"/calls/incoming/{TelephoneCall.objects.get().pk}/take/").headers["Location"]
        == took.headers["Location"]
    )
    assert (Call.objects.count(), TelephoneLeg.objects.count()) == (1, 1)


def test_ringing_call_waits_for_a_key(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    ring(connection, scene.customer.phone, "ringing")
    shown = asked(ann).content.decode()

    assert not OPENS.search(shown)
    assert 'data-key="Enter"' in shown
    assert not Call.objects.exists()

    ann.post(f"/calls/incoming/{TelephoneCall.objects.get().pk}/take/")

    assert Call.objects.get().customer == scene.customer


def test_agent_who_is_not_ready_opens_it_by_hand(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    Seat.objects.filter(user=scene.ann).update(duty="BREAK")
    call = ring(connection, scene.customer.phone)
    shown = asked(ann).content.decode()

    assert not OPENS.search(shown)
    assert not Call.objects.exists()
    assert ann.post(f"/calls/incoming/{call.pk}/take/").headers["Location"] == f"/calls/{Call.objects.get().pk}/"


def test_agent_in_a_call_sees_the_next_one_and_stays(
    ann: Client, scene: Scene, connection: TelephoneConnection
) -> None:
    mine = scene.open_call(customer_id=None, phone_from="", checked=False)
    call = ring(connection, scene.customer.phone)
    shown = asked(ann).content.decode()

    assert "End this call first" in shown
    assert 'data-key="Enter"' not in shown

    refused = ann.post(f"/calls/incoming/{call.pk}/take/")

    assert refused.status_code == 409
    assert 'data-refusal="CALL_OPEN"' in refused.content.decode()
    assert list(Call.objects.values_list("pk", flat=True)) == [mine]

    ann.post(f"/calls/{mine}/end/")

    assert OPENS.search(asked(ann).content.decode())


def test_several_customers_are_to_be_chosen_from(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    other = builders.make_customer(given_name="Pablo", family_name="Tennant", other_phone=scene.customer.phone)
    call = ring(connection, scene.customer.phone)
    shown = asked(ann).content.decode()

    assert f'href="/customers/?incoming={call.pk}"' in shown
    assert OPENS.search(shown)

    page = ann.get(f"/customers/?incoming={call.pk}").content.decode()

    assert "Pablo Tennant" in page
    assert "Marisol Tennant" in page
    assert scene.customer.phone.lstrip("+") not in "".join(re.findall(r'(?:href|hx-get)="([^"]*)"', page))

    chosen = ann.get(f"/customers/?incoming={call.pk}&customer={other.pk}").content.decode()
    assert f'name="incoming" value="{call.pk}"' in chosen
    opened = ann.post(
        "/calls/open/",
        {
            "key": str(builders.new_key()), "customer": other.pk, "incoming": call.pk, "opening_intent": "DISCONNECT",
            "caller_role": "HOLDER", "checks": ["PIN", "BIRTH_DATE"], "then": "screen",
        },
    )  # fmt: skip

    made = Call.objects.get()
    assert opened.headers["Location"] == f"/calls/{made.pk}/"
    assert (made.customer, made.phone_from, made.identity) == (other, scene.customer.phone, "CHECKED")
    tell(connection, "ended", "bye")
    made.refresh_from_db()
    assert made.state == "WRAP_UP"


def test_number_of_nobody_leads_to_the_look_up_and_a_noted_cancellation(
    ann: Client, connection: TelephoneConnection
) -> None:
    call = ring(connection, "+15595550199")

    page = ann.get(f"/customers/?incoming={call.pk}&customer=0").content.decode()
    opened = ann.post(
        "/calls/open/",
        {
            "key": str(builders.new_key()), "incoming": call.pk, "opening_intent": "DISCONNECT",
            "caller_role": "UNKNOWN", "then": "cancel",
        },
    )  # fmt: skip

    made = Call.objects.get()
    assert "Go on without a customer" in page
    assert opened.headers["Location"] == f"/calls/{made.pk}/cancel/"
    assert (made.customer, made.phone_from) == (None, "+15595550199")


def test_caller_who_has_hung_up_opens_nothing(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    Seat.objects.filter(user=scene.ann).update(duty="BREAK")
    call = ring(connection, scene.customer.phone)
    tell(connection, "ended", "bye")

    assert asked(ann).status_code == 204
    answer = ann.post(f"/calls/incoming/{call.pk}/take/")
    assert answer.status_code == 409
    assert 'data-refusal="LINE_DOWN"' in answer.content.decode()


def test_stranger_takes_nobodys_caller(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    call = ring(connection, scene.customer.phone, "ringing")
    sid = signed_in(scene.sid)

    assert asked(sid).status_code == 204
    assert sid.post(f"/calls/incoming/{call.pk}/take/").status_code == 404
    assert ann.post(f"/calls/incoming/{call.pk + 1}/take/").status_code == 404
    page = sid.get(f"/customers/?incoming={call.pk}").content.decode()
    assert "Tennant" not in page


def test_pages_ask_only_where_a_telephone_is_connected(ann: Client, scene: Scene) -> None:
    asks = 'hx-get="/calls/incoming/"'

    assert asks in ann.get("/").content.decode()
    assert asks not in signed_in(scene.sid).get("/").content.decode()
    TelephoneConnection.objects.update(active=False)
    assert asks not in ann.get("/").content.decode()


# The line of a call


def test_call_bar_follows_the_line(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    ring(connection, scene.customer.phone)
    call_id = Call.objects.get().pk
    line = f"/calls/{call_id}/line/?seen="

    assert f'hx-get="{line}OPEN"' in ann.get(f"/calls/{call_id}/").content.decode()
    assert ann.get(f"{line}OPEN", headers=HTMX).status_code == 204

    tell(connection, "held", "h")
    held = ann.get(f"{line}OPEN", headers=HTMX).content.decode()
    assert "On hold" in held
    assert f'hx-get="{line}HELD"' in held
    assert ann.get(f"{line}HELD", headers=HTMX).status_code == 204

    tell(connection, "resumed", "r")
    assert "On hold" not in ann.get(f"{line}HELD", headers=HTMX).content.decode()

    tell(connection, "ended", "e")
    ended = ann.get(f"{line}OPEN", headers=HTMX)
    assert ended.headers["HX-Retarget"] == "#offer-panel"
    assert "Call ended" in ended.content.decode()
    assert signed_in(scene.sid).get(f"{line}OPEN").status_code == 404


def test_call_that_was_opened_by_hand_asks_for_no_line(ann: Client, scene: Scene) -> None:
    assert "/line/" not in ann.get(f"/calls/{scene.open_call()}/").content.decode()


# The address that a telephone opens


def popping(connection: TelephoneConnection, at: Any = None) -> str:
    return f"/calls/pop/?{pop.query_of(connection, 'c1', now=at or builders.desk_now())}"


def test_telephone_that_can_only_open_a_page_opens_the_call(scene: Scene, connection: TelephoneConnection) -> None:
    """Sue's telephone is not known by any name; she is who is signed in on the computer."""
    tell(connection, "ringing", "r", number=scene.customer.phone)
    sue, url = signed_in(scene.sue), popping(connection)

    page = sue.get(url)
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    opened = [sue.post("/calls/pop/", fields) for _ in range(2)]

    assert (page.status_code, Call.objects.count()) == (200, 1)
    assert OPENS.search(page.content.decode())
    call = Call.objects.get()
    assert (call.agent, call.customer) == (scene.sue, scene.customer)
    assert {one.headers["Location"] for one in opened} == {f"/calls/{call.pk}/"}
    assert not {"number", "q"} & fields.keys()
    assert scene.customer.phone.lstrip("+") not in url


def test_page_alone_opens_nothing(scene: Scene, connection: TelephoneConnection) -> None:
    tell(connection, "ringing", "r", number=scene.customer.phone)

    signed_in(scene.ann).get(popping(connection))

    assert not Call.objects.exists()


def test_opened_page_of_an_unknown_number_leads_to_the_look_up(scene: Scene, connection: TelephoneConnection) -> None:
    tell(connection, "ringing", "r", number="+15595550199")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(popping(connection)).query).items()}

    answer = signed_in(scene.sue).post("/calls/pop/", fields)

    assert answer.headers["Location"] == f"/customers/?incoming={TelephoneCall.objects.get().pk}"
    assert "No customer for" in signed_in(scene.sue).get(answer.headers["Location"]).content.decode()


def test_address_that_is_old_is_said_to_be(ann: Client, scene: Scene, connection: TelephoneConnection) -> None:
    tell(connection, "ringing", "r", number=scene.customer.phone)

    answer = ann.get(popping(connection, builders.desk_now() - timedelta(minutes=3)))

    assert answer.status_code == 409
    assert 'data-refusal="POP_TOO_OLD"' in answer.content.decode()


@pytest.mark.parametrize("field", ["connection", "call", "at", "signature"])
def test_address_that_nobody_signed_is_not_there(
    ann: Client, scene: Scene, connection: TelephoneConnection, field: str
) -> None:
    tell(connection, "ringing", "r", number=scene.customer.phone)
    tell(connection, "ringing", "r2", number=scene.customer.phone, call_id="c2")
    fields = {name: values[0] for name, values in parse_qs(urlsplit(popping(connection)).query).items()}
    other = {"connection": str(connect().address), "call": "c2", "at": str(int(fields["at"]) + 1), "signature": "0"}

    assert ann.get("/calls/pop/", fields | {field: other[field]}).status_code == 404
    assert ann.get("/calls/pop/", {name: value for name, value in fields.items() if name != field}).status_code == 404
    assert ann.post("/calls/pop/", fields | {field: "\x00"}).status_code == 404


def test_address_of_another_site_is_not_there(scene: Scene, connection: TelephoneConnection) -> None:
    tell(connection, "ringing", "r", number=scene.customer.phone)

    assert signed_in(scene.sid).get(popping(connection)).status_code == 404
