"""Every public file with its shipped mapping, against the facts that are known of it. Only where the files are."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Count, Q, Sum

from customers.intake.inspecting import Source
from customers.intake.run import Summary
from customers.models import Complaint, Customer, Subscription
from tests.customers.intake.desk import EXAMPLES, PUBLIC, bring

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not PUBLIC.is_dir(), reason="the shared data folder is absent"),
]


def bring_public(mapping: str, *names: str, replace: tuple[str, str] = ("", "")) -> Summary:
    files = [Source(name=Path(name).name, path=PUBLIC / name) for name in names]
    text = (EXAMPLES / f"{mapping}.toml").read_text(encoding="utf-8")
    return bring(*files, mapping=text.replace(*replace) if replace[0] else text)


def bills() -> int:
    return int(Subscription.objects.aggregate(total=Sum("price_minor"))["total"])


def facts(name: str) -> Counter[str]:
    rows = Customer.objects.values_list(f"facts__{name}").annotate(many=Count("id"))
    return Counter({str(value): many for value, many in rows})


def test_ibm_telco_has_the_counts_and_sums_of_its_file() -> None:
    summary = bring_public("ibm-telco", "ibm_telco/Telco-Customer-Churn.csv")

    assert (summary.rows, summary.refused_rows) == (7043, 0)
    assert Customer.objects.count() == 7043
    assert Customer.objects.filter(left_on__isnull=False).count() == 1869
    assert Customer.objects.filter(facts__senior=True).count() == 1142
    assert Customer.objects.exclude(facts__has_key="total_minor").count() == 11
    assert bills() == 45_611_660
    total = Customer.objects.raw(
        "SELECT 1 AS id, sum((facts ->> 'total_minor')::bigint) AS total FROM customers_customer"
    )
    assert vars(total[0])["total"] == 1_605_616_870
    # No internet, DSL and fibre as the file has them; a phone line for everybody with phone service.
    kinds = dict(Subscription.objects.values_list("product__code").annotate(Count("id")))
    assert kinds == {"phone": 6361, "dsl": 2421, "fiber": 3096}
    left = Subscription.objects.filter(customer__left_on__isnull=False)
    assert left.aggregate(total=Sum("price_minor"))["total"] == 13_913_085
    assert set(left.values_list("state", flat=True)) == {"ENDED"}
    # A tenure of 0 begins today.
    assert Customer.objects.filter(customer_since=date(2026, 11, 22)).count() == 11


def test_ibm_telco_contracts_end_on_the_next_anniversary() -> None:
    bring_public("ibm-telco", "ibm_telco/Telco-Customer-Churn.csv")

    running = Subscription.objects.filter(contract_ends_on__isnull=False)
    assert running.filter(contract_ends_on__lte=date(2026, 11, 22)).count() == 0
    # 5575-GNVDE: one year, 34 months old, so the third year ends in two months.
    assert set(
        Subscription.objects.filter(customer__account_number="5575-GNVDE").values_list("contract_ends_on", flat=True)
    ) == {date(2027, 1, 22)}
    months = Customer.objects.filter(left_on=None).annotate(
        bound=Count("subscriptions", filter=Q(subscriptions__contract_ends_on__isnull=False))
    )
    # Month to month, stayed: 3,875 less 1,655 that left.
    assert months.filter(bound=0).count() == 2220


def test_the_33_columns_add_places_and_reasons() -> None:
    summary = bring_public("ibm-telco-33-columns", "ibm_telco_extended/csv/Telco_customer_churn_33col.csv")

    assert summary.refused_rows == 0
    assert Customer.objects.filter(left_on__isnull=False).exclude(left_reason="").count() == 1869
    assert Customer.objects.filter(left_reason="Attitude of support person").count() == 192
    assert Customer.objects.exclude(facts__has_key="total_minor").count() == 11
    assert set(Customer.objects.values_list("jurisdiction", flat=True)) == {"US-CA"}
    assert bills() == 45_611_660


def test_the_five_tables_join_into_one_customer_each() -> None:
    folder = "ibm_telco_extended/csv/Telco_customer_churn_"
    names = [f"{folder}{name}.csv" for name in ("status", "population", "location", "demographics", "services")]

    summary = bring_public("ibm-telco-extended", *names)

    assert summary.refused_rows == 0
    assert Customer.objects.count() == 7043
    assert facts("status") == {"Stayed": 4720, "Churned": 1869, "Joined": 454}
    categories = facts("churn_category")
    assert categories.pop("None") == 5174
    assert categories == {"Competitor": 841, "Attitude": 314, "Dissatisfaction": 303, "Price": 211, "Other": 200}
    assert Customer.objects.filter(left_reason="Competitor had better devices").count() == 313
    # "None" is an answer of the column, not a blank.
    assert facts("last_offer") == {
        "None": 3877, "Offer B": 824, "Offer E": 805, "Offer D": 602, "Offer A": 520, "Offer C": 415,
    }  # fmt: skip
    assert Customer.objects.filter(facts__last_offer="None").count() == 3877
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum((facts ->> 'revenue_minor')::bigint), "
            "count(*) FILTER (WHERE (facts ->> 'refunds_minor')::bigint > 0) FROM customers_customer"
        )
        assert cursor.fetchone() == (2_137_113_169, 525)
        cursor.execute("SELECT round(avg((facts ->> 'lifetime_value')::int), 2)::text FROM customers_customer")
        assert cursor.fetchone()[0] == "4400.30"
    assert Customer.objects.exclude(facts__has_key="area_population").count() == 0
    assert bills() == 45_611_660


@pytest.mark.parametrize(
    ("mapping", "name"),
    [
        ("maven-telecom", "maven_telecom/telecom_customer_churn.csv"),
        ("maven-telecom-other-headers", "maven_telecom/telecom_customer_churn_other_headers.csv"),
    ],
)
def test_maven_refuses_its_120_negative_charges(mapping: str, name: str) -> None:
    summary = bring_public(mapping, name)

    assert summary.rows == 7043
    assert summary.refusals == {"NEGATIVE": 120}
    assert summary.refused_rows == 120
    assert Customer.objects.count() == 6923


def test_maven_takes_negative_charges_as_credit_when_told_to() -> None:
    negative = ('negative = "refuse"', 'negative = "keep_as_credit"')

    summary = bring_public(
        "maven-telecom", "maven_telecom/telecom_customer_churn.csv", "maven_telecom/telecom_zipcode_population.csv",
        replace=negative,
    )  # fmt: skip

    assert summary.refused_rows == 0
    assert facts("status") == {"Stayed": 4720, "Churned": 1869, "Joined": 454}
    categories = facts("churn_category")
    assert {name: categories[name] for name in ("Competitor", "Dissatisfaction", "Attitude", "Price", "Other")} == {
        "Competitor": 841, "Dissatisfaction": 321, "Attitude": 314, "Price": 211, "Other": 182,
    }  # fmt: skip
    credit = Customer.objects.filter(balance_minor__lt=0)
    assert credit.count() == 120
    assert credit.filter(balance_minor__gte=-1000, balance_minor__lte=-100).count() == 120
    assert not Subscription.objects.filter(customer__in=credit, price_minor__gt=0).exists()


def test_maven_takes_negative_charges_as_nothing_when_told_to() -> None:
    bring_public(
        "maven-telecom",
        "maven_telecom/telecom_customer_churn.csv",
        replace=('negative = "refuse"', 'negative = "zero"'),
    )

    assert Customer.objects.count() == 7043
    assert not Customer.objects.exclude(balance_minor=0).exists()


def test_comcast_complaints_stand_without_a_customer_and_with_their_days_turned_back() -> None:
    summary = bring_public("comcast-complaints", "comcast_complaints/Comcast_telecom_complaints_data.csv")

    assert (summary.rows, summary.refused_rows) == (2224, 0)
    assert dict(Complaint.objects.values_list("status").annotate(Count("id"))) == {
        "SOLVED": 973, "CLOSED": 734, "OPEN": 363, "PENDING": 154,
    }  # fmt: skip
    assert Complaint.objects.filter(customer__isnull=False).count() == 0
    assert Complaint.objects.filter(number="COMCAST-comcas").count() == 1
    assert Complaint.objects.filter(on_behalf=True).count() == 203
    assert dict(Complaint.objects.values_list("channel").annotate(Count("id"))) == {
        "Customer Care Call": 1119,
        "Internet": 1105,
    }
    assert Complaint.objects.filter(region="Georgia").count() == 288
    with connection.cursor() as cursor:
        local = "opened_at AT TIME ZONE 'America/New_York'"
        cursor.execute(f"SELECT to_char({local}, 'YYYY-MM'), count(*) FROM customers_complaint GROUP BY 1 ORDER BY 1")
        assert cursor.fetchall() == [("2015-04", 545), ("2015-05", 399), ("2015-06", 1280)]
        cursor.execute(f"SELECT ({local})::date, count(*) FROM customers_complaint GROUP BY 1 ORDER BY 2 DESC LIMIT 2")
        assert cursor.fetchall() == [(date(2015, 6, 24), 218), (date(2015, 6, 23), 190)]
        cursor.execute(
            "SELECT opened_at AT TIME ZONE 'America/New_York' FROM customers_complaint WHERE number = 'COMCAST-250635'"
        )
        assert cursor.fetchone()[0].isoformat() == "2015-04-22T15:53:50"


def test_orange_knows_customers_by_their_telephone_number() -> None:
    summary = bring_public("orange-churn", "orange_churn/churn_3333.csv")

    assert (summary.rows, summary.refused_rows) == (3333, 0)
    assert Customer.objects.count() == 3333
    assert Customer.objects.filter(left_on__isnull=False).count() == 483
    first = Customer.objects.get(account_number="415-382-4657")
    assert (first.phone, first.jurisdiction, first.facts["voice_mails"]) == ("+14153824657", "US-KS", 25)
    assert Customer.objects.filter(facts__service_calls__gte=4).count() == 267
    assert Customer.objects.values("phone").distinct().count() == 3333
