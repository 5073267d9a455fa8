"""What the audit holds, and an audit that cannot be written: an act without its record must not happen."""

from typing import Any

import pytest

from customers import audit
from customers.models import AuditEvent, Remark


class Broken(Exception):
    """The audit could not be written."""


def break_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every event fail from now on."""

    def fail(**_event: Any) -> int:
        raise Broken

    monkeypatch.setattr(audit, "append", fail)


def last_event() -> AuditEvent:
    """The newest event."""
    found = AuditEvent.objects.order_by("-id").first()
    assert found is not None
    return found


def typed_with(event: AuditEvent) -> str:
    """What somebody typed as the reason of an event, as it is kept beside the audit."""
    return Remark.objects.get(pk=event.reason).words
