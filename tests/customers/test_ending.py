"""The arithmetic of ending a service, as tables."""

import calendar
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers import ending, numbers
from customers.choices import CancelWhen, ProductKind, SubscriptionState

TODAY = date(2026, 11, 22)


def line(number: int, **other: Any) -> ending.EndingLine:
    """One running line of $90.00 without contract."""
    defaults: dict[str, Any] = {
        "product_kind": ProductKind.INTERNET,
        "name": "Internet",
        "state": SubscriptionState.ACTIVE,
        "price_minor": 9000,
        "bundle_minor": 0,
        "contract_ends_on": None,
        "exit_fee_monthly_minor": 0,
        "device_balance_minor": 0,
        "service_number": "",
    }
    return ending.EndingLine(id=number, **(defaults | other))


def quote(*lines: ending.EndingLine, **other: Any) -> ending.Quote:
    """End line 1 today, everything paid to the end of the month."""
    defaults: dict[str, Any] = {
        "line_ids": [1],
        "when": CancelWhen.TODAY,
        "today": TODAY,
        "paid_until": date(2026, 11, 30),
        "balance_minor": 0,
    }
    return ending.quote(lines, **(defaults | other))


@pytest.mark.parametrize(
    ("when", "paid_until", "contract_ends_on", "wanted"),
    [
        (CancelWhen.TODAY, date(2026, 11, 30), date(2027, 5, 1), TODAY),
        (CancelWhen.END_OF_PAID_MONTH, date(2026, 11, 30), None, date(2026, 11, 30)),
        (CancelWhen.END_OF_PAID_MONTH, date(2026, 12, 14), None, date(2026, 12, 14)),
        (CancelWhen.END_OF_PAID_MONTH, TODAY, None, TODAY),
        (CancelWhen.END_OF_PAID_MONTH, date(2026, 10, 31), None, date(2026, 11, 30)),
        (CancelWhen.END_OF_PAID_MONTH, date(2026, 10, 14), None, date(2026, 12, 14)),
        (CancelWhen.END_OF_PAID_MONTH, date(2024, 2, 29), None, date(2026, 11, 30)),
        (CancelWhen.END_OF_PAID_MONTH, None, None, date(2026, 11, 30)),
        (CancelWhen.END_OF_CONTRACT, date(2026, 11, 30), date(2027, 5, 1), date(2027, 5, 1)),
        (CancelWhen.END_OF_CONTRACT, date(2026, 11, 30), date(2026, 5, 1), date(2026, 11, 30)),
        (CancelWhen.END_OF_CONTRACT, date(2026, 11, 30), None, date(2026, 11, 30)),
    ],
)
def test_effective_date(when: CancelWhen, paid_until: date | None, contract_ends_on: date | None, wanted: date) -> None:
    found = ending.effective_date(when, today=TODAY, paid_until=paid_until, contract_ends_on=contract_ends_on)

    assert found == wanted


@pytest.mark.parametrize(
    ("ends_on", "on", "wanted"),
    [
        (None, TODAY, 0),
        (TODAY, TODAY, 0),
        (date(2026, 11, 1), TODAY, 0),
        (date(2026, 11, 23), TODAY, 1),
        (date(2026, 12, 22), TODAY, 1),
        (date(2026, 12, 23), TODAY, 2),
        (date(2027, 2, 28), date(2027, 1, 31), 1),
        (date(2027, 3, 1), date(2027, 1, 31), 2),
        (date(2028, 11, 22), TODAY, 24),
    ],
)
def test_months_left_counts_a_started_month_whole(ends_on: date | None, on: date, wanted: int) -> None:
    assert ending.months_left(ends_on, on) == wanted


@pytest.mark.parametrize(
    ("effective_on", "paid_until", "wanted"),
    [
        (date(2026, 11, 30), date(2026, 11, 30), 0),
        (TODAY, None, 0),
        (TODAY, date(2026, 11, 30), -2400),
        (TODAY, date(2026, 10, 31), 6600),
        (date(2026, 12, 31), date(2026, 11, 30), 9000),
        (date(2026, 12, 15), date(2026, 11, 30), 4355),
        (date(2027, 2, 28), date(2026, 11, 30), 27000),
        (date(2026, 12, 15), date(2026, 11, 15), 8855),
    ],
)
def test_usage_is_by_the_days_of_each_month(effective_on: date, paid_until: date | None, wanted: int) -> None:
    assert ending.usage_due(9000, effective_on=effective_on, paid_until=paid_until) == wanted


