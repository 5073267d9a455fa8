"""The audit's page: filters, pages by key, words, the state of the proof, CSV, and whose events a person reads."""

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from customers import audit, remarks, sealing
from customers.models import AuditEvent, AuditVerification
from offers.choices import Grade
from retention_desk.audit import queries
from retention_desk.audit.filters import AuditFilter
from retention_desk.audit.queries import Place, page_of
from retention_desk.people.models import User
from retention_desk.people.roles import ADMINISTRATOR, MANAGER
from retention_desk.reports.names import Names
from retention_desk.reports.scope import Scope
from tests.builders import make_agent, make_company, make_customer, make_site, make_team, make_user
from tests.database import DeskClock
from tests.retention_desk.scene import set_scene

pytestmark = pytest.mark.django_db

LIST = reverse("audit:list")
FILE = reverse("audit:csv")
START = datetime(2026, 11, 2, 18, 0, tzinfo=UTC)


def in_role(person: User, role: str) -> User:
    person.groups.set([Group.objects.get(name=role)])
    return person


@pytest.fixture
def max_(db: None) -> User:
    """A manager, who reads everything."""
    make_company()
    return in_role(make_agent("max", grade=Grade.MANAGER, permissions=()), MANAGER)


@pytest.fixture
def ann(db: None) -> User:
    return make_agent("ann", first_name="Ines", last_name="Falk")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def act(by: User | None, what: str = "TOLD", **other: object) -> int:
    given = {"role": "AGENT", "object_kind": "call", "object_id": 1} | other
    return audit.append(by=by.pk if by else None, act=what, **given)  # type: ignore[arg-type]


def found(client: Client, **asked: Any) -> list[int]:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200, answer.content.decode()[-3000:]
    return [line["id"] for line in answer.context["page"].lines]


def test_newest_event_stands_first_and_is_told_in_words(max_: User, ann: User) -> None:
    customer = make_customer(account_number="7755-1200-9")
    first = act(ann, "CALL_OPENED")
    second = act(
        ann, "PROPOSE", object_kind="proposal", object_id=3, customer_id=customer.pk, limit_version_id=12,
        after={"cost_minor": 9600, "months": 6, "percent": 20, "state": "PRESENTED"},
    )  # fmt: skip
    client = signed_in(max_)

    text = client.get(LIST).content.decode()

    assert found(client) == [second, first]
    for words in (
        "Presented an offer",
        "Proposal 3",
        "$96.00",
        "20%",
        "Ines Falk",
        "limit 12",
        "00-9",
        "Opened a call",
    ):
        assert words in text
    assert "PROPOSE" not in text.replace('value="PROPOSE"', "")


def test_filters_leave_only_what_they_name(max_: User, ann: User, desk_clock: DeskClock) -> None:
    ben, customer = make_agent("ben"), make_customer(account_number="7755-1200-9")
    desk_clock.set(START)
    opened = act(ann, "CALL_OPENED", call_id=41, customer_id=customer.pk)
    desk_clock.advance(timedelta(days=3))
    limit = act(ben, "LIMIT_ADDED", object_kind="limit", limit_version_id=12)
    lapsed = act(None, "LAPSE", object_kind="proposal")
    client = signed_in(max_)

    for asked, left in (
        ({"person": ann.pk}, [opened]),
        ({"person": "clock"}, [lapsed]),
        ({"act": "LIMIT_ADDED"}, [limit]),
        ({"kind": "proposal"}, [lapsed]),
        ({"account": "7755 12009"}, [opened]),
        ({"account": "nobody"}, []),
        ({"call": 41}, [opened]),
        ({"limit": 12}, [limit]),
        ({"since": "2026-11-05"}, [lapsed, limit]),
        ({"until": "2026-11-02"}, [opened]),
        ({"since": "2026-11-02", "until": "2026-11-05", "person": ben.pk}, [limit]),
    ):
        assert found(client, **asked) == left, asked


