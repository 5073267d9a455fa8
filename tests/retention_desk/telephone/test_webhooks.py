"""What telephone systems post: signed by whom they say, now, once; and what is not, in sentences."""

import base64
import json
import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.test import Client

from customers.choices import TelephoneSystem
from customers.models import Call, TelephoneCall, TelephoneConnection, TelephoneEvent, TelephoneKey
from customers.telephone import connections
from tests import builders
from tests.customers.telephone.telephoning import make_extension
from tests.retention_desk.scene import Scene
from tests.retention_desk.telephone.sending import (
    connect,
    events_of,
    make_key,
    send,
    send_twilio,
    signed,
    standard,
    tell,
)

pytestmark = pytest.mark.django_db

NUMBER = "+15595550107"


def sentence(answer: Any) -> str:
    found: str = answer.json()["problems"][0]["sentence"]
    return found


def test_signed_event_opens_the_call(connection: TelephoneConnection, scene: Scene) -> None:
    answer = tell(connection, "answered", "m1", number=scene.customer.phone, agent="ann")

    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "known": 0})
    assert Call.objects.get().customer == scene.customer
    connection.refresh_from_db()
    assert connection.last_used_at is not None


def test_event_that_is_sent_again_is_known(connection: TelephoneConnection, scene: Scene) -> None:
    body = standard("answered", number=scene.customer.phone, agent="ann")
    first = send(connection, body)

    again = send(connection, body)

    assert [first.json(), again.json()] == [{"taken": 1, "known": 0}, {"taken": 0, "known": 1}]
    assert (TelephoneEvent.objects.count(), Call.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"Webhook-Signature": "v1,AAAA"}, "No matching signature"),
        ({"Webhook-Signature": "nonsense"}, "do not fit"),
        ({"Webhook-Id": "other"}, "No matching signature"),
        ({"Webhook-Timestamp": "soon"}, "Invalid Signature Headers"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_signature_is_refused(connection: TelephoneConnection, changed: dict[str, str], why: str) -> None:
    body = standard("answered", agent="ann")

    answer = send(connection, body, signed(connection, body) | changed)

    assert answer.status_code == 401
    assert why in sentence(answer)
    assert not TelephoneCall.objects.exists()


@pytest.mark.parametrize(("seconds", "why"), [(-301, "too old"), (400, "too new")])
def test_signature_of_another_time_is_refused(connection: TelephoneConnection, seconds: int, why: str) -> None:
    body = standard("answered", agent="ann")
    at = {"Webhook-Timestamp": str(int(datetime.now(UTC).timestamp()) + seconds)}

    answer = send(connection, body, signed(connection, body) | at)

    assert answer.status_code == 401
    assert why in sentence(answer)
    assert not TelephoneCall.objects.exists()


def test_no_signature_another_secret_and_another_body_are_refused(connection: TelephoneConnection) -> None:
    body, other = standard("answered"), connect()

    answers = [
        send(connection, body, {}),
        send(connection, body, signed(connection, body, secret=connections.secret_of(other))),
        send(connection, body, signed(connection, standard("ended"))),
        # A key is for senders that can sign nothing; this one can.
        send(connection, body, {"Authorization": f"Bearer {make_key(connection, builders.make_user('ada'))}"}),
    ]

    assert [answer.status_code for answer in answers] == [401] * 4


def test_old_secret_holds_for_a_day(connection: TelephoneConnection) -> None:
    former, body = connections.secret_of(connection), standard("ringing")
    now = builders.desk_now()
    by = builders.make_user("ada").pk
    connections.new_secret(connection_id=connection.pk, by=by, role="ADMINISTRATOR", now=now)

    with_former = send(connection, body, signed(connection, body, secret=former))
    TelephoneConnection.objects.update(secret_changed_at=now - timedelta(hours=25))
    too_late = send(connection, body, signed(connection, body, secret=former))
    connection.refresh_from_db()
    with_new = send(connection, body)

    assert [with_former.status_code, too_late.status_code, with_new.status_code] == [200, 401, 200]


def test_stranger_finds_no_address(connection: TelephoneConnection) -> None:
    body = standard("ringing")
    stranger = TelephoneConnection(address=uuid4())
    TelephoneConnection.objects.update(active=False)

    assert send(stranger, body).status_code == 404
    assert send(connection, body).status_code == 404
    assert Client().get(events_of(connection)).status_code == 405


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        ("{", "", "The body must be JSON."),
        ("[]", "", "The body must be a JSON object."),
        (json.dumps({"type": "call.sung"}), "type", "type must be one of call.ringing"),
        (json.dumps({"type": "call.ended", "data": {}}), "data.call_id", "data.call_id is missing."),
        (json.dumps({"type": "call.ended", "data": {"call_id": 1}}), "timestamp", "timestamp is missing."),
        (standard("ended", datetime(2026, 1, 1, tzinfo=UTC)), "timestamp", "more than a day old"),
        (standard("ended", call_id="x" * 200), "data.call_id", "160 characters at most"),
    ],
)
def test_what_cannot_be_understood_is_said_in_a_sentence(
    connection: TelephoneConnection, body: str, field: str, why: str
) -> None:
    answer = send(connection, body)

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["field"] == field
    assert why in sentence(answer)
    assert not TelephoneEvent.objects.exists()


