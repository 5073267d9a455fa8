"""A desk with a telephone."""

import pytest

from customers.models import TelephoneConnection
from tests.retention_desk.scene import Scene, set_scene
from tests.retention_desk.telephone.sending import connect


@pytest.fixture
def scene(db: None) -> Scene:
    """Ann and the customer who rings."""
    return set_scene()


@pytest.fixture
def connection(scene: Scene) -> TelephoneConnection:
    """A telephone system that knows Ann."""
    return connect(scene.ann)
