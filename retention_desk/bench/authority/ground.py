"""The desk that authorisations are measured on: agents with a call each, customers, offers, budgets, sessions.

Made as the owner from rows of the demo, in numbers. Each agent has one open call and one customer, as on a desk, so a
run authorises at most once for each of them; what it has left behind is then cleared away (`clearing`).
"""

import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from customers import calls
from customers.choices import CallerRole, OpeningIntent
from customers.models import Call, CallEvent, Customer, Site, Team
from customers.queries import call_sheet
from offers import authorisation
from offers.authorisation import Proposed
from offers.ledger import Door
from offers.models import Campaign, OfferVersion, Seat
from offers.terms import Terms
from retention_desk.bench import data
from retention_desk.bench.authority.rows import copy, reserve
from retention_desk.people.models import Session, User
from retention_desk.people.sessions import SessionStore

AGENT, SUPERVISOR = "AGENT", "SUPERVISOR"
LANGUAGE = "en"
TEAM_SIZE = 12
SUPERVISORS = 32
PLENTY = 10**12
# Offers by the campaign that pays for them: none, one counter, sixteen, and two that run out.
SPREAD, HOT, SPLIT, LAST_HOT, LAST_SPLIT = "BENCH-SPREAD", "BENCH-HOT", "BENCH-SPLIT", "BENCH-LAST", "BENCH-LAST-SPLIT"
PARTS = {HOT: 1, SPLIT: 16, LAST_HOT: 1, LAST_SPLIT: 16}
# What a campaign has that runs out; the odd cents are so that its last coins lie in no offer's steps.
RUNS_OUT_AT, ODD, RUNS_OUT_AN_AGENT = 200_000, 13, 1_000


class Captured(Exception):
    """Carries what a door of the ledger was about to be handed; raised in place of the call."""

    def __init__(self, facts: dict[str, Any]) -> None:
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything is. Agent number n has the user `first_user + n` and the call `first_call + n`.

    The first `agents` work where neither team nor site has a budget; the `house` after them where both do. The two
    after those are the ones whose offers the past is made of.
    """

    agents: int
    house: int
    first_user: int
    first_call: int
    first_supervisor: int
    first_customer: int
    versions: dict[str, int]
    sessions: list[str]
    supervisor_sessions: list[str]
    facts: dict[str, dict[str, Any]]

    @property
    def everybody(self) -> int:
        """How many agents there are, the past's two included."""
        return self.agents + self.house + 2


