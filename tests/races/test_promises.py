"""Two agents reach for the same call at the same moment: one has it, the other is told."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections

from customers import call_backs, calls, handovers
from customers.models import Call, CallBack, Handover
from customers.refusals import Refused
from retention_desk.people.models import User
from tests import builders
from tests.customers.calling import open_call

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]

AGENTS = 4


def all_at_once(agents: list[User], act: Callable[[User], object]) -> list[str]:
    """What each of them gets: "done", or the code of the refusal."""
    together = Barrier(len(agents))

    def one(agent: User) -> str:
        together.wait()
        try:
            act(agent)
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(agents)) as pool:
        return sorted(pool.map(one, agents))


@pytest.fixture
def agents() -> list[User]:
    return [builders.make_agent(name) for name in ("ann", "ben", "cleo", "dan")]


def test_one_of_many_takes_a_call_over(agents: list[User]) -> None:
    first = builders.make_agent("eve")
    call_id = open_call(first, builders.make_customer())
    team = builders.make_team()
    handover_id = handovers.transfer(
        call_id=call_id, to_team_id=team.pk, to_id=None, note="", by=first.pk, role="AGENT", key=builders.new_key()
    )

    got = all_at_once(
        agents,
        lambda agent: handovers.take_over(
            handover_id=handover_id, team_id=team.pk, site_id=team.site_id, by=agent.pk, role="AGENT",
            now=builders.desk_now(), key=builders.new_key(),
        ),
    )  # fmt: skip

    assert got == ["HANDOVER_TAKEN"] * (AGENTS - 1) + ["done"]
    assert Call.objects.filter(transferred_from_id=call_id).count() == 1
    assert Handover.objects.get().taken_call_id == Call.objects.get(transferred_from_id=call_id).pk


def promised() -> CallBack:
    agent = builders.make_agent("eve")
    call_id = open_call(agent, builders.make_customer())
    at = builders.desk_now() + timedelta(hours=1)
    calls.promise_call_back(call_id=call_id, at=at, note="", by=agent.pk, role="AGENT")
    builders.close_call(Call.objects.get(pk=call_id), "CALL_BACK")
    return CallBack.objects.get()


def test_one_of_many_takes_a_call_back_on(agents: list[User]) -> None:
    one = promised()

    got = all_at_once(
        agents,
        lambda agent: call_backs.take_call_back(call_back_id=one.pk, team_id=one.team_id, by=agent.pk, role="AGENT"),
    )

    assert got == ["CALL_BACK_TAKEN"] * (AGENTS - 1) + ["done"]


def test_one_of_many_makes_a_call_back(agents: list[User]) -> None:
    one = promised()

    got = all_at_once(
        agents,
        lambda agent: call_backs.make_call_back(
            call_back_id=one.pk, team_id=one.team_id, site_id=one.call.site_id, by=agent.pk, role="AGENT",
            now=builders.desk_now(), key=builders.new_key(),
        ),
    )  # fmt: skip

    assert got == ["CALL_BACK_OVER"] * (AGENTS - 1) + ["done"]
    assert CallBack.objects.get().made_call_id == Call.objects.get(state="OPEN").pk
