"""The screens that are no state of the gallery: where each is, who looks, and in which shape.

A page of the desk that is neither here nor in the gallery fails `tests/house/test_screens.py`. To add one, add a line.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from retention_desk.telephone.pop import query_of
from tests.builders import desk_now
from tests.house.matrix import names, url_of
from tests.journeys.filled import Filled
from tests.journeys.reach import LAYOUTS, Seen

# A page, or one that says what is wrong with what it was asked.
PAGES = (200, 422)
SETTLED = "() => document.fonts.status === 'loaded'"
# Everybody's own checks of the browser aside, so that the desk says what is missing.
SEND = "form => { form.noValidate = true; form.requestSubmit(); }"
UNFOLD = "found => found.forEach((one) => (one.open = true))"


@dataclass(frozen=True)
class Screen:
    """One page in one shape. `who`: a key of `filled.PEOPLE`, or `nobody`; `of` names other things for the address."""

    slug: str
    address: str
    who: str = "agent"
    of: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    """Names of things in braces are their ids."""
    unfolds: str = ""
    """What is opened first: the `details` that this finds."""
    sends: str = ""
    """The form that is sent as it stands, to see what it says is missing."""

    @property
    def is_admin(self) -> bool:
        """Whether Django has drawn it, in the desk's dress."""
        return self.address.startswith("admin:")

    def go(self, page: Page, language: str, filled: Filled) -> None:
        """Open it in this language."""
        page.set_extra_http_headers({"Accept-Language": language})
        answer = page.goto(self._url(filled))
        assert answer is not None
        assert answer.status in PAGES, f"{answer.status} {answer.url}"
        if self.sends:
            with page.expect_navigation():
                page.locator(self.sends).evaluate(SEND)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("h1").first).to_be_attached()
        if self.unfolds:
            page.locator(self.unfolds).evaluate_all(UNFOLD)
        page.wait_for_function(SETTLED)

    def _url(self, filled: Filled) -> str:
        if self.address == "telephone:pop":
            # Good for two minutes, so it is signed when it is wanted.
            return f"{reverse(self.address)}?{query_of(filled.telephone, filled.ringing, now=desk_now())}"
        things: dict[str, Any] = {**filled.things, **{what: filled.things[other] for what, other in self.of.items()}}
        query = f"?{self.query.format(**things)}" if self.query else ""
        return url_of(self.address, names()[self.address], things) + query


def of_screen(screen: Screen, filled: Filled) -> Seen:
    """It, as one looks at it. Axe is asked in each layout, everything else at every size."""
    return Seen(screen.slug, functools.partial(screen.go, filled=filled), asked=LAYOUTS)


