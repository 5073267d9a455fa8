"""A database for measuring: customers, lines, history and past calls made set-wise inside the server, as the owner.

Nothing here needs to be believable; sizes and shapes do: a heavy customer has 300 entries, a name thousands of bearers.
"""

from pathlib import Path

from django.db.backends.utils import CursorWrapper

GIVEN = (
    "Ada Bela Cleo Dario Esme Farid Greta Hugo Inka Joao Kira Leon "
    "Mira Nadia Oskar Pia Ravi Sena Tomas Una Vera Wim Yara Zeno"
)
FAMILY_PARTS = (
    "Al Bar Cor Dal Ed Far Gal Hol Im Jor Kel Lam Mor Nor Ol Par Quin Ros Sal Tor Ul Var Wes Yar Zel",
    "a e i o u an en in on un",
    "berg dahl field gard holm ison kamp land mark nier quist rath sen thorpe vik wood",
)


PAST = ("customers_call", "customers_disposition")


def fill(cursor: CursorWrapper, *, customers: int) -> None:
    """Fill an empty, migrated database with so many customers. The cursor is the owner's."""
    cursor.execute("SELECT count(*) FROM offers_seat WHERE grade = 'AGENT'")
    agents = cursor.fetchone()
    cursor.execute("SELECT id FROM customers_conductpolicy WHERE code = 'DEFAULT' ORDER BY version DESC LIMIT 1")
    policy = cursor.fetchone()
    if agents is None or policy is None:
        raise RuntimeError("the benchmark's database has no seats or no policy")
    people(cursor, customers=customers)
    cursor.execute(_sql("history"), {})
    for table in PAST:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(_sql("calls"), {"policy": policy[0], "agents": agents[0]})
    cursor.execute(_sql("dispositions"), {})
    for table in PAST:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def people(cursor: CursorWrapper, *, customers: int) -> None:
    """Add so many customers with their lines. The role that serves may do it as well."""
    names = dict(zip(("first", "second", "third"), FAMILY_PARTS, strict=True))
    cursor.execute(_sql("customers"), {"customers": customers, "given": GIVEN, **names})
    cursor.execute(_sql("lines"), {})


def settle(cursor: CursorWrapper) -> None:
    """Give the planner its statistics; outside a transaction."""
    cursor.execute("VACUUM ANALYZE")


def _sql(name: str) -> str:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8")
