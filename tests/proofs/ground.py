"""What every life of the machine stands on: money, deadlines, the clock, and the reading of how things stand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from offers.choices import Grade
from offers.models import LimitVersion
from tests.database import DeskClock

# A Monday: weekly budgets have just begun.
START = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
PLANS = {
    "CUSTOMER": 150_000,
    "AGENT": 40_000,
    "APPROVER": 50_000,
    "TEAM": 140_000,
    "SITE": 160_000,
    "CAMPAIGN": 120_000,
}
COSTS = st.sampled_from([0, 1, 4_800, 9_600, 19_200, 24_000, 24_001, 38_400, 60_000, 89_999, 90_000, 90_001])
HOLD_SECONDS = 30 * 60
# Lives between two looks of the checker at all that was left: so many at least, and a share of those that were lived,
# so that a long run does not read more and more.
CHECKED_EVERY, CHECKED_SHARE = 40, 4
WEEK_SECONDS = 7 * 86_400
QUESTION_SECONDS = 60
UNDO_SECONDS = 5


STANDING = """
SELECT coalesce((SELECT jsonb_object_agg(kind, jsonb_build_array(limit_minor, held, spent, ceilings)) FROM (
           SELECT DISTINCT ON (a.kind) a.kind, a.limit_minor, n.held, n.spent, n.ceilings
           FROM offers_budgetaccount a
           CROSS JOIN LATERAL (SELECT sum(held_minor) AS held, sum(spent_minor) AS spent, sum(ceiling_minor) AS ceilings
                               FROM offers_budgetcounter WHERE account_id = a.id) n
           WHERE (a.kind, a.owner_id) IN (('CUSTOMER', %(customer)s), ('AGENT', %(agent)s), ('APPROVER', %(approver)s),
               ('TEAM', %(team)s), ('SITE', %(site)s), ('CAMPAIGN', %(campaign)s))
           ORDER BY a.kind, a.starts_on DESC) x), '{}')::text,
       coalesce((SELECT jsonb_object_agg(id, state) FROM offers_proposal WHERE call_id = %(call)s), '{}')::text,
       (SELECT count(*) FROM offers_concession c JOIN offers_proposal p ON p.id = c.proposal_id
        WHERE p.call_id = %(call)s)::text
"""


class Ground:
    """What every machine shares: the scheme, the offer's catalogue and the clock, made once."""

    def __init__(self, clock: DeskClock, scheme: Any, limits: dict[Grade, LimitVersion]) -> None:
        self.clock, self.scheme, self.limits = clock, scheme, limits
        self.steps = 0
        self.lives = 0
        self._checked_at = CHECKED_EVERY
        self.seen: Counter[tuple[str, str]] = Counter()
        self.start = START

    def over(self) -> bool:
        """Count a life that is over; whether the checker is to look now at what all of them have left."""
        self.lives += 1
        if self.lives < self._checked_at:
            return False
        self._checked_at = self.lives + max(CHECKED_EVERY, self.lives // CHECKED_SHARE)
        return True

    def next_monday(self, seconds: int) -> None:
        """Time never goes back: the next life begins a week after this one, which took so many seconds."""
        self.start += timedelta(weeks=seconds // WEEK_SECONDS + 1)


GROUND: list[Ground] = []


def figures_of(version: LimitVersion) -> dict[str, Any]:
    """The columns that a raise is about."""
    left_out = {"id", "valid_from", "raises", "raised_by_id", "recorded_by_id", "confirmed_by_id", "recorded_at", "why"}
    return {
        field.attname: getattr(version, field.attname)
        for field in LimitVersion._meta.concrete_fields
        if field.attname not in left_out
    }
