"""``verify_audit``: proves that no audit event was changed, removed, added or moved."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers import audit

WORDS = {
    audit.Fault.CHANGED: "its content is not what was recorded",
    audit.Fault.MISSING: "it is missing",
    audit.Fault.UNLINKED: "it does not hang on the event before it",
    audit.Fault.TAIL: "the chain does not end where its head says",
}


class Command(BaseCommand):
    """Proves the audit; fails when a chain does not prove itself."""

    help = "Work out the hash of every audit event again and name the first bad one of each chain."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """One chain may be named."""
        parser.add_argument("--shard", type=int, help="only the chain of this user id; 0 is the desk's own clockwork")

    def handle(self, *args: Any, shard: int | None = None, **options: Any) -> None:
        """Verify and say what was found."""
        found = audit.verify(shard=shard)
        for bad in found.bad:
            self.stderr.write(f"chain {bad.shard}, event {bad.seq}: {WORDS[bad.fault]}")
        if not found.is_clean:
            raise CommandError(f"{len(found.bad)} of {found.shards} chains are broken.")
        self.stdout.write(f"{found.events} events in {found.shards} chains, all as recorded.")
