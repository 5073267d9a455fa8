"""A campaign that runs out: many clients ask for as much as they can get, until even the smallest offer is refused."""

import random
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections

from customers.refusals import Refused
from offers.authorisation import Proposed
from retention_desk.bench.authority import ground
from retention_desk.bench.authority.cells import Stand, in_processes, overdrawn

STEP, LARGEST = 500, 5_000
# So many agents ask for far more than there is.
MOST = 512


@dataclass(frozen=True, slots=True)
class Exhausted:
    """What became of a budget of `limit_minor`. `left_minor`: what nobody could use, less than one smallest offer."""

    limit_minor: int
    attempts: int
    granted: int
    granted_minor: int
    overspent_minor: int
    left_minor: int
    refused: dict[str, int]


def run(stand: Stand, code: str, *, clients: int) -> Exhausted:
    """Draw on the offer's small campaign through the domain, with so many processes at once."""
    at = stand.ground
    usual = ground.default_terms(at, code)

    def draw(number: int) -> Any:
        """One agent: an amount by chance, then less and less until it is granted or the smallest is refused."""
        chance = random.Random(number)
        amount, refused = STEP * chance.randint(1, LARGEST // STEP), []
        while amount:
            try:
                made: Proposed = ground.propose(at, number, code, replace(usual, amount_minor=amount))
            except Refused as reason:
                refused.append(str(reason.code))
                amount -= STEP
            else:
                return made.proposal_id, refused
        return None, refused

    try:
        answers = in_processes(draw, clients=clients, each=min(at.agents, MOST) // clients, answers=True)
        overdrawn()
        granted, granted_minor, used, limit = _seen(at.versions[code])
    finally:
        stand.clearing.clear()
    refused = Counter(code for one in answers for _made, codes in one for code in codes)
    return Exhausted(
        limit_minor=limit,
        attempts=granted + sum(refused.values()),
        granted=granted,
        granted_minor=granted_minor,
        overspent_minor=max(0, granted_minor - limit, used - limit),
        left_minor=limit - granted_minor,
        refused=dict(refused),
    )


def _seen(version_id: int) -> tuple[int, int, int, int]:
    """Proposals granted, their cost, what the campaign's counters say, and its limit."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM offers_proposal WHERE offer_version_id = v.id),
                      (SELECT coalesce(sum(h.amount_minor), 0) FROM offers_hold h
                       JOIN offers_proposal p ON p.id = h.proposal_id WHERE p.offer_version_id = v.id),
                      sum(c.held_minor + c.spent_minor), max(a.limit_minor)
               FROM offers_offerversion v
               JOIN offers_budgetaccount a ON a.kind = 'CAMPAIGN' AND a.owner_id = v.campaign_id
               JOIN offers_budgetcounter c ON c.account_id = a.id WHERE v.id = %s GROUP BY v.id""",
            [version_id],
        )
        granted, cost, used, limit = cursor.fetchone()
        return int(granted), int(cost), int(used), int(limit)
