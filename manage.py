#!/usr/bin/env python3
"""Command line of Retention Desk: ``python3 manage.py desk`` starts everything, ``python3 manage.py test`` tests it.

Needs nothing but Python 3.11: the first run builds ``.venv`` beside this file and goes on inside it.
"""

import os
import sys

from retention_desk import bootstrap


def main(argv: list[str]) -> int:
    """Run one command and return its exit code."""
    command = argv[1] if len(argv) > 1 else "help"
    bootstrap.ensure_environment(argv, command=command)
    if command == "test":
        # The tests have settings of their own, which this must not take the place of.
        from retention_desk import testing

        return testing.main(argv[2:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retention_desk.settings")

    if command == "desk":
        from retention_desk.embedded import desk

        return desk.main(argv[2:])
    if command == "bench":
        from retention_desk.bench import command as bench

        return bench.main(argv[2:])
    if command == "prove":
        from retention_desk.prove import command as prove

        return prove.main(argv[2:])

    from django.core.management import execute_from_command_line

    from retention_desk.embedded import environment

    environment.adopt(command)
    execute_from_command_line(argv)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
