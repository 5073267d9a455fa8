"""``first_run``: begin a desk without demo data, by the page's link, by questions, or by options alone."""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from retention_desk.firstrun import link
from retention_desk.firstrun.begin import AlreadyBegun, begin, has_begun
from retention_desk.firstrun.forms import BeginForm

_ASKED = ("company", "country", "currency", "time_zone", "given_name", "family_name", "email", "username")
_FIRST_GUESSES = {"country": "US", "currency": "USD", "time_zone": "UTC", "username": "admin"}


class Command(BaseCommand):
    """Make the first administrator, company, currency, time zone, sites and teams."""

    help = (
        "Begin an empty desk: first administrator, company, currency, country, time zone, sites and teams. With --link "
        "it only prints the address of the page that asks for them. The password comes from the terminal or from "
        "FIRST_RUN_PASSWORD, never from the command line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare options; what is left out is asked for, unless --no-input says not to."""
        parser.add_argument("--link", action="store_true", help="print the one-time address of the first-run page")
        parser.add_argument("--base", default="", help="with --link: address of the desk, as https://desk.example.com")
        parser.add_argument("--no-input", action="store_true", help="ask nothing; missing answers are an error")
        for name in _ASKED:
            parser.add_argument(f"--{name.replace('_', '-')}", default="")
        parser.add_argument(
            "--site", action="append", default=[], help="'Fresno: Team North, Team South'; once for each site"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Begin, or print the link."""
        if has_begun():
            raise CommandError("Somebody may sign in already; a desk begins once. Add people in the admin.")
        if options["link"]:
            self.stdout.write(f"{options['base'].rstrip('/')}{link.path()}")
            return
        form = BeginForm(self._answers(options))
        if not form.is_valid():
            raise CommandError("\n".join(self._problems(form)))
        try:
            admin = begin(form.beginning(), now=timezone.now())
        except AlreadyBegun as error:
            raise CommandError("Somebody was faster; the desk has begun.") from error
        self.stdout.write(f"The desk has begun. {admin.username} may sign in as administrator.")

    def _answers(self, options: dict[str, Any]) -> dict[str, str]:
        asks = not options["no_input"]
        answers = {name: options[name] or (self._ask(name) if asks else "") for name in _ASKED}
        answers["places"] = "\n".join(options["site"]) or (self._ask("site") if asks else "")
        password = os.environ.get("FIRST_RUN_PASSWORD", "")
        if password or not asks:
            return answers | {"password": password, "password_again": password}
        return answers | {
            "password": getpass.getpass("password: "),
            "password_again": getpass.getpass("password again: "),
        }

    def _ask(self, name: str) -> str:
        guess = _FIRST_GUESSES.get(name, "")
        self.stdout.write(f"{name.replace('_', ' ')}{f' [{guess}]' if guess else ''}: ", ending="")
        self.stdout.flush()
        return sys.stdin.readline().strip() or guess

    def _problems(self, form: BeginForm) -> list[str]:
        return [
            f"{name.replace('_', '-')}: {problem}" for name, problems in form.errors.items() for problem in problems
        ]
