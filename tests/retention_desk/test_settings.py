"""Settings are production's unless the embedded desk says otherwise, and stop the start where something is missing."""

import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from retention_desk.management.commands.check_all import CHECKS, PRODUCTION

Read = Callable[[dict[str, str]], Any]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Read:
    """The settings as a process reads them that knows nothing but the given environment."""

    def read(environment: dict[str, str]) -> SimpleNamespace:
        with monkeypatch.context() as patch:
            for name in os.environ:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            return SimpleNamespace(**runpy.run_path(str(settings.BASE_DIR / "retention_desk" / "settings.py")))

    return read


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_missing_variable_stops_with_a_sentence_that_names_it(read: Read, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not set."):
        read({key: value for key, value in PRODUCTION.items() if key != name})


def test_process_that_misses_a_variable_ends_with_that_sentence() -> None:
    known = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **PRODUCTION}
    del known["SECRET_KEY"]

    done = subprocess.run(
        [sys.executable, "-c", "import retention_desk.wsgi"],
        cwd=settings.BASE_DIR, env=known, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "SECRET_KEY is not set." in done.stderr.splitlines()[-1]


def test_production_is_clean_in_djangos_own_eyes() -> None:
    assert CHECKS["deployment"]() is None


def test_production_speaks_https_only_and_embedded_is_plain(read: Read) -> None:
    def switches(environment: dict[str, str]) -> list[bool]:
        s = read(environment)
        secure = (s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS)
        return [bool(one) for one in (s.DEBUG, *secure)]

    assert switches(PRODUCTION) == [False, True, True, True, True]
    assert switches(PRODUCTION | {"DESK_EMBEDDED": "1"}) == [False, False, False, False, False]


def test_owner_is_known_only_where_it_is_given(read: Read) -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != "DATABASE_OWNER_URL"}

    assert sorted(read(without).DATABASES) == ["default"]
    assert sorted(read(PRODUCTION).DATABASES) == ["default", "owner"]


@pytest.mark.parametrize(
    ("process", "patience", "kept"), [("web", "statement_timeout=5s", None), ("command", "statement_timeout=0", 0)]
)
def test_pages_are_impatient_and_keep_their_connection(
    read: Read, process: str, patience: str, kept: int | None
) -> None:
    database = read(PRODUCTION | {"DESK_PROCESS": process}).DATABASES["default"]

    assert f"-c {patience} " in f"{database['OPTIONS']['options']} "
    assert database["CONN_MAX_AGE"] == kept


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DESK_PROCESS": "wbe"}, "DESK_PROCESS is 'wbe'"),
        ({"DATABASE_URL": "mysql://desk@db/desk"}, "postgres://"),
    ],
)
def test_wrong_value_stops_with_a_sentence(read: Read, changed: dict[str, str], said: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=said):
        read(PRODUCTION | changed)


@pytest.mark.parametrize(
    ("url", "broker", "cache"),
    [
        ("unix:///run/v.sock?db=0", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("redis://v.example.com/4", "redis://v.example.com/4", "redis://v.example.com/5"),
        ("rediss://u:p@v.example.com:6380", "rediss://u:p@v.example.com:6380", "rediss://u:p@v.example.com:6380/1"),
    ],
)
def test_messages_and_cache_live_apart(read: Read, url: str, broker: str, cache: str) -> None:
    s = read(PRODUCTION | {"REDIS_URL": url})

    assert (s.CELERY_BROKER_URL, s.CACHES["default"]["LOCATION"]) == (broker, cache)


def test_policy_trusts_nothing_but_ourselves() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'none'"]
    assert {source for sources in directives.values() for source in sources} == {"'none'", "'self'"}
