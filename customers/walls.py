"""How the walls of the database are looked at: what one is, what stands there now, and what is wrong with it.

`read` asks the catalogs in one statement, as the role that serves; `faults` compares with the lists that each room
writes down by hand (`guards`).
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import connection

from customers.statements import statement

# A function that acts as the owner looks here only; whoever can put names before these can make it do anything.
SEARCH_PATH = "pg_catalog, public, pg_temp"
CLOCKS_APART_SECONDS = 2.0
# As the migrations call the role that every login that serves is a member of.
APP_GROUP = "retention_desk_app"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One guard: `when` as CREATE TRIGGER says it, `runs` its function, `conditional` if it has a WHEN of its own,
    `sees` the name under which it looks at all new rows at once.
    """

    name: str
    when: str
    runs: str
    each: Literal["ROW", "STATEMENT"] = "ROW"
    conditional: bool = False
    sees: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What guards one table.

    `may`: what the serving role may do besides reading. `checks`: a constraint's name with the columns it looks at;
    `unique`: an index's name with its columns, and where it is partial with the column it depends on ("a b where c");
    `references`: a column with the table that it points into.
    """

    name: str
    may: str = ""
    triggers: tuple[Trigger, ...] = ()
    checks: Mapping[str, str] = field(default_factory=dict)
    unique: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Door:
    """A function that acts as the owner. `called` by the serving role itself, or only by triggers."""

    name: str
    called: bool = True


@dataclass(frozen=True, slots=True)
class Fault:
    """A wall that does not stand, and the statement or act that puts it back."""

    what: str
    cure: str


def read(*, doors: Sequence[Door]) -> Mapping[str, Any]:
    """What stands in the database, in one statement, and how far its clock is from this machine's (`skew`, seconds)."""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute(statement("guards"), {"doors": [door.name for door in doors]})
        found: dict[str, Any] = json.loads(cursor.fetchone()[0])
    after = time.time()
    # The clock was read somewhere between the two; only what lies outside of that is known to be wrong.
    found["skew"] = max(found["clock"] - after, before - found["clock"], 0.0)
    return found


def faults(
    found: Mapping[str, Any], *, tables: Sequence[Table], doors: Sequence[Door], durable: bool = True
) -> Iterator[Fault]:
    """Everything that is not as it must be. `durable` False is for a server whose data are thrown away."""
    strong = list(_strengths(found))
    yield from strong
    yield from _settings(found, durable=durable)
    yield from _triggers(found, tables)
    yield from _constraints(found, tables)
    yield from _unique(found, tables)
    yield from _doors(found, doors)
    # Whoever is everybody may do everything; one sentence about that is enough.
    if not strong:
        yield from _rights(found, tables)
        yield from _calls(found, doors)


def _strengths(found: Mapping[str, Any]) -> Iterator[Fault]:
    """A role that serves is nobody special."""
    role = found["role"]
    for name, power in found["powers"]:
        held = "is" if name == role else f"is a member of {name}, which is"
        yield Fault(f"the role {role} {held} {power}", f"ALTER ROLE {name} NO{power}")
        if power == "SUPERUSER":
            return
    owners = sorted({owner for _table, owner in found["owned"]})
    for owner in owners:
        table = next(table for table, by in found["owned"] if by == owner)
        if owner == role:
            yield Fault(
                f"the role {role} owns {table}, so nothing guards it",
                f"put another login into DATABASE_URL: CREATE ROLE desk_app LOGIN IN ROLE {APP_GROUP}",
            )
        else:
            yield Fault(f"the role {role} is a member of {owner}, which owns {table}", f"REVOKE {owner} FROM {role}")
    if found["may_replicate"]:
        yield Fault(
            f"the role {role} may set session_replication_role, which switches triggers off",
            f"REVOKE SET ON PARAMETER session_replication_role FROM {role}, {APP_GROUP}, PUBLIC",
        )
    if found["may_create"]:
        yield Fault(
            f"the role {role} may make things in the schema public, where the owner's functions look",
            f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {APP_GROUP}, {role}",
        )


