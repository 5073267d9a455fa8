"""``migrate``, as the owner of the schema unless another database is named."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoCommand


class Command(DjangoCommand):
    """Django's command on the alias ``owner``: the application's role may not change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Change one default."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, or say which variable is missing."""
        if options["database"] == "owner" and "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set. Migrations run as the owner of the database.")
        super().handle(*args, **options)
