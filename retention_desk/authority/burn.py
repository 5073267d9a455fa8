"""How fast a budget is used against its period: pure arithmetic, no words."""

from dataclasses import dataclass
from datetime import date, timedelta

EARLY = 0.05
"""Of a period: before that nothing can be said of its end."""
_AHEAD = 0.04


@dataclass(frozen=True, slots=True)
class Burn:
    """Shares of the period gone and of the budget used (held or spent), and where that leads at the same pace.

    `used_up_on`: the day on which nothing would be left, if that is before the end. `left_minor`: what would be left
    at the end otherwise. Both None while it is too early to say.
    """

    gone: float
    used: float
    used_up_on: date | None = None
    left_minor: int | None = None

    @property
    def tone(self) -> str:
        """`stop` when it is nearly used up, `warn` ahead of plan, else `ok`."""
        if self.used >= 0.95:
            return "stop"
        return "warn" if self.used > self.gone + _AHEAD else "ok"


def burn(*, limit_minor: int, used_minor: int, gone: float, starts_on: date, ends_on: date) -> Burn:
    """Read off the pace. `gone` is how much of the period is over, from 0 to 1; `ends_on` is no longer part of it."""
    gone = min(max(gone, 0.0), 1.0)
    used = used_minor / limit_minor if limit_minor > 0 else float(used_minor > 0)
    if gone < EARLY or used_minor <= 0:
        return Burn(gone, used, left_minor=limit_minor if used_minor <= 0 and gone >= EARLY else None)
    at_the_end = round(used_minor / gone)
    if at_the_end <= limit_minor:
        return Burn(gone, used, left_minor=limit_minor - at_the_end)
    days = (ends_on - starts_on).days * gone * limit_minor / used_minor
    return Burn(gone, used, used_up_on=starts_on + timedelta(days=int(days)))
