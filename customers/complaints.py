"""Complaints that are logged or closed during a call."""

from uuid import UUID

from customers.choices import ComplaintKind


def log(*, call_id: int, kind: ComplaintKind, subject: str, by: int, role: str, key: UUID) -> int:
    """Log a complaint of the call's customer; answers its id."""
    raise NotImplementedError


def close(*, complaint_id: int, call_id: int, resolution: str, by: int, role: str, key: UUID) -> None:
    """Close a complaint of the call's customer with what was done."""
    raise NotImplementedError