@pytest.mark.parametrize(
    "asked", [{"since": "soon"}, {"person": "999999"}, {"act": "GONE"}, {"call": "x"}, {"limit": 2**70}]
)
def test_wrong_filter_is_said_beside_its_field(max_: User, asked: dict[str, str]) -> None:
    answer = signed_in(max_).get(LIST, asked)

    assert answer.status_code == 422
    assert "Nothing was searched." in answer.content.decode()
    assert signed_in(max_).get(FILE, asked).status_code == 302


def test_pages_by_key_meet_without_gap_or_double(max_: User, ann: User, desk_clock: DeskClock) -> None:
    desk_clock.set(START)
    ids = [act(ann) for _ in range(17)]
    events = AuditEvent.objects.all()
    first = page_of(events, None, size=7)
    second = page_of(events, first.older, size=7)
    third = page_of(events, second.older, size=7)
    back = page_of(events, third.newer, size=7)

    seen = [line["id"] for page in (first, second, third) for line in page.lines]
    assert seen == sorted(ids, reverse=True)
    assert (first.newer, third.older) == (None, None)
    assert [line["id"] for line in back.lines] == [line["id"] for line in second.lines]
    place = str(second.older)
    assert Place.read(place) == second.older
    assert found(signed_in(max_), at=place) == [line["id"] for line in third.lines]


@pytest.mark.parametrize("text", ["", "older", "older:x:1", "older:2026-10-01T00:00:00:1", "up:2026-10-01T00:00:00Z:1"])
def test_broken_place_is_the_beginning(text: str) -> None:
    assert Place.read(text) is None


@pytest.mark.parametrize(
    "asked",
    [{}, {"person": "7"}, {"act": "TOLD"}, {"kind": "call"}, {"limit": "3"}, {"call": "5"}, {"since": "2026-01-01"}],
    ids=str,
)
def test_no_filter_alone_reads_the_whole_table(max_: User, asked: dict[str, str]) -> None:
    """What is shown is the beginning of a range of an index, so it does not grow with the table."""
    make_user("seven", pk=7)
    names, _proof = queries.ground(language="en")
    form = form_of(asked, names)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        lines = queries._lines(queries._before(form.narrow(AuditEvent.objects.all()), None))[:51]
        plan = lines.explain()
    assert "Index Scan" in plan
    assert "customers_auditevent" in plan
    if "call" not in asked:
        assert "Sort" not in plan.replace("Incremental Sort", "")


def form_of(asked: dict[str, str], names: Names) -> AuditFilter:
    form = AuditFilter(asked, names=names, scope=Scope(site_id=None))
    assert form.is_valid(), form.errors
    return form