def test_fee_falls_to_nothing_at_the_end_of_the_contract() -> None:
    bound = line(1, contract_ends_on=date(2027, 3, 31), exit_fee_monthly_minor=1500, device_balance_minor=20000)

    today = quote(bound)
    later = quote(bound, when=CancelWhen.END_OF_PAID_MONTH)
    end = quote(bound, when=CancelWhen.END_OF_CONTRACT)

    assert (today.months_left, today.fee_minor, today.fee_today_minor) == (5, 7500, 7500)
    assert (later.months_left, later.fee_minor, later.fee_today_minor) == (4, 6000, 7500)
    assert (end.effective_on, end.fee_minor, end.fee_today_minor) == (date(2027, 3, 31), 0, 7500)
    assert end.contract_ends_on == date(2027, 3, 31)
    assert today.last_bill_minor == 7500 + 20000 - 2400
    assert end.last_bill_minor == 20000 + 4 * 9000


def test_balance_is_on_the_last_bill_only_when_nothing_stays() -> None:
    tv = line(2, product_kind=ProductKind.TV)

    assert quote(line(1), balance_minor=5000, when=CancelWhen.END_OF_PAID_MONTH).last_bill_minor == 5000
    assert quote(line(1), tv, balance_minor=5000, when=CancelWhen.END_OF_PAID_MONTH).last_bill_minor == 0


def test_what_was_paid_ahead_comes_back() -> None:
    found = quote(line(1))

    assert (found.usage_minor, found.last_bill_minor, found.credit_minor) == (-2400, 0, 2400)


def test_what_stays_loses_its_bundle_below_two_kinds() -> None:
    internet = line(1, bundle_minor=1000, price_minor=8000)
    tv = line(2, product_kind=ProductKind.TV, bundle_minor=500, price_minor=4500)
    mobile = line(3, product_kind=ProductKind.MOBILE, bundle_minor=200, price_minor=2800, service_number="+15595550117")

    one_goes = quote(internet, tv, mobile)
    two_go = quote(internet, tv, mobile, line_ids=[1, 3])
    all_go = quote(internet, tv, mobile, line_ids=[1, 2, 3])

    assert (one_goes.bill_before_minor, one_goes.bill_after_minor, one_goes.bundle_lost_minor) == (15300, 7300, 0)
    assert (two_go.stays, two_go.bundle_lost_minor, two_go.bill_after_minor) == (((2, 5000),), 500, 5000)
    assert two_go.numbers == ("+15595550117",)
    assert (all_go.stays, all_go.bill_after_minor) == ((), 0)


def test_lines_that_end_already_are_left_out() -> None:
    gone = line(1, state=SubscriptionState.ENDING)

    found = quote(gone, line(2, product_kind=ProductKind.TV), line_ids=[1, 2, 99])

    assert found.line_ids == (2,)
    assert found.bill_before_minor == 9000


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


@given(today=DAYS, paid_until=st.none() | DAYS, ends_on=st.none() | DAYS, when=st.sampled_from(CancelWhen))
def test_nothing_ends_before_today_and_no_amount_is_negative(
    today: date, paid_until: date | None, ends_on: date | None, when: CancelWhen
) -> None:
    bound = line(1, contract_ends_on=ends_on, exit_fee_monthly_minor=1500, device_balance_minor=100)

    found = quote(bound, today=today, paid_until=paid_until, when=when, balance_minor=-700)

    assert found.effective_on >= today
    assert found.fee_today_minor >= found.fee_minor >= 0
    assert found.last_bill_minor >= 0
    assert found.credit_minor >= 0
    assert found.last_bill_minor - found.credit_minor == found.usage_minor + found.fee_minor + 100 - 700


@given(day=DAYS, months=st.integers(0, 240))
def test_add_months_lands_in_the_month_and_keeps_the_end_of_it(day: date, months: int) -> None:
    found = ending.add_months(day, months)

    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    if (day + timedelta(days=1)).day == 1:
        assert found.day == calendar.monthrange(found.year, found.month)[1]


# ── The number ──


def test_number_is_easy_to_say_and_never_the_same() -> None:
    made = {numbers.new_number() for _ in range(2000)}

    assert len(made) == 2000
    assert all(len(number) == 10 and number.startswith("RD") for number in made)
    assert not {sign for number in made for sign in number[2:]} & set("0O1ILAEU")
    assert numbers.grouped("RD7K4M2297") == "RD 7K4M 2297"


@pytest.mark.parametrize(
    ("language", "wanted"),
    [
        ("en", ("Romeo", "Delta", "seven", "Kilo")),
        ("de", ("Romeo", "Delta", "sieben", "Kilo")),
        ("pt-br", ("Romeo", "Delta", "sete", "Kilo")),
        ("xx", ("Romeo", "Delta", "seven", "Kilo")),
    ],
)
def test_spelling_says_letters_alike_and_digits_in_the_language(language: str, wanted: tuple[str, ...]) -> None:
    assert numbers.spelling("RD 7K", language) == wanted


def test_every_sign_of_a_number_has_a_word() -> None:
    assert len(numbers.spelling(numbers.PREFIX + numbers.ALPHABET, "th")) == len(numbers.PREFIX + numbers.ALPHABET)
