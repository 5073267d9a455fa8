"""``seal_audit``: signs what was added to the audit, and exports it to the file of seals."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers import sealing, seals


class Command(BaseCommand):
    """Does by hand what beat does every four minutes; fails when a chain could not be sealed."""

    help = "Seal every chain of the audit that has moved: sign its end, record it, export it to the file of seals."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file can be written anew."""
        parser.add_argument(
            "--export-again", action="store_true", help="write the whole file anew from the table, as on a new disk"
        )

    def handle(self, *args: Any, export_again: bool = False, **options: Any) -> None:
        """Seal, and say what was sealed."""
        file = seals.configured_file()
        try:
            if export_again:
                count = sealing.export_again()
                self.stdout.write(f"{count} seals written to {file}.")
                return
            done = sealing.seal_moved_chains()
        except seals.NoKey as error:
            raise CommandError("AUDIT_SIGNING_KEY is not set: there is nothing to sign with.") from error
        except sealing.FileGoesOn as error:
            raise CommandError(
                f"{file} goes on with seals that do not fit this database. Verify with that file, then move it aside "
                "and run seal_audit --export-again."
            ) from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}. Nothing was sealed.") from error
        if done.taken_over:
            self.stdout.write(f"{done.taken_over} seals of an interrupted run were taken over from the file.")
        self.stdout.write(f"{done.seals} seals for {done.chains} chains.")
        if done.refused:
            named = ", ".join(str(shard) for shard in done.refused)
            raise CommandError(f"Not sealed, because they do not prove themselves: chains {named}. Run verify_audit.")
