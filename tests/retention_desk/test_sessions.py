"""Signing in, and what a signed-in page costs."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from retention_desk.people.models import User

pytestmark = pytest.mark.django_db


def test_signed_in_page_reads_session_and_person_in_one_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ann = User.objects.create_user("ann", "ann@example.com", "a long secret")
    client.force_login(ann)

    with django_assert_num_queries(1):
        answer = client.get("/")

    assert answer.status_code == 200
    assert answer.context["user"] == ann