def test_body_that_is_too_large_is_not_read(connection: TelephoneConnection) -> None:
    answer = send(connection, standard("ringing", line="x" * 70_000))

    assert (answer.status_code, sentence(answer)) == (413, "The body must have 65536 bytes at most.")


def test_log_tells_of_nobody(connection: TelephoneConnection, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    send(connection, standard("answered", number=NUMBER, agent="ann"), {})
    send(connection, standard("sung", number=NUMBER))
    tell(connection, "answered", "m1", number=NUMBER, agent="ann")

    assert caplog.records
    assert "5595550107" not in caplog.text


# Twilio


def twilio(**fields: str) -> dict[str, str]:
    given = {"CallSid": "CA1", "CallStatus": "ringing", "From": NUMBER, "To": "+15595550100", "SequenceNumber": "0"}
    return given | {"Timestamp": format_datetime(datetime.now(UTC))} | fields


@pytest.fixture
def from_twilio(scene: Scene, settings: LazySettings) -> TelephoneConnection:
    connection = connect(system=TelephoneSystem.TWILIO, name="Twilio")
    make_extension(connection, scene.ann, "client:ines")
    settings.TELEPHONE_SECRETS = {"Twilio": ("new token", "old token")}
    return connection


@pytest.mark.parametrize("token", ["new token", "old token"])
def test_twilio_signs_the_address_and_the_fields(from_twilio: TelephoneConnection, scene: Scene, token: str) -> None:
    query = "?queue=cancel&choice=2"
    rings = send_twilio(from_twilio, twilio(From=scene.customer.phone), token, query)
    child = twilio(CallSid="CA2", ParentCallSid="CA1", CallStatus="in-progress", To="client:ines")
    answers = send_twilio(from_twilio, child, token, query)

    assert [rings.status_code, answers.status_code] == [200, 200]
    call = TelephoneCall.objects.get()
    assert (call.queue, call.ivr_choice, call.state) == ("cancel", "2", "TALKING")
    assert Call.objects.get().agent == scene.ann


def test_twilios_example_signature_is_ours() -> None:
    """The one that Twilio prints in its documentation of request validation."""
    from retention_desk.telephone.signatures import sign_twilio

    fields = {
        "CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"], "From": ["+14158675309"],
        "To": ["+18005551212"],
    }  # fmt: skip

    signature = sign_twilio("https://mycompany.com/myapp.php?foo=1&bar=2", fields, "12345")

    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_twilio_without_its_token_or_too_late_is_refused(
    from_twilio: TelephoneConnection, settings: LazySettings
) -> None:
    old = format_datetime(datetime.now(UTC) - timedelta(minutes=6))

    assert send_twilio(from_twilio, twilio(), "a token").status_code == 401
    assert "five minutes" in sentence(send_twilio(from_twilio, twilio(Timestamp=old), "new token"))
    assert "Timestamp is missing" in sentence(send_twilio(from_twilio, twilio(Timestamp=""), "new token"))
    settings.TELEPHONE_SECRETS = {}
    assert "TELEPHONE_SECRETS" in sentence(send_twilio(from_twilio, twilio(), "new token"))
    assert not TelephoneCall.objects.exists()


# Keys


@pytest.mark.parametrize("way", ["Bearer", "X-Api-Key", "Basic"])
def test_key_is_enough_for_who_can_only_add_a_header(scene: Scene, way: str) -> None:
    connection = connect(scene.ann, system=TelephoneSystem.ASTERISK)
    key = make_key(connection, builders.make_user("ada"))
    basic = base64.b64encode(f"desk:{key}".encode()).decode()
    headers = {"Bearer": ("Authorization", f"Bearer {key}"), "X-Api-Key": ("X-Api-Key", key),
               "Basic": ("Authorization", f"Basic {basic}")}[way]  # fmt: skip
    event = {"Event": "QueueCallerJoin", "Linkedid": "1.1", "Uniqueid": "1.1", "CallerIDNum": NUMBER, "Queue": "cancel"}

    answer = send(connection, json.dumps(event | {"Timestamp": datetime.now(UTC).timestamp()}), dict([headers]))

    assert (answer.status_code, answer.json()["taken"]) == (200, 1)
    assert TelephoneKey.objects.get().last_used_at is not None


def test_key_of_another_connection_or_revoked_is_none(scene: Scene) -> None:
    connection, ada = connect(system=TelephoneSystem.ASTERISK), builders.make_user("ada")
    other = make_key(connect(system=TelephoneSystem.ASTERISK), ada)
    revoked = make_key(connection, ada)
    connections.revoke_key(
        key_id=TelephoneKey.objects.get(connection=connection).pk, by=ada.pk, role="ADMINISTRATOR",
        now=builders.desk_now(),
    )  # fmt: skip
    nonsense = {"Authorization": "Basic ###"}

    answers = [
        send(connection, "{}", {"X-Api-Key": other}),
        send(connection, "{}", {"X-Api-Key": revoked}),
        send(connection, "{}", {"X-Api-Key": revoked[:-1]}),
        send(connection, "{}", nonsense),
        send(connection, "{}", {}),
    ]

    assert [answer.status_code for answer in answers] == [401] * 5
