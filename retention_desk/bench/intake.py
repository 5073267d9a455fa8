"""The intake's benchmark: a file in the shape of a public set, with new ids and numbers in every common notation."""

import csv
import random
import resource
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from customers.intake import runs
from customers.intake.inspecting import Source
from customers.intake.mapping import read_mapping
from customers.intake.run import Progress, Summary
from customers.intake.specs import IntakeMapping

MAPPING = settings.BASE_DIR / "docs" / "examples" / "intake" / "ibm-telco.toml"
COLUMNS = (
    *("customerID", "gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "PhoneService", "MultipleLines"),
    *("InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport", "StreamingTV"),
    *("StreamingMovies", "Contract", "PaperlessBilling", "PaymentMethod", "MonthlyCharges", "TotalCharges", "Churn"),
    "Phone",
)
YES_NO = ("Yes", "No")
PAYMENTS = ("Electronic check", "Mailed check", "Bank transfer (automatic)", "Credit card (automatic)")
NOTATIONS = ("({0}) {1}-{2}", "{0}-{1}-{2}", "+1 {0} {1} {2}", "1.{0}.{1}.{2}", "{0}{1}{2}")


DEARER = 10
"""In the changed file every so many customers pay one dollar more."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was seen of a file that came in, came again, and came changed. `copy_seconds` is the ruler: the same file by
    COPY into a bare table of text. `steps` are the seconds of the first time, by step of the intake.
    """

    rows: int
    file_mb: float
    seconds: float
    steps: Mapping[str, float]
    again_seconds: float
    changed_seconds: float
    changed: int
    copy_seconds: float
    peak_rss_mb: float
    refused: int

    def told(self) -> str:
        """All of it in a few lines."""
        steps = ", ".join(f"{step.lower()} {seconds:.1f} s" for step, seconds in self.steps.items())
        return (
            f"{self.rows:,} rows, {self.file_mb:.0f} MB, {self.refused} refused: {self.seconds:.1f} s,"
            f" {self.rows / self.seconds:,.0f} rows a second, peak memory {self.peak_rss_mb:.0f} MB\n"
            f"{steps}; customers into the live table: {self.rows / self.steps['CUSTOMERS']:,.0f} rows a second\n"
            f"the same again: {self.again_seconds:.1f} s; with {self.changed:,} lines changed:"
            f" {self.changed_seconds:.1f} s\n"
            f"bare COPY of the file: {self.copy_seconds:.1f} s (ratio {self.seconds / self.copy_seconds:.1f})"
        )


def bring_in(customers: int) -> Brought:
    """Write so many rows and COPY them for comparison; bring them in twice, and then with some of them changed."""
    text = MAPPING.read_text(encoding="utf-8").replace(
        'account = "customerID"\n', 'account = "customerID"\nphone = "Phone"\n'
    )
    mapping = read_mapping(text=text, file_name=MAPPING.name)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "telco-churn.csv"
        _write(path, rows(customers))
        copy_seconds = _copy(path)
        first, steps = _bring_in(path, mapping)
        again, _ = _bring_in(path, mapping)
        _write(path, rows(customers, dearer=DEARER))
        changed, _ = _bring_in(path, mapping)
        return Brought(
            rows=first.rows,
            file_mb=path.stat().st_size / 1e6,
            seconds=first.seconds,
            steps=steps,
            again_seconds=again.seconds,
            changed_seconds=changed.seconds,
            changed=changed.counts["lines"].changed,
            copy_seconds=copy_seconds,
            peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            refused=first.refused_rows,
        )


def _write(path: Path, content: Iterable[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(content)


def _bring_in(path: Path, mapping: IntakeMapping) -> tuple[Summary, dict[str, float]]:
    """What came of it, and how long each step took."""
    began: dict[str, float] = {}

    def note(progress: Progress) -> None:
        began.setdefault(progress.step, time.monotonic())

    summary = runs.bring_in_files(
        sources=[Source(name=path.name, path=path)],
        mapping=mapping,
        strict=False,
        dry_run=False,
        refusals_path=path.with_name("refused.csv"),
        now=datetime.now(UTC),
        on_progress=note,
    )
    ends = [*list(began.values())[1:], time.monotonic()]
    return summary, {step: end - start for (step, start), end in zip(began.items(), ends, strict=True)}


def rows(customers: int, *, dearer: int = 0) -> Iterator[tuple[object, ...]]:
    """Rows with the set's columns and words; only the id and the number are their own. With `dearer`, every so many
    customers pay one dollar more.
    """
    chance = random.Random(11)
    for number in range(customers):
        internet = chance.choice(("DSL", "Fiber optic", "Fiber optic", "No"))
        extras = [chance.choice(YES_NO) if internet != "No" else "No internet service" for _ in range(6)]
        phone = "Yes" if internet == "No" or chance.random() < 0.9 else "No"
        tenure = chance.randrange(73)
        monthly = chance.randrange(1_825, 11_876) / 100
        total = monthly * tenure
        monthly += 1 if dearer and number % dearer == 0 else 0
        digits = f"{2_000_000_000 + number * 7_919 % 7_999_999_999:010d}"
        yield (
            f"{number:07d}-BENCH",
            chance.choice(("Male", "Female")),
            int(chance.random() < 0.16),
            *(chance.choice(YES_NO), chance.choice(YES_NO), tenure, phone),
            chance.choice(YES_NO) if phone == "Yes" else "No phone service",
            internet,
            *extras,
            chance.choice(("Month-to-month", "Month-to-month", "One year", "Two year")),
            chance.choice(YES_NO),
            chance.choice(PAYMENTS),
            f"{monthly:.2f}",
            f"{total:.2f}" if tenure else " ",
            "Yes" if chance.random() < 0.27 else "No",
            NOTATIONS[number % len(NOTATIONS)].format(digits[:3], digits[3:6], digits[6:]),
        )


def _copy(path: Path) -> float:
    began = datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_copy ({', '.join(f'c{place} text' for place in range(len(COLUMNS)))})")
        with path.open("rb") as file, cursor.copy("COPY bench_copy FROM STDIN (FORMAT csv, HEADER)") as copy:
            while block := file.read(1 << 20):
                copy.write(block)
        seconds = (datetime.now(UTC) - began).total_seconds()
        cursor.execute("DROP TABLE bench_copy")
    return seconds
