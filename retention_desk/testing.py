"""``python3 manage.py test``: pytest in our environment, spread over the processors when the whole suite is run."""

import os
import sys
from collections.abc import Sequence

from retention_desk.embedded.places import PROJECT

# Each process has its own database and, for journeys, its own web: two are faster than one even on two busy
# processors (94 s against 123 s for 1,600 tests), and more than six only wait for the disk.
FEWEST, MOST = 2, 6


def main(arguments: Sequence[str]) -> int:
    """Become pytest; its exit code is ours. Arguments are pytest's own and then decide alone what is run and how."""
    os.chdir(PROJECT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *(arguments or whole_suite())])


def whole_suite() -> list[str]:
    """Return pytest's arguments for everything: spread by file, because a file may share one running desk.

    In the order of tests/conftest.py, which begins with the long files, and not with those of many tests.
    """
    processes = min(max(os.cpu_count() or 1, FEWEST), MOST)
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "10"]
