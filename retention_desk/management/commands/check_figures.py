"""``check_figures``: prove that the report's figures are the log's, to a difference of 0."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from retention_desk.reports.checks import Proof, log_span, prove
from retention_desk.reports.filters import Span, span


class Command(BaseCommand):
    """Derives every count of the save-rate report a second time; exit code 1 when one differs."""

    help = "Derives the report's figures from the raw log a second time and compares them."

    def add_arguments(self, parser: CommandParser) -> None:
        """A period, and whose midnight begins a day."""
        parser.add_argument("--since", type=dt.date.fromisoformat, help="first day, YYYY-MM-DD; default: of the log")
        parser.add_argument("--until", type=dt.date.fromisoformat, help="last day, YYYY-MM-DD; default: of the log")
        parser.add_argument("--zone", default="UTC", help="time zone in which days begin; default: UTC")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compare the whole period and each of its months."""
        whole = self._period(options["since"], options["until"])
        if whole is None:
            self.stdout.write("The log is empty: there is nothing to compare.")
            return
        try:
            zone = ZoneInfo(options["zone"])
        except (ZoneInfoNotFoundError, ValueError) as unknown:
            raise CommandError(f"There is no time zone {options['zone']!r}.") from unknown
        wrong, compared = 0, 0
        for one in [whole, *_months(whole)]:
            proof = prove(one, zone=zone, today=timezone.localdate(timezone=zone))
            compared += proof.compared
            wrong += len(proof.differences)
            self._say(proof)
        if wrong:
            raise CommandError(f"{wrong} of {compared} counts differ: the report does not say what the log says.")
        self.stdout.write(self.style.SUCCESS(f"{compared} counts compared, difference 0."))

    def _period(self, since: dt.date | None, until: dt.date | None) -> Span | None:
        log = log_span()
        if log is None:
            return None
        # A day of the log in UTC is another one elsewhere; a day more at each end takes them all in.
        first = since or log[0] - dt.timedelta(days=1)
        last = until or log[1] + dt.timedelta(days=1)
        if first > last:
            raise CommandError("The period ends before it begins.")
        return span(first, last)

    def _say(self, proof: Proof) -> None:
        one = proof.span
        if not proof.differences:
            self.stdout.write(f"{one.since} to {one.until}: {proof.compared} counts, difference 0")
            return
        self.stdout.write(f"{one.since} to {one.until}: {len(proof.differences)} of {proof.compared} counts differ")
        for found in proof.differences:
            group = f" of {found.of} {found.key}".rstrip() if found.of != "all" else ""
            self.stdout.write(
                f"  {found.figure}{group}: reported {found.reported}, derived again {found.rederived}, "
                f"difference {found.reported - found.rederived}"
            )


def _months(whole: Span) -> list[Span]:
    """The calendar months of a longer span."""
    if (whole.since.year, whole.since.month) == (whole.until.year, whole.until.month):
        return []
    months, day = [], whole.since
    while day <= whole.until:
        following = (day.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        months.append(span(day, min(following - dt.timedelta(days=1), whole.until)))
        day = following
    return months
