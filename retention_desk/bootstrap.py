"""Make ``.venv`` and go on inside it. Standard library only: this runs before anything is installed."""

import importlib.util
from collections.abc import Sequence


def ensure_environment(argv: Sequence[str], *, command: str) -> None:
    """Return when Django can be imported."""
    if importlib.util.find_spec("django") is not None:
        return
