"""The API under /api/v1/: keys, one-time keys, what each write does, and what its own document promises."""

import json
import logging
import time
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Err

from customers.models import AuditEvent, Call, TelephoneCall, TelephoneConnection, TelephoneEvent, TelephoneKey
from customers.telephone import connections
from retention_desk.telephone.api import api
from tests import builders
from tests.database import owner_connection
from tests.retention_desk.scene import Scene
from tests.retention_desk.telephone.sending import connect, make_key

pytestmark = pytest.mark.django_db

CALLS = "/api/v1/calls"


class Sender:
    """A telephone system with a key."""

    def __init__(self, key: str) -> None:
        self.key = key

    def post(self, path: str = "", *, once: object = None, **body: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(once or builders.new_key())}
        return Client().post(f"{CALLS}{path}", json.dumps(body), content_type="application/json", headers=headers)

    def get(self, path: str) -> Any:
        return Client().get(f"{CALLS}{path}", headers={"Authorization": f"Bearer {self.key}"})


@pytest.fixture
def sender(connection: TelephoneConnection) -> Sender:
    return Sender(make_key(connection, builders.make_user("ada")))


def problems(answer: Any) -> list[tuple[str, str]]:
    return [(one["field"], one["sentence"]) for one in answer.json()["problems"]]


def test_key_has_so_many_requests_a_minute_and_no_other_key_pays_for_them(
    sender: Sender, connection: TelephoneConnection, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    monkeypatch.setattr(time, "time", lambda: 1_795_366_990.25)
    other = Sender(make_key(connection, builders.make_user("bea")))
    told = {"call_id": "90117"}

    answers = [sender.post(once=builders.new_key(), **told) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert (problems(answers[2]), answers[2].headers["Retry-After"]) == (
        [("", "More than 2 requests with this key in this minute. Ask again after Retry-After.")], "50",
    )  # fmt: skip
    assert TelephoneEvent.objects.count() == 2
    assert other.post(**told).status_code == 201
    monkeypatch.setattr(time, "time", lambda: 1_795_367_040.25)
    assert sender.post(**told).status_code == 201


def test_without_valkey_every_request_is_answered(
    sender: Sender, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.API_REQUESTS_A_MINUTE = 0
    nobody_there = settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": nobody_there}

    assert sender.post(call_id="90117").status_code == 201
    assert "not counted: ConnectionError" in caplog.text


def test_call_is_opened_held_resumed_handed_over_and_ended(sender: Sender, scene: Scene) -> None:
    opened = sender.post(
        call_id="90117", number=scene.customer.phone, line="5550100", queue="cancel", ivr_choice="2", language="es",
        agent="ann",
    )  # fmt: skip
    told = opened.json()
    desk_call = Call.objects.get()

    assert opened.status_code == 201
    assert {name: told[name] for name in ("call_id", "state", "match", "desk_call", "held_since")} == {
        "call_id": "90117", "state": "talking", "match": "one", "desk_call": desk_call.pk, "held_since": None,
    }  # fmt: skip
    assert (desk_call.agent, desk_call.customer, desk_call.state) == (scene.ann, scene.customer, "OPEN")
    path = f"/{told['id']}"
    steps = [sender.post(path + step) for step in ("/hold", "/resume", "/transfer", "/end")]
    assert [(step.status_code, step.json()["state"]) for step in steps] == [
        (200, "held"), (200, "talking"), (200, "ringing"), (200, "ended"),
    ]  # fmt: skip
    assert steps[0].json()["held_since"] is not None
    desk_call.refresh_from_db()
    assert desk_call.state == "WRAP_UP"
    assert sender.get(path).json()["state"] == "ended"


def test_answer_holds_no_number(sender: Sender, scene: Scene) -> None:
    answer = sender.post(call_id="1", number=scene.customer.phone, agent="ann")

    assert scene.customer.phone.lstrip("+") not in answer.content.decode()


def test_same_key_and_body_is_the_same_answer_and_one_call(sender: Sender, scene: Scene) -> None:
    key, said = builders.new_key(), {"call_id": "1", "number": scene.customer.phone, "agent": "ann"}
    first = sender.post(once=key, **said)
    events = AuditEvent.objects.count()

    again = sender.post(once=key, **said)
    other = sender.post(once=key, **said | {"agent": "sue"})

    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert problems(other) == [("Idempotency-Key", "Idempotency-Key was used before with another body.")]
    assert other.status_code == 422
    assert (Call.objects.count(), AuditEvent.objects.count()) == (1, events)


def test_key_whose_write_is_under_way_waits(sender: Sender) -> None:
    key = builders.new_key()
    with owner_connection() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(key)])

        meanwhile = sender.post(once=key, call_id="1")

    assert meanwhile.status_code == 409
    assert sender.post(once=key, call_id="1").status_code == 201


def test_stranger_is_told_nothing(sender: Sender, scene: Scene, connection: TelephoneConnection) -> None:
    mine = sender.post(call_id="1").json()["id"]
    other = Sender(make_key(connect(scene.ann), builders.make_user("adam")))

    assert [other.get(f"/{mine}").status_code, other.post(f"/{mine}/end").status_code] == [404, 404]
    assert sender.get(f"/{mine + 1}").status_code == 404
    assert sender.get(f"/{2**64}").status_code == 404
    assert TelephoneCall.objects.get().state == "TALKING"


def test_without_a_key_in_use_nothing_is_answered(sender: Sender, connection: TelephoneConnection) -> None:
    nobody, wrong = Client().post(CALLS), Sender(sender.key[:-1] + "x").post(call_id="1")
    revoked = Sender(sender.key)
    connections.revoke_key(
        key_id=TelephoneKey.objects.get().pk, by=builders.make_user("adam").pk, role="ADMINISTRATOR",
        now=builders.desk_now(),
    )  # fmt: skip

    answers = [nobody, wrong, revoked.post(call_id="1"), revoked.get("/1")]

    assert [answer.status_code for answer in answers] == [401] * 4
    assert nobody.headers["WWW-Authenticate"] == "Bearer"
    assert not TelephoneCall.objects.exists()


def test_connection_that_is_switched_off_has_no_keys(sender: Sender) -> None:
    TelephoneConnection.objects.update(active=False)

    assert sender.post(call_id="1").status_code == 401


def test_use_of_a_key_is_noted_to_the_minute(sender: Sender) -> None:
    sender.post(call_id="1")
    first = TelephoneKey.objects.get().last_used_at
    sender.post(call_id="2")

    assert first is not None
    assert TelephoneKey.objects.get().last_used_at == first
    TelephoneKey.objects.update(last_used_at=first - timedelta(minutes=2))
    sender.post(call_id="3")
    last = TelephoneKey.objects.get().last_used_at
    assert last is not None
    assert last > first - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("body", "field", "why"),
    [
        ({}, "call_id", "call_id is missing."),
        ({"call_id": ""}, "call_id", "at least 1 character"),
        ({"call_id": "   "}, "call_id", "pattern"),
        ({"call_id": 1}, "call_id", "valid string"),
        ({"call_id": "1", "numbr": "2"}, "numbr", "Extra inputs"),
        ({"call_id": "1", "number": "5" * 41}, "number", "at most 40"),
        ({"call_id": "1", "state": "sung"}, "state", "'ringing' or 'answered'"),
        ({"call_id": "1", "occurred_at": "2026-11-22T09:00:00"}, "occurred_at", "timezone"),
        ({"call_id": "1", "occurred_at": "2020-01-01T09:00:00Z"}, "occurred_at", "more than a day old"),
        ({"call_id": "1", "sequence": -1}, "sequence", "greater than or equal to 0"),
        ({"call_id": "1", "agent": "a\x00b"}, "agent", "NUL"),
    ],
)
def test_what_is_wrong_is_named(sender: Sender, body: dict[str, Any], field: str, why: str) -> None:
    answer = sender.post(**body)

    assert answer.status_code == 422
    [(named, sentence)] = problems(answer)
    assert named == field
    assert field in sentence or field == "occurred_at"
    assert why in sentence
    assert not TelephoneCall.objects.exists()