def _settings(found: Mapping[str, Any], *, durable: bool) -> Iterator[Fault]:
    settings = found["settings"]
    for name in ("fsync", "full_page_writes", "synchronous_commit") if durable else ():
        if settings[name] == "off":
            yield Fault(
                f"{name} is off, so what was answered may be lost",
                f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf(); and for the role and the database, too",
            )
    if settings["session_replication_role"] != "origin":
        yield Fault(
            f"session_replication_role is {settings['session_replication_role']}: triggers do not run",
            f"ALTER ROLE {found['role']} RESET session_replication_role, and of the database, too",
        )
    if found["skew"] > CLOCKS_APART_SECONDS:
        yield Fault(
            f"the clocks of the database and of this machine are {found['skew']:.0f} s apart",
            "let both follow the same time server",
        )


def _triggers(found: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Fault]:
    standing = {(one["table"], one["name"]): one for one in found["triggers"]}
    for table in tables:
        for wanted in table.triggers:
            thing = f"the trigger {wanted.name} on {table.name}"
            there = standing.get((table.name, wanted.name))
            if there is None:
                yield Fault(f"{thing} is missing", _made_again(table, wanted))
            elif not there["enabled"]:
                yield Fault(f"{thing} is switched off", f"ALTER TABLE {table.name} ENABLE TRIGGER {wanted.name}")
            elif (said := _said(there)) != _said_of(wanted):
                yield Fault(
                    f"{thing} is not what it was made as: {said}",
                    f"DROP TRIGGER {wanted.name} ON {table.name}; {_made_again(table, wanted)}",
                )
    for name in found["switched_off"]:
        yield Fault(f"the foreign keys of {name} are switched off", f"ALTER TABLE {name} ENABLE TRIGGER ALL")


def _made_again(table: Table, wanted: Trigger) -> str:
    if wanted.conditional or wanted.sees or " OF " in wanted.when:
        return _from_migrations(table)
    return (
        f"CREATE TRIGGER {wanted.name} {wanted.when} ON {table.name} FOR EACH {wanted.each} "
        f"EXECUTE FUNCTION {wanted.runs}()"
    )


def _said_of(wanted: Trigger) -> str:
    sees = f" REFERENCING {wanted.sees}" if wanted.sees else ""
    return f"{wanted.when}{sees} FOR EACH {wanted.each}{' WHEN' if wanted.conditional else ''} {wanted.runs}"


# pg_trigger.tgtype, in the order in which we say it.
_ROW, _BEFORE = 1, 2
_EVENTS = ((4, "INSERT"), (16, "UPDATE"), (8, "DELETE"), (32, "TRUNCATE"))


def _said(there: Mapping[str, Any]) -> str:
    """A trigger of the catalog in the words of `Trigger`."""
    events = [word for bit, word in _EVENTS if there["type"] & bit]
    if there["columns"]:
        events = [f"UPDATE OF {', '.join(there['columns'])}" if word == "UPDATE" else word for word in events]
    when = f"{'BEFORE' if there['type'] & _BEFORE else 'AFTER'} {' OR '.join(events)}"
    each = "ROW" if there["type"] & _ROW else "STATEMENT"
    sees = f" REFERENCING {there['sees']}" if there["sees"] else ""
    return f"{when}{sees} FOR EACH {each}{' WHEN' if there['conditional'] else ''} {there['runs']}"


def _constraints(found: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Fault]:
    checks = {(one["table"], one["name"]): one for one in found["constraints"] if one["kind"] == "c"}
    keys = {(one["table"], *one["columns"], one["to"]): one for one in found["constraints"] if one["kind"] == "f"}
    for table in tables:
        for name, columns in table.checks.items():
            yield from _constraint(
                table, f"the constraint {name}", checks.get((table.name, name)), sorted(columns.split())
            )
        for column, to in table.references.items():
            there = keys.get((table.name, column, to))
            yield from _constraint(table, f"the foreign key {column} to {to}", there, [column])


