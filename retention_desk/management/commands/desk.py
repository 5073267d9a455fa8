"""``desk``: lists the one-command start in ``manage.py help``. The work is in ``retention_desk.embedded.desk``.

``manage.py`` goes there directly, because the settings cannot be read before the desk has made what they need.
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from retention_desk.embedded import desk


class Command(BaseCommand):
    """Start the whole desk on this machine."""

    help = "Start the whole desk on this machine: database, web, worker and clock, with demo data on the first start."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the desk's own options."""
        desk.add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        raise SystemExit(desk.run(desk.options_from(options)))