def test_body_that_is_no_json_or_too_large_is_refused(sender: Sender) -> None:
    headers = {"Authorization": f"Bearer {sender.key}", "Idempotency-Key": str(builders.new_key())}
    broken = Client().post(CALLS, "{", content_type="application/json", headers=headers)
    large = Client().post(CALLS, " " * 70_000, content_type="application/json", headers=headers)
    keyless = Client().post(
        CALLS, "{}", content_type="application/json", headers={"Authorization": headers["Authorization"]}
    )

    assert [broken.status_code, large.status_code, keyless.status_code] == [400, 413, 422]
    assert ("Idempotency-Key", "Idempotency-Key is missing.") in problems(keyless)


def test_document_can_be_read_by_anybody_and_no_page_is_drawn_from_it() -> None:
    document = Client().get("/api/v1/openapi.json")

    assert document.status_code == 200
    steps = ("", "/hold", "/resume", "/transfer", "/end")
    assert set(document.json()["paths"]) == {CALLS, *(f"{CALLS}/{{call_id}}{step}" for step in steps)}
    assert Client().get("/api/v1/docs").status_code == 404


@pytest.mark.slow
@pytest.mark.parametrize(("mode", "examples"), [("POSITIVE", 4), ("NEGATIVE", 5)])
def test_whatever_is_sent_is_answered_as_the_document_says(sender: Sender, mode: str, examples: int) -> None:
    """Every operation, with what fits and what does not: never a 500, and always an answer of the document's shape."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
    schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
    first = sender.post(call_id="1").json()["id"]
    asked: dict[str, set[int]] = {}

    def ask(case: Any) -> None:
        headers = {name: str(value) for name, value in (case.headers or {}).items()}
        headers["Authorization"] = f"Bearer {sender.key}"
        path = case.formatted_path if mode == "NEGATIVE" else case.operation.path.format(call_id=first)
        unset = type(case.body).__name__ == "NotSet"
        body = b"" if unset else case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode()
        answer = Client().generic(case.method, path, body, content_type="application/json", headers=headers)

        asked.setdefault(case.operation.label, set()).add(answer.status_code)
        assert answer.status_code < 500
        _check_shape(case.operation, answer)

    generated: Any = settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for found in schema.get_all_operations():
        assert not isinstance(found, Err)
        operation: Any = found.ok()
        strategy = operation.as_strategy(generation_mode=schemathesis.GenerationMode[mode])
        with_cases: Any = given(strategy)
        _run(generated(with_cases(ask)))

    assert len(asked) == 6
    assert {201 if mode == "POSITIVE" else 422} <= asked["POST /api/v1/calls"]


def _run(tried: Any) -> None:
    tried()


def _check_shape(operation: Any, answer: Any) -> None:
    """The answer has a status that the document names, and its shape; what no operation gets (405) has none."""
    if answer.status_code == 405 or "application/json" not in answer.headers.get("Content-Type", ""):
        return
    said = operation.definition.raw["responses"]
    assert str(answer.status_code) in said
    schema = said[str(answer.status_code)]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    call = {"id", "call_id", "state", "match", "held_since", "desk_call", "pop_url"}
    assert answer.json().keys() == {"CallOut": call, "Problems": {"problems"}}[schema]
