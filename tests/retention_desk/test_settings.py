"""Settings are production's unless the embedded desk says otherwise, and stop the start where something is missing."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from retention_desk.management.commands.check_all import CHECKS, PRODUCTION

PRINT = "import retention_desk.settings as s; print(({name}))"


def read(expression: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Evaluate ``expression`` of the settings (``s``) in a process that knows only ``environment``."""
    return subprocess.run(
        [sys.executable, "-c", PRINT.format(name=expression)],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"])
def test_missing_variable_stops_with_a_sentence_that_names_it(name: str) -> None:
    done = read("s.DEBUG", {key: value for key, value in PRODUCTION.items() if key != name})

    assert done.returncode == 1
    assert f"{name} is not set." in done.stderr.splitlines()[-1]


def test_production_is_clean_in_djangos_own_eyes() -> None:
    assert CHECKS["deployment"]() is None


def test_production_speaks_https_only_and_embedded_is_plain() -> None:
    switches = ("DEBUG", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS")
    expression = ", ".join(f"bool(s.{name})" for name in switches)

    assert read(expression, PRODUCTION).stdout.strip() == "(False, True, True, True, True)"
    assert read(expression, PRODUCTION | {"DESK_EMBEDDED": "1"}).stdout.strip() == "(False, False, False, False, False)"


def test_owner_is_known_only_where_it_is_given() -> None:
    without = {key: value for key, value in PRODUCTION.items() if key != "DATABASE_OWNER_URL"}

    assert read("sorted(s.DATABASES)", without).stdout.strip() == "['default']"
    assert read("sorted(s.DATABASES)", PRODUCTION).stdout.strip() == "['default', 'owner']"


@pytest.mark.parametrize(
    ("process", "expected"), [("web", ("statement_timeout=5s", "None")), ("command", ("statement_timeout=0", "0"))]
)
def test_pages_are_impatient_and_keep_their_connection(process: str, expected: tuple[str, str]) -> None:
    done = read(
        "s.DATABASES['default']['OPTIONS']['options'], s.DATABASES['default']['CONN_MAX_AGE']",
        PRODUCTION | {"DESK_PROCESS": process},
    )

    assert expected[0] in done.stdout
    assert done.stdout.strip().endswith(f", {expected[1]})")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DESK_PROCESS": "wbe"}, "DESK_PROCESS is 'wbe'"),
        ({"DATABASE_URL": "mysql://desk@db/desk"}, "postgres://"),
    ],
)
def test_wrong_value_stops_with_a_sentence(changed: dict[str, str], said: str) -> None:
    done = read("s.DEBUG", PRODUCTION | changed)

    assert done.returncode == 1
    assert said in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("url", "broker", "cache"),
    [
        ("unix:///run/v.sock?db=0", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("unix:///run/v.sock", "redis+socket:///run/v.sock?virtual_host=0", "unix:///run/v.sock?db=1"),
        ("redis://v.example.com/4", "redis://v.example.com/4", "redis://v.example.com/5"),
        ("rediss://u:p@v.example.com:6380", "rediss://u:p@v.example.com:6380", "rediss://u:p@v.example.com:6380/1"),
    ],
)
def test_messages_and_cache_live_apart(url: str, broker: str, cache: str) -> None:
    done = read("s.CELERY_BROKER_URL, s.CACHES['default']['LOCATION']", PRODUCTION | {"REDIS_URL": url})

    assert done.stdout.strip() == str((broker, cache))


def test_policy_trusts_nothing_but_ourselves() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    assert directives["default-src"] == ["'none'"]
    assert {source for sources in directives.values() for source in sources} == {"'none'", "'self'"}