def test_page_takes_three_statements(max_: User, ann: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    customer = make_customer(account_number="7755-1200-9")
    for _ in range(60):
        act(ann, customer_id=customer.pk)
    client = signed_in(max_)

    for asked in ({}, {"person": str(ann.pk), "account": "7755-1200-9"}, {"act": "LIMIT_ADDED"}):
        with django_assert_num_queries(3):
            client.get(LIST, asked)


def test_file_holds_every_event_raw_and_in_words(max_: User, ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 5)
    User.objects.filter(pk=ann.pk).update(first_name="=Ines")
    for number in range(11):
        act(ann, after={"cost_minor": 100 * number}, reason="TOO_COSTLY")
    act(max_)

    answer = signed_in(max_).get(FILE, {"person": ann.pk})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert len(rows) == 11
    assert (rows[0]["person"], rows[0]["act"], rows[0]["after"]) == ("'=Ines Falk", "TOLD", '{"cost_minor": 1000}')
    assert rows[0]["in_words"] == "Cost: $10.00"
    assert len(rows[0]["hash"]) == 64


def test_typed_reason_is_shown_as_long_as_it_is_kept(max_: User, ann: User) -> None:
    event_id = act(ann, words="Jacobus rang again")
    client = signed_in(max_)

    page, file = (client.get(LIST).content.decode(), client.get(FILE).getvalue().decode())
    assert "<q>Jacobus rang again</q>" in page
    assert "Jacobus rang again" in file

    remarks.erase(event_id=event_id, by=max_.pk, role="ADMINISTRATOR")

    page, file = (client.get(LIST).content.decode(), client.get(FILE).getvalue().decode())
    assert "<q>What was typed here has been erased.</q>" in page
    assert "Entry of the audit" in page
    assert "Jacobus" not in page + file
    assert "typed:" in file


def test_empty_audit_says_what_will_appear(max_: User) -> None:
    client = signed_in(max_)

    assert "Nothing has been done yet." in client.get(LIST).content.decode()
    assert "No event fits these filters." in client.get(LIST, {"act": "TOLD"}).content.decode()


# The proof.


def test_page_says_how_far_the_audit_is_sealed_and_proved(
    max_: User, ann: User, tmp_path: Path, settings: Settings, desk_clock: DeskClock
) -> None:
    settings.AUDIT_SIGNING_KEYS, settings.AUDIT_EXPORT_DIR = ("k" * 40,), tmp_path
    client = signed_in(max_)
    desk_clock.set(START)
    act(ann)
    before = client.get(LIST).content.decode()
    sealing.seal_moved_chains()
    call_command("verify_audit", stdout=io.StringIO())
    desk_clock.advance(timedelta(minutes=3))
    after = client.get(LIST).content.decode()

    assert "Not sealed yet" in before
    assert "Not proved yet" in before
    assert "Sealed 3 min ago" in after
    assert "Proved 3 min ago" in after
    assert "pill--warn" not in after


def test_page_warns_when_events_wait_for_their_seal(max_: User, ann: User, desk_clock: DeskClock) -> None:
    desk_clock.set(START)
    act(ann)
    desk_clock.advance(timedelta(minutes=20))

    assert "Events are waiting for their seal." in signed_in(max_).get(LIST).content.decode()


def test_page_names_what_the_proof_found(max_: User, ann: User) -> None:
    act(ann)
    faults = [{"shard": ann.pk, "seq": 3, "fault": "CHANGED"}, {"place": "FILE", "number": 9, "fault": "EDITED"}]
    AuditVerification.objects.create(verified_at=START, events=1, shards=1, seals=1, faults=faults, took_ms=5)

    text = signed_in(max_).get(LIST).content.decode()

    for words in ("The audit does not prove itself.", f"chain {ann.pk}, event 3", "seal 9", "The proof has failed"):
        assert words in text


# Whose events.


def test_only_those_who_may_read_the_audit_come_in(max_: User, ann: User) -> None:
    reader = make_agent("lou", permissions=("customers.see_record",))

    for address in (LIST, FILE):
        assert Client().get(address).status_code == 302
        assert signed_in(ann).get(address).status_code == 403
        assert signed_in(reader).get(address).status_code == 403


def test_reader_of_one_site_reads_its_people_only(max_: User, ann: User) -> None:
    west = make_team("Retention West", make_site("Reno"))
    sid = make_agent("sid", team=west)
    reader = make_agent("rita", team=west, permissions=("customers.read_audit", "customers.see_record"))
    nowhere = make_user("nora", permissions=("customers.read_audit",))
    act(ann)
    theirs = act(sid)
    client = signed_in(reader)

    assert found(client) == [theirs]
    assert client.get(LIST, {"person": ann.pk}).status_code == 422
    assert len(client.get(FILE).getvalue().decode().splitlines()) == 2
    assert signed_in(nowhere).get(LIST).status_code == 403


def test_call_is_a_link_where_its_record_may_be_read() -> None:
    scene = set_scene()
    call_id = scene.open_call()
    address = reverse("records:call", args=[call_id])
    manager = in_role(make_agent("max", team=scene.team, grade=Grade.MANAGER, permissions=()), MANAGER)
    administrator = in_role(make_user("ada", is_staff=True), ADMINISTRATOR)

    assert address in signed_in(manager).get(LIST).content.decode()
    text = signed_in(administrator).get(LIST).content.decode()
    assert address not in text
    assert f"Call {call_id}" in text
