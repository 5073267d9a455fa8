"""A desk in full use for the screens: a small demo of a year, and what only an hour of work brings about.

It is laid out once a file and only looked at, so that every screen has a believable, filled table to show.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.tokens import default_token_generator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright._impl._api_structures import SetCookieParam

from customers import calls, handovers
from customers.choices import CallerRole, DispositionKind, IntakeState, OpeningIntent, TelephoneEventKind
from customers.dispositions import correct_disposition
from customers.intake import uploads
from customers.intake.tasks import run_intake
from customers.models import Call, Customer, Reason, Team, TelephoneConnection
from customers.opening import open_call
from customers.telephone import connections
from offers import conflicts, news, notes, promotions, storms
from offers.choices import BudgetKind, Grade
from offers.models import BudgetAccount, Proposal, Seat, StormReserve
from retention_desk.demo.load import load
from retention_desk.people.models import User
from tests.builders import close_call, desk_now, make_call, new_key
from tests.customers.intake.desk import GOOD, MAPPING
from tests.customers.telephone.telephoning import Telephone, make_connection, make_extension
from tests.journeys.stage import cookie_of
from tests.offers.in_use import allowance_of

SCALE, SEED = 0.04, 7
MARISOL = "4471-0926-3"
# Who looks: by role, and two agents in the midst of something. Nobody is `nobody`.
PEOPLE = {
    "agent": "ines",
    "on-call": "samira",
    "rung": "paloma",
    "supervisor": "tobias",
    "manager": "greta",
    "administrator": "admin",
}


@dataclass(frozen=True)
class Filled:
    """Cookies of whoever looks, by who that is, and the things that addresses name."""

    cookies: Mapping[str, SetCookieParam]
    things: Mapping[str, Any]
    telephone: TelephoneConnection
    ringing: str
    """The telephone system's own id of the call that rings."""


def fill() -> Filled:
    """Lay it out on an empty database. Commits."""
    load(scale=SCALE, seed=SEED, now=desk_now(), say=lambda _text: None)
    people = {user.username: user for user in User.objects.all()}
    team_id = Seat.objects.get(user=people["ines"]).team_id
    things: dict[str, Any] = {"user_id": people["ines"].pk, "person": people["jun"].pk, "app_label": "offers"}
    _calls_of_today(people["ines"])
    things["closed_call_id"] = _corrected(people["greta"])
    _authority(people, things)
    _owed(people["nils"], team_id)
    things["call_id"] = _on_call(people["samira"])
    things["found_id"] = Customer.objects.get(account_number=MARISOL).pk
    things["customer_id"] = Call.objects.get(pk=things["call_id"]).customer_id
    _said(people)
    things |= _intakes(people["admin"])
    telephone, rings = _telephone(people)
    things |= _ways_in(people["ines"])
    things |= _administration()
    cookies = {who: cookie_of(people[name]) for who, name in PEOPLE.items()}
    return Filled(cookies, things, telephone, rings)


def _calls_of_today(ines: User) -> None:
    """Five calls of Ines, ended in five ways."""
    customers = iter(Customer.objects.filter(left_on=None, staff_line=False).order_by("pk")[20:30])
    reasons = iter(Reason.objects.filter(parent=None, offers_allowed=True).order_by("pk"))
    for kind in ("CANCELLED", "CALL_BACK", "NO_CANCEL_INTENT", "DROPPED", "SAVED_WITHOUT"):
        call = make_call(ines, next(customers), reason=next(reasons), monthly_bill_minor=12_000)
        close_call(call, kind)


def _corrected(greta: User) -> int:
    """A call of the year that an offer had saved, as it was thought."""
    call = Proposal.objects.filter(state="ACCEPTED").latest("pk").call
    correct_disposition(
        disposition_id=call.dispositions.get(line="", corrected_by=None).pk, kind=DispositionKind.SAVED_WITHOUT,
        why="The customer rang again and did not want the discount", by=greta.pk, role="MANAGER", key=new_key(),
    )  # fmt: skip
    found: int = call.pk
    return found


def _owed(nils: User, team_id: int | None) -> None:
    """A call that Nils has handed to the team, who still has the customer on the line."""
    live = make_call(nils, Customer.objects.filter(left_on=None).order_by("pk")[31])
    note = "Wants to speak to somebody who knows fibre"
    assert team_id is not None
    handovers.transfer(
        call_id=live.pk, to_team_id=team_id, to_id=None, note=note, key=new_key(), by=nils.pk, role="AGENT"
    )


def _on_call(samira: User) -> int:
    """Samira is talking to somebody whom she has checked."""
    customer = Customer.objects.filter(left_on=None, staff_line=False).order_by("pk")[32]
    seat = Seat.objects.select_related("team").get(user=samira)
    assert seat.team is not None
    call_id = open_call(
        customer_id=customer.pk, phone_from=customer.phone, caller_role=CallerRole.HOLDER,
        opening_intent=OpeningIntent.DISCONNECT, team_id=seat.team.pk, site_id=seat.team.site_id, by=samira.pk,
        role="AGENT", now=desk_now(), key=new_key(),
    )  # fmt: skip
    checks = ["PIN", "BIRTH_DATE"]
    calls.check_identity(call_id=call_id, checks=checks, passed=True, by=samira.pk, role="AGENT")
    return call_id


