"""The two health addresses."""

import pytest
from django.test import Client


def test_livez_needs_no_database(client: Client) -> None:
    assert client.get("/livez").status_code == 200


@pytest.mark.django_db
def test_readyz_says_what_it_found(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json() == {"ready": True, "database": "ok", "valkey": "ok"}
    assert answer.status_code == 200
