"""The intake's benchmark: a file in the shape of a public set, with new ids and numbers in every common notation."""

import csv
import random
import resource
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from customers.intake import runs
from customers.intake.inspecting import Source
from customers.intake.mapping import read_mapping

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


@dataclass(frozen=True, slots=True)
class Brought:
    """What was seen of one intake. `copy_seconds` is the ruler: the same file by COPY into a bare table of text."""

    rows: int
    file_mb: float
    seconds: float
    again_seconds: float
    copy_seconds: float
    peak_rss_mb: float
    refused: int

    def told(self) -> str:
        """All of it in two lines."""
        return (
            f"{self.rows:,} rows, {self.file_mb:.0f} MB, {self.refused} refused: {self.seconds:.1f} s,"
            f" {self.rows / self.seconds:,.0f} rows a second, peak memory {self.peak_rss_mb:.0f} MB\n"
            f"the same again: {self.again_seconds:.1f} s; bare COPY of the file: {self.copy_seconds:.1f} s"
            f" (ratio {self.seconds / self.copy_seconds:.1f})"
        )


def bring_in(customers: int) -> Brought:
    """Write so many rows, bring them in twice, and COPY them for comparison."""
    text = MAPPING.read_text(encoding="utf-8").replace(
        'account = "customerID"\n', 'account = "customerID"\nphone = "Phone"\n'
    )
    mapping = read_mapping(text=text, file_name=MAPPING.name)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "telco-churn.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(rows(customers))
        copy_seconds = _copy(path)
        taken = []
        for _ in range(2):
            summary = runs.bring_in_files(
                sources=[Source(name=path.name, path=path)],
                mapping=mapping,
                strict=False,
                dry_run=False,
                refusals_path=Path(directory) / "refused.csv",
                now=datetime.now(UTC),
                on_progress=lambda _: None,
            )
            taken.append(summary)
        return Brought(
            rows=taken[0].rows,
            file_mb=path.stat().st_size / 1e6,
            seconds=taken[0].seconds,
            again_seconds=taken[1].seconds,
            copy_seconds=copy_seconds,
            peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            refused=taken[0].refused_rows,
        )


def rows(customers: int) -> Iterator[tuple[object, ...]]:
    """Rows with the set's columns and words; only the id and the number are their own."""
    chance = random.Random(11)
    for number in range(customers):
        internet = chance.choice(("DSL", "Fiber optic", "Fiber optic", "No"))
        extras = [chance.choice(YES_NO) if internet != "No" else "No internet service" for _ in range(6)]
        phone = "Yes" if internet == "No" or chance.random() < 0.9 else "No"
        tenure = chance.randrange(73)
        monthly = chance.randrange(1_825, 11_876) / 100
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
            f"{monthly * tenure:.2f}" if tenure else " ",
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