def _authority(people: Mapping[str, User], things: dict[str, Any]) -> None:
    """A storm that is on, a reserve that one has signed, a promotion that waits, an account of one's own."""
    greta = people["greta"]
    site_id = Team.objects.get(seats__user=people["tobias"]).site_id
    by: dict[str, Any] = {"by": greta.pk, "role": "MANAGER"}
    reserve = StormReserve.objects.get(site_id=site_id)
    storms.start_storm(reserve_id=reserve.pk, hours=6, why="The ring in the north is down", key=new_key(), **by)
    storms.sign_reserve(
        site_id=site_id, name="Price rise of December", currency="USD", amount_minor=400_000, now=desk_now(),
        limits={Grade.AGENT: allowance_of(Grade.AGENT, max_percent=40)}, key=new_key(), **by,
    )  # fmt: skip
    promotions.ask_promotion(
        user_id=people["jun"].pk, grade=Grade.AGENT, team_id=people["jun"].seat_row.team_id,
        why="Has learnt fast", **by,
    )  # fmt: skip
    account = Customer.objects.filter(left_on=None, staff_line=False).order_by("pk")[40].account_number
    conflicts.declare_own_line(
        user_id=people["jun"].pk, account_number=account, by=people["jun"].pk, role="AGENT", now=desk_now(),
        key=new_key(),
    )  # fmt: skip
    things["account_id"] = BudgetAccount.objects.filter(kind=BudgetKind.TEAM).latest("starts_on").pk
    things["reserve_id"] = reserve.pk


def _said(people: Mapping[str, User]) -> None:
    """A silent note to Samira, and news for everybody of the site."""
    by: dict[str, Any] = {"by": people["tobias"].pk, "role": "SUPERVISOR"}
    notes.send_note(agent_id=people["samira"].pk, text="Offer the fix first", key=new_key(), **by)
    for title, text, hours in (
        ("Outage in the north", "Technicians are on their way; credits up to $20 without asking.", 4),
        ("Price of sports channels rises in January", "", 72),
    ):
        news.post_news(
            title=title, text=text, ends_at=desk_now() + timedelta(hours=hours), now=desk_now(), key=new_key(), **by
        )


def _intakes(administrator: User) -> dict[str, Any]:
    """One that only waits to be started, and one that is done but for two rows."""
    made = {}
    for name, rows in (("done_run_id", GOOD + "A-3,Al,Ek,forty\nA-4,Yu,Ono,-3\n"), ("run_id", GOOD + "A-5,Al,Ek,x\n")):
        file = SimpleUploadedFile("customers.csv", rows.encode())
        made[name] = uploads.take(
            uploads=[file], mapping_name="map.toml", mapping=MAPPING, strict=False, by=administrator.pk
        )
    done = made["done_run_id"]
    assert uploads.start(run_id=done, ring=lambda _run: None)
    assert run_intake(done) == IntakeState.DONE
    return made


def _telephone(people: Mapping[str, User]) -> tuple[TelephoneConnection, str]:
    """A telephone system with a key and a queue. It rings for Paloma, and somebody waits for whoever is free."""
    team = people["paloma"].seat_row.team
    assert team is not None
    system = make_connection(site=team.site)
    by: dict[str, Any] = {"by": people["admin"].pk, "role": "ADMINISTRATOR"}
    make_extension(system, people["paloma"])
    connections.make_key(connection_id=system.pk, name="Telephone system of Fresno", now=desk_now(), **by)
    connections.add_route(
        connection_id=system.pk, kind="QUEUE", code="cancel", name="Cancel line", team_id=team.pk, active=True, **by
    )
    marisol = Customer.objects.get(account_number=MARISOL)
    begun_at = desk_now() - timedelta(seconds=20)
    rings = Telephone(system, begun_at=begun_at, facts={"number": marisol.phone, "queue": "cancel"})
    rings.tell(TelephoneEventKind.RINGING, 0, agent="paloma")
    waits = Telephone(system, begun_at=begun_at, facts={"number": "+15595550177", "queue": "cancel"})
    waits.tell(TelephoneEventKind.RINGING, 0)
    return system, rings.call_id


def _ways_in(ines: User) -> dict[str, Any]:
    """What a letter about a forgotten password leads to."""
    return {
        "uidb64": urlsafe_base64_encode(force_bytes(ines.pk)),
        "token": default_token_generator.make_token(ines),
    }


def _administration() -> dict[str, Any]:
    """A row of every page of the administration."""
    found = {}
    for model in admin.site._registry:
        row = model._default_manager.order_by("pk").first()
        assert row is not None, f"the filled desk has no {model.__name__}"
        found[f"{model._meta.app_label}_{model._meta.model_name}"] = str(row.pk)
    return found
