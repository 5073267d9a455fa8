"""Bringing files in again: the same changes nothing, a changed one updates, and what the desk did is kept."""

import datetime as dt
from pathlib import Path

import psycopg
import pytest

from customers.choices import SubscriptionState
from customers.intake import runs
from customers.intake.entering import Counts
from customers.intake.mapping import read_mapping
from customers.intake.run import Summary
from customers.models import (
    AuditEvent,
    Complaint,
    Customer,
    FamilyNameDeletion,
    IntakeRun,
    Interaction,
    Product,
    Subscription,
)
from tests.customers.intake.desk import GOOD, MAPPING, NOW, bring, trouble_of, write

Owner = psycopg.Cursor[tuple[object, ...]]

# The reading connection sees only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)

TENURE = """
title = "Tenure"
currency = "USD"

[product.net]
kind = "INTERNET"
name = "Internet"

[product.phone]
kind = "PHONE"
name = "Phone"

[customer]
account = "id"
since = { column = "months", ago = "months" }

[customer.facts]
offer = "offer"

[[subscription]]
line = "internet"
product = "net"
when = { column = "net", is = "Yes" }
price = { of = "bill" }
contract = { column = "term", months = { year = 12, none = 0 } }

[[subscription]]
line = "phone"
product = "phone"
when = { column = "phone", is = "Yes" }
price = { of = "bill", at_most = "20.00" }
"""
TENURE_ROWS = "id,months,net,phone,bill,term,offer\nA-1,5,Yes,Yes,60,year,A\nA-2,30,Yes,No,40,none,\n"


def as_run(folder: Path, content: str, *, mapping: str = TENURE, now: dt.datetime = NOW) -> Summary:
    source = write(folder, "rows.csv", content)
    return runs.bring_in_files(
        sources=[source], mapping=read_mapping(text=mapping, file_name="map.toml"), strict=False, dry_run=False,
        refusals_path=folder / "refused.csv", now=now, on_progress=lambda _progress: None,
    )  # fmt: skip


def test_the_same_file_changes_nothing_and_touches_no_row(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)
    before = list(Customer.objects.order_by("id").values()), list(Subscription.objects.order_by("id").values())

    again = as_run(tmp_path, TENURE_ROWS)

    assert again.counts == {"customers": Counts(unchanged=2), "lines": Counts(unchanged=3)}
    assert (
        list(Customer.objects.order_by("id").values()),
        list(Subscription.objects.order_by("id").values()),
    ) == before


def test_the_same_file_on_a_later_day_changes_nothing_either(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)

    again = as_run(tmp_path, TENURE_ROWS, now=NOW + dt.timedelta(days=40))

    assert again.as_of == "2026-11-22"
    assert again.counts["customers"] == Counts(unchanged=2)


def test_a_changed_file_updates_what_differs_only(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)
    Customer.objects.filter(account_number="A-1").update(phone="+15595550142", facts={"offer": "A", "own": 1})
    untouched = Customer.objects.get(account_number="A-2").changed_at

    changed = as_run(tmp_path, TENURE_ROWS.replace("60,year,A", "70,year,B") + "A-3,1,No,No,0,none,\n")

    assert changed.counts["customers"] == Counts(inserted=1, changed=1, unchanged=1)
    assert changed.counts["lines"] == Counts(changed=1, unchanged=2)
    first = Customer.objects.get(account_number="A-1")
    # What the mapping does not name stays: a number corrected by hand, a fact from elsewhere.
    assert (first.phone, first.facts) == ("+15595550142", {"offer": "B", "own": 1})
    assert dict(first.subscriptions.values_list("line_key", "price_minor")) == {"internet": 5000, "phone": 2000}
    assert Customer.objects.get(account_number="A-2").changed_at == untouched


def test_a_fact_that_became_blank_goes(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)

    as_run(tmp_path, TENURE_ROWS.replace("year,A", "year,"))

    assert Customer.objects.get(account_number="A-1").facts == {}


def test_a_line_that_the_row_no_longer_has_ends(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)

    changed = as_run(tmp_path, TENURE_ROWS.replace("A-1,5,Yes,Yes,60", "A-1,5,Yes,No,60"))

    assert changed.counts["lines"] == Counts(changed=1, unchanged=1, ended=1)
    gone = Subscription.objects.get(customer__account_number="A-1", line_key="phone")
    assert (gone.state, gone.ends_on) == (SubscriptionState.ENDED, NOW.date())
    assert Subscription.objects.get(customer__account_number="A-1", line_key="internet").price_minor == 6000


def test_the_price_list_keeps_what_the_administrator_made_of_it(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS)
    Product.objects.filter(code="net").update(name="Internet 500", margin_percent=70)

    as_run(tmp_path, TENURE_ROWS.replace("60,year", "61,year"))

    assert Product.objects.get(code="net").name == "Internet 500"


def test_a_run_leaves_its_row_and_its_audit_event(tmp_path: Path) -> None:
    as_run(tmp_path, TENURE_ROWS + "A-4,x,No,No,0,none,\n")

    made = IntakeRun.objects.get()
    event = AuditEvent.objects.get(act="INTAKE")
    assert (made.state, made.summary["refused_rows"], made.rows_read) == ("DONE", 1, 3)
    assert (event.object_kind, event.object_id) == ("intake_run", made.id)
    assert event.after is not None
    assert event.after["counts"]["customers"]["inserted"] == 2
    # Counts only: the audit never holds what a row said.
    assert "A-" not in str(event.after)
    assert "rows.csv,4,months,x,NOT_WHOLE" in (tmp_path / "refused.csv").read_text(encoding="utf-8-sig")


