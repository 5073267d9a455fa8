"""``manage.py prove teeth``: every build that is broken on purpose has to be caught, with a new seed each time."""

import argparse
from collections.abc import Sequence

from retention_desk.prove.machine import run_tests


def main(arguments: Sequence[str]) -> int:
    """Break the ledger in every way, `--times` over, and let the proofs find it; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py prove teeth", description="Broken builds that must be caught.")
    parser.add_argument("--times", type=int, default=1, metavar="N", help="seeds for each build (default 1)")
    options = parser.parse_args(arguments)
    return max(run_tests("tests/proofs/test_teeth.py", {"PROOF_ALL": "1"}) for _ in range(options.times))
