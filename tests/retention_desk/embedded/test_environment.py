"""What each process of the embedded desk is told, and what it is not."""

from pathlib import Path

import pytest

from retention_desk.embedded import environment
from retention_desk.embedded.environment import Addresses


@pytest.fixture
def addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Addresses:
    for name in ("SECRET_KEY", *environment.SEALING, "AUDIT_EXPORT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return environment.complete(
        tmp_path, owner_url="owner", app_url="app", redis_url="redis", host="127.0.0.1", ports=(8000, 8001)
    )


def test_pages_learn_neither_the_owner_nor_what_signs_the_seals(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "owner")
    monkeypatch.setenv("AUDIT_OLD_SIGNING_KEYS", "o" * 40)
    web, worker, command = addresses.for_serving("web"), addresses.for_serving("worker"), addresses.for_commands()

    assert web.keys() & {"DATABASE_OWNER_URL", *environment.SEALING} == set()
    assert "DATABASE_OWNER_URL" not in worker
    assert worker["AUDIT_SIGNING_KEY"] == command["AUDIT_SIGNING_KEY"] != web["SECRET_KEY"]
    assert worker["AUDIT_OLD_SIGNING_KEYS"] == "o" * 40


def test_what_signs_the_seals_is_made_once_and_nobody_elses(tmp_path: Path, addresses: Addresses) -> None:
    file = tmp_path / "audit-signing-key"
    again = environment.complete(tmp_path, owner_url="", app_url="", redis_url="", host="127.0.0.1", ports=(8000, 8001))

    assert again.common["AUDIT_SIGNING_KEY"] == addresses.common["AUDIT_SIGNING_KEY"] == file.read_text().strip()
    assert len(file.read_text()) >= 32
    assert file.stat().st_mode & 0o077 == 0
    assert again.common["AUDIT_EXPORT_DIR"] == str(tmp_path / "audit")
