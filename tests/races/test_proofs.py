"""The proofs of ``manage.py prove`` at a size for every day: the same servers, processes and kills, a few of each."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from retention_desk.prove.floor import work
from retention_desk.prove.hammer import Size, hammer
from retention_desk.prove.kill import kill
from retention_desk.prove.rig import Rig

pytestmark = [pytest.mark.races, pytest.mark.slow]

SMALL = Size(workers=4, posts=40, agents=4, parts=4)
# Beyond those that the hammer needs.
CALLS = 400


@pytest.fixture(scope="module")
def desk() -> Iterator[tuple[Rig, dict[str, Any]]]:
    """A desk with servers of its own, which nobody else misses when they are killed."""
    directory = Path(tempfile.mkdtemp(prefix="desk-"))
    rig = Rig(directory, web_workers=2)
    try:
        told = SMALL.ground("hot")
        ground = rig.make(told | {"customers": told["customers"] + 2 * CALLS, "supervisors": 2})
        rig.start(clockwork=True, live=True)
        yield rig, ground
    finally:
        rig.stop()
        shutil.rmtree(directory, ignore_errors=True)


def test_many_processes_spend_one_budget_to_its_last_coin(
    desk: tuple[Rig, dict[str, Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    rig, ground = desk

    assert hammer(rig, ground, "hot", SMALL) == []
    assert "refused: BUDGET_CAMPAIGN" in capfd.readouterr().out, "the budget never ran out"


def test_nothing_acknowledged_is_lost_when_a_web_process_and_a_database_session_are_killed(
    desk: tuple[Rig, dict[str, Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    rig, ground = desk
    fresh = ground | {"customers": ground["customers"][-CALLS:]}

    assert kill(rig, fresh, ["web", "backend"], workers=4, gap=0.5) == []
    assert "killed backend" in capfd.readouterr().out


def test_questions_and_answers_reach_the_other_person_and_nothing_is_lost(
    desk: tuple[Rig, dict[str, Any]], capfd: pytest.CaptureFixture[str]
) -> None:
    rig, ground = desk
    fresh = ground | {"customers": ground["customers"][-2 * CALLS : -CALLS], "version": ground["endless"]}

    # With this seed three of the four come early and begin with a question; among other work that takes them longer.
    seconds = 12 + 2 * os.getloadavg()[0]
    assert work(rig, fresh, seconds=seconds, pace=0.01, seed=63) == []
    said = capfd.readouterr().out
    assert "question to a supervisor's screen" in said
    assert "answer to the agent's screen" in said
    assert re.search(r"all presses +\d+ .*\n", said)
    assert re.search(r"MB of web +\d+", said)
