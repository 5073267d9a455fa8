"""A desk at work: Ann is on a call with Marisol Tennant, Sue supervises, Sid is a stranger from another site."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from customers import calls, opening
from customers.choices import CallerRole, OpeningIntent, ProductKind
from customers.models import Customer, Team
from offers.choices import BudgetKind, Duty, Grade, OfferKind
from offers.models import OfferVersion
from retention_desk.people.models import User
from tests.builders import (
    desk_now,
    make_agent,
    make_company,
    make_complaint,
    make_customer,
    make_interaction,
    make_price_change,
    make_product,
    make_reason,
    make_site,
    make_subscription,
    make_team,
    new_key,
)
from tests.offers.builders import give_budget, make_credit, make_limits, make_offer, make_scheme

AGENT = ("customers.take_call",)
SUPERVISOR = ("customers.take_call", "customers.see_floor", "customers.see_record", "offers.decide_approval")


@dataclass(frozen=True)
class Scene:
    """Who and what is on the desk."""

    ann: User
    sue: User
    sid: User
    customer: Customer
    team: Team
    offers: dict[str, OfferVersion]

    def open_call(self, *, checked: bool = True, by: User | None = None, **other: Any) -> int:
        """Ann opens a call with the customer, as the look-up page does."""
        agent = by or self.ann
        given: dict[str, Any] = {
            "customer_id": self.customer.pk,
            "phone_from": self.customer.phone,
            "caller_role": CallerRole.HOLDER,
            "opening_intent": OpeningIntent.DISCONNECT,
            "team_id": self.team.pk,
            "site_id": self.team.site_id,
            "by": agent.pk,
            "role": "AGENT",
            "now": desk_now(),
            "key": new_key(),
        }
        call_id = opening.open_call(**(given | other))
        if checked:
            calls.check_identity(call_id=call_id, checks=["PIN", "BIRTH_DATE"], passed=True, by=agent.pk, role="AGENT")
        return call_id


def set_scene() -> Scene:
    """Lay the desk out: people, a customer with a history, reasons, the catalogue, limits and budgets."""
    make_company()
    team = make_team()
    ann = make_agent("ann", team=team, first_name="Ines", last_name="Falk", permissions=AGENT)
    sue = make_agent(
        "sue", team=team, first_name="Tobias", last_name="Renn", grade=Grade.SUPERVISOR, permissions=SUPERVISOR
    )
    sid = make_agent(
        "sid", team=make_team("Retention West", make_site("Reno")), duty=Duty.READY, permissions=SUPERVISOR,
        grade=Grade.SUPERVISOR,
    )  # fmt: skip
    make_scheme()
    make_limits()
    give_budget(BudgetKind.AGENT, ann.pk, 60_000)
    give_budget(BudgetKind.TEAM, team.pk, 1_200_000)
    give_budget(BudgetKind.APPROVER, sue.pk, 400_000)
    return Scene(ann, sue, sid, _customer(), team, _offers())


def signed_in(user: User) -> Client:
    """A browser in which somebody is signed in."""
    client = Client()
    client.force_login(user)
    return client


def _customer() -> Customer:
    today = desk_now().date()
    customer = make_customer(
        given_name="Marisol", family_name="Tennant", account_number="4471-0926-3", languages=["en", "es"],
        customer_since=today - timedelta(days=2260), paid_until=today + timedelta(days=12),
    )  # fmt: skip
    lines = {}
    for kind, name, price, other in (
        (ProductKind.INTERNET, "Fibre 500 internet", 7_999, {"contract_ends_on": today + timedelta(days=56)}),
        (ProductKind.TV, "TV Select with Sports", 6_800, {"note": "210 channels, 1 box", "equipment": ["TV box"]}),
        (ProductKind.MOBILE, "Mobile, 2 lines", 3_600, {"service_number": "+15595550142", "note": "5 GB each"}),
        (ProductKind.PHONE, "Home phone", 1_200, {"note": "Flat rate, own number"}),
    ):
        product = make_product(kind, code=f"{kind}-1", name=name, list_price_minor=price)
        fee = {"exit_fee_monthly_minor": 3_000} if kind == ProductKind.INTERNET else {}
        lines[kind] = make_subscription(customer, kind, product=product, **other, **fee)
    make_price_change(lines[ProductKind.INTERNET], today - timedelta(days=40), 5_499, 7_999, cause="PROMOTION_ENDED")
    make_complaint(customer, number="48213", subject="Bill went up without notice")
    for days, what, title, detail in (
        (10, "OUTAGE", "Outage in the area, 2 h 40 min", "Third outage in 60 days"),
        (25, "CHAT", "Chat: asked for a price match", "No offer made"),
        (62, "VISIT", "Technician visit", "Replaced the modem"),
        (90, "BILL", "Bill paid", ""),
    ):
        make_interaction(customer, kind=what, title=title, detail=detail, occurred_at=desk_now() - timedelta(days=days))
    _reasons()
    return customer


def _reasons() -> None:
    price = make_reason("PRICE", words={"en": "Price"}, icon="currency-dollar", position=1)
    make_reason("PRICE_PROMOTION", words={"en": "Bill went up when the promotion ended"}, parent=price)
    for place, (code, words, icon) in enumerate(
        (
            ("RIVAL", "Other provider", "arrow-forward-up"),
            ("FAULTS", "Faults", "wifi-off"),
            ("MOVING", "Moving", "truck"),
            ("NOT_USED", "Not using it", "moon"),
            ("BILLING", "Billing error", "receipt"),
        ),
        2,
    ):
        make_reason(code, words={"en": words}, icon=icon, position=place)
    make_reason(
        "DEATH", words={"en": "Death"}, icon="heart-handshake", position=8, offers_allowed=False, must_complete=True
    )
    make_reason("OTHER", words={"en": "Other"}, icon="pencil", position=9)


def _offers() -> dict[str, OfferVersion]:
    """One offer of each shape of terms, and one that is not for this customer."""

    def words(name: str, say: str = "") -> dict[str, Any]:
        return {"en": {"name": name, "say": say, "terms": ""}}

    plan = {"code": "TV-BASIC", "product_kind": "TV", "list_price_minor": 4_000, "unit_cost_minor": 1_500}
    addon = {"code": "STREAM-PLUS", "product_kind": "TV", "list_price_minor": 900, "unit_cost_minor": 300}
    return {
        "discount": make_offer("LOYALTY20", figures={"accept_percent": 41, "stay_percent": 85, "fits": ["PRICE"]}),
        "credit": make_credit(words=words("Goodwill credit"), figures={"accept_percent": 27, "stay_percent": 75}),
        "plan": make_offer(
            "RIGHTSIZE", OfferKind.PLAN_CHANGE, words=words("Right-size TV"),
            bounds={"items": [plan], "default": {"product": "TV-BASIC"}}, cost_model={"horizon_months": 3},
            figures={"accept_percent": 34, "stay_percent": 80},
        ),
        "addon": make_offer(
            "STREAM", OfferKind.FREE_ADDON, words=words("Streaming add-on"),
            bounds={"items": [addon], "months": [3, 12, 3], "default": {"product": "STREAM-PLUS", "months": 6}},
            figures={"accept_percent": 20, "stay_percent": 70},
        ),
        "apology": make_offer(
            "FIX", OfferKind.APOLOGY, words=words("Apology and a promised fix"),
            bounds={"fix_within_days": 14, "default": {"words": "A technician looks at the line"}},
            figures={"accept_percent": 15, "stay_percent": 65},
        ),
        "pause": make_offer(
            "PAUSE", OfferKind.PAUSE, words=words("Pause service"), bounds={"months": [1, 3, 1], "scope": "TV",
            "default": {"months": 2}}, figures={"accept_percent": 18, "stay_percent": 60},
        ),
        "new_only": make_offer(
            "WELCOME", eligibility={"tenure_max_months": 6}, words=words("Welcome discount"),
        ),
    }  # fmt: skip