def _constraint(table: Table, thing: str, there: Mapping[str, Any] | None, columns: list[str]) -> Iterator[Fault]:
    thing = f"{thing} on {table.name}"
    if there is None:
        yield Fault(f"{thing} is missing", _from_migrations(table))
    elif not there["enforced"]:
        yield Fault(f"{thing} is not enforced", f"ALTER TABLE {table.name} ALTER CONSTRAINT {there['name']} ENFORCED")
    elif not there["valid"]:
        yield Fault(f"{thing} is not validated", f"ALTER TABLE {table.name} VALIDATE CONSTRAINT {there['name']}")
    elif there["columns"] != columns:
        yield Fault(f"{thing} looks at {', '.join(there['columns']) or 'nothing'}", _from_migrations(table))


def _unique(found: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Fault]:
    standing = {(one["table"], one["name"]): one for one in found["unique"]}
    for table in tables:
        for name, said in table.unique.items():
            columns, _, condition = said.partition(" where ")
            thing = f"the unique index {name} on {table.name}"
            there = standing.get((table.name, name))
            if there is None:
                yield Fault(f"{thing} is missing", _from_migrations(table))
            elif not there["valid"]:
                yield Fault(f"{thing} is not valid", f"REINDEX INDEX {name}")
            elif there["columns"] != sorted(columns.split()) or bool(condition) != bool(there["where"]):
                yield Fault(f"{thing} is not what it was made as", _from_migrations(table))
            elif condition not in there["where"]:
                yield Fault(f"{thing} holds only where {there['where']}", _from_migrations(table))


def _doors(found: Mapping[str, Any], doors: Sequence[Door]) -> Iterator[Fault]:
    for door in doors:
        standing = [one for one in found["doors"] if one["name"] == door.name]
        if not standing:
            yield Fault(f"the function {door.name} is missing", "python3 manage.py migrate")
        for there in standing:
            alter = f"ALTER FUNCTION {door.name}"
            if not there["definer"]:
                yield Fault(f"the function {door.name} does not act as the owner", f"{alter} SECURITY DEFINER")
            if there["path"] != SEARCH_PATH:
                yield Fault(
                    f"the function {door.name} does not fix where it looks", f"{alter} SET search_path = {SEARCH_PATH}"
                )
            if there["owner"] != found["owner"]:
                yield Fault(
                    f"the function {door.name} belongs to {there['owner']} and not to the owner of the tables",
                    f"{alter} OWNER TO {found['owner']}",
                )


def _rights(found: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[Fault]:
    """Nothing may be emptied or unguarded, and a guarded table takes only what its room says."""
    allowed = {table.name: table.may.split() for table in tables}
    for name, right in sorted(found["rights"]):
        anywhere = right not in ("TRUNCATE", "TRIGGER") and name not in allowed
        if not anywhere and right not in allowed.get(name, ()):
            yield Fault(
                f"the role {found['role']} may {right} {name}",
                f"REVOKE {right} ON {name} FROM PUBLIC, {APP_GROUP}, {found['role']}",
            )


def _calls(found: Mapping[str, Any], doors: Sequence[Door]) -> Iterator[Fault]:
    """The serving role may call what is a door for it, and nothing else that acts as the owner."""
    callable_by_role = {one["name"] for one in found["doors"] if one["called"]}
    for door in doors:
        if door.called and door.name not in callable_by_role:
            yield Fault(
                f"the role {found['role']} may not call {door.name}",
                f"GRANT {APP_GROUP} TO {found['role']}; GRANT EXECUTE ON FUNCTION {door.name} TO {APP_GROUP}",
            )
        elif not door.called and door.name in callable_by_role:
            yield Fault(
                f"the role {found['role']} may call {door.name}, which is for triggers only",
                f"REVOKE ALL ON FUNCTION {door.name} FROM PUBLIC, {APP_GROUP}",
            )


def _from_migrations(table: Table) -> str:
    room = table.name.partition("_")[0]
    return f"python3 manage.py migrate; if nothing is left to migrate, take it from {room}/migrations"
