"""A desk in use, with somebody in each role, for the pages of authority."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group
from django.test import Client

from offers import delegations, limits, storms
from offers.choices import BudgetKind, Grade
from offers.models import Delegation, LimitRaise, StormReserve
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR, AGENT, MANAGER, SUPERVISOR
from tests.builders import desk_now, make_agent, make_user, new_key
from tests.offers.in_use import allowance_of
from tests.retention_desk.scene import Scene, set_scene, signed_in


@dataclass
class Ground:
    """Ann has presented an offer; Sue supervises her, Sid another site; Greta and Max manage, Ada administers."""

    scene: Scene
    ann: User
    sue: User
    sid: User
    greta: User
    max: User
    ada: User

    def raised(self, percent: int = 30) -> LimitRaise:
        """More for agents, as Greta asks for it."""
        found = limits.new_limit_version(
            grade=Grade.AGENT, currency="USD", allowance=allowance_of(Grade.AGENT, max_percent=percent),
            why="Rivals went up", by=self.greta.pk, role="MANAGER", now=desk_now(),
        )  # fmt: skip
        assert isinstance(found, LimitRaise)
        return found

    def reserve(self, *, signed_by_two: bool = True) -> StormReserve:
        """$500 for Ann's site, and 40 % for agents."""
        reserve = storms.sign_reserve(
            site_id=self.scene.team.site_id, name="Outage", currency="USD", amount_minor=50_000,
            limits={Grade.AGENT: allowance_of(Grade.AGENT, max_percent=40)}, by=self.greta.pk, role="MANAGER",
            now=desk_now(), key=new_key(),
        )  # fmt: skip
        if signed_by_two:
            storms.countersign_reserve(reserve_id=reserve.pk, by=self.ada.pk, role="ADMINISTRATOR", now=desk_now())
        return reserve

    def storm(self) -> int:
        """The reserve in use."""
        return storms.start_storm(
            reserve_id=self.reserve().pk, hours=6, why="Ring down", by=self.sue.pk, role="SUPERVISOR", key=new_key()
        )

    def delegation(self) -> Delegation:
        """Greta lets Sue stand in for two days."""
        return delegations.give_delegation(
            of_id=self.greta.pk, to_id=self.sue.pk, starts_at=desk_now(), ends_at=desk_now() + timedelta(days=2),
            why="Holiday", by=self.greta.pk, role="MANAGER", now=desk_now(), key=new_key(),
        )  # fmt: skip


def make_ground() -> Ground:
    """Everybody in their role, and an offer presented, so that the desk is in use and its budgets are open."""
    scene = set_scene()
    ground = Ground(
        scene, _in_role(scene.ann, AGENT), _in_role(scene.sue, SUPERVISOR), _in_role(scene.sid, SUPERVISOR),
        _in_role(make_agent("greta", team=scene.team, grade=Grade.MANAGER), MANAGER),
        _in_role(make_agent("max", team=scene.team, grade=Grade.MANAGER), MANAGER),
        _in_role(make_user("ada", is_staff=True), ADMINISTRATOR),
    )  # fmt: skip
    call_id = scene.open_call()
    offer = f"/calls/{call_id}/offers/{scene.offers['discount'].pk}/"
    signed_in(ground.ann).post(offer, {"key": str(new_key()), "act": "present", "percent": 20, "months": 6})
    return ground


def browser(person: User) -> Client:
    return signed_in(person)


def _in_role(person: User, role: str) -> User:
    person.user_permissions.clear()
    person.groups.set([Group.objects.get(name=role)])
    return person


OPEN = (BudgetKind.AGENT, BudgetKind.TEAM)
