"""Audit events in words: labels for codes, amounts as money, ids left out."""

import pytest

from retention_desk.records.audit_words import changes


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, {"state": "PRESENTED", "cost_minor": 9600, "months": 6}, "cost: $96.00, months: 6, state: Presented"),
        ({"state": "AWAITING"}, {"state": "WITHDRAWN"}, "state: Waiting for approval → Withdrawn"),
        ({"kind": "DROPPED"}, {"kind": "CANCELLED"}, "ended as: Call dropped → Cancelled"),
        (None, {"lines": {"TV": "CANCELLED", "MOBILE": "PAUSED"}}, "lines: Mobile Paused; TV Cancelled"),
        (None, {"lines": [4, 5], "proposal": 3, "months": 0, "reason": ""}, ""),
        (None, {"why": ["OVER_COST"], "for_agent": True}, "for the agent: yes, because of: Costs more than the limit"),
        (None, {"something_new": "X"}, "something_new: X"),
        (None, None, ""),
    ],
)  # fmt: skip
def test_changes_are_told_in_words(before: dict[str, object], after: dict[str, object], words: str) -> None:
    assert changes(before, after, currency="USD") == words
