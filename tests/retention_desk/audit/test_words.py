"""Audit events in words: labels for codes, amounts as money, ids as names, and no word missing."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import translation

from retention_desk.audit.vocabulary import ACTS, CONTACT, FIELDS, OBJECTS, SILENT
from retention_desk.audit.words import changes, changes_of, tell
from retention_desk.reports.names import Named, Names

NAMES = Names(
    currency="USD",
    recorded_until=None,
    sites={4: Named(4, "Fresno")},
    teams={5: Named(5, "Retention East", 4)},
    agents={7: Named(7, "Ines Falk", 4)},
    reasons={8: Named(8, "Price", code="PRICE")},
    offers={9: Named(9, "Loyalty discount", code="LOYALTY20")},
)


def event(**other: Any) -> dict[str, Any]:
    given = {"act": "CALL_OPENED", "object_kind": "call", "object_id": 17, "actor_role": "AGENT", "before": None}
    return given | {"after": None, "reason": ""} | other


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, {"state": "PRESENTED", "cost_minor": 9600, "months": 6}, "Cost: $96.00, Months: 6, State: Presented"),
        ({"state": "AWAITING"}, {"state": "WITHDRAWN"}, "State: Waiting for approval → Withdrawn"),
        (None, {"lines": {"TV": "CANCELLED", "MOBILE": "PAUSED"}}, "Lines: Mobile Paused; TV Cancelled"),
        (None, {"lines": [4, 5], "proposal": 3, "months": 0, "reason": ""}, "Lines: 2"),
        (
            None,
            {"why": ["OVER_COST"], "for_agent": True},
            "For the agent: yes, Because of: Costs more than the limit",
        ),
        (None, {"something_new": "X"}, "Something new: X"),
        ({"max_percent": 20}, {"max_percent": 25}, "Percent: 20% → 25%"),
        ({"active": True}, {"active": False}, "Active: yes → no"),
        (
            {"customer_year_percents": [10, 15]},
            {"customer_year_percents": [10, 20]},
            "Low, middle, high value: 10%, 15% → 10%, 20%",
        ),
        (
            {"words": {"en": "Price", "de": "Preis"}},
            {"words": {"en": "Costs", "de": "Preis"}},
            "Words · en: Price → Costs",
        ),
        (None, {"effective_on": "2026-11-30"}, "Ends on: Nov 30, 2026"),
        (None, {"committed": {"email": "a1b2"}, "fields": ["email", "phone"]}, "What: e-mail address, phone"),
        (
            {"limit_minor": 10_000_00},
            {"limit_minor": 12_000_00, "currency": "EUR"},
            "Currency: EUR, Budget: €10,000.00 → €12,000.00",
        ),
        (None, None, ""),
    ],
)  # fmt: skip
def test_changes_are_told_in_words(before: dict[str, object], after: dict[str, object], words: str) -> None:
    assert changes(before, after, currency="USD") == words


def test_same_code_says_what_it_means_where_it_stands() -> None:
    def told(kind: str, code: str) -> str:
        return changes(None, {"kind": code}, of=kind, currency="USD")

    assert told("disposition", "CANCELLED") == "Ended as: Cancelled"
    assert told("product", "TV") == "Kind: TV"
    assert told("budget_plan", "AGENT") == "Kind: Agent budget"
    assert told("offer", "PERCENT_OFF") == "Kind: Percent off"


def test_ids_have_the_names_of_what_they_point_to() -> None:
    found = changes_of(
        {"team_id": None}, {"team_id": 5, "site_id": 4, "user_id": 7, "reason": "PRICE"}, currency="USD", names=NAMES
    )

    assert [(one.name, one.now) for one in found] == [
        ("Reason", "Price"),
        ("Site", "Fresno"),
        ("Team", "Retention East"),
        ("Person", "Ines Falk"),
    ]


def test_budget_says_whose_it_is() -> None:
    for kind, owner, name in (("AGENT", 7, "Ines Falk"), ("TEAM", 5, "Retention East"), ("SITE", 4, "Fresno")):
        found = changes_of(None, {"kind": kind, "owner_id": owner}, of="budget_plan", currency="USD", names=NAMES)
        assert [one.now for one in found if one.name == "Whose"] == [name]


def test_event_is_told_with_act_object_role_and_reason() -> None:
    told = tell(
        event(act="DECLINE", object_kind="team", object_id=5, actor_role="SUPERVISOR", reason="TOO_COSTLY"),
        currency="USD",
        names=NAMES,
    )

    assert (told.act, told.object, told.role) == ("Declined a request", "Team Retention East", "Supervisor")
    assert told.reason == "It costs more than this customer is worth."


def test_times_stand_in_the_readers_zone_and_language() -> None:
    moment = datetime(2026, 11, 3, 18, 30, tzinfo=UTC).isoformat()
    with translation.override("de"):
        assert changes(None, {"at": moment}, currency="USD").endswith(": 03.11.2026, 18:30")


@pytest.mark.parametrize("value", ["soon", "2026-13-01", "9999999-01-01T00:00"])
def test_time_that_is_none_is_told_as_recorded(value: str) -> None:
    assert changes(None, {"at": value}, currency="USD").endswith(value)


KEPT = {
    "budget_plan": "offers.BudgetPlan",
    "campaign": "offers.Campaign",
    "company": "customers.Company",
    "delegation": "offers.Delegation",
    "own_line": "offers.OwnLine",
    "storm_reserve": "offers.StormReserve",
    "conduct_policy": "customers.ConductPolicy",
    "limit": "offers.LimitVersion",
    "offer": "offers.Offer",
    "offer_version": "offers.OfferVersion",
    "product": "customers.Product",
    "reason": "customers.Reason",
    "scheme": "offers.SchemeVersion",
    "site": "customers.Site",
    "team": "customers.Team",
}


@pytest.mark.parametrize("kind", KEPT)
def test_every_field_that_administrators_keep_has_a_word(kind: str) -> None:
    fields = {field.attname for field in apps.get_model(KEPT[kind])._meta.concrete_fields}
    # Who did it and when are the event's own columns.
    unsaid = {field for field in fields if re.fullmatch(r"\w*(ed|en)_(by_id|at)|why", field)}

    assert fields - unsaid - FIELDS.keys() - SILENT == set()
    assert kind in OBJECTS


def test_whatever_the_desk_writes_into_the_audit_has_a_word() -> None:
    """Acts and kinds of object, as Python and SQL name them."""
    root = Path(settings.BASE_DIR)
    python = "".join(
        file.read_text(encoding="utf-8")
        for room in ("customers", "offers", "retention_desk")
        for file in (root / room).rglob("*.py")
    )
    sql = "".join(
        file.read_text(encoding="utf-8")
        for room in ("customers", "offers")
        for file in (root / room).rglob("migrations/sql/*.sql")
    )
    kinds = set(re.findall(r'object_kind(?:: [\w\[\]]+)? ?= ?"([a-z_]+)"', python))
    written = re.findall(r"PERFORM audit_append\([^;]*?'([A-Z_]+)',\s*'([a-z_]+)',", sql)

    assert {"call", "limit", "proposal", "person"} <= kinds
    assert len(written) >= 8
    assert (kinds | {kind for _act, kind in written}) - OBJECTS.keys() == set()
    assert {act for act, _kind in written} - ACTS.keys() == set()


def test_every_act_and_every_contact_field_has_a_word() -> None:
    from customers.contacts import CONTACT_FIELDS

    assert all(str(words) for words in ACTS.values())
    assert CONTACT_FIELDS.keys() <= CONTACT.keys()
