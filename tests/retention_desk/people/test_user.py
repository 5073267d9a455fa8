"""One person, one name: user names and e-mail addresses know no upper and lower case."""

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError
from django.test import Client

from retention_desk.people.models import User
from tests.builders import make_user

pytestmark = pytest.mark.django_db


def test_user_name_is_taken_in_any_case() -> None:
    make_user("ann", email="")

    with pytest.raises(IntegrityError, match="username_names_one_person"):
        make_user("Ann", email="")


def test_email_is_taken_in_any_case() -> None:
    make_user("ann", email="ann@example.com")

    with pytest.raises(IntegrityError, match="email_names_one_person"):
        make_user("sue", email="ANN@example.com")


def test_many_may_have_no_email() -> None:
    make_user("ann", email="")
    make_user("sue", email="")

    assert User.objects.filter(email="").count() == 2


def test_subject_at_identity_provider_is_one_person() -> None:
    make_user("ann", idp_subject="3f2a")

    with pytest.raises(IntegrityError, match="idp_subject_names_one_person"):
        make_user("sue", idp_subject="3f2a")


def test_sign_in_takes_the_name_in_any_case() -> None:
    ann = make_user("ann")

    assert authenticate(username="ANN", password="a long secret") == ann
    assert authenticate(username="ANN", password="a wrong secret") is None


def test_deactivated_person_cannot_sign_in(client: Client) -> None:
    make_user("ann", is_active=False)

    assert client.login(username="ann", password="a long secret") is False


def test_display_name_falls_back_to_the_user_name() -> None:
    assert User(username="ann").display_name == "ann"
    assert User(username="ann", first_name="Ann", last_name="Holt").display_name == "Ann Holt"


def test_roles_are_asked_for_where_no_session_brought_them() -> None:
    assert make_user("ann").role_names == frozenset()
