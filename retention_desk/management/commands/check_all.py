"""``check_all``: every check of the code that is not a test, in one command. CI and people call the same."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from retention_desk import translations

PYTHON = [sys.executable]
MANAGE = [sys.executable, "manage.py"]
# What an operator sets, with names where nobody listens: the settings that are checked are production's.
PRODUCTION = {
    "ALLOWED_HOSTS": "desk.example.com",
    "AUDIT_EXPORT_DIR": "/var/lib/desk-seals",
    "AUDIT_SIGNING_KEY": secrets.token_urlsafe(48),
    "DATABASE_URL": "postgres://desk_app@db.example.com/desk",
    "DATABASE_OWNER_URL": "postgres://desk_owner@db.example.com/desk",
    "REDIS_URL": "redis://valkey.example.com/0",
    "SECRET_KEY": secrets.token_urlsafe(60),
}


class Command(BaseCommand):
    """Run the checks, say how long each took, and show what the failing ones said."""

    help = "Check style, types, architecture, templates, migrations, translations and production settings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Offer to run some checks only."""
        parser.add_argument("only", nargs="*", choices=[[], *CHECKS], help="names of checks; all where none is given")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the checks one after the other; exit with 1 if any fails."""
        failed = []
        for name in options["only"] or CHECKS:
            began = time.monotonic()
            said = CHECKS[name]()
            state = "ok" if said is None else "FAILED"
            self.stdout.write(f"{name:<14} {state} ({time.monotonic() - began:.1f} s)")
            if said is not None:
                failed.append(name)
                self.stdout.write(said)
            self.stdout.flush()
        if failed:
            raise SystemExit(1)


def _runs(*command: str, env: dict[str, str] | None = None) -> str | None:
    """Run a tool in the project; return None when it is content, else what it said."""
    done = subprocess.run(
        command,
        cwd=settings.BASE_DIR,
        env=dict(os.environ) if env is None else env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode else None


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _templates() -> str | None:
    files = [str(file) for file in sorted(Path(settings.BASE_DIR).glob("templates/**/*.html"))]
    return _runs(_tool("djade"), "--check", "--target-version", "5.2", *files) if files else None


def _migrations() -> str | None:
    # There is no database to compare with, and Django warns about that.
    return _runs(*MANAGE, "makemigrations", "--check", "--dry-run", env=dict(os.environ) | {"PYTHONWARNINGS": "ignore"})


def _translations() -> str | None:
    root = Path(settings.BASE_DIR)
    found = translations.problems(root / "locale") + translations.too_long_in_english(root)
    for language, places in translations.PROMISES.items():
        found += translations.behind(root, language, places) + translations.too_long(root, language, places)
    return "\n".join(found) or None


def _deployment() -> str | None:
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return _runs(*MANAGE, "check", "--deploy", "--fail-level", "WARNING", env=inherited | PRODUCTION)


CHECKS: dict[str, Callable[[], str | None]] = {
    "style": lambda: _runs(*PYTHON, "-m", "ruff", "check", "--quiet"),
    "format": lambda: _runs(*PYTHON, "-m", "ruff", "format", "--check", "--quiet"),
    "types": lambda: _runs(*PYTHON, "-m", "mypy", "--no-error-summary"),
    "architecture": lambda: _runs(_tool("lint-imports"), "--no-logo"),
    "templates": _templates,
    "migrations": _migrations,
    "translations": _translations,
    "deployment": _deployment,
}
