"""The world that the matrix of roles and addresses is asked in, and how an answer is read."""

import copy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from customers import call_backs, calls, handovers
from customers.choices import TelephoneEventKind
from customers.models import Call, Cancellation, IntakeRun, Subscription, Team
from customers.telephone import connections
from offers import conflicts, delegations, limits, news, notes, promotions, storms
from offers.choices import BudgetKind, Grade
from offers.models import ApprovalRequest, BudgetAccount, LimitVersion, Proposal, Seat
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR, AGENT, MANAGER, SUPERVISOR
from tests.builders import (
    close_call,
    desk_now,
    make_agent,
    make_call,
    make_complaint,
    make_customer,
    make_subscription,
    make_user,
    new_key,
)
from tests.customers.telephone.telephoning import Telephone, make_connection, make_extension
from tests.offers.builders import give_budget
from tests.offers.in_use import allowance_of
from tests.retention_desk.scene import Scene, set_scene

# Ann's it is; Sid is an agent and Olga a supervisor of another site.
ACTORS = ("anonymous", "agent", "stranger", "supervisor", "outsider", "manager", "administrator")
# What a view says that lets somebody in: a page, nothing new, a way on, or an answer to what was posted.
LET_IN = frozenset({200, 204, 302, 409, 422})
LOGIN = "/login/"


@dataclass(frozen=True)
class World:
    """Somebody in each role, and the things that addresses name."""

    clients: dict[str, Client]
    things: dict[str, Any]

    def answers(self, url: str, method: str, data: dict[str, Any]) -> str:
        """What each actor gets, in the order of `ACTORS`; whatever it did is undone."""
        found = []
        for actor in ACTORS:
            client = self.clients[actor]
            cookies = copy.deepcopy(client.cookies)
            with transaction.atomic():
                found.append(_read(getattr(client, method.lower())(url, data)))
                transaction.set_rollback(True)
            client.cookies = cookies
        return " ".join(found)


def names(resolver: URLResolver | None = None, space: str = "") -> dict[str, list[str]]:
    """Every address by name, with the names of what it takes; an address without a name is named by its pattern."""
    found: dict[str, list[str]] = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            name = f"{space}{pattern.name}" if pattern.name else f"{space}({pattern.pattern})"
            found[name] = list(pattern.pattern.converters) or list(pattern.pattern.regex.groupindex)
    return found


def make_world() -> World:
    """A desk on which everything that an address can name is there, and Ann's it is."""
    scene = set_scene()
    people = {
        "agent": _in_role(scene.ann, AGENT),
        "stranger": _in_role(scene.sid, AGENT),
        "supervisor": _in_role(scene.sue, SUPERVISOR),
        "outsider": _in_role(make_agent("olga", team=_team_of(scene.sid), grade=Grade.SUPERVISOR), SUPERVISOR),
        "manager": _in_role(_manager(scene), MANAGER),
        "administrator": _in_role(make_user("ada", is_staff=True), ADMINISTRATOR),
    }
    things = _things(scene)
    things |= _authority(scene, people["manager"], people["administrator"])
    things |= _said(scene)
    anonymous = Client(raise_request_exception=False)
    return World({"anonymous": anonymous} | {role: _browser(person) for role, person in people.items()}, things)


def url_of(name: str, takes: list[str], things: dict[str, Any]) -> str:
    """The address with the things that it takes."""
    return reverse(name, kwargs={what: things[what] for what in takes})


def _things(scene: Scene) -> dict[str, Any]:
    ann = _browser(scene.ann)
    closed = close_call(make_call(scene.ann, scene.customer))
    waiting = make_call(make_agent("cleo"), make_customer())
    Call.objects.filter(pk=waiting.pk).update(state="WRAP_UP", ended_at=desk_now())
    telephone = _telephone(scene)
    owed = _owed(scene)
    call_id = scene.open_call()
    version = scene.offers["discount"].pk
    offer = f"/calls/{call_id}/offers/{version}/"
    ann.post(offer, {"key": str(new_key()), "act": "present", "percent": 20, "months": 6})
    lines = [line.pk for line in Subscription.objects.filter(customer=scene.customer)]
    ann.post(f"/calls/{call_id}/cancel/", {"key": str(new_key()), "lines": lines[:1]})
    return (
        owed
        | {
            "call_id": call_id,
            "closed_call_id": closed.pk,
            "unfinished_call_id": waiting.pk,
            "disposition_id": closed.dispositions.get().pk,
            "customer_id": scene.customer.pk,
            "version_id": version,
            "proposal_id": Proposal.objects.get().pk,
            "complaint_id": make_complaint(scene.customer).pk,
            "cancellation_id": Cancellation.objects.get().pk,
            "request_id": _question(scene, version),
            "run_id": IntakeRun.objects.create(mapping_name="Customers").pk,
            "slug": "presented",
            "uidb64": urlsafe_base64_encode(force_bytes(scene.ann.pk)),
            "token": default_token_generator.make_token(scene.ann),
        }
        | telephone
    )


def _telephone(scene: Scene) -> dict[str, Any]:
    """A telephone system with a key, a queue, and a caller whom Ann is being rung for."""
    connection = make_connection()
    make_extension(connection, scene.ann)
    by: dict[str, Any] = {"by": scene.ann.pk, "role": "ADMINISTRATOR"}
    connections.make_key(connection_id=connection.pk, name="x", now=desk_now(), **by)
    connections.add_route(
        connection_id=connection.pk,
        kind="QUEUE",
        code="cancel",
        name="Cancel",
        team_id=scene.team.pk,
        active=True,
        **by,
    )
    rings = Telephone(connection).tell(TelephoneEventKind.RINGING, 0, agent="ann")
    return {"telephone_call_id": rings.pk, "address": connection.address}


