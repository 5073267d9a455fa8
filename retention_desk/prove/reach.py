"""``manage.py prove reach``: every state of the screens in every language, theme and size, for everybody."""

import argparse
from collections.abc import Sequence

from retention_desk.prove.machine import run_tests


def main(arguments: Sequence[str]) -> int:
    """Look at the whole matrix, or at some states of it, in a real browser; return the exit code."""
    parser = argparse.ArgumentParser(prog="manage.py prove reach", description="States x languages x themes x sizes.")
    parser.add_argument("--state", default="", help="states of the gallery whose names begin so (default: all)")
    parser.add_argument("--pictures", default="", metavar="FOLDER", help="keep a picture of each in both themes")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="browsers at once (default 2)")
    options = parser.parse_args(arguments)
    told = {"PROOF_ALL": "1", "PROOF_STATE": options.state, "REQUIRE_BROWSER": "1"}
    # The desk that is looked at is the tests' own, on their database that does not wait for the disk.
    told["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    if options.pictures:
        told["DESK_PICTURES"] = options.pictures
    return run_tests("tests/journeys/test_states.py", told, at_once=options.at_once)
