"""The outcome log: filters, pages by key, CSV, one call as a record, and the correction of how it ended."""

import csv
import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from customers.models import AuditEvent, Disposition
from retention_desk.people.models import User
from retention_desk.records import queries
from retention_desk.records.filters import closed_calls
from retention_desk.records.queries import Cursor, page_of
from retention_desk.reports.scope import Scope
from tests.builders import make_supervisor, new_key
from tests.retention_desk.reports.log import Log

pytestmark = pytest.mark.django_db

LIST = reverse("records:list")
FILE = reverse("records:csv")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def found(client: Client, **asked: str) -> list[str]:
    answer = client.get(LIST, asked)
    assert answer.status_code == 200
    return [line["customer__family_name"] for line in answer.context["page"].lines]


def record(log: Log, name: str) -> str:
    return reverse("records:call", args=[log.calls[name].pk])


def correct(log: Log, name: str) -> str:
    standing = log.calls[name].dispositions.get(line="", corrected_by=None)
    return reverse("records:correct", args=[log.calls[name].pk, standing.pk])


def test_log_lists_newest_first(log: Log) -> None:
    names = found(signed_in(log.greta))

    assert len(names) == 17
    assert names[:3] == ["Moreau", "Moreau", "Lopez"]


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"disposition": "PAUSED"}, ["Gruber"]),
        ({"disposition": "CANCELLED"}, ["Kaya", "Dorn", "Castro", "Brandt", "Novak"]),
        ({"since": "2026-10-30"}, ["Moreau", "Moreau"]),
        ({"until": "2026-09-30"}, ["Novak"]),
        ({"since": "2026-10-05", "until": "2026-10-06"}, ["Brandt", "Adler"]),
        ({"intent": "DISCONNECT"}, ["Brandt"]),
        ({"corrected": "on"}, ["Dorn"]),
        ({"abandoned": "on"}, []),
    ],
)
def test_filters_leave_only_what_they_name(log: Log, asked: dict[str, str], names: list[str]) -> None:
    assert found(signed_in(log.greta), **asked) == names


def test_filters_by_agent_team_reason_and_offer(log: Log) -> None:
    client = signed_in(log.greta)

    assert found(client, agent=str(log.bob.pk)) == ["Lopez"]
    assert found(client, team=str(log.bob.seat_row.team_id)) == ["Lopez"]
    assert found(client, reason=str(log.calls["Kaya 18"].reason_id)) == ["Kaya"]
    assert found(client, offer=str(log.offer.offer_id)) == ["Gruber", "Falcone", "Castro", "Adler"]


def test_wrong_filter_is_said_beside_its_field(log: Log) -> None:
    for asked in ({"since": "soon"}, {"team": "999999"}, {"disposition": "GONE"}):
        answer = signed_in(log.greta).get(LIST, asked)

        assert answer.status_code == 422
        assert answer.context["page"] is None


def test_supervisor_reads_their_site_only(log: Log) -> None:
    assert found(signed_in(log.sid)) == ["Lopez"]
    assert "Lopez" not in found(signed_in(log.sue))
    assert signed_in(log.sue).get(record(log, "Lopez 19")).status_code == 404
    assert signed_in(log.sid).get(record(log, "Lopez 19")).status_code == 200


def test_stranger_and_agent_are_kept_out(log: Log) -> None:
    for address in (LIST, FILE, record(log, "Adler 05")):
        assert Client().get(address).status_code == 302
        assert signed_in(log.ann).get(address).status_code == 403
    assert signed_in(log.ann).post(correct(log, "Adler 05")).status_code == 403


def test_call_that_is_not_there_is_not_found(log: Log) -> None:
    assert signed_in(log.greta).get(reverse("records:call", args=[10**15])).status_code == 404


