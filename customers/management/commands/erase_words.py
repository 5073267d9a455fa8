"""``erase_words``: erases what was typed as the reason of acts; the audit still proves itself."""

import argparse
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from customers import remarks

ROLE = "ADMINISTRATOR"


class Command(BaseCommand):
    """Erases typed reasons by the numbers of their events, as the audit's file lists them."""

    help = "Erase what was typed as the reason of these audit events. The events themselves stay, and prove themselves."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which events, and who erases."""
        parser.add_argument("event", type=int, nargs="+", help="number of an event (first column of the audit's file)")
        parser.add_argument("--by", required=True, metavar="USER", help="user name of whoever erases")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Erase them one by one; fails when there is nobody of that name or nothing was typed with an event."""
        people = get_user_model()
        by = people._default_manager.filter(**{people.USERNAME_FIELD: options["by"]}).values_list("pk", flat=True)
        if not by:
            raise CommandError(f"there is nobody called {options['by']}")
        without = [one for one in options["event"] if not remarks.erase(event_id=one, by=by[0], role=ROLE)]
        self.stdout.write(f"{len(options['event']) - len(without)} erased.")
        if without:
            raise CommandError(f"nothing is typed with: {', '.join(map(str, without))}")
