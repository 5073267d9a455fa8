"""Company, places, price list, reasons and rules: kept with their record, refused at their field."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from customers import audit, conduct, setup
from customers.keeping import NotValid
from customers.models import Company, ConductPolicy, Product, Reason, Site, Team
from customers.refusals import NotYours
from tests.audits import Broken, break_audit, last_event
from tests.builders import make_company, make_product, make_reason, make_site, make_team, make_user

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
REASON: dict[str, Any] = {
    "words": {"en": "Price", "de": "Preis"},
    "icon": "tag",
    "position": 1,
    "offers_allowed": True,
    "must_complete": False,
    "controllable": True,
    "active": True,
}
PRODUCT: dict[str, Any] = {
    "kind": "INTERNET",
    "name": "Fibre 500",
    "list_price_minor": 6_499,
    "margin_percent": 60,
}


@pytest.fixture
def by() -> dict[str, Any]:
    return {"by": make_user("ada").pk, "role": "ADMINISTRATOR"}


def new_policy(by: dict[str, Any], **other: Any) -> ConductPolicy:
    given: dict[str, Any] = {
        "code": "DEFAULT",
        "valid_from": TODAY,
        "valid_until": None,
        "offers_allowed": 1,
        "minutes_after_intent": 3,
        "rules": conduct.write_rules(conduct.DEFAULT),
    }
    return setup.new_policy_version(**(given | other), today=TODAY, **by)


def test_change_records_only_what_is_different(by: dict[str, Any]) -> None:
    site = make_site("Fresno", "America/Los_Angeles")

    setup.change_site(site_id=site.pk, name="Fresno", time_zone="America/Denver", **by)

    event = last_event()
    assert (event.act, event.object_kind, event.object_id, event.actor_id) == ("CHANGED", "site", site.pk, by["by"])
    assert (event.before, event.after) == ({"time_zone": "America/Los_Angeles"}, {"time_zone": "America/Denver"})
    assert audit.verify().is_clean


def test_change_to_the_same_is_not_recorded(by: dict[str, Any]) -> None:
    setup.add_site(name="Tampa", time_zone="America/New_York", **by)
    first = last_event().pk

    setup.change_site(site_id=Site.objects.get(name="Tampa").pk, name="Tampa", time_zone="America/New_York", **by)

    assert last_event().pk == first


def test_what_is_not_there_cannot_be_changed(by: dict[str, Any]) -> None:
    with pytest.raises(NotYours):
        setup.change_site(site_id=0, name="Nowhere", time_zone="UTC", **by)


def test_company_is_named_once_and_keeps_its_currency(by: dict[str, Any]) -> None:
    setup.set_company(name="Harbor Cable", currency="usd", country="us", **by)
    setup.set_company(name="Harbor Cable & Fibre", currency="EUR", country="US", **by)
    make_product()

    with pytest.raises(NotValid) as refused:
        setup.set_company(name="Harbor Cable & Fibre", currency="USD", country="US", **by)

    assert refused.value.facts["field"] == "currency"
    assert list(Company.objects.values_list("name", "currency", "country")) == [("Harbor Cable & Fibre", "EUR", "US")]


def test_team_moves_to_another_site(by: dict[str, Any]) -> None:
    team, tampa = make_team(), setup.add_site(name="Tampa", time_zone="America/New_York", **by)

    setup.change_team(team_id=team.pk, name="Retention South", site_id=tampa.pk, **by)

    assert Team.objects.get(pk=team.pk).site == tampa


def test_product_is_priced_and_switched_off(by: dict[str, Any]) -> None:
    product = setup.add_product(code="FIBRE-500", currency="USD", **PRODUCT, **by)

    setup.change_product(product_id=product.pk, **(PRODUCT | {"list_price_minor": 6_999}), active=False, **by)

    product.refresh_from_db()
    assert (product.list_price_minor, product.active) == (6_999, False)
    assert last_event().after == {"list_price_minor": 6_999, "active": False}


def test_as_many_reasons_as_the_call_screen_shows(by: dict[str, Any]) -> None:
    reasons = [setup.add_reason(code=f"R{place}", parent_id=None, **REASON, **by) for place in range(9)]

    with pytest.raises(NotValid) as refused:
        setup.add_reason(code="TENTH", parent_id=None, **REASON, **by)
    detail = setup.add_reason(code="FINER", parent_id=reasons[0].pk, **REASON, **by)
    setup.change_reason(reason_id=reasons[0].pk, **(REASON | {"active": False}), **by)
    tenth = setup.add_reason(code="TENTH", parent_id=None, **REASON, **by)
    with pytest.raises(NotValid) as back:
        setup.change_reason(reason_id=reasons[0].pk, **REASON, **by)

    assert (refused.value.facts["field"], back.value.facts["field"]) == ("parent", "active")
    assert detail.parent == reasons[0]
    setup.change_reason(reason_id=tenth.pk, **(REASON | {"position": 4}), **by)


def test_reason_has_details_and_keeps_its_code(by: dict[str, Any]) -> None:
    price = setup.add_reason(code="PRICE", parent_id=None, **REASON, **by)
    detail = setup.add_reason(code="PRICE_RISE", parent_id=price.pk, **REASON, **by)

    with pytest.raises(NotValid) as refused:
        setup.add_reason(code="TOO_DEEP", parent_id=detail.pk, **REASON, **by)
    setup.change_reason(reason_id=price.pk, **(REASON | {"active": False}), **by)

    assert refused.value.facts["field"] == "parent"
    assert last_event().after == {"active": False}


WRONG: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("time_zone", lambda by: setup.add_site(name="Mars", time_zone="Mars/Olympus", **by)),
    ("time_zone", lambda by: setup.add_site(name="Mars", time_zone="../etc/passwd", **by)),
    ("name", lambda by: setup.add_site(name="Fresno", time_zone="UTC", **by)),
    ("name", lambda by: setup.add_team(name="", site_id=make_site().pk, **by)),
    ("site", lambda by: setup.add_team(name="Lost", site_id=0, **by)),
    ("currency", lambda by: setup.set_company(name="Harbor", currency="DOLLAR", country="US", **by)),
    ("country", lambda by: setup.set_company(name="Harbor", currency="USD", country="USA", **by)),
    (
        "list_price_minor",
        lambda by: setup.add_product(code="X", currency="USD", **(PRODUCT | {"list_price_minor": "x"}), **by),
    ),
    ("", lambda by: setup.add_product(code="X", currency="USD", **(PRODUCT | {"margin_percent": 101}), **by)),
    ("kind", lambda by: setup.add_product(code="X", currency="USD", **(PRODUCT | {"kind": "HATS"}), **by)),
    ("words", lambda by: setup.add_reason(code="X", parent_id=None, **(REASON | {"words": {"de": "Preis"}}), **by)),
    ("words", lambda by: setup.add_reason(code="X", parent_id=None, **(REASON | {"words": {"fr": "Prix"}}), **by)),
    ("words", lambda by: setup.add_reason(code="X", parent_id=None, **(REASON | {"words": {"en": " "}}), **by)),
    (
        "offers_allowed",
        lambda by: setup.add_reason(code="X", parent_id=None, **(REASON | {"must_complete": True}), **by),
    ),
    ("valid_from", lambda by: new_policy(by, valid_from=date(2026, 11, 21))),
    ("rules", lambda by: new_policy(by, rules={})),
    ("rules", lambda by: new_policy(by, rules=conduct.write_rules(conduct.DEFAULT) | {"mercy": True})),
    ("rules", lambda by: new_policy(by, rules=conduct.write_rules(conduct.DEFAULT) | {"recording": 5})),
    ("rules", lambda by: new_policy(by, rules=conduct.write_rules(conduct.DEFAULT) | {"must_complete_on": ["MOOD"]})),
    ("", lambda by: new_policy(by, valid_until=TODAY)),
]


@pytest.mark.parametrize(("field", "act"), WRONG)
def test_what_cannot_be_kept_is_refused_at_its_field(
    by: dict[str, Any], field: str, act: Callable[[dict[str, Any]], object]
) -> None:
    make_site("Fresno")

    with pytest.raises(NotValid) as refused:
        act(by)

    assert refused.value.facts["field"] == field
    assert refused.value.facts["why"]


def test_new_rules_are_the_next_version_and_read_as_written(by: dict[str, Any]) -> None:
    made = new_policy(by)

    assert (made.version, made.offers_allowed) == (2, 1)
    event = last_event()
    assert (event.act, event.object_kind) == ("VERSION_ADDED", "conduct_policy")
    assert event.before is not None
    assert event.before["version"] == 1


def test_nothing_is_saved_without_its_record(by: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    site, team, product, reason = make_site(), make_team(), make_product(), make_reason("PRICE")
    make_company()
    before = [
        list(model.objects.order_by("pk").values()) for model in (Company, Site, Team, Product, Reason, ConductPolicy)
    ]
    break_audit(monkeypatch)

    for act in (
        lambda: setup.set_company(name="Other", currency="USD", country="US", **by),
        lambda: setup.add_site(name="Tampa", time_zone="UTC", **by),
        lambda: setup.change_site(site_id=site.pk, name="Tampa", time_zone="UTC", **by),
        lambda: setup.add_team(name="South", site_id=site.pk, **by),
        lambda: setup.change_team(team_id=team.pk, name="South", site_id=site.pk, **by),
        lambda: setup.add_product(code="X", currency="USD", **PRODUCT, **by),
        lambda: setup.change_product(product_id=product.pk, **PRODUCT, active=True, **by),
        lambda: setup.add_reason(code="X", parent_id=None, **REASON, **by),
        lambda: setup.change_reason(reason_id=reason.pk, **REASON, **by),
        lambda: new_policy(by),
    ):
        with pytest.raises(Broken):
            act()

    after = [
        list(model.objects.order_by("pk").values()) for model in (Company, Site, Team, Product, Reason, ConductPolicy)
    ]
    assert after == before
