"""The administrator's page: upload, look, start, watch, stop, fetch; and everybody else stays out."""

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from customers.intake import files, runs, uploads
from customers.intake.tasks import run_intake
from customers.models import Customer, IntakeRun
from retention_desk.people.models import User
from tests.builders import make_user
from tests.customers.intake.desk import GOOD, MAPPING
from tests.retention_desk.scene import signed_in

Owner = psycopg.Cursor[tuple[object, ...]]

pytestmark = pytest.mark.django_db(transaction=True)

BAD = GOOD + "A-3,Al,Ek,forty\nA-4,=cmd,Ek,-1\n"


@pytest.fixture
def ada() -> Client:
    return signed_in(make_user("ada", permissions=("customers.run_intake",)))


@pytest.fixture(autouse=True)
def _no_files_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)


def upload(client: Client, *contents: str, mapping: str = MAPPING, **other: str) -> Any:
    given = [SimpleUploadedFile(f"rows{n}.csv", one.encode(), "text/csv") for n, one in enumerate(contents)]
    return client.post(
        "/intake/new/", {"sources": given, "mapping": SimpleUploadedFile("map.toml", mapping.encode()), **other}
    )


def uploaded(client: Client, *contents: str, **other: str) -> int:
    answer = upload(client, *contents, **other)
    assert answer.status_code == 302, answer.content.decode()
    return int(answer.url.split("/")[2])


