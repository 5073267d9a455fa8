"""``manage.py prove machine``: the suite's random lives of proposals, for as many steps as anybody has time for."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from retention_desk.embedded.places import PROJECT


def main(arguments: Sequence[str]) -> int:
    """Run the state machine against its model; return the exit code of the test."""
    parser = argparse.ArgumentParser(prog="manage.py prove machine", description="The ledger against its model.")
    parser.add_argument("--steps", type=int, default=500_000, metavar="N", help="how many (default 500000)")
    parser.add_argument("--seed", type=int, default=None, help="what chance begins with (default: made up)")
    options = parser.parse_args(arguments)
    told = {"PROOF_STEPS": str(options.steps)}
    if options.seed is not None:
        told["PROOF_SEED"] = str(options.seed)
    return run_tests("tests/proofs/test_machine.py", told)


def run_tests(path: str, told: Mapping[str, str], *, at_once: int = 0) -> int:
    """Run one file of the proofs in a process of its own, or in so many `at_once`, told by its environment how far."""
    command = [sys.executable, "-m", "pytest", path, f"-n{at_once}", "--dist=worksteal", "-v", "--durations=0"]
    return subprocess.run(command, cwd=PROJECT, env={**os.environ, **told}, check=False).returncode
