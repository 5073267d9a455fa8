"""Finding a customer: in any form, in one statement, by index ranges."""

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from customers import names
from customers.look_up import Found, LookUp, LookUpKind, Matched, look_up
from customers.models import Customer, FamilyNameDeletion
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def marlene() -> Customer:
    """The one who is looked for, among others."""
    others = [("Imani", "Castle", "Oakland"), ("Tom", "Tennison", "Fresno"), ("Ulrike", "Müller-Thurgau", "Reno")]
    for place, (given, family, town) in enumerate(others):
        builders.make_customer(
            given_name=given,
            family_name=family,
            town=town,
            account_number=f"9001-{place}",
            phone=f"+1559555019{place}",
            email=f"{given.lower()}@example.org",
        )
    made = builders.make_customer(
        given_name="Marlene",
        family_name="Tennant",
        account_number="8842-0031-77",
        phone="+15595550142",
        other_phone="+491715550117",
        email="Marlene.Tennant@example.com",
    )
    names.remember_all_names()
    return made


def find(text: str, **other: object) -> LookUp:
    """Look up in a company of the United States."""
    given = {"text": text, "region": "US"} | other
    return look_up(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("+1 559 555 0142", Matched.PHONE),
        ("(559) 555-0142", Matched.PHONE),
        ("559.555.0142", Matched.PHONE),
        ("1-559-555-0142", Matched.PHONE),
        ("5550142", Matched.PHONE),
        ("0142", Matched.PHONE),
        ("011 49 171 5550117", Matched.OTHER_PHONE),
        ("8842003177", Matched.ACCOUNT),
        ("8842-0031-77", Matched.ACCOUNT),
        ("8842 0031", Matched.ACCOUNT),
        ("marlene.tennant@example.com", Matched.EMAIL),
        ("MARLENE.TENNANT@ex", Matched.EMAIL),
        ("tennant", Matched.NAME),
        ("TENNA", Matched.NAME),
        ("marlene", Matched.NAME),
        ("marlene tennant", Matched.NAME),
        ("Tennant, Marlene", Matched.NAME),
        ("tennant m", Matched.NAME),
        ("tennant fresno", Matched.NAME),
        ("marlene tennant fres", Matched.NAME),
        ("tennant marlene fresno", Matched.NAME),
        ("tenant", Matched.NAME_NEARLY),
        ("tennnant", Matched.NAME_NEARLY),
        ("tennamt", Matched.NAME_NEARLY),
        ("tenannt", Matched.NAME_NEARLY),
        ("marlene tennamt fresno", Matched.NAME_NEARLY),
    ],
)
def test_one_statement_finds_her_whatever_is_said(
    marlene: Customer, text: str, matched: Matched, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        found = find(text)

    assert [(row.customer_id, row.matched) for row in found.rows] == [(marlene.pk, matched)]
    assert not found.more


@pytest.mark.parametrize(
    "text", ["tennant oakland", "castle marlene", "0143", "8842-0031-78", "xyz", "@", "%", "' OR 1=1"]
)
def test_what_does_not_fit_finds_nobody(marlene: Customer, text: str) -> None:
    assert find(text).rows == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("+1559555", LookUpKind.PHONE),
        ("559 555 0142", LookUpKind.PHONE),
        ("012", LookUpKind.ACCOUNT),
        ("88420031770", LookUpKind.ACCOUNT),
        ("8842-0031-77", LookUpKind.PHONE),
        ("7590-VHVEG", LookUpKind.ACCOUNT),
        ("((((-", None),
        ("/12345678901234567890123456", LookUpKind.ACCOUNT),
        ("marlene", LookUpKind.NAME),
        ("m@x", LookUpKind.EMAIL),
    ],
)
def test_kind_is_recognised(text: str, kind: LookUpKind | None) -> None:
    assert find(text).kind == kind