def rung(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keep the bell from ringing a worker that is not there."""
    asked: list[int] = []
    monkeypatch.setattr(run_intake, "delay", asked.append)
    return asked


def test_an_empty_list_says_what_to_do(ada: Client) -> None:
    page = ada.get("/intake/").content.decode()

    assert "Nothing has been brought in yet." in page
    assert "/intake/new/" in page


def test_upload_offers_the_shipped_examples(ada: Client) -> None:
    page = ada.get("/intake/new/").content.decode()

    assert "IBM Telco customer churn" in page
    assert 'value="example:comcast-complaints"' in page


def test_the_first_rows_are_shown_as_mapped_with_their_problems(ada: Client) -> None:
    run_id = uploaded(ada, BAD)

    answer = ada.get(f"/intake/{run_id}/preview/")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Internet 55.50" in page
    assert "This is not an amount in USD" in page
    assert "Bring all rows in" in page
    assert Customer.objects.count() == 0


def test_no_more_than_twenty_rows_are_shown(ada: Client) -> None:
    rows = "id,given,family,price\n" + "".join(f"A-{n},a,b,1\n" for n in range(50))
    run_id = uploaded(ada, rows)

    shown = uploads.show(run_id=run_id, now=timezone.now())

    assert [len(table.rows) for table in shown.tables] == [20]


def test_files_that_do_not_fit_are_told_in_place(ada: Client) -> None:
    run_id = uploaded(ada, "a,b\n1,2\n")

    answer = ada.get(f"/intake/{run_id}/preview/")

    assert answer.status_code == 422
    assert "there is no column “id”" in answer.content.decode()
    assert "Bring all rows in" not in answer.content.decode()


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ("currency = ", "is not valid TOML"),
        (MAPPING.replace("given_name", "given_nmae"), "“given_nmae” is not known in customer"),
        ("title = 'x'", "says neither what a customer is"),
    ],
)
def test_a_wrong_mapping_is_told_in_place_and_keeps_nothing(ada: Client, mapping: str, told: str) -> None:
    answer = upload(ada, GOOD, mapping=mapping)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert IntakeRun.objects.count() == 0


def test_without_files_or_mapping_the_form_says_so(ada: Client) -> None:
    answer = ada.post("/intake/new/", {})

    assert answer.status_code == 422
    assert "Choose a mapping, or upload one." in answer.content.decode()
    assert "This field is required." in answer.content.decode()


def test_an_upload_of_ten_gigabytes_is_refused_before_it_is_read(ada: Client) -> None:
    answer = ada.post(
        "/intake/new/", data=b"x", content_type="multipart/form-data; boundary=b", CONTENT_LENGTH=10 * 1024**3
    )

    assert answer.status_code == 413
    assert "10.0 GB" in answer.content.decode()
    assert IntakeRun.objects.count() == 0


def test_an_upload_without_its_token_is_refused(ada: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ada.cookies

    assert upload(strict, GOOD).status_code == 403
    assert IntakeRun.objects.count() == 0


def test_start_brings_everything_in_and_forgets_the_files(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rung(monkeypatch)
    run_id = uploaded(ada, BAD)

    ada.post(f"/intake/{run_id}/start/")
    waiting = ada.get(f"/intake/{run_id}/").content.decode()
    outcome = run_intake(asked[0])

    assert "Waiting for the background worker." in waiting
    assert "hx-get" in waiting
    assert outcome == "DONE"
    assert Customer.objects.count() == 2
    row = IntakeRun.objects.get(id=run_id)
    assert (row.state, row.summary["refused_rows"], row.rows_read) == ("DONE", 2, 4)
    assert [path.name for path in files.folder_of(run_id).iterdir()] == ["refusals.csv"]
    page = ada.get(f"/intake/{run_id}/").content.decode()
    assert "hx-get" not in page
    assert f"/intake/{run_id}/refusals.csv" in page


def test_refused_rows_come_as_a_csv_without_formulas(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, "id,given,family,price\nA-1,a,b,1\nA-2,a,b,=1+1\n")
    runs.bring_in_run(run_id=run_id, now=timezone.now())

    answer = ada.get(f"/intake/{run_id}/refusals.csv")

    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "file,line,column,value,code,reason"
    assert lines[1].startswith("rows0.csv,3,price,'=1+1,NOT_AMOUNT,")
    assert "attachment" in answer["Content-Disposition"]


def test_two_clicks_start_one_run(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = rung(monkeypatch)
    run_id = uploaded(ada, GOOD)

    ada.post(f"/intake/{run_id}/start/")
    ada.post(f"/intake/{run_id}/start/")

    assert asked == [run_id]


def test_a_task_that_is_delivered_twice_does_its_work_once(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, GOOD)
    ada.post(f"/intake/{run_id}/start/")

    assert [run_intake(run_id), run_intake(run_id)] == ["DONE", "NOT_MINE"]


def test_a_run_that_another_worker_holds_is_left_alone(
    ada: Client, monkeypatch: pytest.MonkeyPatch, owner_db: Owner
) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, GOOD)
    ada.post(f"/intake/{run_id}/start/")
    owner_db.execute("SELECT pg_advisory_lock(%s, %s)", [0x1A7A4F, run_id])

    assert run_intake(run_id) == "NOT_MINE"

    # The other worker died: its lock went with it, and whoever is asked next starts over.
    owner_db.execute("SELECT pg_advisory_unlock(%s, %s)", [0x1A7A4F, run_id])
    assert run_intake(run_id) == "DONE"


def test_without_a_bell_the_page_offers_the_command(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_run: int) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(run_intake, "delay", broken)
    run_id = uploaded(ada, GOOD)

    ada.post(f"/intake/{run_id}/start/")

    page = ada.get(f"/intake/{run_id}/").content.decode()
    assert "The background worker cannot be reached" in page
    assert f"python3 manage.py intake --run {run_id}" in page
    assert IntakeRun.objects.get(id=run_id).state == "PREVIEWED"


def test_a_waiting_run_is_stopped_at_once(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, GOOD)
    ada.post(f"/intake/{run_id}/start/")

    ada.post(f"/intake/{run_id}/stop/")

    assert "The intake was stopped; nothing was entered." in ada.get(f"/intake/{run_id}/").content.decode()
    assert run_intake(run_id) == "NOT_MINE"


def test_a_running_run_is_stopped_and_taken_back(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, GOOD)
    ada.post(f"/intake/{run_id}/start/")
    reached, go_on = threading.Event(), threading.Event()

    def wait(**_what: object) -> int:
        reached.set()
        assert go_on.wait(20)
        with connection.cursor() as cursor:
            # The statement that the watching thread stops.
            cursor.execute("SELECT pg_sleep(20)")
        return 0

    monkeypatch.setattr("customers.audit.append", wait)
    outcome: list[str] = []

    def work() -> None:
        outcome.append(run_intake(run_id))
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    assert reached.wait(20)
    ada.post(f"/intake/{run_id}/stop/")
    assert "Stopping" in ada.get(f"/intake/{run_id}/").content.decode()
    go_on.set()
    worker.join(30)

    assert outcome == ["CANCELLED"]
    assert Customer.objects.count() == 0
    assert IntakeRun.objects.get(id=run_id).state == "FAILED"


def test_a_refused_run_can_be_started_again(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    run_id = uploaded(ada, BAD, strict="on")
    ada.post(f"/intake/{run_id}/start/")

    assert run_intake(run_id) == "STRICT"

    page = ada.get(f"/intake/{run_id}/").content.decode()
    assert "2 rows were refused, and strict was asked for" in page
    assert "Start again" in page
    assert f"/intake/{run_id}/refusals.csv" in page
    assert Customer.objects.count() == 0


def test_a_mapping_that_was_used_can_be_chosen_again(ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rung(monkeypatch)
    first = uploaded(ada, GOOD)
    ada.post(f"/intake/{first}/start/")
    run_intake(first)

    second = ada.post(
        "/intake/new/", {"sources": [SimpleUploadedFile("rows.csv", GOOD.encode())], "known": f"run:{first}"}
    )

    assert second.status_code == 302
    assert IntakeRun.objects.latest("id").mapping == IntakeRun.objects.get(id=first).mapping


def test_names_of_uploads_cannot_leave_their_folder(ada: Client) -> None:
    run_id = uploads.take(
        uploads=[SimpleUploadedFile("x", GOOD.encode())], mapping_name="m.toml", mapping=MAPPING, strict=False,
        by=User.objects.get(username="ada").pk,
    )  # fmt: skip

    kept = files.keep_upload(run_id=run_id, name="../../../etc/passwd\0.csv", chunks=[b"x"])

    assert kept["name"] == "passwd_.csv"
    assert (files.folder_of(run_id) / str(kept["path"])).resolve().parent == files.folder_of(run_id).resolve()


def test_old_files_are_forgotten_by_the_rule(ada: Client) -> None:
    run_id = uploaded(ada, GOOD)
    now = timezone.now()

    assert uploads.forget_old(now=now + dt.timedelta(days=6)) == 0
    assert len(list(files.folder_of(run_id).iterdir())) == 1
    uploads.forget_old(now=now + dt.timedelta(days=8))
    assert list(files.folder_of(run_id).iterdir()) == []
    assert uploads.forget_old(now=now + dt.timedelta(days=31)) == 1


def test_sid_without_the_right_sees_nothing(ada: Client) -> None:
    run_id = uploaded(ada, GOOD)
    sid = signed_in(make_user("sid"))

    for address in ("", "new/", f"{run_id}/", f"{run_id}/preview/", f"{run_id}/refusals.csv"):
        assert sid.get(f"/intake/{address}").status_code == 403
    assert sid.post(f"/intake/{run_id}/start/").status_code == 403
    assert ada.get("/intake/999999/").status_code == 404
    assert ada.get("/intake/999999/refusals.csv").status_code == 404
