"""The catalogue: versions that stay as they were, and nothing in it that nobody could explain on the phone."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from customers import remarks
from customers.keeping import NotValid
from customers.refusals import NotYours
from offers import catalogue
from offers.admin.examples import EXAMPLES
from offers.choices import Family, OfferKind
from offers.explaining import objections_to
from offers.models import Campaign, Offer, OfferVersion
from offers.terms import SCHEMAS
from retention_desk.demo.catalogue import CATALOGUE
from retention_desk.people.models import User
from tests.audits import Broken, break_audit, last_event
from tests.builders import make_company, make_reason, make_user
from tests.offers.builders import make_campaign

pytestmark = pytest.mark.django_db

WORDS = {"en": {"name": "Internet discount", "say": "I can take {percent}% off for {months} months.", "terms": ""}}
BOUNDS = {"percent": [5, 30, 5], "months": [3, 12, 3], "default": {"percent": 20, "months": 6}}
FIGURES = {"accept_percent": 35, "stay_percent": 80}


@pytest.fixture
def ada() -> User:
    return make_user("ada")


def add_offer(
    by: User, kind: OfferKind = OfferKind.PERCENT_OFF, family: Family | None = None, code: str = "LOYAL"
) -> Offer:
    family = family or SCHEMAS[kind].family
    return catalogue.add_offer(code=code, kind=kind, family=family, icon="percentage", by=by.pk, role="ADMINISTRATOR")


def add_version(by: User, offer: Offer, **other: Any) -> OfferVersion:
    """Percent off internet, unless said otherwise."""
    given: dict[str, Any] = {
        "words": WORDS,
        "bounds": BOUNDS,
        "cost_model": {},
        "eligibility": {},
        "figures": FIGURES,
        "campaign_id": None,
        "currency": "USD",
    }
    return catalogue.new_offer_version(
        offer_id=offer.pk, **(given | other), by=by.pk, role="ADMINISTRATOR", now=timezone.now()
    )


def test_version_follows_version_and_the_first_stays(ada: User) -> None:
    offer = add_offer(ada)
    first = add_version(ada, offer)

    second = add_version(ada, offer, bounds=BOUNDS | {"percent": [5, 40, 5]})

    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.bounds["percent"] == [5, 30, 5]
    event = last_event()
    assert (event.act, event.object_id) == ("OFFER_VERSION_ADDED", second.pk)
    assert event.before is not None
    assert event.after is not None
    assert (event.before["bounds"]["percent"], event.after["bounds"]["percent"]) == ([5, 30, 5], [5, 40, 5])


@pytest.mark.parametrize("kind", OfferKind)
def test_example_of_every_kind_can_be_added(ada: User, kind: OfferKind) -> None:
    make_company()
    make_reason("PRICE")
    example = EXAMPLES[kind]
    parts = {part: dict(getattr(example, part)) for part in ("words", "bounds", "cost_model", "eligibility", "figures")}

    assert add_version(ada, add_offer(ada, kind), **parts).version == 1


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_offer_of_the_demo_can_be_explained(code: str) -> None:
    entry = CATALOGUE[code]

    assert list(objections_to(bounds=entry.bounds, eligibility=entry.eligibility, words=entry.words)) == []


def _item(code: str = "CINEMA", line: str = "TV") -> dict[str, Any]:
    return {"code": code, "product_kind": line, "list_price_minor": 1500, "unit_cost_minor": 600}


ADDON = {"items": [_item()], "months": [3, 12, 3], "default": {"product": "CINEMA", "months": 6}}

UNEXPLAINED: list[tuple[str, OfferKind, dict[str, Any]]] = [
    # What cannot be read.
    ("bounds.percent", OfferKind.PERCENT_OFF, {"bounds": BOUNDS | {"percent": [30, 5, 5]}}),
    ("bounds.percent", OfferKind.PERCENT_OFF, {"bounds": BOUNDS | {"percent": "20"}}),
    ("bounds.percant", OfferKind.PERCENT_OFF, {"bounds": BOUNDS | {"percant": [5, 30, 5]}}),
    ("bounds", OfferKind.PERCENT_OFF, {"bounds": []}),
    ("bounds", OfferKind.CREDIT, {"bounds": BOUNDS}),
    ("bounds", OfferKind.PERCENT_OFF, {"bounds": BOUNDS | {"default": {"percent": 22, "months": 6}}}),
    ("cost_model.margin", OfferKind.PERCENT_OFF, {"cost_model": {"margin": 1}}),
    ("cost_model", OfferKind.PERCENT_OFF, {"cost_model": {"share_percent": 130}}),
    ("eligibility.tiers", OfferKind.PERCENT_OFF, {"eligibility": {"tiers": ["RICH"]}}),
    ("figures.accept_percent", OfferKind.PERCENT_OFF, {"figures": {"accept_percent": 130, "stay_percent": 10}}),
    ("figures.stay_percent", OfferKind.PERCENT_OFF, {"figures": {"accept_percent": 30}}),
    ("figures.stay_percent", OfferKind.PERCENT_OFF, {"figures": {"accept_percent": 30, "stay_percent": 0}}),
    # What can be read and makes no sense.
    ("bounds.scope", OfferKind.PERCENT_OFF, {"bounds": BOUNDS | {"scope": "PLUMBING"}}),
    (
        "bounds.scope",
        OfferKind.CREDIT,
        {"bounds": {"amount": [500, 5000, 500], "scope": "TV", "default": {"amount_minor": 500}}},
    ),
    ("bounds.items", OfferKind.FREE_ADDON, {"bounds": ADDON | {"items": [_item(), _item()]}}),
    ("bounds.items.0.product_kind", OfferKind.FREE_ADDON, {"bounds": ADDON | {"items": [_item(line="HATS")]}}),
    ("eligibility.excludes_product_codes", OfferKind.FREE_ADDON, {"bounds": ADDON}),
    (
        "eligibility.until_on",
        OfferKind.PERCENT_OFF,
        {"eligibility": {"from_on": "2026-12-01", "until_on": "2026-12-01"}},
    ),
    (
        "eligibility.tenure_max_months",
        OfferKind.PERCENT_OFF,
        {"eligibility": {"tenure_min_months": 12, "tenure_max_months": 6}},
    ),
    (
        "eligibility.reasons_excluded",
        OfferKind.PERCENT_OFF,
        {"eligibility": {"reasons": ["PRICE"], "reasons_excluded": ["PRICE"]}},
    ),
    ("eligibility.reasons", OfferKind.PERCENT_OFF, {"eligibility": {"reasons": ["PRIZE"]}}),
    (
        "eligibility.contract_months_left_max",
        OfferKind.PERCENT_OFF,
        {"eligibility": {"needs_contract": True, "contract_months_left_max": 0}},
    ),
    ("eligibility.needs_product_kinds", OfferKind.PERCENT_OFF, {"eligibility": {"needs_product_kinds": ["HATS"]}}),
    (
        "eligibility.needs_product_kinds",
        OfferKind.PERCENT_OFF,
        {"bounds": BOUNDS | {"scope": "INTERNET"}, "eligibility": {"needs_product_kinds": ["TV"]}},
    ),
    # What nobody could say.
    ("words.en", OfferKind.PERCENT_OFF, {"words": {"de": WORDS["en"]}}),
    ("words.fr", OfferKind.PERCENT_OFF, {"words": WORDS | {"fr": WORDS["en"]}}),
    ("words.en.name", OfferKind.PERCENT_OFF, {"words": {"en": {"name": " "}}}),
    ("words.en.name", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "x" * 61}}}),
    ("words.en.sya", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "sya": "Hello"}}}),
    ("words.en.say", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "say": 5}}}),
    ("words.en.say", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "say": "word " * 26}}}),
    ("words.en.say", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "say": "{percant}% off"}}}),
    ("words.en.say", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "say": "{product} free"}}}),
    ("words.en.say", OfferKind.PERCENT_OFF, {"words": {"en": {"name": "Discount", "say": "{percent"}}}),
    ("words.en", OfferKind.PERCENT_OFF, {"words": {"en": "Discount"}}),
]


@pytest.mark.parametrize(("path", "kind", "wrong"), UNEXPLAINED)
def test_what_nobody_could_explain_is_refused_with_its_path(
    ada: User, path: str, kind: OfferKind, wrong: dict[str, Any]
) -> None:
    make_reason("PRICE")

    with pytest.raises(NotValid) as refused:
        add_version(ada, add_offer(ada, kind), **wrong)

    assert refused.value.facts["field"] == path.partition(".")[0]
    # A whole part that is not an object has no path of its own.
    assert str(refused.value.facts["why"]).startswith(path) or not isinstance(next(iter(wrong.values())), dict)
    assert not OfferVersion.objects.exists()


@pytest.mark.parametrize(
    ("kind", "family"), [(OfferKind.PERCENT_OFF, Family.GIFT), (OfferKind.CREDIT, Family.RECURRING), ("HAT", "HATS")]
)
def test_offer_in_a_family_where_it_could_be_stacked_is_refused(ada: User, kind: Any, family: Any) -> None:
    with pytest.raises(NotValid) as refused:
        add_offer(ada, kind, family)

    assert refused.value.facts["field"] == ("kind" if kind == "HAT" else "family")
    assert not Offer.objects.exists()


def test_version_is_in_the_companys_currency_and_paid_from_a_campaign_that_runs(ada: User) -> None:
    make_company()
    offer, campaign = add_offer(ada), make_campaign()
    catalogue.change_campaign(campaign_id=campaign.pk, name="Autumn", active=False, by=ada.pk, role="ADMINISTRATOR")

    for field, wrong in (("currency", {"currency": "EUR"}), ("campaign", {"campaign_id": campaign.pk})):
        with pytest.raises(NotValid) as refused:
            add_version(ada, offer, **wrong)
        assert refused.value.facts["field"] == field


def test_version_begins_now_or_later_and_ends_after_that(ada: User) -> None:
    offer, now = add_offer(ada), timezone.now()

    for field, wrong in (
        ("valid_from", {"valid_from": now - timedelta(days=1)}),
        ("valid_until", {"valid_from": now + timedelta(days=2), "valid_until": now + timedelta(days=1)}),
    ):
        with pytest.raises(NotValid) as refused:
            add_version(ada, offer, **wrong)
        assert refused.value.facts["field"] == field


def test_version_is_of_an_offer_that_is_there(ada: User) -> None:
    with pytest.raises(NotYours):
        add_version(ada, Offer(pk=0))


def test_offer_is_retired_and_put_back_with_its_record(ada: User) -> None:
    offer = add_offer(ada)

    catalogue.retire_offer(offer_id=offer.pk, by=ada.pk, role="ADMINISTRATOR", why="Too dear")
    retired = last_event()
    catalogue.restore_offer(offer_id=offer.pk, by=ada.pk, role="ADMINISTRATOR")

    offer.refresh_from_db()
    assert offer.active
    assert (retired.act, retired.before, retired.after) == ("OFFER_RETIRED", {"active": True}, {"active": False})
    assert remarks.stands(reason=retired.reason, words="Too dear")
    assert last_event().act == "OFFER_RESTORED"


def test_code_is_one_offers(ada: User) -> None:
    add_offer(ada)

    with pytest.raises(NotValid) as refused:
        add_offer(ada)

    assert refused.value.facts["field"] == "code"


def test_nothing_of_the_catalogue_is_saved_without_its_record(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    offer, campaign = add_offer(ada), make_campaign()
    break_audit(monkeypatch)
    by: dict[str, Any] = {"by": ada.pk, "role": "ADMINISTRATOR"}

    for act in (
        lambda: add_version(ada, offer),
        lambda: add_offer(ada, code="OTHER"),
        lambda: catalogue.retire_offer(offer_id=offer.pk, **by),
        lambda: catalogue.change_offer(offer_id=offer.pk, icon="gift", **by),
        lambda: catalogue.add_campaign(code="WINTER", name="Winter", **by),
        lambda: catalogue.change_campaign(campaign_id=campaign.pk, name="Winter", active=False, **by),
    ):
        with pytest.raises(Broken):
            act()

    assert not OfferVersion.objects.exists()
    assert list(Offer.objects.values_list("code", "active", "icon")) == [("LOYAL", True, "percentage")]
    assert list(Campaign.objects.values_list("code", "name", "active")) == [("AUTUMN", "Autumn", True)]
