"""Fixtures of the journeys."""

from tests.bench import bench

__all__ = ["bench"]
