"""The bell: an act never waits for Valkey, and what is rung while Valkey is away comes when it is back."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.db import transaction

from customers import screens
from customers.screens import Ring
from retention_desk.embedded.valkey import Valkey
from retention_desk.live.bell import KEPT, STREAM, Bell
from tests.retention_desk.scene import set_scene, signed_in


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    """One that is not running yet."""
    server = Valkey(tmp_path)
    yield server
    server.stop()


def rings(valkey: Valkey) -> list[dict[str, object]]:
    with redis.from_url(valkey.url) as client:
        return [json.loads(fields[b"ring"]) for _id, fields in client.xrange(STREAM)]


def test_ring_takes_no_time_without_valkey_and_comes_when_it_is_there(valkey: Valkey, tmp_path: Path) -> None:
    bell = Bell(valkey.url)

    began = time.monotonic()
    for number in range(200):
        bell(Ring("CALL_ENDED", {"call": number}, 7))
    assert time.monotonic() - began < 1
    assert not bell.flush(seconds=0.1)

    valkey.start(log=tmp_path / "valkey.log")

    assert bell.flush(seconds=20)
    assert rings(valkey) == [{"what": "CALL_ENDED", "by": 7, "ids": {"call": number}} for number in range(200)]


def test_what_no_screen_hears_is_not_carried(valkey: Valkey, tmp_path: Path) -> None:
    valkey.start(log=tmp_path / "valkey.log")
    bell = Bell(valkey.url)

    bell(Ring("TOLD", {"call": 1}, 7))
    bell(Ring("NEWS", {}, None))

    assert bell.flush(seconds=20)
    assert [ring["what"] for ring in rings(valkey)] == ["NEWS"]


def test_valkey_keeps_a_bounded_past(valkey: Valkey, tmp_path: Path) -> None:
    valkey.start(log=tmp_path / "valkey.log")
    bell = Bell(valkey.url)

    for number in range(KEPT + 2000):
        bell(Ring("NEWS", {"site": number}, None))
        if number % 900 == 0:
            assert bell.flush(seconds=20)
    assert bell.flush(seconds=20)

    # Trimmed where that is cheap: some more are left than asked for.
    assert len(rings(valkey)) < KEPT + 500


@pytest.mark.django_db(transaction=True)
def test_bell_that_breaks_breaks_no_act(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_ring: Ring) -> None:
        raise RuntimeError("out of tune")

    monkeypatch.setattr(screens, "_bells", [broken])
    scene = set_scene()

    scene.open_call()
    assert signed_in(scene.ann).post("/duty/", {"duty": "BREAK"}).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_ring_is_heard_once_the_act_has_committed_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Ring] = []
    monkeypatch.setattr(screens, "_bells", [heard.append])

    with transaction.atomic():
        screens.ring("NEWS", by=3, site=4, call=None)
        assert heard == []
    assert heard == [Ring("NEWS", {"site": 4}, 3)]
    with transaction.atomic():
        screens.ring("NEWS")
        transaction.set_rollback(True)
    assert len(heard) == 1
