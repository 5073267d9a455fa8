"""A proof that cannot fail proves nothing: on every build that is broken on purpose, one of them does.

Five builds here; all of them: `python3 manage.py prove teeth`.
"""

import os
import random

import pytest
from pytest_django.plugin import DjangoDbBlocker

from offers import checks
from tests.database import DeskClock, TestDatabase, owner_connection
from tests.offers.builders import make_limits, make_scheme
from tests.proofs.builds import BUILDS, Build, break_it
from tests.proofs.ground import START, Ground
from tests.proofs.test_machine import live
from tests.races.test_budget_races import test_one_hot_budget_is_never_overspent as race

pytestmark = [pytest.mark.races, pytest.mark.slow]

# A race may be won by luck and a walk may miss the hole: so many times, each on a database of its own.
TRIES = 12
STEPS = 500
IN_THE_SUITE = {
    "no lock and no CHECK on the counter",
    "one path that does not look at its budget",
    "posting without a look at the clock",
    "everybody answers their own question",
    "a limit that somebody remembers",
}
WANTED = [build for build in BUILDS if os.environ.get("PROOF_ALL") or build.name in IN_THE_SUITE]


@pytest.mark.parametrize("build", WANTED, ids=lambda build: build.name)
def test_broken_build_is_caught(
    build: Build, django_db_setup: TestDatabase, django_db_blocker: DjangoDbBlocker
) -> None:
    with (
        django_db_blocker.unblock(),
        pytest.raises((AssertionError, BaseExceptionGroup, pytest.fail.Exception)),
    ):
        try_again_and_again(build, django_db_setup)


def try_again_and_again(build: Build, database: TestDatabase) -> None:
    """Break a fresh database and prove, until the proof fails or has been tried often enough."""
    for _ in range(TRIES):
        with database.thrown_away(), owner_connection() as owner:
            break_it(build, owner)
            prove(build, DeskClock(owner))


def prove(build: Build, clock: DeskClock) -> None:
    """The proof that has to notice, once."""
    if build.proof == "race":
        race(1)
        return
    clock.set(START)
    live(Ground(clock, make_scheme(), make_limits()), steps=STEPS, chance=random.SystemRandom().randrange(2**32))
    assert not [finding for finding in checks.run() if finding.count]
