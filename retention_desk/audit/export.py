"""The audit as CSV: codes and raw values as they are chained, what was typed, and one column that tells it in words."""

import json
from collections.abc import Iterable

from django.http import StreamingHttpResponse

from retention_desk.audit.queries import Line
from retention_desk.audit.words import tell
from retention_desk.reports.export import csv_answer
from retention_desk.reports.names import Names

HEAD = (
    *("event", "recorded_at", "chain", "number_in_chain", "person", "role", "act", "object", "object_id", "account"),
    *("call", "limit_version", "before", "after", "reason", "typed_reason", "key", "in_words", "hash"),
)


def csv_of(lines: Iterable[Line], names: Names) -> StreamingHttpResponse:
    """Send the events as they are read."""

    def raw(value: object) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    rows = (
        [
            line["id"],
            line["recorded_at"].isoformat(),
            line["shard"],
            line["seq"],
            names.agents[line["actor_id"]].name if line["actor_id"] in names.agents else "",
            line["actor_role"],
            line["act"],
            line["object_kind"],
            line["object_id"],
            line["account_number"],
            line["call_id"],
            line["limit_version_id"],
            raw(line["before"]),
            raw(line["after"]),
            line["reason"],
            line["typed"],
            line["key"],
            tell(line, currency=names.currency, names=names).sentence,
            bytes(line["hash"]).hex(),
        ]
        for line in lines
    )
    return csv_answer(HEAD, rows, "audit")
