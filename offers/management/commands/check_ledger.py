"""``check_ledger``: look at the promises of ledger and record from outside."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from offers.checks import run


class Command(BaseCommand):
    """Prints one line a promise; exit code 1 when one is broken."""

    help = "Checks the promises of the ledger and the record with statements of their own."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run every check and name what is wrong."""
        broken = checked = 0
        for finding in run():
            checked += 1
            if not finding.count:
                self.stdout.write(f"ok      {finding.check.promise:>2}  {finding.check.sentence}")
                continue
            broken += 1
            more = ", ..." if finding.count > len(finding.first) else ""
            self.stdout.write(
                self.style.ERROR(f"BROKEN  {finding.check.promise:>2}  {finding.check.sentence}")
                + f"\n            {finding.count}: {', '.join(finding.first)}{more}"
            )
        if broken:
            raise CommandError(f"{broken} of {checked} checks found something that must not be.")
        self.stdout.write(self.style.SUCCESS(f"{checked} checks, every promise is kept."))
