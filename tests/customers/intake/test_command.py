"""`manage.py intake`: what it prints, what it says when something is wrong, and that nothing is a traceback."""

import io
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from customers.intake import runs
from customers.intake.files import refusals_beside
from customers.intake.progress import ProgressLine, told
from customers.intake.run import Progress
from customers.intake.trouble import IntakeTrouble
from customers.models import Customer, IntakeRun
from tests.customers.intake.desk import GOOD, MAPPING, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    return str(write(tmp_path, "map.toml", MAPPING).path)


def run(*arguments: str, **options: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("intake", *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_it_tells_what_it_did(tmp_path: Path, mapping: str) -> None:
    file = write(tmp_path, "rows.csv", GOOD + "A-3,Al,Ek,x\n")

    out, err = run(str(file.path), mapping=mapping)

    assert "customers: 2 new, 0 changed, 0 unchanged" in out
    assert "3 read in" in out
    assert "1 refused" in out
    assert "rows.csv, line 4, column price: 'x'. This is not an amount in USD" in out
    assert f"All refused rows are told in {tmp_path}/rows.refusals.csv" in out
    assert "Entering customers" in err
    assert (tmp_path / "rows.refusals.csv").exists()


def test_without_refusals_no_file_is_left(tmp_path: Path, mapping: str) -> None:
    run(str(write(tmp_path, "rows.csv", GOOD).path), mapping=mapping)

    assert not (tmp_path / "rows.refusals.csv").exists()


def test_a_dry_run_keeps_nothing(tmp_path: Path, mapping: str) -> None:
    out, _err = run(str(write(tmp_path, "rows.csv", GOOD).path), mapping=mapping, dry_run=True)

    assert "taken back again" in out
    assert (Customer.objects.count(), IntakeRun.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "rows.csv is empty"),
        ("id,given\n1,2\n", "there is no column “family”"),
        ('id,given,family,price\n1,"2,3,4\n', "rows.csv, line 2: a quotation mark opens here and never closes"),
    ],
)
def test_trouble_is_a_sentence_and_the_run_remembers_it(tmp_path: Path, mapping: str, content: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(str(write(tmp_path, "rows.csv", content).path), mapping=mapping)

    assert IntakeRun.objects.get().state == "REFUSED"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("map.toml", "a = [", "map.toml is not valid TOML"),
        ("map.toml", b"\xff\xfe\x00", "map.toml is not valid TOML: it is not UTF-8 text"),
        ("map.toml", "x" * 300_000, "the limit is 256.0 KB"),
    ],
)
def test_a_wrong_mapping_is_a_sentence(tmp_path: Path, name: str, content: str | bytes, said: str) -> None:
    file = write(tmp_path, "rows.csv", GOOD)

    with pytest.raises(CommandError, match=said):
        run(str(file.path), mapping=str(write(tmp_path, name, content).path))
    with pytest.raises(CommandError, match=r"gone.toml does not exist"):
        run(str(file.path), mapping=str(tmp_path / "gone.toml"))
    with pytest.raises(CommandError, match="is a folder"):
        run(str(file.path), mapping=str(tmp_path))
    with pytest.raises(CommandError, match="Name the files and the mapping"):
        run()


def test_a_fault_of_ours_is_a_sentence_too(tmp_path: Path, mapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_what: object, **_more: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("customers.intake.entering.enter", fail)

    with pytest.raises(CommandError, match="because of a fault of ours; nothing was entered"):
        run(str(write(tmp_path, "rows.csv", GOOD).path), mapping=mapping)

    assert Customer.objects.count() == 0
    assert IntakeRun.objects.get().state == "FAILED"


def test_ctrl_c_takes_everything_back(tmp_path: Path, mapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(**_what: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("customers.audit.append", interrupt)

    with pytest.raises(CommandError, match="Stopped; nothing was entered") as stopped:
        run(str(write(tmp_path, "rows.csv", GOOD).path), mapping=mapping)

    assert stopped.value.returncode == 130
    assert Customer.objects.count() == 0
    assert IntakeRun.objects.get().trouble["code"] == "CANCELLED"


def test_a_lost_database_is_a_sentence(tmp_path: Path, mapping: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(**_what: object) -> int:
        other = connection.copy()
        with connection.cursor() as mine, other.cursor() as theirs:
            mine.execute("SELECT pg_backend_pid()")
            theirs.execute("SELECT pg_terminate_backend(%s)", mine.fetchone())
            other.close()
            mine.execute("SELECT 1")
        return 0

    monkeypatch.setattr("customers.audit.append", lose)

    with pytest.raises(CommandError, match="The database did not answer"):
        run(str(write(tmp_path, "rows.csv", GOOD).path), mapping=mapping)

    connection.close()
    assert Customer.objects.count() == 0


def test_refusals_go_elsewhere_when_the_folder_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert refusals_beside(tmp_path / "rows.csv") == tmp_path / "rows.refusals.csv"
    assert refusals_beside(Path(os.devnull) / "rows.csv") == Path("rows.refusals.csv")


def test_progress_shows_rows_rate_and_time_left() -> None:
    line = told(Progress("CUSTOMERS", 250_000, 1_000_000), seconds=10)

    assert "250,000 of 1,000,000 rows" in line
    assert "25,000 a second" in line
    assert "0:30 left" in line
    assert "25%" in line


def test_progress_draws_one_line_on_a_terminal_and_few_without() -> None:
    class Paper:
        def __init__(self) -> None:
            self.text = ""

        def write(self, text: str, *, ending: str = "\n") -> None:
            self.text += text + ending

        def flush(self) -> None:
            pass

    ticks = iter(n / 10 for n in range(1000))
    paper, screen = Paper(), Paper()
    for out, is_terminal in ((paper, False), (screen, True)):
        line = ProgressLine(out, is_terminal=is_terminal, clock=lambda: next(ticks))
        for done in range(100):
            line.show(Progress("READ", done, 100))
        line.end()

    assert paper.text.count("\n") == 2
    assert "\n" not in screen.text
    assert screen.text.count("\r") > 30


def test_a_run_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    made = IntakeRun.objects.create(mapping_name="x", state="RUNNING")
    monkeypatch.setattr(runs, "LONGEST_RUN", -1)
    monkeypatch.setattr(runs, "_EVERY", 0.05)

    class Statement:
        stopped = 0

        def cancel_safe(self, *, timeout: float) -> None:
            self.stopped += 1

    statement = Statement()
    with runs._Beside(made.id) as beside:
        beside.watch([statement])  # type: ignore[list-item]
        for _ in range(100):
            if statement.stopped:
                break
            beside._stopped.wait(0.05)
        with pytest.raises(IntakeTrouble) as trouble:
            beside.progress(Progress("READ", 1, 2))

    assert trouble.value.code == "TOO_SLOW"
