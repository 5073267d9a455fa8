"""The controls of an offer's terms: which there are, what they allow, and where the limits lie on their tracks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, gettext

from offers.choices import OfferKind
from offers.facts import Limit
from offers.standing import Standing
from offers.terms import SCHEMAS, Bounds, Ceiling, Range, Term, Terms
from retention_desk import formats

MOST_MONTH_BUTTONS = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a term that is chosen from a few."""

    value: str | int
    label: str = ""
    over: bool = False
    price_minor: int = 0


# How much of the track the name of a limit takes, of 100.
_ROOM_FOR_A_LIMIT = 18


@dataclass(frozen=True, slots=True)
class Control:
    """One term to choose; `kind` is slider, months, number, items, words or date. Places on the track are 0 to 100."""

    kind: str
    name: str
    label: str
    value: str | int
    low: str | int = 0
    high: str | int = 0
    step: int = 1
    text: str = ""
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    own_x: float = 100
    sup_x: float = 100
    value_x: float = 0
    own_text: str = ""
    sup_text: str = ""
    focus: bool = False

    @property
    def sup_width(self) -> float:
        """Width of the supervisor's zone."""
        return round(self.sup_x - self.own_x, 2)

    @property
    def limits_close(self) -> bool:
        """Whether the two limits stand so near each other that their names would run together."""
        return self.sup_x - self.own_x < _ROOM_FOR_A_LIMIT

    @property
    def no_width(self) -> float:
        """Width of the zone that is closed to everybody."""
        return round(100 - self.sup_x, 2)


def item_name(words: Mapping[str, str], code: str) -> str:
    """What an item is called; the catalogue may name it, else its code is readable enough."""
    return words.get(f"item:{code}") or code.replace("_", " ").replace("-", " ").strip()


def controls_of(
    bounds: Bounds, terms: Terms, standing: Standing, words: Mapping[str, str], *, today: date
) -> tuple[Control, ...]:
    """The terms of this kind of offer, in the order in which they are talked about."""
    own, supervisor = standing.limit, standing.supervisor_limit() or standing.limit
    controls: list[Control] = []
    if bounds.items and len(bounds.items) > 1:
        choices = tuple(
            Choice(item.code, item_name(words, item.code), price_minor=item.list_price_minor) for item in bounds.items
        )
        controls.append(Control("items", Term.PRODUCT, gettext("Which one"), terms.product, choices=choices))
    if bounds.percent:
        controls.append(
            _slider(
                bounds.percent,
                Term.PERCENT,
                gettext("Discount"),
                terms.percent,
                unit="percent",
                limits=(own.max_percent if own else 0, supervisor.max_percent if supervisor else 0),
            )
        )
    if bounds.amount and bounds.amount.low < bounds.amount.high:
        controls.append(
            _slider(
                bounds.amount,
                Term.AMOUNT,
                gettext("Amount"),
                terms.amount_minor,
                unit="amount",
                limits=(_amount_limit(own, bounds.kind), _amount_limit(supervisor, bounds.kind)),
                currency=bounds.currency,
            )
        )
    if bounds.months and bounds.months.low < bounds.months.high:
        measured = Ceiling.MONTHS in SCHEMAS[bounds.kind].ceilings
        controls.append(_months(bounds.months, terms.months, own.max_months if own and measured else None))
    if Term.FIX_BY in SCHEMAS[bounds.kind].terms:
        last = today + timedelta(days=bounds.fix_within_days)
        value = (terms.fix_by or last).isoformat()
        controls.append(
            Control("date", Term.FIX_BY, gettext("Fixed by"), value, low=today.isoformat(), high=last.isoformat())
        )
    if Term.WORDS in SCHEMAS[bounds.kind].terms:
        controls.append(Control("words", Term.WORDS, gettext("What is promised"), terms.words))
    return tuple(controls)


def _amount_limit(limit: Limit | None, kind: OfferKind) -> int:
    """The ceiling of an authority limit that a kind's amount is measured by."""
    if limit is None:
        return 0
    if kind == OfferKind.WAIVED_FEE:
        return limit.max_fee_minor
    return limit.max_monthly_minor if kind == OfferKind.AMOUNT_OFF else limit.max_credit_minor


def _months(bounds: Range, value: int, own_most: int | None) -> Control:
    values = list(range(bounds.low, bounds.high + 1, bounds.step))
    label = gettext("Months")
    if len(values) > MOST_MONTH_BUTTONS:
        return Control("number", Term.MONTHS, label, value, low=bounds.low, high=bounds.high, step=bounds.step)
    choices = tuple(Choice(number, over=own_most is not None and number > own_most) for number in values)
    return Control("months", Term.MONTHS, label, value, choices=choices)


def _slider(
    bounds: Range, name: str, label: str, value: int, *, unit: str, limits: tuple[int, int], currency: str = ""
) -> Control:
    """A range with the agent's own and the supervisor's limit on its track."""
    own, supervisor = limits
    language = get_language() or "en"

    def place(number: int) -> float:
        span = bounds.high - bounds.low
        return round(min(100.0, max(0.0, 100 * (number - bounds.low) / span)), 2) if span else 100.0

    def text(number: int) -> str:
        if unit == "percent":
            return formats.percent(number / 100, 0, language=language)
        return formats.money0(number, currency, language=language)

    return Control(
        "slider",
        name,
        label,
        value,
        low=bounds.low,
        high=bounds.high,
        step=bounds.step,
        text=text(value) if unit == "percent" else formats.money(value, currency, language=language),
        unit=unit,
        own_x=place(own),
        sup_x=max(place(own), place(supervisor)),
        value_x=place(value),
        own_text=text(own),
        sup_text=text(supervisor),
    )
