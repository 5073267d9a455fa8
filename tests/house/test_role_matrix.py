"""Who gets what at every address: one line for each, and an address without a line fails.

A line says what the actors of `matrix.ACTORS` get, in that order: `login` (sent to log in), `ok` (let in: a page, or an
answer to what was posted), 403 (not your role's), 404 (not yours), 405. A method that a line does not name lets nobody
in. To add an address, add its line to `ROWS`, or one line to `ADMIN` for a page of the administration.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.house.matrix import ACTORS, World, make_world, names, url_of
from tests.offers.builders import make_campaign

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SAVED_CALL = {"call_id": "closed_call_id"}
LEFT_CALL = {"call_id": "unfinished_call_id"}


@dataclass(frozen=True)
class Row:
    """What each actor gets with one method; `of` names other things for what the address takes."""

    method: str
    answers: str
    of: dict[str, str] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)


def get(answers: str, of: dict[str, str] | None = None) -> Row:
    return Row("GET", answers, of or {})


def post(answers: str, of: dict[str, str] | None = None, **data: Any) -> Row:
    return Row("POST", answers, of or {}, data)


#                   anonymous agent stranger supervisor outsider manager administrator
EVERYBODY = "         ok      ok    ok       ok         ok       ok      ok"
SIGNED_IN = "         login   ok    ok       ok         ok       ok      ok"
NOBODY = "            404     404   404      404        404      404     404"
HAS_A_SEAT = "        login   ok    ok       ok         ok       ok      404"
TAKES_CALLS = "       login   ok    ok       ok         ok       403     403"
WHOSE_CALL_IT_IS = "  login   ok    404      404        404      403     403"
TAKES_CALLS_BUT_THIS = "login 404  404      404        404      403     403"
NOT_SIGNED = "        401     401   401      401        401      401     401"
SEES_THE_FLOOR = "    login   403   403      ok         ok       ok      403"
OF_THE_SITE = "       login   403   403      ok         404      ok      403"
OF_THE_TEAM = "       login   ok    404      ok         404      403     403"
HAS_DECIDED_IT = "    login   403   403      404        404      404     403"
CORRECTS = "          login   403   403      403        403      ok      403"
ADMINISTERS = "       login   403   403      403        403      403     ok"
READS_THE_AUDIT = "   login   403   403      403        403      ok      ok"
ADMINISTERS_NOTHING = "login   403   403      403        403      403     404"
SETS_AUTHORITY = "    login   403   403      403        403      ok      ok"
SEES_AUTHORITY = "    login   403   403      ok         ok       ok      ok"
SEES_ITS_MONEY = "    login   403   403      ok         404      ok      ok"
STARTS_STORMS = "     login   403   403      ok         404      ok      403"
REFUSED_TO_ALL = "    login   403   403      403        403      403     403"
LOGS_IN = "           login   login login    login      login    login   login"

ROWS: dict[str, list[Row]] = {
    "home": [get(SIGNED_IN)],
    "login": [get(EVERYBODY), post(EVERYBODY)],
    "logout": [post(LOGS_IN)],
    # There are people already, so there is no first run any more.
    "first-run": [get(NOBODY), post(NOBODY)],
    "password_change": [get(SIGNED_IN), post(SIGNED_IN)],
    "password_change_done": [get(SIGNED_IN)],
    "password_reset": [get(EVERYBODY), post(EVERYBODY)],
    "password_reset_done": [get(EVERYBODY)],
    "password_reset_confirm": [get(EVERYBODY), post(EVERYBODY)],
    "password_reset_complete": [get(EVERYBODY)],
    "set_language": [get(EVERYBODY), post(EVERYBODY)],
    "duty": [post(HAS_A_SEAT, duty="BREAK")],
    "profile": [get(SIGNED_IN), post(SIGNED_IN)],
    # The setting is off, as in production.
    "gallery:states": [get(NOBODY)],
    "gallery:state": [get(NOBODY)],
    "stay": [post(SIGNED_IN)],
    "keys": [get(SIGNED_IN), post(SIGNED_IN)],
    "reports:save-rate": [get(SEES_THE_FLOOR)],
    "reports:save-rate-csv": [get(SEES_THE_FLOOR)],
    "records:list": [get(SEES_THE_FLOOR)],
    "records:csv": [get(SEES_THE_FLOOR)],
    "records:call": [get(OF_THE_SITE, SAVED_CALL)],
    "records:correct": [post(CORRECTS, SAVED_CALL)],
    "audit:list": [get(READS_THE_AUDIT)],
    "audit:csv": [get(READS_THE_AUDIT)],
    "intake:list": [get(ADMINISTERS)],
    "intake:upload": [get(ADMINISTERS), post(ADMINISTERS)],
    "intake:run": [get(ADMINISTERS)],
    "intake:preview": [get(ADMINISTERS)],
    "intake:start": [post(ADMINISTERS)],
    "intake:stop": [post(ADMINISTERS)],
    # Nothing was refused, so there is nothing to fetch.
    "intake:refusals": [get(ADMINISTERS_NOTHING)],
    "calls:current": [get(TAKES_CALLS)],
    "calls:open": [post(TAKES_CALLS)],
    "calls:screen": [get(WHOSE_CALL_IT_IS)],
    "calls:strip": [get(WHOSE_CALL_IT_IS)],
    "calls:history": [get(WHOSE_CALL_IT_IS)],
    "calls:touch": [post(WHOSE_CALL_IT_IS)],
    "calls:resume": [post(WHOSE_CALL_IT_IS)],
    "calls:word": [get(WHOSE_CALL_IT_IS)],
    "calls:note-seen": [post(WHOSE_CALL_IT_IS)],
    "calls:opening": [post(WHOSE_CALL_IT_IS)],
    "calls:identity": [post(WHOSE_CALL_IT_IS)],
    "calls:recording": [post(WHOSE_CALL_IT_IS)],
    "calls:told": [post(WHOSE_CALL_IT_IS, what="PRICE_NOW")],
    "calls:asked": [post(WHOSE_CALL_IT_IS)],
    "calls:reason": [post(WHOSE_CALL_IT_IS)],
    "calls:notes": [post(WHOSE_CALL_IT_IS)],
    "calls:complaint-log": [post(WHOSE_CALL_IT_IS)],
    "calls:complaint-close": [post(WHOSE_CALL_IT_IS)],
    "calls:offer": [get(WHOSE_CALL_IT_IS), post(WHOSE_CALL_IT_IS)],
    "calls:preview": [post(WHOSE_CALL_IT_IS)],
    "calls:settle": [post(WHOSE_CALL_IT_IS)],
    "calls:answer": [get(WHOSE_CALL_IT_IS)],
    "calls:cancel": [get(WHOSE_CALL_IT_IS), post(WHOSE_CALL_IT_IS)],
    "calls:note-cancellation": [post(WHOSE_CALL_IT_IS)],
    "calls:undo": [post(WHOSE_CALL_IT_IS)],
    "calls:hand-over": [get(WHOSE_CALL_IT_IS), post(WHOSE_CALL_IT_IS)],
    "mine:calls": [get(TAKES_CALLS)],
    "mine:limits": [get(TAKES_CALLS)],
    "mine:take-over": [post(OF_THE_TEAM)],
    # Ann has taken it on already: whoever else of the team comes is told so.
    "mine:take": [post(OF_THE_TEAM)],
    "mine:give-back": [post(WHOSE_CALL_IT_IS)],
    "mine:ring-back": [post(OF_THE_TEAM)],
    "calls:end": [post(WHOSE_CALL_IT_IS)],
    "calls:wrap-up": [post(WHOSE_CALL_IT_IS)],
    "telephone:incoming": [get(TAKES_CALLS)],
    "telephone:queues": [get(HAS_A_SEAT)],
    "telephone:take": [post(WHOSE_CALL_IT_IS)],
    # Somebody else's signature is none.
    "telephone:pop": [get(TAKES_CALLS_BUT_THIS), post(TAKES_CALLS_BUT_THIS)],
    "telephone:line": [get(WHOSE_CALL_IT_IS)],
    "telephone:hold": [post(WHOSE_CALL_IT_IS, wanted="HELD")],
    # Whoever is signed in here is nobody there: these are opened by signatures and keys.
    "telephone:events": [post(NOT_SIGNED)],
    "api:openapi-json": [get(EVERYBODY), post(EVERYBODY)],
    "api:api-root": [get(NOBODY)],
    "api:call-open": [post(NOT_SIGNED)],
    "api:call": [get(NOT_SIGNED)],
    "api:call-hold": [post(NOT_SIGNED)],
    "api:call-resume": [post(NOT_SIGNED)],
    "api:call-transfer": [post(NOT_SIGNED)],
    "api:call-end": [post(NOT_SIGNED)],
    "customers:lookup": [get(TAKES_CALLS)],
    "customers:new": [get(TAKES_CALLS), post(TAKES_CALLS)],
    "customers:contact": [get(WHOSE_CALL_IT_IS), post(WHOSE_CALL_IT_IS)],
    "offers:approvals": [get(SEES_THE_FLOOR)],
    "offers:queue": [get(SEES_THE_FLOOR)],
    "offers:figures": [get(SEES_THE_FLOOR)],
    "offers:budgets": [get(SEES_THE_FLOOR)],
    "offers:floor": [get(SEES_THE_FLOOR)],
    "offers:count": [get(SEES_THE_FLOOR)],
    "offers:decided": [get(SEES_THE_FLOOR)],
    "offers:state": [get(OF_THE_SITE)],
    "offers:case": [get(OF_THE_SITE)],
    "offers:read": [post(OF_THE_SITE)],
    "offers:decide": [post(OF_THE_SITE)],
    "offers:pass": [post(OF_THE_SITE)],
    "offers:undo": [post(HAS_DECIDED_IT)],
    "offers:shift": [get(SEES_THE_FLOOR)],
    "offers:hand-over": [post(SEES_THE_FLOOR)],
    "offers:news": [post(SEES_THE_FLOOR)],
    "offers:news-end": [post(OF_THE_SITE)],
    "offers:note": [get(OF_THE_SITE), post(OF_THE_SITE)],
    "offers:unfinished": [get(SEES_THE_FLOOR)],
    "offers:unfinished-close": [post(OF_THE_SITE, LEFT_CALL)],
    "authority:limits": [get(SETS_AUTHORITY)],
    "authority:limit-new": [get(SETS_AUTHORITY), post(SETS_AUTHORITY)],
    "authority:limit-end": [post(SETS_AUTHORITY)],
    "authority:raise": [post(SETS_AUTHORITY, answer="confirm")],
    "authority:promotion": [post(SETS_AUTHORITY, answer="confirm")],
    "authority:explain": [get(SIGNED_IN)],
    "authority:declare": [post(SIGNED_IN)],
    "authority:line-end": [post(SETS_AUTHORITY)],
    "authority:budgets": [get(SEES_AUTHORITY)],
    "authority:budgets-csv": [get(SEES_AUTHORITY)],
    "authority:budget": [get(SEES_ITS_MONEY)],
    "authority:entries-csv": [get(SEES_ITS_MONEY)],
    "authority:budget-top-up": [post(SETS_AUTHORITY)],
    "authority:budget-lower": [post(SETS_AUTHORITY)],
    "authority:budget-transfer": [post(SETS_AUTHORITY)],
    "authority:storms": [get(SEES_AUTHORITY)],
    "authority:reserve-new": [get(SETS_AUTHORITY), post(SETS_AUTHORITY)],
    "authority:reserve-countersign": [post(SETS_AUTHORITY)],
    "authority:reserve-retire": [post(SETS_AUTHORITY)],
    "authority:storm-start": [post(STARTS_STORMS)],
    "authority:storm-end": [post(STARTS_STORMS)],
    "authority:standing-in": [get(SEES_AUTHORITY), post(SEES_AUTHORITY)],
    "authority:standing-in-end": [post(SEES_ITS_MONEY)],
    "admin:index": [get(ADMINISTERS), post(ADMINISTERS)],
    # There is one log-in page, the desk's.
    "admin:login": [get(LOGS_IN), post(LOGS_IN)],
    "admin:logout": [get(ADMINISTERS), post(ADMINISTERS)],
    "admin:jsi18n": [get(ADMINISTERS)],
    "admin:app_list": [get(ADMINISTERS), post(ADMINISTERS)],
}

# What the administrator may do with the rows of a page beyond looking at them; nobody deletes anything.
ADMIN: dict[str, set[str]] = {
    "auth_group": set(),
    "customers_auditevent": set(),
    "customers_company": {"add", "change"},
    "customers_conductpolicy": {"add"},
    "customers_intakerun": set(),
    "customers_outboxmessage": set(),
    "customers_product": {"add", "change"},
    "customers_reason": {"add", "change"},
    "customers_site": {"add", "change"},
    "customers_team": {"add", "change"},
    "customers_telephoneagent": {"add", "change"},
    "customers_telephonecall": set(),
    "customers_telephoneconnection": {"add", "change"},
    "customers_telephonekey": {"add"},
    "customers_telephoneroute": {"add", "change"},
    "offers_budgetplan": {"add", "change"},
    "offers_campaign": {"add", "change"},
    "offers_news": set(),
    "offers_offer": {"add", "change"},
    "offers_offerversion": {"add"},
    "offers_schemeversion": {"add"},
    "offers_silentnote": set(),
    "people_user": {"add", "change"},
}
# There is one company, so none can be added once it is there.
ADMIN["customers_company"].discard("add")
# Addresses without a name: Django's way from an old address of a row to its page, and whatever is not an address.
NAMELESS = {
    "admin:(<path:object_id>/)": ("/admin/customers/site/1/", ADMINISTERS),
    "admin:((?P<url>.*)$)": ("/admin/nothing-here/", "login 403 403 403 403 403 404"),
}
THINGS = {"app_label": "offers", "object_id": "0"}


def admin_rows() -> dict[str, list[Row]]:
    """The lines of every page of the administration."""
    rows: dict[str, list[Row]] = {}
    for page, may in ADMIN.items():
        name = f"admin:{page}"
        of = {"object_id": page}
        rows |= {
            f"{name}_changelist": [get(ADMINISTERS)],
            f"{name}_history": [get(ADMINISTERS, of)],
            f"{name}_add": [get(_if("add" in may)), post(_if("add" in may))],
            f"{name}_change": [get(ADMINISTERS, of), post(_if("change" in may), of)],
            f"{name}_delete": [post(REFUSED_TO_ALL, of, post="yes")],
        }
    return rows


def _if(allowed: bool) -> str:
    return ADMINISTERS if allowed else REFUSED_TO_ALL


@pytest.fixture
def world() -> Iterator[World]:
    # Every refusal would be logged with its way through the code: two thousand times what is expected here.
    logging.disable(logging.CRITICAL)
    yield make_world()
    logging.disable(logging.NOTSET)


def test_every_address_has_its_line() -> None:
    listed = ROWS.keys() | admin_rows().keys() | NAMELESS.keys()

    assert names().keys() - listed == set(), "these addresses have no line in ROWS (or ADMIN) of this file"
    assert listed - names().keys() == set(), "these lines are of addresses that are gone"


def test_every_page_of_the_administration_has_its_line() -> None:
    assert {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry} == ADMIN.keys()


SPACES = sorted({name.rpartition(":")[0] for name in ROWS})


@pytest.mark.parametrize("space", SPACES, ids=lambda space: space or "site")
def test_each_role_gets_what_its_line_says(world: World, space: str) -> None:
    asked = {name: rows for name, rows in ROWS.items() if name.rpartition(":")[0] == space}

    assert _differences(world, asked) == []


@pytest.mark.parametrize("app", sorted({page.partition("_")[0] for page in ADMIN}))
def test_administration_is_the_administrators_alone(world: World, app: str) -> None:
    make_campaign()
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        assert row is not None, f"the world has no {model.__name__}"
        world.things[f"{model._meta.app_label}_{model._meta.model_name}"] = str(row.pk)
    asked = {name: rows for name, rows in admin_rows().items() if name.startswith(f"admin:{app}_")}

    assert _differences(world, asked, others=False) == []


def test_addresses_without_a_name_are_the_administrators_too(world: World) -> None:
    for url, answers in NAMELESS.values():
        assert world.answers(url, "GET", {}).split() == answers.split(), url


def _differences(world: World, asked: dict[str, list[Row]], *, others: bool = True) -> list[str]:
    """Every answer that is not what its line says, and (`others`) whom a method lets in that no line names."""
    takes, found = names(), []
    for name, rows in asked.items():
        for row in rows:
            things = world.things | THINGS | {what: world.things[other] for what, other in row.of.items()}
            url = url_of(name, takes[name], things)
            found += _told(name, row.method, world.answers(url, row.method, row.data), row.answers)
        for method in {"GET", "POST"} - {row.method for row in rows} if others else ():
            answers = world.answers(url, method, {}).split()
            if "ok" in answers:
                found.append(f"{name} {method}: no line, but lets in {ACTORS[answers.index('ok')]}")
    return found


def _told(name: str, method: str, got: str, wanted: str) -> list[str]:
    pairs = zip(ACTORS, got.split(), wanted.split(), strict=True)
    return [f"{name} {method}: {actor} gets {now}, should get {then}" for actor, now, then in pairs if now != then]


def test_redirect_to_login_comes_back_to_where_one_wanted_to_go(world: World) -> None:
    answer = world.clients["anonymous"].get(reverse("admin:people_user_changelist"))

    assert answer.headers["Location"] == "/login/?next=/admin/people/user/"
