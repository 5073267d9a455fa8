"""The outcome log as CSV: codes and raw numbers, one call a row."""

from collections.abc import Iterable

from django.http import StreamingHttpResponse

from retention_desk.records.queries import Line
from retention_desk.reports.export import csv_answer
from retention_desk.reports.names import Named, Names

HEAD = (
    "call",
    "opened_at",
    "ended_at",
    "closed_at",
    "account",
    "customer",
    "agent",
    "team",
    "asked_for_first",
    "reason",
    "disposition",
    "corrected",
    "abandoned",
    "times_asked",
    "monthly_bill_minor",
    "currency",
)


def csv_of(lines: Iterable[Line], names: Names) -> StreamingHttpResponse:
    """Send the lines as they are read."""

    def name(named: dict[int, Named], key: int | None) -> str:
        return named[key].name if key in named else ""

    rows = (
        [
            line["id"],
            line["opened_at"].isoformat(),
            line["ended_at"].isoformat(),
            line["closed_at"].isoformat(),
            line["customer__account_number"],
            f"{line['customer__given_name'] or ''} {line['customer__family_name'] or ''}".strip(),
            name(names.agents, line["agent_id"]),
            name(names.teams, line["team_id"]),
            line["opening_intent"],
            name(names.reasons, line["reason_id"]),
            line["standing"],
            line["was_corrected"],
            line["abandoned_at"] is not None,
            line["ask_count"],
            line["monthly_bill_minor"],
            line["customer__currency"],
        ]
        for line in lines
    )
    return csv_answer(HEAD, rows, "calls")
