"""An offer version's rules as they are stored (JSON) and as the pure modules read them, there and back.

The readers raise `Unreadable` naming the field, so that the catalogue's form can point at it; they accept what the
writers write and nothing half-right.
"""

from collections.abc import Mapping
from typing import Any

from offers.choices import Family, OfferKind
from offers.facts import Eligibility
from offers.ranking import BaseFigures
from offers.terms import Bounds


class Unreadable(ValueError):
    """A stored field is missing, of the wrong type or out of place; `field` is its path."""

    def __init__(self, field: str, why: str) -> None:
        self.field = field
        super().__init__(f"{field}: {why}")


def read_bounds(*, kind: OfferKind, currency: str, bounds: Mapping[str, Any], cost_model: Mapping[str, Any]) -> Bounds:
    """`OfferVersion.bounds` and `.cost_model` as a `Bounds`. Ranges are stored as [low, high, step]."""
    raise NotImplementedError


def write_bounds(bounds: Bounds) -> tuple[dict[str, Any], dict[str, Any]]:
    """What to store in `OfferVersion.bounds` and `.cost_model`."""
    raise NotImplementedError


def read_eligibility(*, kind: OfferKind, family: Family, currency: str, eligibility: Mapping[str, Any]) -> Eligibility:
    """`OfferVersion.eligibility` as an `Eligibility`. Sets are stored as sorted lists, dates as ISO days."""
    raise NotImplementedError


def write_eligibility(eligibility: Eligibility) -> dict[str, Any]:
    """What to store in `OfferVersion.eligibility`."""
    raise NotImplementedError


def read_figures(figures: Mapping[str, Any]) -> BaseFigures:
    """`OfferVersion.figures` as `BaseFigures`."""
    raise NotImplementedError


def write_figures(figures: BaseFigures) -> dict[str, Any]:
    """What to store in `OfferVersion.figures`."""
    raise NotImplementedError