def test_list_and_record_take_few_statements(log: Log, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = signed_in(log.greta)

    with django_assert_num_queries(3):
        client.get(LIST)
    with django_assert_num_queries(3):
        client.get(record(log, "Adler 05"))


def test_pages_by_key_meet_without_gap_or_double(log: Log) -> None:
    calls = closed_calls(Scope(site_id=None))
    first = page_of(calls, None, size=7)
    second = page_of(calls, first.older, size=7)
    third = page_of(calls, second.older, size=7)
    back = page_of(calls, third.newer, size=7)

    ids = [line["id"] for page in (first, second, third) for line in page.lines]
    assert len(ids) == len(set(ids)) == 17
    assert (first.newer, third.older) == (None, None)
    assert [line["id"] for line in back.lines] == [line["id"] for line in second.lines]


@pytest.mark.parametrize("text", ["", "older", "older:x:1", "older:2026-10-01T00:00:00:1", "up:2026-10-01T00:00:00Z:1"])
def test_broken_place_is_the_beginning(text: str) -> None:
    assert Cursor.read(text) is None


def test_place_survives_the_address(log: Log) -> None:
    place = Cursor(datetime(2026, 10, 5, 18, 0, 0, 123456, tzinfo=UTC), 42, newer=True)

    assert Cursor.read(str(place)) == place
    assert found(signed_in(log.greta), at=str(Cursor(datetime(2026, 9, 30, tzinfo=UTC), 1))) == ["Novak"]


def test_file_holds_every_line_and_no_formula(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 5)
    type(log.ann).objects.filter(pk=log.ann.pk).update(first_name="+Ann")

    answer = signed_in(log.greta).get(FILE)
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    assert answer["Content-Disposition"] == 'attachment; filename="calls.csv"'
    assert len(rows) == 17
    dorn = next(row for row in rows if row["customer"].endswith("Dorn"))
    assert (dorn["disposition"], dorn["corrected"], dorn["agent"]) == ("CANCELLED", "True", "'+Ann Holt")


def test_file_of_a_wrong_filter_leads_to_the_list(log: Log) -> None:
    answer = signed_in(log.greta).get(FILE, {"since": "soon"})

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{LIST}?since=soon")


def test_record_shows_offer_limit_cancellation_and_audit(log: Log) -> None:
    accepted = signed_in(log.greta).get(record(log, "Castro 07")).content.decode()
    cancelled = signed_in(log.greta).get(record(log, "Castro 09")).content.decode()

    for words in ("Internet loyalty discount", "20% for 6 months", "$96.00", "Limit ", "Presented an offer", "Castro"):
        assert words in accepted
    for words in (f"Q{log.calls['Castro 09'].pk:09d}", "not sent yet", "Nothing was offered on this call."):
        assert words in cancelled


def test_supervisor_reads_the_record_without_the_audit(log: Log) -> None:
    page = signed_in(log.sue).get(record(log, "Castro 07")).content.decode()

    assert "Presented an offer" not in page
    assert "Internet loyalty discount" in page


def test_correction_adds_a_row_and_keeps_what_was(log: Log) -> None:
    client = signed_in(log.greta)
    said = {"kind": "SAVED_WITHOUT", "why": "He called back at once", "key": str(new_key())}
    address = correct(log, "Jensen 17")

    first, again = client.post(address, said), client.post(address, said)

    assert first.status_code == again.status_code == 302
    rows = Disposition.objects.filter(call=log.calls["Jensen 17"]).order_by("id")
    assert [row.kind for row in rows] == ["DROPPED", "SAVED_WITHOUT"]
    assert AuditEvent.objects.filter(act="DISPOSITION_CORRECTED", call_id=log.calls["Jensen 17"].pk).count() == 1
    page = client.get(record(log, "Jensen 17")).content.decode()
    assert "He called back at once" in page
    assert "Call dropped" in page


def test_correction_says_why_and_changes_something(log: Log) -> None:
    client = signed_in(log.greta)

    for said, status in (
        ({"kind": "SAVED_WITHOUT", "why": " ", "key": str(new_key())}, 422),
        ({"kind": "NOTHING", "why": "x", "key": str(new_key())}, 422),
        ({"kind": "DROPPED", "why": "the same", "key": str(new_key())}, 409),
    ):
        assert client.post(correct(log, "Jensen 17"), said).status_code == status
    assert Disposition.objects.filter(call=log.calls["Jensen 17"]).count() == 1


def test_correction_needs_its_right_and_the_right_call(log: Log) -> None:
    said = {"kind": "SAVED_WITHOUT", "why": "x", "key": str(new_key())}
    looker = make_supervisor("lou", team=log.ann.seat_row.team, permissions=("customers.see_record",))
    other = log.calls["Adler 05"].dispositions.get(line="", corrected_by=None).pk

    assert signed_in(looker).post(correct(log, "Jensen 17"), said).status_code == 403
    assert signed_in(log.sid).post(correct(log, "Jensen 17"), said).status_code == 404
    mixed = reverse("records:correct", args=[log.calls["Jensen 17"].pk, other])
    assert signed_in(log.greta).post(mixed, said).status_code == 404
    assert signed_in(log.greta).get(correct(log, "Jensen 17")).status_code == 405
    assert "Correct this" not in signed_in(looker).get(record(log, "Jensen 17")).content.decode()
