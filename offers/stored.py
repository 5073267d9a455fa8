"""An offer version's rules as they are stored (JSON) and as the pure modules read them, there and back.

The readers raise `Unreadable` naming the field, so that the catalogue's form can point at it; they accept what the
writers write and nothing half-right: an unknown name is refused, because a misspelt restriction would be no
restriction.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from typing import Any, TypeVar

from customers.choices import CustomerKind
from customers.value import RiskBand, Tier
from offers.choices import Family, OfferKind
from offers.facts import Eligibility
from offers.ranking import BaseFigures
from offers.terms import Bounds, CostModel, Item, Range, Terms

_Member = TypeVar("_Member", bound=Enum)


class Unreadable(ValueError):
    """A stored field is unknown, missing, of the wrong type or out of bounds; `field` is its path."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field}: {why}")


def read_bounds(*, kind: OfferKind, currency: str, bounds: Mapping[str, Any], cost_model: Mapping[str, Any]) -> Bounds:
    """`OfferVersion.bounds` and `.cost_model` as a `Bounds`.

    Stored: percent, months, amount as [low, high, step]; items as a list of objects; scope; fix_within_days; default
    with percent, months, amount_minor, product, words (what is left out of it is the low end, or the first item).
    """
    _known(bounds, {"percent", "months", "amount", "items", "scope", "fix_within_days", "default"}, "bounds")
    ranges = {name: _range(bounds, name) for name in ("percent", "months", "amount")}
    items = tuple(_item(item, f"bounds.items.{n}") for n, item in enumerate(_list(bounds, "items", "bounds")))
    default = _read("bounds.default", dict, bounds.get("default", {}))
    _known(default, {"percent", "months", "amount_minor", "product", "words"}, "bounds.default")
    lows = {name: found.low if found else 0 for name, found in ranges.items()}
    terms = Terms(
        kind=kind,
        currency=currency,
        percent=_int(default, "percent", "bounds.default", lows["percent"]),
        months=_int(default, "months", "bounds.default", lows["months"]),
        amount_minor=_int(default, "amount_minor", "bounds.default", lows["amount"]),
        product=_str(default, "product", "bounds.default", items[0].code if items else ""),
        words=_str(default, "words", "bounds.default"),
    )
    scope = _str(bounds, "scope", "bounds")
    fix_within_days = _int(bounds, "fix_within_days", "bounds", 0)
    cost = _read_cost_model(cost_model)
    return _built(
        "bounds",
        lambda: Bounds(
            kind=kind,
            currency=currency,
            default=terms,
            items=items,
            scope=scope,
            fix_within_days=fix_within_days,
            cost=cost,
            **ranges,
        ),
    )


def write_bounds(bounds: Bounds) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to store in `OfferVersion.bounds` and `.cost_model`; empty parts are left out."""
    default = bounds.default
    ranges = {"percent": bounds.percent, "months": bounds.months, "amount": bounds.amount}
    stored: dict[str, Any] = {
        **{name: [found.low, found.high, found.step] for name, found in ranges.items() if found},
        "items": [{field.name: getattr(item, field.name) for field in fields(Item)} for item in bounds.items],
        "scope": bounds.scope,
        "fix_within_days": bounds.fix_within_days,
        "default": {
            name: value
            for name in ("percent", "months", "amount_minor", "product", "words")
            if (value := getattr(default, name))
        },
    }
    cost = {field.name: getattr(bounds.cost, field.name) for field in fields(CostModel)}
    return {name: value for name, value in stored.items() if value}, cost


def read_eligibility(*, kind: OfferKind, family: Family, currency: str, eligibility: Mapping[str, Any]) -> Eligibility:
    """`OfferVersion.eligibility` as an `Eligibility`. Sets are stored as sorted lists, dates as ISO days."""
    where = "eligibility"
    names = {field.name for field in fields(Eligibility)} - {"kind", "family", "currency"}
    _known(eligibility, names, where)
    return Eligibility(
        family=family,
        kind=kind,
        currency=currency,
        from_on=_date(eligibility, "from_on", where),
        until_on=_date(eligibility, "until_on", where),
        tenure_min_months=_int(eligibility, "tenure_min_months", where, 0),
        tenure_max_months=_optional_int(eligibility, "tenure_max_months", where),
        customer_kinds=_members(CustomerKind, eligibility, "customer_kinds", where),
        tiers=_members(Tier, eligibility, "tiers", where),
        risk_bands=_members(RiskBand, eligibility, "risk_bands", where),
        jurisdictions=_words(eligibility, "jurisdictions", where),
        needs_product_kinds=_words(eligibility, "needs_product_kinds", where),
        excludes_product_codes=_words(eligibility, "excludes_product_codes", where),
        reasons=_words(eligibility, "reasons", where),
        reasons_excluded=_words(eligibility, "reasons_excluded", where),
        contract_months_left_max=_optional_int(eligibility, "contract_months_left_max", where),
        needs_contract=_bool(eligibility, "needs_contract", where, default=False),
        cooldown_months=_optional_int(eligibility, "cooldown_months", where),
        excludes=_members(Family, eligibility, "excludes", where),
        allows_past_due=_bool(eligibility, "allows_past_due", where, default=True),
    )


def write_eligibility(eligibility: Eligibility) -> dict[str, Any]:
    """What to store in `OfferVersion.eligibility`: only what differs from no restriction at all."""
    plain = Eligibility(family=eligibility.family, kind=eligibility.kind, currency=eligibility.currency)
    stored: dict[str, Any] = {}
    for field in fields(Eligibility):
        value = getattr(eligibility, field.name)
        if value == getattr(plain, field.name):
            continue
        if isinstance(value, frozenset):
            stored[field.name] = sorted(str(one) for one in value)
        else:
            stored[field.name] = value.isoformat() if isinstance(value, date) else value
    return stored


def read_figures(figures: Mapping[str, Any]) -> BaseFigures:
    """`OfferVersion.figures` as `BaseFigures`; both shares are whole per cent from 0 to 100 and must be there."""
    _known(figures, {field.name for field in fields(BaseFigures)}, "figures")
    shares = {name: _int(figures, name, "figures") for name in ("accept_percent", "stay_percent")}
    for name, percent in shares.items():
        if not 0 <= percent <= 100:
            raise Unreadable(f"figures.{name}", "not a percentage")
    return BaseFigures(
        accept_percent=shares["accept_percent"],
        stay_percent=shares["stay_percent"],
        handling_minor=_int(figures, "handling_minor", "figures", 0),
        fits=_words(figures, "fits", "figures"),
    )


def write_figures(figures: BaseFigures) -> dict[str, Any]:
    """What to store in `OfferVersion.figures`."""
    return {
        "accept_percent": figures.accept_percent,
        "stay_percent": figures.stay_percent,
        "handling_minor": figures.handling_minor,
        "fits": sorted(figures.fits),
    }


def _read_cost_model(stored: Mapping[str, Any]) -> CostModel:
    """The cost model; what is left out keeps its default."""
    plain = CostModel()
    names = [field.name for field in fields(CostModel)]
    _known(stored, set(names), "cost_model")
    numbers = {name: _int(stored, name, "cost_model", getattr(plain, name)) for name in names}
    return _built("cost_model", lambda: CostModel(**numbers))


_Built = TypeVar("_Built")


def _built(field: str, build: Callable[[], _Built]) -> _Built:
    """The object, its own refusal told with the field's name."""
    try:
        return build()
    except ValueError as refusal:
        raise Unreadable(field, str(refusal)) from refusal


