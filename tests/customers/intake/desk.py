"""What the tests of intake share: files made on the spot, a mapping, and one call."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from customers.intake.inspecting import Source
from customers.intake.mapping import read_mapping
from customers.intake.run import Summary, bring_in
from customers.intake.trouble import IntakeTrouble

NOW = dt.datetime(2026, 11, 22, 9, 0, tzinfo=dt.UTC)

PUBLIC = Path(__file__).resolve().parents[4] / "shared" / "data"
EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples" / "intake"

# Every kind of value that a small file can carry.
MAPPING = """
title = "Small"
currency = "USD"
country = "US"
dates = ["%Y-%m-%d"]

[product.internet]
kind = "INTERNET"
name = "Internet"
list_price = "40.00"

[customer]
account = "id"
given_name = "given"
family_name = "family"
phone = { column = "phone", optional = true }
email = { column = "email", optional = true }
since = { column = "since", optional = true }
country = { column = "country", optional = true }
currency = { column = "currency", optional = true }
past_due = { column = "due", optional = true }

[customer.facts]
senior = { column = "senior", type = "yes_no", optional = true }
lines = { column = "lines", type = "whole", optional = true }
score = { column = "score", type = "number", optional = true }
segment = { column = "segment", words = { A = "gold", B = "silver" }, optional = true }

[[subscription]]
line = "internet"
product = "internet"
price = { column = "price", required = true }
"""

GOOD = "id,given,family,price\nA-1,Ines,Falk,40.00\nA-2,Bo,Lund,55.50\n"

Bring = Callable[..., Summary]


def write(folder: Path, name: str, content: str | bytes) -> Source:
    """Put a file into the folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Source(name=name, path=path)


def bring(
    *files: Source, mapping: str = MAPPING, strict: bool = False, refusals: Path | None = None,
    now: dt.datetime = NOW, run_id: int | None = None, dry_run: bool = False,
) -> Summary:  # fmt: skip
    """Bring files in as nobody in particular."""
    return bring_in(
        files=files, mapping=read_mapping(text=mapping, file_name="map.toml"), strict=strict, by=None, role="", now=now,
        refusals_path=refusals, run_id=run_id, dry_run=dry_run,
    )  # fmt: skip


def trouble_of(call: Callable[[], object]) -> IntakeTrouble | None:
    """The trouble that a call meets."""
    try:
        call()
    except IntakeTrouble as trouble:
        return trouble
    return None
