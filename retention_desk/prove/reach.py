"""``manage.py prove reach``: every state and every screen in every language, theme and size, for everybody."""

import argparse
from collections.abc import Sequence

from retention_desk.prove.machine import run_tests

_STATES = "tests/journeys/test_states.py"
# The second file has the pages of an empty desk.
_SCREENS = ("tests/journeys/test_screens.py", "tests/journeys/test_first_run.py")


def main(arguments: Sequence[str]) -> int:
    """Look at the whole matrix, or at some of it, in a real browser; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="manage.py prove reach", description="States and screens x languages x themes x sizes."
    )
    parser.add_argument("--state", default="", help="only states of the gallery whose names begin so")
    parser.add_argument("--screen", default="", help="only other screens whose names begin so")
    parser.add_argument("--pictures", default="", metavar="FOLDER", help="keep a picture of each in both themes")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="browsers at once (default 2)")
    options = parser.parse_args(arguments)
    told = {"PROOF_ALL": "1", "PROOF_STATE": options.state, "PROOF_SCREEN": options.screen, "REQUIRE_BROWSER": "1"}
    # The desk that is looked at is the tests' own, on their database that does not wait for the disk.
    told["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if options.pictures:
        told["DESK_PICTURES"] = options.pictures
    wanted = [
        *([_STATES] if options.state or not options.screen else []),
        *(_SCREENS if options.screen or not options.state else []),
    ]
    return max(run_tests(path, told, at_once=options.at_once) for path in wanted)
