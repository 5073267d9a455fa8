"""The reads of these pages: one statement each, with its moments and days parsed."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from customers.statements import read_json, read_row
from offers.choices import BudgetKind, BudgetPeriod, Duty, EntryKind, Grade
from retention_desk.authority import words
from retention_desk.authority.burn import burn
from retention_desk.reports.scope import Scope

PAGE = 50
MOST = 300
_SQL = Path(__file__).parent / "sql"
LIMITS, EXPLAIN, BUDGETS, STORMS, DELEGATIONS = (
    (_SQL / f"{name}.sql").read_text(encoding="utf-8")
    for name in ("limits", "explain", "budgets", "storms", "delegations")
)

Row = dict[str, Any]
_SCOPE = ("grade", "team_id", "user_id", "family", "tier", "tenure_from_months", "storm_id", "currency")


def limits(*, language: str) -> Row:
    """Limits in force and to come, and the raises and promotions that wait."""
    found: Row = read_json(LIMITS, {})
    _parse(found, "now")
    standing = {tuple(row[name] for name in _SCOPE): row for row in found["limits"]}
    for row in (*found["limits"], *found["pending"]):
        _told(row, language=language)
    for asked in found["raises"]:
        _parse(asked, "asked_at")
        figures = asked["figures"]
        before = standing.get(tuple(figures[name] for name in _SCOPE))
        asked |= {
            "whose": words.whose(figures | {"person": asked["person"], "team": asked["team"]}),
            "case": words.case(figures),
            "ends": figures["ends"],
            "changes": words.changes(figures, before, language=language),
            "before": before is not None,
        }
    for asked in found["promotions"]:
        _parse(asked, "asked_at", "begins_at")
        asked |= {name: Grade(asked[name]).label for name in ("from_grade", "grade")}
        asked["moves"] = asked["from_team"] != asked["team"]
    return found


def explain(
    *,
    user_id: int,
    family: str,
    tier: str,
    tenure: int,
    call_id: int | None,
    account: str,
    choose: bool,
    scope: Scope,
    language: str,
) -> tuple[Row | None, list[Row]]:
    """One person's authority step by step, None without a seat; and (`choose`) the people who can be chosen."""
    row = read_row(
        EXPLAIN,
        {
            "user": user_id,
            "family": family,
            "tier": tier,
            "tenure": tenure,
            "call": call_id,
            "account": account,
            "choose": choose,
            "site": scope.site_id,
        },
    )
    told, people = (_json(column) for column in row or (None, None))
    if told is not None:
        _explained(told, language=language)
    return told, people or []


def budgets(
    scope: Scope, *, kind: str = "", account_id: int | None = None, before: int | None = None, page: int = PAGE
) -> Row:
    """Running budgets of a scope; with `account_id` that one, its entries before `before`, and the others beside it."""
    found: Row = read_json(
        BUDGETS,
        {
            "site": scope.site_id,
            "kind": kind if account_id is None else "",
            "account": account_id,
            "before": before,
            "page": page + 1,
            "most": MOST,
        },
    )
    _parse(found, "now")
    for row in found["budgets"]:
        _days(row, "starts_on", "ends_on")
        used, total = row["held_minor"] + row["spent_minor"], row["total_minor"]
        row |= {
            "label": BudgetKind(row["kind"]).label,
            "period_label": BudgetPeriod(row["period"]).label,
            "used_minor": used,
            "left_minor": 0 if row["frozen"] else total - used,
            "average": round(row["spent_minor"] / row["saves"]) if row["saves"] else None,
            "over_plan": max(row["limit_minor"] - row["target_minor"], 0),
            "burn": burn(
                limit_minor=total, used_minor=used, gone=row["gone"], starts_on=row["starts_on"], ends_on=row["ends_on"]
            ),
        }
        row["too_dear"] = bool(row["average"] and row["average_minor"] and row["average"] > row["average_minor"])
    for row in (*found["waiting"], *found["others"]):
        row["label"] = BudgetKind(row["kind"]).label
        if "period" in row:
            row["period_label"] = BudgetPeriod(row["period"]).label
    for entry in found["entries"]:
        _parse(entry, "recorded_at")
        entry["label"] = EntryKind(entry["kind"]).label
    found["older"] = found["entries"][page - 1]["id"] if len(found["entries"]) > page else None
    found["entries"] = found["entries"][:page]
    return found