def test_when_the_audit_cannot_be_written_nothing_enters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_what: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("customers.audit.append", fail)

    trouble = trouble_of(lambda: as_run(tmp_path, TENURE_ROWS))

    assert trouble is not None
    assert trouble.code == "NO_SPACE"
    assert (Customer.objects.count(), Product.objects.count()) == (0, 0)
    assert IntakeRun.objects.get().state == "FAILED"


def test_a_dry_run_tells_everything_and_keeps_nothing(tmp_path: Path) -> None:
    summary = bring(write(tmp_path, "rows.csv", GOOD), dry_run=True)

    assert summary.counts["customers"].inserted == 2
    assert (Customer.objects.count(), Product.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


def test_family_names_are_remembered_for_look_up(tmp_path: Path) -> None:
    bring(write(tmp_path, "rows.csv", GOOD.replace("Falk", "Müller")))

    assert {"muller", "lund"} <= set(FamilyNameDeletion.objects.values_list("family_key", flat=True))
    assert FamilyNameDeletion.objects.filter(deletion="mller", family_key="muller").exists()


COMPLAINTS = """
title = "Complaints"
dates = ["%Y-%m-%d"]
currency = "USD"

[[complaint]]
number = "no"
account = "account"
subject = { column = "subject", cut = true }
opened_at = "opened"
closed_at = "closed"
status = { column = "status", words = { open = "OPEN", closed = "CLOSED" } }
kind = { column = "subject", patterns = [["bill", "BILLING"]], else = "OTHER" }

[[interaction]]
account = "account"
when = { column = "account", blank = false }
occurred_at = "opened"
kind = { value = "COMPLAINT" }
title = { column = "subject", cut = true }
source = { column = "no", prefix = "complaint " }
"""
COMPLAINT_ROWS = (
    "no,account,subject,opened,closed,status\n"
    "C-1,A-1,Wrong bill,2026-01-02,,open\nC-2,,No signal,2026-01-03,2026-01-05,closed\n"
)


def test_complaints_and_interactions_find_their_customers(tmp_path: Path) -> None:
    bring(write(tmp_path, "rows.csv", GOOD))

    summary = as_run(tmp_path, COMPLAINT_ROWS, mapping=COMPLAINTS)
    again = as_run(tmp_path, COMPLAINT_ROWS.replace("Wrong bill", "Wrong bill again"), mapping=COMPLAINTS)

    assert summary.counts == {"complaints": Counts(inserted=2), "interactions": Counts(inserted=1)}
    # The timeline is append-only: an entry that is there stays as it was told first.
    assert again.counts == {"complaints": Counts(changed=1, unchanged=1), "interactions": Counts(unchanged=1)}
    assert Complaint.objects.get(number="C-1").customer == Customer.objects.get(account_number="A-1")
    assert Complaint.objects.get(number="C-1").subject == "Wrong bill again"
    assert Complaint.objects.get(number="C-2").customer is None
    assert Interaction.objects.get().title == "Wrong bill"


def test_a_complaint_of_nobody_known_is_refused(tmp_path: Path) -> None:
    summary = as_run(tmp_path, COMPLAINT_ROWS, mapping=COMPLAINTS)

    assert summary.refusals == {"UNKNOWN_ACCOUNT": 1}
    assert summary.first_refusals[0].line == 2
    assert Complaint.objects.count() == 1


LINES = (
    MAPPING[: MAPPING.index("[[subscription]]")].replace(
        "[product",
        '[[file]]\nname = "people"\nmatch = "people*"\n\n[[file]]\nname = "lines"\nmatch = "lines*"\n\n[product',
        1,
    )
    + """
[[subscription]]
from = "lines"
account = "owner"
line = { column = "line" }
product = { column = "plan", kind = "MOBILE" }
price = "price"
promotion = { column = "promo", default = "0" }
service_number = "number"
"""
)


def test_lines_of_a_file_of_their_own_make_products_by_name(tmp_path: Path) -> None:
    people = write(tmp_path, "people.csv", "id,given,family\nA-1,Ines,Falk\nA-2,Bo,Lund\n")
    lines = write(
        tmp_path, "lines.csv",
        "owner,line,plan,price,promo,number\na1,1,Mobile M,20,5,(559) 555-0142\nA-1,2,Mobile L,30,,559 555 0143\n"
        "A-9,1,Mobile M,20,,\nA-2,1,Mobile M,20,21,\n",
    )  # fmt: skip

    summary = bring(lines, people, mapping=LINES)
    again = bring(lines, people, mapping=LINES)

    assert summary.refusals == {"UNKNOWN_ACCOUNT": 1, "PROMOTION_TOO_HIGH": 1}
    assert summary.counts["lines"] == Counts(inserted=2)
    assert again.counts["lines"] == Counts(unchanged=2)
    rows = Subscription.objects.order_by("line_key").values_list("product__name", "price_minor", "service_number")
    assert list(rows) == [("Mobile M", 1500, "+15595550142"), ("Mobile L", 3000, "+15595550143")]
    assert set(Product.objects.filter(kind="MOBILE").values_list("code", flat=True)) == {"MOBILE-M", "MOBILE-L"}


def test_two_intakes_at_a_time_are_refused(tmp_path: Path, owner_db: Owner) -> None:
    owner_db.execute("SELECT pg_advisory_lock(%s)", [0x1A7A4E])

    trouble = trouble_of(lambda: bring(write(tmp_path, "rows.csv", GOOD)))
    owner_db.execute("SELECT pg_advisory_unlock(%s)", [0x1A7A4E])

    assert trouble is not None
    assert trouble.code == "BUSY"
