"""The floor during the year: agents with their limits and shifts, supervisors, and the ids that everything names."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from offers.choices import Grade, OfferKind
from offers.pricing import Priced
from offers.scheme import GradeScheme
from offers.terms import SCHEMAS, Ceiling, Terms
from retention_desk.demo.catalogue import Entry


@dataclass(slots=True)
class Agent:
    """One person on the floor. `shift` moves the log odds of every yes; `free_at` is when their last call ended."""

    user_id: int
    grade: Grade
    team_id: int
    site: int
    shift: float
    place: int
    free_at: datetime

    def works(self, local: datetime) -> bool:
        """Whether the agent is in at that local time: early and late week by week, two days off in seven."""
        week = local.isocalendar().week
        if (self.place * 3 + local.weekday() + week) % 7 < 2:
            return False
        early = (self.place + week) % 2 == 0
        return local.hour < 16 if early else local.hour >= 11


@dataclass(frozen=True, slots=True)
class Ids:
    """Keys of the rows that were made before the calls."""

    policies: Mapping[str, int]
    reasons: Mapping[str, int]
    limits: Mapping[Grade, int]
    scheme: int
    offers: Mapping[str, int]
    offer_of: Mapping[str, int]
    campaigns: Mapping[str, int]
    sites: tuple[int, ...]
    zones: tuple[ZoneInfo, ...]
    schemes: Mapping[Grade, GradeScheme]


@dataclass(slots=True)
class Floor:
    """Agents and supervisors by site (an index), and how calls find them."""

    ids: Ids
    agents: Mapping[int, list[Agent]]
    supervisors: Mapping[int, list[Agent]]

    def pick(self, rng: random.Random, *, site: int, at: datetime) -> tuple[Agent, datetime]:
        """Who takes the call, and when: somebody who is in and free, else whoever is free first."""
        local = at.astimezone(self.ids.zones[site])
        team = self.agents[site]
        free = [agent for agent in team if agent.free_at <= at and agent.works(local)]
        if free:
            return rng.choice(free), at
        first = min(team, key=lambda agent: agent.free_at)
        return first, max(at, first.free_at + timedelta(seconds=6))


def over(limit: GradeScheme, entry: Entry, terms: Terms, priced: Priced) -> str:
    """Which part of a limit these terms are over, as `within_limit` in SQL says it; empty when they are within."""
    ceilings = SCHEMAS[entry.kind].ceilings
    checks = (
        ("KIND_NOT_ALLOWED", entry.kind not in limit.kinds),
        ("OVER_PERCENT", Ceiling.PERCENT in ceilings and terms.percent > limit.max_percent),
        ("OVER_MONTHS", Ceiling.MONTHS in ceilings and terms.months > limit.max_months),
        ("OVER_MONTHLY", Ceiling.MONTHLY in ceilings and priced.monthly_minor > limit.max_monthly_minor),
        ("OVER_CREDIT", entry.kind == OfferKind.WAIVED_FEE and terms.amount_minor > limit.max_fee_minor),
        ("OVER_CREDIT", Ceiling.CREDIT in ceilings and terms.amount_minor > limit.max_credit_minor),
        ("OVER_COST", priced.cost_minor > limit.max_cost_minor),
    )
    return next((code for code, is_over in checks if is_over), "")
