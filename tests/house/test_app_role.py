"""The role that serves owns nothing: it cannot change, empty or unguard a table, whatever the code does."""

from collections.abc import Iterator

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

pytestmark = pytest.mark.django_db

PROTECTED_PRIVILEGES = ("TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture
def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        found = [row[0] for row in cursor.fetchall()]
    assert "people_user" in found
    return found


def attempts(table: str) -> Iterator[str]:
    yield f'TRUNCATE "{table}"'
    yield f'ALTER TABLE "{table}" ADD COLUMN hole integer'
    yield f'ALTER TABLE "{table}" DISABLE TRIGGER ALL'
    yield f'ALTER TABLE "{table}" OWNER TO CURRENT_USER'
    yield f'DROP TABLE "{table}" CASCADE'
    yield f'GRANT ALL ON "{table}" TO PUBLIC'
    does_nothing = "EXECUTE FUNCTION suppress_redundant_updates_trigger()"
    yield f'CREATE TRIGGER hole BEFORE INSERT ON "{table}" FOR EACH ROW {does_nothing}'


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)
    # GRANT by somebody without the right only warns; what counts is that nothing was granted.
    return statement.startswith("GRANT")


def test_application_role_cannot_change_any_table(tables: list[str]) -> None:
    allowed = [statement for table in tables for statement in attempts(table) if not refused(statement)]

    assert allowed == []


def test_application_role_and_the_public_have_no_dangerous_privilege(tables: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT t, p, r FROM unnest(%s::text[]) t, unnest(%s::text[]) p, unnest(ARRAY[current_user, 'public']) r
                WHERE has_table_privilege(r::name, quote_ident(t), p)""",
            [tables, list(PROTECTED_PRIVILEGES)],
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE hole (id integer)",
        "CREATE FUNCTION hole() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA hole",
        "SET session_replication_role = replica",
        "ALTER DATABASE {database} SET session_replication_role = replica",
        "CREATE ROLE hole",
    ],
)
def test_application_role_cannot_make_anything(statement: str) -> None:
    assert refused(statement.format(database=connection.settings_dict["NAME"]))


def test_application_role_is_nobody_special() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
                 FROM pg_roles WHERE rolname = current_user"""
        )
        assert cursor.fetchone() == (False, False, False, False, False)
        cursor.execute(
            """SELECT r.rolname FROM pg_roles r
                WHERE pg_has_role(current_user, r.oid, 'MEMBER') AND r.rolname <> current_user"""
        )
        assert cursor.fetchall() == [("retention_desk_app",)]
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user")
        assert cursor.fetchone() == (0,)


def test_functions_that_act_as_the_owner_fix_where_they_look() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT proname FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND prosecdef
                  AND NOT coalesce(proconfig::text LIKE '%%search_path=%%', false)"""
        )
        assert cursor.fetchall() == []
