"""``check_guards``: look at the walls of the database and at Valkey, as every start of the desk does."""

from typing import Any

import redis
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from retention_desk import guards


class Command(BaseCommand):
    """Says how many walls stand; exit code 1 with the cures when one does not."""

    help = "Checks that every guard of the database stands and that the role that serves is not too strong."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Look once."""
        try:
            faults = [*guards.database_faults(), *guards.valkey_faults()]
        except (OperationalError, redis.RedisError) as error:
            raise CommandError(f"A server does not answer: {error}") from error
        if faults:
            raise CommandError(guards.sentence(faults))
        lists = [(one.triggers, one.checks, one.unique, one.references) for one in guards.TABLES]
        count = sum(len(walls) for table in lists for walls in table)
        self.stdout.write(
            self.style.SUCCESS(f"{count} walls on {len(guards.TABLES)} tables and {len(guards.DOORS)} doors stand.")
        )