S = Screen
_LAST_MONTHS = "since=2026-08-01&until=2026-11-22"
_WAYS_IN = (
    S("login", "login", "nobody"),
    S("login-wrong", "login", "nobody", sends="form:has([name=password])"),
    S("password-forgotten", "password_reset", "nobody"),
    S("password-sent", "password_reset_done", "nobody"),
    S("password-new", "password_reset_confirm", "nobody"),
    S("password-new-void", "password_reset_confirm", "nobody", {"token": "person"}),
    S("password-set", "password_reset_complete", "nobody"),
    S("password-change", "password_change"),
    S("password-change-wrong", "password_change", sends="main form"),
    S("password-changed", "password_change_done"),
)
_OF_AN_AGENT = (
    S("home", "home"),
    S("home-supervisor", "home", "supervisor"),
    S("home-administrator", "home", "administrator"),
    S("my-calls", "mine:calls"),
    S("my-calls-30", "mine:calls", query="days=30"),
    S("my-limits", "mine:limits"),
    S("profile", "profile", unfolds="details"),
    S("keys", "keys"),
    S("found", "customers:lookup", query="q=tennant"),
    S("found-who", "customers:lookup", query="q=tennant&customer={found_id}"),
    S("customer-new", "customers:new"),
    S("customer-new-wrong", "customers:new", sends="main form"),
    S("contact", "customers:contact", "on-call"),
    S("hand-over", "calls:hand-over", "on-call"),
    S("incoming", "telephone:incoming", "rung"),
    S("pop", "telephone:pop", "rung"),
)
_OF_THE_FLOOR = (
    S("shift", "offers:shift", "supervisor"),
    S("decided", "offers:decided", "supervisor"),
    S("note", "offers:note", "supervisor"),
    S("unfinished", "offers:unfinished", "supervisor", unfolds="main details"),
    S("report", "reports:save-rate", "manager"),
    S("report-tables", "reports:save-rate", "manager", query=_LAST_MONTHS, unfolds=".astable"),
    S("report-of-a-team", "reports:save-rate", "supervisor", query="compare=none"),
    S("report-empty", "reports:save-rate", "manager", query="since=2020-01-01&until=2020-01-31"),
    S("report-wrong", "reports:save-rate", "manager", query="since=2026-11-02&until=2026-11-01"),
    S("records", "records:list", "manager"),
    S("records-none", "records:list", "manager", query="until=2020-01-01"),
    S("records-wrong", "records:list", "manager", query="since=soon"),
    S("record", "records:call", "manager", {"call_id": "closed_call_id"}, unfolds="main details"),
    S("audit", "audit:list", "manager"),
    S("audit-wrong", "audit:list", "manager", query="since=soon"),
)
_OF_AUTHORITY = (
    S("limits", "authority:limits", "manager"),
    S("limits-acts", "authority:limits", "manager", unfolds="main details"),
    S("limit-new", "authority:limit-new", "manager"),
    S("limit-new-wrong", "authority:limit-new", "manager", sends="main form"),
    S("explain", "authority:explain", "manager", query="person={person}"),
    S("explain-own", "authority:explain"),
    S("budgets", "authority:budgets", "manager"),
    S("budget", "authority:budget", "manager"),
    S("budget-acts", "authority:budget", "manager", unfolds="main details"),
    S("storms", "authority:storms", "manager", unfolds="main details"),
    S("reserve-new", "authority:reserve-new", "manager"),
    S("reserve-new-wrong", "authority:reserve-new", "manager", sends="main form"),
    S("standing-in", "authority:standing-in", "manager", unfolds="main details"),
    S("standing-in-wrong", "authority:standing-in", "manager", sends="main form:has([name=why])"),
)
_OF_INTAKE = (
    S("intakes", "intake:list", "administrator"),
    S("intake-new", "intake:upload", "administrator"),
    S("intake-new-wrong", "intake:upload", "administrator", sends="main form"),
    S("intake-preview", "intake:preview", "administrator"),
    S("intake-waiting", "intake:run", "administrator"),
    S("intake-done", "intake:run", "administrator", {"run_id": "done_run_id"}),
)
# Each list and each form; of what the administrator may add, the empty form as well.
_KEPT = (
    "auth_group", "customers_auditevent", "customers_company", "customers_conductpolicy", "customers_intakerun",
    "customers_outboxmessage", "customers_product", "customers_reason", "customers_site", "customers_team",
    "customers_telephoneagent", "customers_telephonecall", "customers_telephoneconnection", "customers_telephonekey",
    "customers_telephoneroute", "offers_budgetplan", "offers_campaign", "offers_news", "offers_offer",
    "offers_offerversion", "offers_schemeversion", "offers_silentnote", "people_user",
)  # fmt: skip
_ADDED = (
    "customers_conductpolicy", "customers_product", "customers_reason", "customers_site", "customers_team",
    "customers_telephoneagent", "customers_telephoneconnection", "customers_telephonekey", "customers_telephoneroute",
    "offers_budgetplan", "offers_campaign", "offers_offer", "offers_schemeversion", "people_user",
)  # fmt: skip
# One stands for all: they differ in their rows only.
HISTORY = "admin:people_user_history"
_FORM = "#content-main form[id$=_form]"
# A version is one of an offer; without it there is the list.
_OF_AN_OFFER = "offer={offers_offer}"
_ADMIN = (
    S("admin", "admin:index", "administrator"),
    S("admin-app", "admin:app_list", "administrator"),
    S("admin-history", HISTORY, "administrator", {"object_id": "people_user"}),
    S("admin-people_user-wrong", "admin:people_user_add", "administrator", sends=_FORM),
    S("admin-offerversion-wrong", "admin:offers_offerversion_add", "administrator", query=_OF_AN_OFFER, sends=_FORM),
    *(S(f"admin-{one}", f"admin:{one}_changelist", "administrator") for one in _KEPT),
    *(S(f"admin-{one}-add", f"admin:{one}_add", "administrator") for one in _ADDED),
    S("admin-offerversion-add", "admin:offers_offerversion_add", "administrator", query=_OF_AN_OFFER),
    *(S(f"admin-{one}-change", f"admin:{one}_change", "administrator", {"object_id": one}) for one in _KEPT),
)  # fmt: skip
SCREENS: Mapping[str, Screen] = {
    one.slug: one for one in (*_WAYS_IN, *_OF_AN_AGENT, *_OF_THE_FLOOR, *_OF_AUTHORITY, *_OF_INTAKE, *_ADMIN)
}
# What a desk shows on which nobody may sign in yet (test_first_run.py).
_EMPTY = (
    S("first-run", "first-run", "nobody", query="token={link}"),
    S("first-run-wrong", "first-run", "nobody", query="token={link}", sends="form:has([name=company])"),
    S("first-run-no-link", "login", "nobody"),
)
OF_AN_EMPTY_DESK: Mapping[str, Screen] = {one.slug: one for one in _EMPTY}