def lay(*, agents: int, house: int, customers: int) -> Ground:
    """Fill a database that has the demo. As many customers beyond those of the agents have a past (`past`)."""
    everybody = agents + house + 2
    with connections["owner"].cursor() as cursor:
        data.fill(cursor, customers=customers + everybody)
        first_customer = _live_customers(cursor, everybody)
        plain, open_house = _sites(cursor)
        teams = _teams(cursor, plain, open_house, agents, house + 2)
        first_user = _people(cursor, "ines", "bench", everybody, lambda n: teams[n // TEAM_SIZE])
        first_supervisor = _people(cursor, "tobias", "bench-supervisor", SUPERVISORS, lambda _: teams[0])
        versions = _offers(cursor, min(RUNS_OUT_AT, RUNS_OUT_AN_AGENT * agents) + ODD)
        _scheme(cursor)
        _budgets(cursor, first_user, everybody, first_supervisor, open_house, teams[-(-agents // TEAM_SIZE) :])
    first_call = _calls(first_user, first_customer, everybody)
    ground = Ground(
        agents=agents,
        house=house,
        first_user=first_user,
        first_call=first_call,
        first_supervisor=first_supervisor,
        first_customer=first_customer,
        versions=versions,
        sessions=_sessions(first_user, agents),
        supervisor_sessions=_sessions(first_supervisor, SUPERVISORS),
        facts={},
    )
    for code in (SPREAD, HOT, SPLIT):
        ground.facts[code] = captured("authorise_proposal", partial(propose, ground, 0, code))
    ground.facts["ask"] = captured("ask_approval", lambda: ask(ground, 0))
    _customer_budgets(ground)
    return ground


def propose(ground: Ground, number: int, code: str, terms: Terms | None = None) -> Proposed:
    """One authorisation through the domain, as the agent's screen does it: the sheet is read, ruled on, acted on."""
    by, now = ground.first_user + number, timezone.now()
    sheet = call_sheet(call_id=ground.first_call + number, by=by, language=LANGUAGE)
    return authorisation.propose(
        sheet=sheet,
        version_id=ground.versions[code],
        terms=terms or default_terms(ground, code),
        by=by,
        role=AGENT,
        now=now,
        language=LANGUAGE,
        key=uuid.uuid4(),
    )


def ask(ground: Ground, number: int) -> Proposed:
    """A question to a supervisor: thirty per cent are more than these agents may give."""
    by, now = ground.first_user + number, timezone.now()
    usual = default_terms(ground, SPLIT)
    sheet = call_sheet(call_id=ground.first_call + number, by=by, language=LANGUAGE)
    return authorisation.ask(
        sheet=sheet,
        version_id=ground.versions[SPLIT],
        terms=Terms(kind=usual.kind, currency=usual.currency, percent=30, months=3),
        note="",
        by=by,
        role=AGENT,
        now=now,
        language=LANGUAGE,
        key=uuid.uuid4(),
    )


_TERMS: dict[int, Terms] = {}


def default_terms(ground: Ground, code: str) -> Terms:
    """The terms that the offer is first shown with."""
    version_id = ground.versions[code]
    if version_id not in _TERMS:
        sheet = call_sheet(call_id=ground.first_call, by=ground.first_user, language=LANGUAGE)
        drawn = authorisation.preview(
            sheet=sheet,
            version_id=version_id,
            terms=None,
            by=ground.first_user,
            now=timezone.now(),
            language=LANGUAGE,
        )
        _TERMS[version_id] = drawn.listed.terms
    return _TERMS[version_id]


def captured(door: Door, act: Callable[[], object]) -> dict[str, Any]:
    """What `act` would have handed to that door of the ledger; nothing is written."""

    def stop(execute: Callable[..., Any], text: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if f"{door}(" in str(text):
            raise Captured(dict(values[0].obj))
        return execute(text, values, many, context)

    try:
        with connection.execute_wrapper(stop):
            act()
    except Captured as caught:
        return caught.facts
    raise AssertionError(f"{door} was never called")


def _live_customers(cursor: CursorWrapper, count: int) -> int:
    """Customers alike, one product each, whose ids follow one another; the first of them."""
    source = Customer.objects.filter(account_number__endswith="-B").order_by("pk")[40].pk
    line = Customer.objects.get(pk=source).subscriptions.order_by("pk")[0].pk
    first = reserve(cursor, "customers_customer", count)
    copy(
        cursor, "customers_customer", source, count=count, id="%s + n", values=[first],
        account_number="'BENCH-' || lpad(n::text, 9, '0')", email="'live' || n || '@example.com'",
        customer_since="current_date - 900", paid_until="current_date + 9",
    )  # fmt: skip
    lines = reserve(cursor, "customers_subscription", count)
    copy(
        cursor, "customers_subscription", line, count=count, id="%s + n", customer_id="%s + n", values=[lines, first],
        started_on="current_date - 900",
    )  # fmt: skip
    return first


def _sites(cursor: CursorWrapper) -> tuple[int, int]:
    """A site whose teams have no budgets, and one where all have; days begin at midnight UTC."""
    first = reserve(cursor, "customers_site", 2)
    source = Site.objects.order_by("pk")[0].pk
    copy(
        cursor, "customers_site", source, count=2, id="%s + n", name="'Bench ' || n", time_zone="'UTC'", values=[first]
    )
    return first, first + 1


def _teams(cursor: CursorWrapper, plain: int, open_house: int, agents: int, house: int) -> list[int]:
    """Teams of twelve; those of the second site begin after the last of the first."""
    counts = {plain: -(-agents // TEAM_SIZE), open_house: -(-house // TEAM_SIZE)}
    source = Team.objects.order_by("pk")[0].pk
    teams: list[int] = []
    for site, count in counts.items():
        first = reserve(cursor, "customers_team", count)
        copy(
            cursor, "customers_team", source, count=count, id="%s + n", site_id="%s::bigint",
            name="'Bench team ' || %s || '.' || n", values=[first, site, site],
        )  # fmt: skip
        teams += range(first, first + count)
    return teams


def _people(cursor: CursorWrapper, like: str, name: str, count: int, team_of: Callable[[int], int]) -> int:
    """So many more people like one of the demo's, with their role and a seat; the first of them."""
    source = User.objects.get(username=like)
    first = reserve(cursor, "people_user", count)
    copy(
        cursor, "people_user", source.pk, count=count, id="%s + n", username="%s || '-' || n", email="''",
        last_name="n::text", values=[first, name],
    )  # fmt: skip
    role = Group.objects.get(user=source)
    cursor.execute(
        "INSERT INTO people_user_groups (user_id, group_id) SELECT %s + n, %s FROM generate_series(0, %s - 1) n",
        [first, role.pk, count],
    )
    seat = Seat.objects.get(user=source)
    seats = reserve(cursor, "offers_seat", count)
    copy(
        cursor, "offers_seat", seat.pk, count=count, id="%s + n", user_id="%s + n", duty="'READY'",
        values=[seats, first],
    )  # fmt: skip
    cursor.executemany(
        "UPDATE offers_seat SET team_id = %s WHERE user_id = %s",
        [(team_of(number), first + number) for number in range(count)],
    )
    return first


def _offers(cursor: CursorWrapper, runs_out_at: int) -> dict[str, int]:
    """An offer for each campaign: a percentage that never runs out, and a credit that does."""
    versions = {}
    for code in (SPREAD, HOT, SPLIT, LAST_HOT, LAST_SPLIT):
        like = "GOODWILL" if code in (LAST_HOT, LAST_SPLIT) else "INTERNET-PERCENT"
        source = OfferVersion.objects.select_related("offer").get(offer__code=like)
        offer = reserve(cursor, "offers_offer", 1)
        copy(cursor, "offers_offer", source.offer_id, count=1, id="%s::bigint", code="%s::text", values=[offer, code])
        campaign = None
        if code in PARTS:
            campaign = reserve(cursor, "offers_campaign", 1)
            like_campaign = Campaign.objects.order_by("pk")[0].pk
            copy(
                cursor, "offers_campaign", like_campaign, count=1, id="%s::bigint", code="%s::text", name="%s::text",
                values=[campaign, code, code],
            )  # fmt: skip
            amount = PLENTY if code in (HOT, SPLIT) else runs_out_at
            _plan(cursor, "CAMPAIGN", campaign, 1, amount, PARTS[code])
        versions[code] = reserve(cursor, "offers_offerversion", 1)
        copy(
            cursor, "offers_offerversion", source.pk, count=1, id="%s::bigint", offer_id="%s::bigint",
            campaign_id="%s::bigint", eligibility="'{}'::jsonb", values=[versions[code], offer, campaign],
        )  # fmt: skip
    return versions


def _scheme(cursor: CursorWrapper) -> None:
    """The same rules with questions and holds that outlive the measuring; nobody takes a decision back."""
    cursor.execute("SELECT id FROM offers_schemeversion ORDER BY valid_from DESC LIMIT 1")
    source = int(cursor.fetchone()[0])
    copy(
        cursor, "offers_schemeversion", source, count=1, id="%s::bigint", valid_from="desk_now()",
        approval_seconds="32000", hold_minutes="10000", values=[reserve(cursor, "offers_schemeversion", 1)],
    )  # fmt: skip


def _budgets(
    cursor: CursorWrapper, first_user: int, everybody: int, first_supervisor: int, site: int, teams: list[int]
) -> None:
    """Plenty for everybody who has a budget, opened for this month."""
    _plan(cursor, "AGENT", first_user, everybody, PLENTY, 1)
    _plan(cursor, "APPROVER", first_supervisor, SUPERVISORS, PLENTY, 1)
    _plan(cursor, "TEAM", teams[0], len(teams), PLENTY, 1)
    _plan(cursor, "SITE", site, 1, PLENTY, 8)
    _totals(cursor, first_user, everybody)


def _totals(cursor: CursorWrapper, first_user: int, everybody: int) -> None:
    """What the agents' limit allows in a day, a week and a month has been drawn on before; supervisors' has no end."""
    cursor.execute(
        """SELECT count(budget_open('LIMIT', %s + n, 'USD', l.period, b.starts_on, b.ends_on,
                      coalesce(l.cost, 1000000000000000), 1, l.most))
           FROM offers_limitversion v
           CROSS JOIN LATERAL (VALUES ('DAY', v.day_cost_minor, v.day_count::int),
                                      ('WEEK', v.week_cost_minor, v.week_count::int),
                                      ('MONTH', v.month_cost_minor, v.month_count::int)) AS l (period, cost, most)
           CROSS JOIN LATERAL budget_period(l.period, (desk_now() AT TIME ZONE 'UTC')::date) AS b
           CROSS JOIN generate_series(0, %s - 1) AS n
           WHERE v.id = limit_in_force(%s, 'USD') AND (l.cost IS NOT NULL OR l.most IS NOT NULL)""",
        [first_user, everybody, first_user],
    )
    cursor.execute("ALTER TABLE offers_limitversion DISABLE TRIGGER USER")
    cursor.execute(
        """UPDATE offers_limitversion SET day_cost_minor = NULL, week_cost_minor = NULL, month_cost_minor = NULL,
               day_count = NULL, week_count = NULL, month_count = NULL WHERE grade = 'SUPERVISOR'"""
    )
    cursor.execute("ALTER TABLE offers_limitversion ENABLE TRIGGER USER")


def _plan(cursor: CursorWrapper, kind: str, first: int, count: int, amount: int, parts: int) -> None:
    cursor.execute(
        "INSERT INTO offers_budgetplan (kind, owner_id, currency, period, amount_minor, parts)"
        " SELECT %s, %s + n, 'USD', 'MONTH', %s, %s FROM generate_series(0, %s - 1) n",
        [kind, first, amount, parts, count],
    )
    cursor.execute(
        "SELECT count(budget_for(%s, %s + n, 'USD', (desk_now() AT TIME ZONE 'UTC')::date))"
        " FROM generate_series(0, %s - 1) n",
        [kind, first, count],
    )


def _customer_budgets(ground: Ground) -> None:
    """Every customer's twelve months have begun, as they have for who was given something before."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT count(budget_open('CUSTOMER', %s + n, 'USD', 'YEAR', (desk_now() AT TIME ZONE 'UTC')::date - 30,"
            " (desk_now() AT TIME ZONE 'UTC')::date + 335,"
            " customer_ceiling(%s + n, 'USD', (desk_now() AT TIME ZONE 'UTC')::date)))"
            " FROM generate_series(0, %s - 1) n",
            [ground.first_customer, ground.first_customer, ground.everybody],
        )


def _calls(first_user: int, first_customer: int, count: int) -> int:
    """One call opened by hand, identity checked; the others like it."""
    seat = Seat.objects.select_related("team").get(user_id=first_user)
    assert seat.team is not None
    source = calls.open_call(
        customer_id=first_customer,
        phone_from="",
        caller_role=CallerRole.HOLDER,
        opening_intent=OpeningIntent.CHEAPER,
        team_id=seat.team.pk,
        site_id=seat.team.site_id,
        by=first_user,
        role=AGENT,
        now=datetime.now(UTC),
        key=uuid.uuid4(),
    )
    calls.check_identity(call_id=source, checks=["PIN"], passed=True, by=first_user, role=AGENT)
    with connections["owner"].cursor() as cursor:
        # The ids after this one, so that the number of an agent gives the id of the call.
        if reserve(cursor, "customers_call", count) != source + 1:
            raise RuntimeError("somebody else opened a call")
        place = "(SELECT {} FROM offers_seat s JOIN customers_team m ON m.id = s.team_id WHERE s.user_id = %s + 1 + n)"
        copy(
            cursor, "customers_call", source, count=count - 1, id="%s + n", customer_id="%s + n", agent_id="%s + n",
            team_id=place.format("s.team_id"), site_id=place.format("m.site_id"),
            values=[source + 1, first_customer + 1, first_user + 1, first_user, first_user],
        )  # fmt: skip
        for event in CallEvent.objects.filter(call_id=source).order_by("pk"):
            first = reserve(cursor, "customers_callevent", count)
            copy(
                cursor, "customers_callevent", event.pk, count=count - 1, id="%s + n", call_id="%s + n", by_id="%s + n",
                values=[first, source + 1, first_user + 1],
            )  # fmt: skip
    assert Call.objects.filter(agent_id__gte=first_user, agent_id__lt=first_user + count).count() == count
    return source


def _sessions(first_user: int, count: int) -> list[str]:
    """Signed in: a session a person, as signing in makes it but for the password. Their keys, in order."""
    store, backend = SessionStore(), "django.contrib.auth.backends.ModelBackend"
    people = User.objects.filter(pk__gte=first_user, pk__lt=first_user + count).order_by("pk")
    rows = [
        Session(
            session_key=secrets.token_hex(16),
            session_data=store.encode(
                {
                    SESSION_KEY: str(person.pk),
                    BACKEND_SESSION_KEY: backend,
                    HASH_SESSION_KEY: person.get_session_auth_hash(),
                }
            ),
            expire_date=timezone.now() + timedelta(days=2),
            user_id=person.pk,
        )
        for person in people
    ]
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]
