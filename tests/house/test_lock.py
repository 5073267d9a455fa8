"""The three lists of dependencies say the same, and name public addresses only."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LOCK = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)
HASH = re.compile(r"sha256:[0-9a-f]{64}")


def locked() -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for package in LOCK["package"]:
        if package["name"] != "retention-desk":
            versions.setdefault(package["name"], set()).add(package["version"])
    return versions


def hashes(package: dict[str, object]) -> set[str]:
    return set(HASH.findall(repr(package)))


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_plain_pip_installs_what_the_lock_says(name: str) -> None:
    text = (ROOT / ".ci" / name).read_text(encoding="utf-8")
    pinned = PINNED.findall(text)

    assert {package for package, version in pinned if version not in locked().get(package, set())} == set()
    known = {found for package in LOCK["package"] for found in hashes(package)}
    assert set(HASH.findall(text)) - known == set()


def test_plain_pip_installs_the_whole_lock() -> None:
    text = (ROOT / ".ci" / "requirements-dev.txt").read_text(encoding="utf-8")

    assert {package for package, _version in PINNED.findall(text)} == set(locked())


def test_lock_knows_public_addresses_only() -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r'"https?://([^/"]+)', text))

    assert hosts == {"pypi.org", "files.pythonhosted.org"}
    assert "file://" not in text
