"""``python3 manage.py prove <name> ...``: run one of the proofs; without a name, say which there are."""

import importlib
import sys
from collections.abc import Sequence

from retention_desk.prove import PROOFS


def main(arguments: Sequence[str]) -> int:
    """Run the proof that is named first, with the arguments after it; return its exit code, 2 without a known name."""
    name, *rest = arguments or ("",)
    if name not in PROOFS:
        known = "|".join(PROOFS)
        print(f"usage: manage.py prove {known} ... (each with --help)", file=sys.stderr)
        return 0 if name in ("-h", "--help") else 2
    code: int = importlib.import_module(PROOFS[name]).main(rest)
    return code
