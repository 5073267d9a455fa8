"""``telephone``: the bridge between an Asterisk and its telephone connection, until it is told to stop."""

import asyncio
import contextlib
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from customers.choices import TelephoneSystem
from customers.models import TelephoneConnection
from customers.telephone import connections
from retention_desk.guards import database_stands_or_exit
from retention_desk.telephone.ami import Manager, manager_of
from retention_desk.telephone.bridge import Bridge


class Command(BaseCommand):
    """Hear an Asterisk's manager, and tell the desk of its calls."""

    help = "Connect to Asterisk's manager and tell the desk of its calls, until stopped (SIGTERM)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("connection", help="name of the telephone connection, of the kind Asterisk")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until stopped."""
        connection = TelephoneConnection.objects.filter(name=options["connection"]).first()
        if connection is None or connection.system != TelephoneSystem.ASTERISK:
            raise CommandError(f"There is no telephone connection of the kind Asterisk named {options['connection']}.")
        manager = _manager(connection)
        database_stands_or_exit()
        asyncio.run(until_stopped(Bridge(manager, connection_id=connection.pk)))


def _manager(connection: TelephoneConnection) -> Manager:
    address = settings.TELEPHONE_MANAGERS.get(connection.name)
    secrets = connections.given_secrets(connection)
    if not address or not secrets:
        raise CommandError(
            "The environment must say where the manager is, TELEPHONE_MANAGERS=name of the connection=tcp://user@host, "
            "and its secret, TELEPHONE_SECRETS=name of the connection=secret."
        )
    try:
        return manager_of(address, secrets)
    except ValueError as wrong:
        raise CommandError(str(wrong)) from wrong


async def until_stopped(bridge: Bridge) -> None:
    """Run until SIGTERM or SIGINT; what has been heard by then is taken in."""
    running = asyncio.create_task(bridge.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running