@pytest.mark.parametrize("text", ["", "te", "  a ", "+1"])
def test_too_short_looks_for_nothing(
    marlene: Customer, text: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert find(text).kind is None


def test_german_trunk_prefix_is_understood_in_a_german_company(marlene: Customer) -> None:
    found = look_up(text="0171 5550117", region="DE")

    assert found.kind == LookUpKind.PHONE
    assert [row.matched for row in found.rows] == [Matched.OTHER_PHONE]


def test_names_are_found_without_their_accents_and_by_any_part_of_a_double(marlene: Customer) -> None:
    for text in ("muller", "MÜLLER-THURGAU", "ulrike müller"):
        assert [row.name for row in find(text).rows] == ["Ulrike Müller-Thurgau"]


def test_kind_can_be_forced(marlene: Customer) -> None:
    assert find("8842003177", kind=LookUpKind.PHONE).rows == ()
    assert [row.matched for row in find("8842003177", kind=LookUpKind.ACCOUNT).rows] == [Matched.ACCOUNT]


def test_rows_are_masked_and_flagged(marlene: Customer) -> None:
    Customer.objects.filter(pk=marlene.pk).update(kind="BUSINESS", left_on="2026-05-01", care_needed=True)
    ann = builders.make_agent()
    builders.make_call(ann, marlene)

    (row,) = find("tennant marlene").rows

    assert row == Found(
        customer_id=marlene.pk,
        name="Marlene Tennant",
        account_tail="3177",
        phone_tail="42",
        town="Fresno",
        region="California",
        matched=Matched.NAME,
        is_business=True,
        left=True,
        care_needed=True,
        staff_line=False,
        open_call_agent="Ann Holt",
    )


def test_at_most_twenty_and_a_word_that_there_are_more() -> None:
    for number in range(22):
        builders.make_customer(given_name=f"Anna{number:02d}", family_name="Okafor", email="")

    found = find("okafor")

    assert len(found.rows) == 20
    assert found.more
    assert [row.name for row in found.rows[:2]] == ["Anna00 Okafor", "Anna01 Okafor"]
    assert not find("okafor anna0").more


def test_no_look_up_reads_a_whole_table(owner_db: "psycopg.Cursor[tuple[object, ...]]") -> None:
    owner_db.execute(
        """INSERT INTO customers_customer (account_number, kind, given_name, family_name, phone, other_phone, email,
               street, town, region, postcode, country, jurisdiction, languages, currency, left_reason, balance_minor,
               past_due_minor, payment_method, care_needed, do_not_offer, fraud_watch, staff_line, facts, created_at,
               changed_at)
           SELECT 'A' || n, 'PRIVATE', 'g' || md5(n::text), 'f' || left(md5(n::text), 6),
               '+1559' || lpad(n::text, 7, '0'), '', n || '@example.com', '', 'Fresno', '', '', 'US', '', '{}', 'USD',
               '', 0, 0, '', false, false, false, false, '{}', now(), now()
           FROM generate_series(1, 5000) n"""
    )
    names.remember_all_names()
    owner_db.execute("ANALYZE customers_customer, customers_familynamedeletion")

    for text, index in {
        "0142": "customer_by_phone",
        "884200": "customer_account_unique",
        "marlene.t@x": "customer_by_email",
        "tennant": "customer_by_family",
        "marlene": "customer_by_given",
        "tennamt fresno": "family_name_deletion_once",
    }.items():
        plan = plan_of(text)
        assert "Seq Scan on customers_customer" not in plan, plan
        assert "Seq Scan on customers_familynamedeletion" not in plan, plan
        assert index in plan, plan


def plan_of(text: str) -> str:
    """How the database reads what this look-up asks for."""
    statements: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(keep):
        find(text)
    (sql, parameters), *_ = statements
    with transaction.atomic(), connection.cursor() as cursor:
        # As our own server is set, and any on a solid-state disk should be: for a spinning one 5,000 rows are few.
        cursor.execute("SET LOCAL random_page_cost = 1.1")
        cursor.execute("EXPLAIN " + sql, parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_fold_is_the_databases_fold() -> None:
    letters = [chr(code) for code in (*range(0x20, 0x7F), *range(0xE0, 0x180), 0x2019, 0x219, 0x21B)]

    with connection.cursor() as cursor:
        for sign in [*letters, *"ÀÉÖŁÑŠÞÆŒ"]:
            cursor.execute("SELECT desk_fold(%s)", [sign])
            assert cursor.fetchone()[0] == names.fold(sign), sign


def test_dictionary_remembers_every_name_once() -> None:
    assert names.remember_names(["tennant", "tennant", "li", ""]) == 7
    assert names.remember_names(["tennant"]) == 0
    assert set(FamilyNameDeletion.objects.values_list("deletion", flat=True)) == set(names.deletions("tennant"))
