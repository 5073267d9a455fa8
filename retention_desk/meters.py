"""Bars that show a part of a limit, as SVG text: a budget, an approval's clock, an agent's authority.

Only attributes and classes, never a style. Templates draw them with `{% bar %}` and `{% authority_meter %}`.
"""

import math
from typing import TypeGuard

from django.utils.html import format_html
from django.utils.safestring import SafeString

OWN_SHARE, SUPERVISOR_SHARE = 55.0, 33.0
"""Widths of the authority meter's zones, of 100; the rest can be granted by nobody on this desk. The scale is broken on
purpose: a supervisor's limit is several times an agent's, and the agent's part is the one that is worked in."""


def authority_meter(amount: int, own_limit: int, supervisor_limit: int, *, label: str) -> SafeString:
    """Draw an amount (minor units) in three zones: own authority, the supervisor's, nobody's. The pin is the amount.

    `static/js/composer.js` moves `data-own`, `data-over` and `data-pin` while the slider moves, with the same scale.
    """
    pin = meter_place(amount, own_limit, supervisor_limit)
    return format_html(
        '<svg viewBox="0 0 100 18" preserveAspectRatio="none" role="img" aria-label="{}" data-meter="">'
        '<rect class="z-own-rest" y="5" width="{}" height="8"/><rect class="z-sup" x="{}" y="5" width="{}" height="8"/>'
        '<rect class="z-no" x="{}" y="5" width="{}" height="8"/>'
        '<rect class="z-own" y="5" width="{}" height="8" data-own=""/>'
        '<rect class="z-sup-on" x="{}" y="5" width="{}" height="8" data-over=""/>'
        '<rect class="z-pin" x="{}" y="1" width=".7" height="16" data-pin=""/></svg>',
        label,
        *(_plain(n) for n in (OWN_SHARE, OWN_SHARE, SUPERVISOR_SHARE)),
        *(_plain(n) for n in (OWN_SHARE + SUPERVISOR_SHARE, 100 - OWN_SHARE - SUPERVISOR_SHARE)),
        _plain(min(pin, OWN_SHARE)),
        *(_plain(n) for n in (OWN_SHARE, min(max(0.0, pin - OWN_SHARE), SUPERVISOR_SHARE), pin - 0.35)),
    )


def meter_place(amount: int, own_limit: int, supervisor_limit: int) -> float:
    """Return where an amount stands on the authority meter, from 0 to 100."""
    if amount <= own_limit:
        return OWN_SHARE * max(0, amount) / own_limit if own_limit > 0 else 0.0
    if amount <= supervisor_limit:
        return OWN_SHARE + SUPERVISOR_SHARE * (amount - own_limit) / (supervisor_limit - own_limit)
    beyond = OWN_SHARE + SUPERVISOR_SHARE
    # Past every limit the place only says "too much"; twice the supervisor's limit is the end of the bar.
    return min(
        100.0,
        beyond + (100 - beyond) * (amount - supervisor_limit) / max(supervisor_limit, 1),
    )


def bar(
    share: float | None,
    *,
    mark: float | None = None,
    tone: str = "",
    thick: bool = False,
) -> SafeString:
    """Draw a part of a whole (0 to 1) as a straight bar, with a mark (today's plan) if given. Hidden from readers.

    `tone` is empty, `ok`, `warn` or `stop`; more than the whole is a full bar.
    """
    height = 8 if thick else 6
    filled = min(1.0, max(0.0, share)) if _finite(share) else 0.0
    pin = (
        format_html(
            '<rect class="m" x="{}" width=".8" height="{}"/>',
            _plain(min(1.0, max(0.0, mark)) * 99.2),
            height,
        )
        if _finite(mark)
        else ""
    )
    return format_html(
        '<svg class="bar{}{}" viewBox="0 0 100 {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="t" width="100" height="{}"/><rect class="v" width="{}" height="{}"/>{}</svg>',
        f" bar--{tone}" if tone else "",
        " bar--8" if thick else "",
        height,
        height,
        _plain(filled * 100),
        height,
        pin,
    )


def _plain(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _finite(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value)