def storms(scope: Scope, *, language: str) -> Row:
    """Reserves with their limits, and how they have been used."""
    found: Row = read_json(STORMS, {"site": scope.site_id})
    _parse(found, "now")
    for reserve in found["reserves"]:
        _parse(reserve, "signed_at", "countersigned_at")
        if reserve["running"]:
            _parse(reserve["running"], "started_at", "ends_at")
        for limit in reserve["limits"]:
            _told(limit, language=language)
    for storm in found["past"]:
        _parse(storm, "started_at", "ended_at")
    return found


def delegations(scope: Scope) -> Row:
    """Who stands in for whom, and who could."""
    found: Row = read_json(DELEGATIONS, {"site": scope.site_id})
    _parse(found, "now")
    for row in (*found["running"], *found["past"]):
        _parse(row, "starts_at", "ends_at", "ended_at")
    return found


def _explained(told: Row, *, language: str) -> None:
    _parse(told, "now")
    for limit in told["limits"]:
        _told(limit, language=language)
        limit["standing"] = _standing(limit)
    for name in ("delegations", "raises", "lines", "storms"):
        for row in told[name]:
            _parse(row, *(key for key in ("starts_at", "ends_at", "asked_at", "since") if key in row))
    for budget in told["budgets"]:
        budget["label"] = BudgetKind(budget["kind"]).label
        budget["period_label"] = BudgetPeriod(budget["period"]).label
    for one in told["supervisors"]:
        one["grade"], one["duty"] = Grade(one["grade"]).label, Duty(one["duty"])
    told["grade_label"] = Grade(told["grade"]).label
    told["steps"] = [
        (step, [row for row in told["limits"] if _step(row) == step]) for step in ("person", "team", "grade")
    ]
    told["governing"] = next((row for row in told["limits"] if row["governs"]), None)
    told["base_limit"] = next((row for row in told["limits"] if row["is_base"]), None)
    told["periods"] = list(_periods(told, language=language))


def _periods(told: Row, *, language: str) -> Iterable[Row]:
    """What the totals of the limit without a case allow, and how much of it is used."""
    base = told["base_limit"]
    for period, label in words.PERIODS.items() if base else ():
        count, cost = base[f"{period.lower()}_count"], base[f"{period.lower()}_cost_minor"]
        if count is None and cost is None:
            continue
        used = told["used"].get(period, {"held_minor": 0, "spent_minor": 0, "count": 0})
        yield {
            "label": label,
            "count": count,
            "used_count": used["count"],
            "cost_minor": cost,
            "used_minor": used["held_minor"] + used["spent_minor"],
            "share": (used["held_minor"] + used["spent_minor"]) / cost if cost else None,
        }


def _standing(limit: Row) -> str:
    """Why a limit governs, or does not."""
    if limit["governs"]:
        return "governs"
    if not limit["began"]:
        return "later"
    if limit["ends"]:
        return "ended"
    if not limit["storm_runs"]:
        return "calm"
    return "behind" if limit["fits"] else "other"


def _step(limit: Row) -> str:
    return "person" if limit["user_id"] else "team" if limit["team_id"] else "grade"


def _told(row: Row, *, language: str) -> None:
    _parse(row, "valid_from")
    row |= {
        "whose": words.whose(row),
        "case": words.case(row),
        "kinds_told": words.figure(row, "kinds", language=language),
        "totals": words.totals(row, language=language),
    }


def _parse(row: Row, *names: str) -> None:
    for name in names:
        if row.get(name):
            row[name] = datetime.fromisoformat(row[name])


def _days(row: Row, *names: str) -> None:
    for name in names:
        row[name] = date.fromisoformat(row[name])


def _json(column: Any) -> Any:
    return json.loads(column) if isinstance(column, str) else column
