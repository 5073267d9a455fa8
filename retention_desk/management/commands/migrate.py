"""``migrate``, as the owner of the schema unless another database is named."""

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoCommand
from django.db import ProgrammingError, connections

from retention_desk.embedded.roles import APP_GROUP, ensure_group


class Command(DjangoCommand):
    """Django's command on the alias ``owner``: the application's role may not change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Change one default."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Say which variable is missing before Django's own checks stumble over it."""
        if options["database"] == "owner" and "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set. Migrations run as the owner of the database.")
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate, and say whether the role that serves will be able to."""
        if options["database"] == "owner":
            self._make_group()
        super().handle(*args, **options)
        if options["database"] == "owner":
            self._look_at_the_role_that_serves()

    def _make_group(self) -> None:
        connection = connections["owner"]
        connection.ensure_connection()
        try:
            ensure_group(connection.connection)
        except psycopg.errors.InsufficientPrivilege as error:
            raise CommandError(
                f"The role {APP_GROUP} is missing and this owner may not make it. As a superuser, once: "
                f"CREATE ROLE {APP_GROUP} NOLOGIN"
            ) from error

    def _look_at_the_role_that_serves(self) -> None:
        """Warn of a role that cannot serve, or that could do more than serve."""
        serving = connections["default"].settings_dict["USER"]
        with connections["owner"].cursor() as cursor:
            try:
                cursor.execute(
                    "SELECT pg_has_role(%s, %s, 'MEMBER'), pg_has_role(%s, current_user, 'MEMBER')",
                    [serving, APP_GROUP, serving],
                )
            except ProgrammingError:
                self.stderr.write(f"The role in DATABASE_URL, {serving!r}, does not exist yet.")
                return
            serves, owns = cursor.fetchone()
        if not serves:
            self.stderr.write(f"The role in DATABASE_URL cannot serve yet: GRANT {APP_GROUP} TO {serving}")
        if owns:
            self.stderr.write("The role in DATABASE_URL owns the tables, so nothing guards them. Use another for it.")
