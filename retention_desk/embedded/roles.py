"""The two database roles: an owner that migrates, and a login that serves as a member of the application's group.

The embedded servers get theirs when they are made. On a given server, where only one URL is known, that URL is the
owner's and the serving login is made here.
"""

import hashlib
import os
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

# Migrations grant to this group by name; every login that serves is a member of it.
APP_GROUP = "retention_desk_app"


class CannotProvision(Exception):
    """The given role may not make the roles that the desk needs; the text says what to run instead."""


def provision_app_role(owner_url: str, *, secret_file: Path) -> str:
    """Make (or refresh) a login in the application's group on the server of ``owner_url`` and return its URL.

    The login's random password is kept in ``secret_file``, readable by this user only, and its name is derived from
    that file's path, so that two desks on one server do not change each other's password.

    Raises CannotProvision when the owner may not make roles.
    """
    role = "desk_app_" + hashlib.sha256(str(secret_file.resolve()).encode()).hexdigest()[:10]
    password = _password(secret_file)
    try:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            ensure_group(connection)
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.Literal(password)
                )
            )
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.Identifier(APP_GROUP), sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise CannotProvision(
            f"The role in DATABASE_URL may not make the application's login ({error.diag.message_primary}). Make it "
            f"yourself (CREATE ROLE {APP_GROUP} NOLOGIN; CREATE ROLE desk_app LOGIN PASSWORD '...' IN ROLE "
            f"{APP_GROUP};) and set DATABASE_URL to that login and DATABASE_OWNER_URL to the owner."
        ) from error
    return _with_login(owner_url, role, password)


def drop_app_role(owner_url: str, app_url: str) -> None:
    """Remove a login that ``provision_app_role`` made; it owns nothing, so nothing goes with it."""
    role = urlsplit(app_url).username
    if role:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def ensure_group(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Make the application's group role if the server does not have it yet."""
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP_GROUP]).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP_GROUP)))


def _password(secret_file: Path) -> str:
    if secret_file.exists():
        return secret_file.read_text(encoding="ascii").strip()
    secret_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secrets.token_urlsafe(24)
    descriptor = os.open(secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(password)
    return password


def _with_login(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role)}:{quote(password, safe='')}@{host}"))
