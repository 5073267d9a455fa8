"""The ledger against its model: random lives of proposals, step by step, on real PostgreSQL.

More: `python3 manage.py prove machine --steps 1000000`.
"""

import os
import random
import sys
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from offers import checks
from tests.database import DeskClock, owner_connection
from tests.offers.builders import make_limits, make_scheme
from tests.proofs.ground import GROUND, START, Ground
from tests.proofs.machine import LifeOfProposals

pytestmark = [pytest.mark.races, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SUITE = 10_000
STEPS = int(os.environ.get("PROOF_STEPS", SUITE))
SEED = int(os.environ.get("PROOF_SEED", random.SystemRandom().randrange(2**32)))
LIVES_AT_ONCE = 100


def live(ground: Ground, *, steps: int, chance: int, say: Callable[[int], None] = lambda _: None) -> None:
    """Run lives until so many steps are done, and `say` how many now and then; raises the first difference from the
    model.
    """
    how = settings(
        max_examples=LIVES_AT_ONCE,
        stateful_step_count=50,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    GROUND.append(ground)
    try:
        while ground.steps < steps:
            run_state_machine_as_test(seed(chance)(LifeOfProposals), settings=how)
            chance += 1
            # The server of the tests does no housekeeping of its own, and plans for empty tables.
            with owner_connection() as owner:
                owner.execute("VACUUM ANALYZE")
            say(ground.steps)
    finally:
        GROUND.pop()


def test_ledger_does_what_the_model_says(
    desk_clock: DeskClock, record_property: Callable[[str, object], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """PROOF_SEED repeats a run. A longer one than the suite's says every hundred lives how far it is."""
    record_property("seed", SEED)
    desk_clock.set(START)
    ground = Ground(desk_clock, make_scheme(), make_limits())

    def say(steps: int) -> None:
        if STEPS <= SUITE:
            return
        with capsys.disabled():
            sys.stdout.write(f"{steps:,} steps of {STEPS:,}\n")

    live(ground, steps=STEPS, chance=SEED, say=say)

    record_property("seen", sorted(ground.seen.items()))
    assert ground.steps >= STEPS
    assert not [finding for finding in checks.run() if finding.count]
