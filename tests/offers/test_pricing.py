"""What terms cost us and what the customer pays, worked out by hand for every kind of offer."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.choices import ProductKind
from offers.choices import OfferKind
from offers.money import CurrencyMismatch
from offers.pricing import Bill, Priced, add_months, can_be_priced, price
from offers.terms import CostModel, Terms
from tests.offers.cases import BILL, BOUNDS, CREDIT, INTERNET, PERCENT, TV, TV_BASIC, credit, percent_off, rising

# Bill: internet $79.99 (costs us $20), TV $68 (costs us $44.20): $147.99, margin $83.79.
CASES = [
    # 20 % of 79.99 = 16.00; 6 x 16.00.
    pytest.param(percent_off(20, 6), (9_600, 1_600, 0, 13_199, 9_600, date(2027, 6, 1), 14_799), id="percent"),
    # 15.00 x 12.
    pytest.param(
        Terms(OfferKind.AMOUNT_OFF, "USD", amount_minor=1_500, months=12),
        (18_000, 1_500, 0, 13_299, 18_000, date(2027, 12, 1), 14_799),
        id="amount",
    ),
    # Costs us 4.00 x 6, worth 12.00 x 6 to the customer; the bill stays.
    pytest.param(
        Terms(OfferKind.FREE_ADDON, "USD", product="TV-SPORTS", months=6),
        (2_400, 0, 0, 14_799, 7_200, date(2027, 6, 1), 14_799),
        id="add-on",
    ),
    # 79.99 x 2 not paid, of which 60 % is our cost: 95.988.
    pytest.param(
        Terms(OfferKind.FREE_MONTHS, "USD", months=2),
        (9_599, 7_999, 0, 6_800, 15_998, date(2027, 2, 1), 14_799),
        id="free months",
    ),
    # TV 68.00 -> 40.00; margin 23.80 -> 14.00; 9.80 x 12.
    pytest.param(
        Terms(OfferKind.PLAN_CHANGE, "USD", product="TV-BASIC"),
        (11_760, 2_800, 0, 11_999, 33_600, None, 11_999),
        id="plan change",
    ),
    # The margin 83.79 x 3 is lost; nothing is paid.
    pytest.param(
        Terms(OfferKind.PAUSE, "USD", months=3),
        (25_137, 14_799, 0, 0, 44_397, date(2027, 3, 1), 14_799),
        id="pause",
    ),
    pytest.param(
        Terms(OfferKind.WAIVED_FEE, "USD", amount_minor=5_000), (5_000, 0, 5_000, 14_799, 5_000, None, 14_799), id="fee"
    ),
    # The credit and a technician's visit at 75.00.
    pytest.param(credit(4_000), (11_500, 0, 4_000, 14_799, 4_000, None, 14_799), id="credit"),
    # 25 % of the list price 79.99 = 20.00, x 12: no discount runs, so the coupon is worth all of it.
    pytest.param(
        Terms(OfferKind.REPLACEMENT_COUPON, "USD", percent=25, months=12, words="Coupon"),
        (24_000, 2_000, 0, 12_799, 24_000, date(2027, 12, 1), 14_799),
        id="coupon",
    ),
    # Bought at 90 % of 100.00, postage 2.00.
    pytest.param(
        Terms(OfferKind.GIFT, "USD", amount_minor=10_000, words="Gift card"),
        (9_200, 0, 10_000, 14_799, 10_000, None, 14_799),
        id="gift",
    ),
    pytest.param(
        Terms(OfferKind.APOLOGY, "USD", words="A technician visits", fix_by=date(2026, 11, 25)),
        (7_500, 0, 0, 14_799, 0, None, 14_799),
        id="apology",
    ),
    # 2.50 x 24.
    pytest.param(
        Terms(OfferKind.LOYALTY, "USD", months=24, words="Price lock"),
        (6_000, 0, 0, 14_799, 0, date(2028, 12, 1), 14_799),
        id="loyalty",
    ),
]


@pytest.mark.parametrize(("terms", "worked_out"), CASES)
def test_every_kind_is_priced_as_worked_out_by_hand(
    terms: Terms, worked_out: tuple[int, int, int, int, int, date | None, int]
) -> None:
    cost, monthly, one_off, after, saving, ends_on, afterwards = worked_out

    assert price(terms, BOUNDS[terms.kind], BILL) == Priced(
        currency="USD",
        cost_minor=cost,
        monthly_minor=monthly,
        one_off_minor=one_off,
        bill_now_minor=14_799,
        bill_after_minor=after,
        saving_minor=saving,
        starts_on=date(2026, 12, 1),
        ends_on=ends_on,
        price_afterwards_minor=afterwards,
    )


def test_every_kind_has_a_worked_out_case() -> None:
    assert {case.values[0].kind for case in CASES if isinstance(case.values[0], Terms)} == set(OfferKind)


def test_a_price_change_on_the_way_is_priced_from_its_month_on() -> None:
    # The promotion ends in March: 59.99 for three bills, 79.99 for three. 20 %: 12.00 x 3 + 16.00 x 3.
    line = rising(replace(INTERNET, price_minor=5_999), (date(2027, 3, 1), 7_999))

    priced = price(percent_off(20, 6), PERCENT, replace(BILL, lines=(line,)))

    assert priced.cost_minor == 8_400
    assert priced.monthly_minor == 1_600
    assert priced.bill_after_minor == 4_799
    assert priced.price_afterwards_minor == 7_999


def test_the_price_afterwards_is_that_of_the_day_it_ends() -> None:
    line = rising(INTERNET, (date(2027, 5, 15), 8_499), (date(2027, 9, 1), 8_999))

    priced = price(percent_off(20, 6), PERCENT, replace(BILL, lines=(line, TV)))

    assert priced.ends_on == date(2027, 6, 1)
    assert priced.price_afterwards_minor == 8_499 + 6_800


def test_changes_hold_from_their_day_on_in_whatever_order_they_come() -> None:
    line = rising(INTERNET, (date(2027, 9, 1), 8_999), (date(2027, 5, 15), 8_499))

    days = [date(2027, 5, 14), date(2027, 5, 15), date(2027, 8, 31), date(2027, 9, 1)]
    assert [line.price_on(day) for day in days] == [7_999, 8_499, 8_499, 8_999]


def test_a_coupon_is_worth_only_what_it_adds_to_the_discount_that_it_replaces() -> None:
    # A promotion holds the line at 69.99 until March; the coupon makes it 59.99: 10.00 x 3, then 20.00 x 9.
    line = rising(replace(INTERNET, price_minor=6_999), (date(2027, 3, 1), 7_999))
    terms = Terms(OfferKind.REPLACEMENT_COUPON, "USD", percent=25, months=12, words="Coupon")

    priced = price(terms, BOUNDS[terms.kind], replace(BILL, lines=(line,)))

    assert priced.cost_minor == 3 * 1_000 + 9 * 2_000
    assert priced.bill_after_minor == 5_999


def test_a_coupon_that_is_worse_than_what_runs_takes_nothing_off_and_adds_nothing() -> None:
    line = replace(INTERNET, price_minor=3_000)
    terms = Terms(OfferKind.REPLACEMENT_COUPON, "USD", percent=25, months=12, words="Coupon")

    priced = price(terms, BOUNDS[terms.kind], replace(BILL, lines=(line,)))

    assert (priced.cost_minor, priced.monthly_minor, priced.bill_after_minor) == (0, 0, 3_000)


def test_an_amount_off_never_takes_more_than_the_bill() -> None:
    line = replace(INTERNET, price_minor=1_000)
    terms = Terms(OfferKind.AMOUNT_OFF, "USD", amount_minor=1_500, months=3)

    priced = price(terms, BOUNDS[terms.kind], replace(BILL, lines=(line,)))

    assert (priced.cost_minor, priced.bill_after_minor) == (3_000, 0)


def test_a_dearer_plan_costs_nothing_and_raises_the_bill() -> None:
    bounds = replace(BOUNDS[OfferKind.PLAN_CHANGE], items=(replace(TV_BASIC, list_price_minor=8_000),))

    priced = price(bounds.default, bounds, BILL)

    assert (priced.cost_minor, priced.monthly_minor) == (0, 0)
    assert priced.bill_after_minor == 14_799 + 1_200
    assert priced.saving_minor == -12 * 1_200


def test_a_plan_change_takes_the_dearest_line_of_its_kind() -> None:
    second = replace(TV, code="TV-SECOND", price_minor=1_000)

    priced = price(
        BOUNDS[OfferKind.PLAN_CHANGE].default, BOUNDS[OfferKind.PLAN_CHANGE], replace(BILL, lines=(second, TV))
    )

    assert priced.bill_after_minor == 1_000 + 4_000


def test_a_pause_of_a_line_sold_under_cost_costs_nothing() -> None:
    bill = replace(BILL, lines=(replace(TV, price_minor=3_000),))

    assert price(BOUNDS[OfferKind.PAUSE].default, BOUNDS[OfferKind.PAUSE], bill).cost_minor == 0


def test_cost_adds_the_share_the_months_and_the_fixed_part() -> None:
    bounds = replace(PERCENT, cost=CostModel(share_percent=50, monthly_minor=100, fixed_minor=250))

    # 50 % of 96.00, 1.00 x 6, 2.50.
    assert price(percent_off(20, 6), bounds, BILL).cost_minor == 4_800 + 600 + 250


@pytest.mark.parametrize(
    ("terms", "bill", "possible"),
    [
        (percent_off(20, 6), BILL, True),
        (percent_off(20, 6), replace(BILL, lines=(TV,)), False),
        (Terms(OfferKind.PLAN_CHANGE, "USD", product="TV-BASIC"), replace(BILL, lines=(INTERNET,)), False),
        (credit(4_000), replace(BILL, lines=()), False),
    ],
)
def test_an_offer_needs_the_line_that_it_is_about(terms: Terms, bill: Bill, possible: object) -> None:
    assert can_be_priced(terms, BOUNDS[terms.kind], bill) is possible


def test_pricing_without_the_line_is_an_error() -> None:
    with pytest.raises(ValueError, match="no line"):
        price(percent_off(20, 6), PERCENT, replace(BILL, lines=(TV,)))


def test_pricing_in_another_currency_is_an_error() -> None:
    with pytest.raises(CurrencyMismatch):
        price(credit(4_000), CREDIT, replace(BILL, currency="EUR"))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 22), 14, date(2028, 1, 22)),
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
    ],
)
def test_months_are_added_on_the_calendar(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


@given(
    kind=st.sampled_from([kind for kind in OfferKind if kind != OfferKind.PLAN_CHANGE]),
    percent=st.integers(1, 99),
    months=st.integers(1, 23),
    amount=st.integers(1, 30_000),
    later=st.integers(0, 20_000),
)
def test_more_never_costs_less(kind: OfferKind, percent: int, months: int, amount: int, later: int) -> None:
    bounds = BOUNDS[kind]
    bill = replace(BILL, lines=(rising(INTERNET, (date(2027, 4, 1), later)), TV))
    numbers = replace(bounds.default, fix_by=None)
    if bounds.percent:
        numbers = replace(numbers, percent=percent)
    if bounds.months:
        numbers = replace(numbers, months=months)
    if bounds.amount:
        numbers = replace(numbers, amount_minor=amount)
    more = replace(
        numbers,
        percent=numbers.percent + bool(bounds.percent),
        months=numbers.months + bool(bounds.months),
        amount_minor=numbers.amount_minor + bool(bounds.amount),
    )

    less_priced, more_priced = price(numbers, bounds, bill), price(more, bounds, bill)

    assert less_priced.cost_minor <= more_priced.cost_minor
    assert less_priced.monthly_minor <= more_priced.monthly_minor
    assert less_priced.one_off_minor <= more_priced.one_off_minor
    assert 0 <= more_priced.bill_after_minor <= more_priced.bill_now_minor


def test_scope_blank_is_the_whole_bill() -> None:
    assert BILL.scoped("") == (INTERNET, TV)
    assert BILL.scoped(ProductKind.TV) == (TV,)
