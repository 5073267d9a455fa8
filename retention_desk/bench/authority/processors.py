"""How much processor time a server has used: the figure that other work on the machine hardly changes. Linux only."""

import os
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
# Places in /proc/PID/stat after the program's name: parent; own time in user and kernel mode; that of ended children.
_PARENT, _OWN, _ENDED = 1, (11, 12), (13, 14)


def used_by(leader: int) -> float | None:
    """Milliseconds of this process and its children, ended ones included; None where the system does not tell."""
    if not (_PROC / str(leader) / "stat").exists():
        return None
    total = 0.0
    for directory in _PROC.glob("[0-9]*"):
        try:
            fields = (directory / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:  # it has just ended, and its parent tells of it
            continue
        ours = int(directory.name) == leader
        if ours or int(fields[_PARENT]) == leader:
            places = (*_OWN, *_ENDED) if ours else _OWN
            total += sum(int(fields[place]) for place in places)
    return total * _TICK_MS
