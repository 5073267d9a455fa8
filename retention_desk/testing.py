"""``python3 manage.py test``: pytest, with two processes when the whole suite is run."""

import os
import sys
from collections.abc import Sequence

from retention_desk.embedded.places import PROJECT


def main(arguments: Sequence[str]) -> int:
    """Become pytest with these arguments; its exit code is ours."""
    os.chdir(PROJECT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])
