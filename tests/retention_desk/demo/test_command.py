"""The `demo` command: the same seed makes the same desk, and a desk that is not empty is left alone."""

import io
from datetime import date
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from customers.models import Call, Customer
from retention_desk.demo.logins import LOGINS
from retention_desk.people.models import User
from tests.builders import make_user
from tests.database import Connection, Seeds, owner_connection

pytestmark = [pytest.mark.slow, pytest.mark.django_db(databases=["default", "owner"], transaction=True)]

SMALL: dict[str, Any] = {"scale": 0.02, "today": date(2026, 11, 21)}
_NOT_DRAWN = {"django_content_type", "auth_permission", "auth_group_permissions", "people_user"}
# What somebody typed is kept with a salt by chance: it, what is committed to with it, and the chain over that.
_SALTED = "{salt,commitment,reason,hash,prev_hash}"


def checksums(owner: Connection) -> dict[str, object]:
    """One hash for each table that the demo fills; what is salted is left out."""
    tables = owner.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    ).fetchall()
    found: dict[str, object] = {}
    for (table,) in tables:
        if table not in _NOT_DRAWN:
            found[str(table)] = owner.execute(
                f"""SELECT md5(string_agg(r::text, '|' ORDER BY r::text))
                    FROM "{table}" t CROSS JOIN LATERAL (SELECT to_jsonb(t) - '{_SALTED}'::text[]) AS one (r)"""
            ).fetchone()
    return found


def test_same_seed_makes_the_same_desk_and_another_seed_another() -> None:
    made = []
    with owner_connection() as owner:
        seeds = Seeds(owner)
        for seed in (3, 3, 4):
            call_command("demo", seed=seed, stdout=io.StringIO(), **SMALL)
            made.append(checksums(owner))
            seeds.restore()

    assert made[0] == made[1]
    assert made[0]["customers_call"] != made[2]["customers_call"]


def test_log_ins_work_and_are_printed() -> None:
    out = io.StringIO()

    call_command("demo", stdout=out, **SMALL)

    for role, name, word in LOGINS:
        user = authenticate(username=name, password=word)
        assert isinstance(user, User)
        assert [group.name for group in user.groups.all()] == [role]
        assert f"{name} / {word}" in out.getvalue()
    assert Customer.objects.count() == 100
    assert Call.objects.count() >= 160


def test_desk_with_people_is_left_alone() -> None:
    make_user("ann")

    with pytest.raises(CommandError, match="not empty"):
        call_command("demo", stdout=io.StringIO(), **SMALL)

    assert Customer.objects.count() == 0


@pytest.mark.parametrize("scale", [0, -1, 5000])
def test_absurd_scale_is_refused(scale: float) -> None:
    with pytest.raises(CommandError, match="--scale"):
        call_command("demo", scale=scale, stdout=io.StringIO())
