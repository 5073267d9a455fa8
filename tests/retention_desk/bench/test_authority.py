"""The benchmark of an authorisation at its smallest: every line is measured, and nothing given that was not there."""

import re
import subprocess
import sys

import pytest

from retention_desk.bench.authority import driving, scripts, telling
from retention_desk.bench.measure import Timing
from retention_desk.embedded.places import PROJECT

SMALLEST = ["--entries", "500", "--agents", "16", "--clients", "2", "--repetitions", "1", "--seconds", "0"]


@pytest.fixture(scope="module")
def told() -> str:
    """What the command says."""
    done = subprocess.run(
        [sys.executable, str(PROJECT / "manage.py"), "bench", "authority", *SMALLEST],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_bench_measures_every_line(told: str) -> None:
    for words, _ruler in telling.LINES.values():
        assert re.search(rf"^{re.escape(words)} +2 +\d+( +\d+\.\d\d){{3}} +\d+\.\d\d", told, re.MULTILINE), words


def test_bench_counts_statements_and_round_trips(told: str) -> None:
    domain = re.search(r"^domain: (\d+) statements, (\d+) round trips$", told, re.MULTILINE)

    assert domain is not None
    assert 1 <= int(domain[1]) <= int(domain[2])


def test_bench_exhausts_the_small_campaigns_without_overspending(told: str) -> None:
    ends = re.findall(r"granted, ([\d.,]+) of ([\d.,]+); overspend (\S+); left unspent (\S+); refused: (\d+)", told)

    assert len(ends) == len(telling.CAMPAIGNS)
    for granted, limit, overspend, left, refused in ends:
        assert float(overspend.replace(",", "")) == 0
        assert 0 < float(granted.replace(",", "")) <= float(limit.replace(",", ""))
        assert 0 <= float(left) < 5  # the smallest offer
        assert int(refused) > 0


def test_bench_says_that_every_promise_was_kept(told: str) -> None:
    assert re.search(r"check_ledger, [\d,]+ entries: \d+ checks, every promise is kept", told)


def test_steady_leaves_out_the_start_and_the_end() -> None:
    fast = [(place * 1.0, 1000.0) for place in range(1, 11)]
    late = [(place * 2.0, 2000.0) for place in range(1, 11)]

    seen = driving.steady("both", [fast, late])

    # From the slow one's third act (6 s) to the fast one's last (10 s): four of one, two of the other.
    assert (len(seen.times), seen.seconds) == (6, 4.0)


def test_goals_tell_reached_from_missed() -> None:
    one = Timing("q", (1.0, 1.0), 1.0)
    found = {("q", 8): one, ("http", 8): Timing("http", (2.0, 2.0), 2.0)}

    said = telling.goals(found)

    assert re.search(r"HTTP authorise / Q, 8 clients +>= 0\.8 +0\.50 +MISSED", said)
    assert "U / F" not in said


def test_a_client_of_pgbench_does_acts_of_its_own() -> None:
    said = scripts.AUTHORISE.for_pgbench(per_client=5, first=7)

    assert said.startswith("\\set n :done + :client_id * 5 + 7\n\\set done :done + 1\n")
    assert said.endswith("SELECT authorise_proposal(body) FROM bench_work WHERE n = :n;\n")
