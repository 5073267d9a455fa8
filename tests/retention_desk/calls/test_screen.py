"""The call screen: what it costs, who sees it, and what stands on it."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def test_screen_costs_two_statements_beside_the_session(
    scene: Scene, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)
    client.get(f"/calls/{call_id}/")

    with django_assert_num_queries(3):
        answer = client.get(f"/calls/{call_id}/")

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Marisol Tennant" in text
    assert "Internet loyalty discount" in text
