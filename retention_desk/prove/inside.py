"""The parts of a proof that need Django, each in a process of its own: JSON in, and JSON as the last line of output."""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import django

django.setup()

from offers import checks  # noqa: E402 (Django is set up above)
from retention_desk.prove import findings, ground  # noqa: E402


def lay(told: dict[str, Any]) -> dict[str, Any]:
    """Lay the ground."""
    return asdict(ground.lay(**{**told, "heat": ground.Heat(told["heat"])}))


def look(told: dict[str, Any]) -> dict[str, Any]:
    """Compare what was written down with what is there, and check every promise of the ledger."""
    found = findings.compare(told["acts"])
    found["broken"] = [
        f"{finding.check.sentence} {finding.count}: {', '.join(finding.first)}"
        for finding in checks.run()
        if finding.count
    ]
    return found


PARTS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "lay": lay,
    "look": look,
    "unspent": lambda told: {"minor": findings.most_unspent(told["kind"])},
    "answered": lambda _told: findings.answered(),
    "undelivered": lambda _told: {"count": findings.undelivered()},
}

if __name__ == "__main__":
    print(json.dumps(PARTS[sys.argv[1]](json.load(sys.stdin))))
