"""Groups in the database say what the table of roles says."""

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from retention_desk.people.roles import ADMINISTRATOR, AGENT, MANAGER, ROLES, SUPERVISOR, sync_roles
from tests.builders import make_user


def _in_database(role: str) -> set[str]:
    rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in rows}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_migrate_gives_each_role_its_permissions(role: str) -> None:
    assert _in_database(role) == set(ROLES[role])


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_sync_takes_away_what_the_table_no_longer_says() -> None:
    extra = Group.objects.using("owner").get(name=MANAGER).permissions.first()
    assert extra is not None
    Group.objects.using("owner").get(name=AGENT).permissions.add(extra)

    sync_roles(using="owner")

    assert _in_database(AGENT) == set(ROLES[AGENT])


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_second_migrate_changes_nothing() -> None:
    before = {role: Group.objects.get(name=role).pk for role in ROLES}

    call_command("migrate", database="owner", verbosity=0)

    assert {role: Group.objects.get(name=role).pk for role in ROLES} == before


@pytest.mark.django_db
def test_role_opens_only_its_own_acts() -> None:
    ann, sue, sid = make_user("ann"), make_user("sue"), make_user("sid")
    ann.groups.add(Group.objects.get(name=AGENT))
    sue.groups.add(Group.objects.get(name=SUPERVISOR))

    assert ann.has_perm("customers.take_call")
    assert not ann.has_perm("offers.decide_approval")
    assert sue.has_perm("offers.decide_approval")
    assert not sid.has_perm("customers.take_call")


def test_nobody_but_managers_corrects_and_administrators_take_no_calls() -> None:
    assert [role for role in ROLES if "customers.correct_disposition" in ROLES[role]] == [MANAGER]
    assert "customers.take_call" not in ROLES[ADMINISTRATOR]