def _owed(scene: Scene) -> dict[str, Any]:
    """A call that Dana has handed to Ann's team, and a call-back of Dana's that Ann has taken on."""
    dana = make_agent("dana", team=scene.team)
    given: dict[str, Any] = {"by": dana.pk, "role": "AGENT"}
    promised = make_call(dana, make_customer())
    at = desk_now() + timedelta(hours=2)
    calls.promise_call_back(call_id=promised.pk, at=at, note="", **given)
    close_call(promised, "CALL_BACK")
    call_back = promised.call_back
    call_backs.take_call_back(call_back_id=call_back.pk, team_id=scene.team.pk, by=scene.ann.pk, role="AGENT")
    live = make_call(dana, make_customer())
    handover = handovers.transfer(
        call_id=live.pk, to_team_id=scene.team.pk, to_id=None, note="", key=new_key(), **given
    )
    return {"call_back_id": call_back.pk, "handover_id": handover}


def _authority(scene: Scene, manager: User, administrator: User) -> dict[str, Any]:
    """A raise and a promotion that wait, a reserve in use at Ann's site, her team's budget and own account, and Sue
    standing in.
    """
    by_manager: dict[str, Any] = {"by": manager.pk, "role": "MANAGER", "now": desk_now()}
    asked = limits.new_limit_version(
        grade=Grade.AGENT, currency="USD", allowance=allowance_of(Grade.AGENT, max_percent=30), why="x", **by_manager
    )
    promotion = promotions.ask_promotion(
        user_id=scene.ann.pk, grade=Grade.SENIOR, team_id=scene.team.pk, why="x", by=manager.pk, role="MANAGER"
    )
    reserve = storms.sign_reserve(
        site_id=scene.team.site_id, name="Outage", currency="USD", amount_minor=1_000, key=new_key(),
        limits={Grade.AGENT: allowance_of(Grade.AGENT)}, **by_manager,
    )  # fmt: skip
    storms.countersign_reserve(reserve_id=reserve.pk, by=administrator.pk, role="ADMINISTRATOR", now=desk_now())
    storm = storms.start_storm(reserve_id=reserve.pk, hours=1, why="x", by=manager.pk, role="MANAGER", key=new_key())
    given = delegations.give_delegation(
        of_id=manager.pk, to_id=scene.sue.pk, starts_at=desk_now(), ends_at=desk_now() + timedelta(days=1), why="x",
        key=new_key(), **by_manager,
    )  # fmt: skip
    line = conflicts.declare_own_line(
        user_id=scene.ann.pk, account_number=make_customer().account_number, by=scene.ann.pk, role="AGENT",
        now=desk_now(), key=new_key(),
    )  # fmt: skip
    return {
        "limit_id": LimitVersion.objects.filter(grade=Grade.NEW).get().pk,
        "raise_id": asked.pk,
        "promotion_id": promotion.pk,
        "reserve_id": reserve.pk,
        "storm_id": storm,
        "delegation_id": given.pk,
        "line_id": line.pk,
        "account_id": BudgetAccount.objects.get(kind=BudgetKind.TEAM).pk,
    }


def _said(scene: Scene) -> dict[str, Any]:
    """Sue's words to Ann on her call, and to everybody of the site."""
    by_sue: dict[str, Any] = {"by": scene.sue.pk, "role": "SUPERVISOR", "key": new_key()}
    until = desk_now() + timedelta(hours=4)
    return {
        "user_id": scene.ann.pk,
        "note_id": notes.send_note(agent_id=scene.ann.pk, text="Offer the fix first", **by_sue),
        "news_id": news.post_news(
            title="Outage in the north", text="", ends_at=until, now=desk_now(), **(by_sue | {"key": new_key()})
        ),
    }


def _question(scene: Scene, version_id: int) -> int:
    """Ben, who sits beside Ann, asks for more than he may give."""
    ben, customer = make_agent("ben"), make_customer()
    make_subscription(customer)
    give_budget(BudgetKind.AGENT, ben.pk, 60_000)
    call_id = scene.open_call(by=ben, customer_id=customer.pk, phone_from=customer.phone)
    data = {"key": str(new_key()), "act": "ask", "percent": 35, "months": 3, "note": "Has a quote"}
    _browser(ben).post(f"/calls/{call_id}/offers/{version_id}/", data)
    return ApprovalRequest.objects.get().pk


def _in_role(person: User, role: str) -> User:
    person.user_permissions.clear()
    person.groups.set([Group.objects.get(name=role)])
    return person


def _team_of(person: User) -> Team | None:
    return Seat.objects.select_related("team").get(user=person).team


def _manager(scene: Scene) -> User:
    return make_agent("max", team=scene.team, grade=Grade.MANAGER)


def _browser(person: User) -> Client:
    """A browser in which somebody is signed in; an error of the desk is an answer (500) like any other."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def _read(answer: Any) -> str:
    if answer.status_code == 302 and answer.url.startswith(LOGIN):
        return "login"
    return "ok" if answer.status_code in LET_IN else str(answer.status_code)
