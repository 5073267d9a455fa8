"""``demo``: fill an empty desk with an invented company and a year of its calls."""

import time
from datetime import date, datetime
from datetime import time as day_time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.utils import timezone

from retention_desk.demo.company import SITES
from retention_desk.demo.load import NotEmpty, load
from retention_desk.demo.logins import LOGINS


class Command(BaseCommand):
    """Fill an empty desk."""

    help = "Fill an empty, migrated database with an invented company and a year of its calls."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare options."""
        parser.add_argument("--scale", type=float, default=1.0, help="1 is 5,000 customers and 8,000 calls")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same data")
        parser.add_argument("--today", type=date.fromisoformat, help="last day of the year of calls; default today")
        parser.add_argument("--database", default="owner", help="alias of the schema's owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and say what there is now."""
        if options["database"] not in connections:
            raise CommandError("DATABASE_OWNER_URL is not set. The demo is written as the owner of the database.")
        if not 0.02 <= options["scale"] <= 1_000:
            raise CommandError("--scale must lie between 0.02 and 1000.")
        began = time.monotonic()

        def say(text: str) -> None:
            self.stdout.write(f"{time.monotonic() - began:5.1f} s  {text}")

        now = timezone.now()
        if options["today"]:
            # Evening at the first site: the whole of that day has been worked.
            now = datetime.combine(options["today"], day_time(21, 30), tzinfo=ZoneInfo(SITES[0][1]))
        try:
            loaded = load(scale=options["scale"], seed=options["seed"], now=now, say=say, using=options["database"])
        except NotEmpty as error:
            raise CommandError(
                "The database is not empty: it has a company, people or customers. The demo fills only an empty one; "
                "use another database (with the embedded desk: another --data)."
            ) from error
        say(
            f"done: {loaded.customers:,} customers, {loaded.calls:,} calls, {loaded.proposals:,} offers, "
            f"{loaded.audit_events:,} acts"
        )
        for role, name, word in LOGINS:
            self.stdout.write(f"         {role}: {name} / {word}")