def _known(stored: Mapping[str, Any], names: set[str], where: str) -> None:
    """Refuses a name that nobody would read."""
    if unknown := sorted(stored.keys() - names):
        raise Unreadable(f"{where}.{unknown[0]}", "unknown")


def _read(field: str, kind: type[_Built], value: object) -> _Built:
    """The value, of exactly that type: true is not the number 1."""
    if type(value) is not kind:
        raise Unreadable(field, f"not {kind.__name__}")
    return value


def _int(stored: Mapping[str, Any], name: str, where: str, default: int | None = None) -> int:
    """A whole number, not negative; without a default it must be there."""
    value = _read(f"{where}.{name}", int, stored.get(name, default))
    if value < 0:
        raise Unreadable(f"{where}.{name}", "negative")
    return value


def _optional_int(stored: Mapping[str, Any], name: str, where: str) -> int | None:
    """A whole number, or None where it is not there."""
    return None if stored.get(name) is None else _int(stored, name, where)


def _bool(stored: Mapping[str, Any], name: str, where: str, *, default: bool) -> bool:
    """True or false."""
    return _read(f"{where}.{name}", bool, stored.get(name, default))


def _str(stored: Mapping[str, Any], name: str, where: str, default: str = "") -> str:
    """A string."""
    return _read(f"{where}.{name}", str, stored.get(name, default))


def _list(stored: Mapping[str, Any], name: str, where: str) -> list[Any]:
    """A list, empty where it is not there."""
    return _read(f"{where}.{name}", list, stored.get(name, []))


def _words(stored: Mapping[str, Any], name: str, where: str) -> frozenset[str]:
    """A set of strings from a list."""
    return frozenset(_read(f"{where}.{name}", str, word) for word in _list(stored, name, where))


def _members(kind: type[_Member], stored: Mapping[str, Any], name: str, where: str) -> frozenset[_Member]:
    """A set of an enumeration's members from a list of their values."""
    return _built(f"{where}.{name}", lambda: frozenset(kind(word) for word in _words(stored, name, where)))


def _date(stored: Mapping[str, Any], name: str, where: str) -> date | None:
    """An ISO day, or None where it is not there."""
    if stored.get(name) is None:
        return None
    text = _str(stored, name, where)
    return _built(f"{where}.{name}", lambda: date.fromisoformat(text))


def _range(stored: Mapping[str, Any], name: str) -> Range | None:
    """A range from [low, high, step], or None where it is not there."""
    if stored.get(name) is None:
        return None
    field = f"bounds.{name}"
    numbers = [_read(field, int, number) for number in _list(stored, name, "bounds")]
    if len(numbers) != 3:
        raise Unreadable(field, "not [low, high, step]")
    return _built(field, lambda: Range(*numbers))


def _item(stored: object, where: str) -> Item:
    """One product that can be given or changed to."""
    item = _read(where, dict, stored)
    _known(item, {field.name for field in fields(Item)}, where)
    return Item(
        code=_str(item, "code", where),
        product_kind=_str(item, "product_kind", where),
        list_price_minor=_int(item, "list_price_minor", where),
        unit_cost_minor=_int(item, "unit_cost_minor", where),
    )
