"""Every row of the demo on its way into the database, and the two things that accompany each act: audit and key."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from customers.acts import Act
from customers.choices import CallEventKind
from customers.models import (
    Call,
    CallEvent,
    CallReason,
    Cancellation,
    CancellationLine,
    Complaint,
    Customer,
    Disposition,
    Interaction,
    OutboxMessage,
    PriceChange,
    Subscription,
    UsedKey,
)
from offers.models import (
    ApprovalDraw,
    ApprovalRequest,
    BudgetAccount,
    BudgetCounter,
    Concession,
    Grant,
    Hold,
    LedgerEntry,
    Outcome,
    Proposal,
)
from retention_desk.demo.sheets import Sheet

# The audit's rows before they are chained; `load` makes the table and the chain.
AUDIT_STAGE = "demo_audit"
_AUDIT_COLUMNS: Mapping[str, object] = {
    "id": None,
    "recorded_at": ...,
    "actor_id": None,
    "actor_role": "",
    "act": ...,
    "object_kind": ...,
    "object_id": None,
    "customer_id": None,
    "call_id": None,
    "limit_version_id": None,
    "before": None,
    "after": None,
    "reason": "",
    "key": None,
}


class Book:
    """One sheet for each table that is too long for one row at a time."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.customers = Sheet.of(Customer)
        self.subscriptions = Sheet.of(Subscription)
        self.price_changes = Sheet.of(PriceChange)
        self.complaints = Sheet.of(Complaint)
        self.interactions = Sheet.of(Interaction)
        self.calls = Sheet.of(Call)
        self.events = Sheet.of(CallEvent)
        self.reasons = Sheet.of(CallReason)
        self.dispositions = Sheet.of(Disposition)
        self.cancellations = Sheet.of(Cancellation)
        self.cancellation_lines = Sheet.of(CancellationLine)
        self.proposals = Sheet.of(Proposal)
        self.requests = Sheet.of(ApprovalRequest)
        self.draws = Sheet.of(ApprovalDraw)
        self.grants = Sheet.of(Grant)
        self.outcomes = Sheet.of(Outcome)
        self.concessions = Sheet.of(Concession)
        self.holds = Sheet.of(Hold)
        self.budget_accounts = Sheet.of(BudgetAccount)
        self.counters = Sheet.of(BudgetCounter)
        self.entries = Sheet.of(LedgerEntry)
        self.outbox = Sheet.of(OutboxMessage)
        self.keys = Sheet.of(UsedKey)
        self.audit = Sheet(AUDIT_STAGE, _AUDIT_COLUMNS)

    def sheets(self) -> Iterator[Sheet]:
        """All sheets, parents before children."""
        yield from (sheet for sheet in vars(self).values() if isinstance(sheet, Sheet))

    def new_key(self) -> UUID:
        """A key that nobody has used."""
        return UUID(int=self._rng.getrandbits(128), version=4)

    def act(
        self,
        act: str,
        *,
        at: datetime,
        by: int | None,
        role: str,
        object_kind: str,
        object_id: int,
        key: UUID | None = None,
        **rest: object,
    ) -> None:
        """An act as the audit keeps it; with a key, that the key was used for it."""
        self.audit.add(
            act=act,
            recorded_at=at,
            actor_id=by,
            actor_role=role,
            object_kind=object_kind,
            object_id=object_id,
            key=key,
            **rest,
        )
        if key is not None:
            self.keys.add(
                key=key,
                act=act,
                actor_id=by,
                body_hash=hashlib.sha256(key.bytes).digest(),
                result_code="OK",
                object_id=object_id,
                recorded_at=at,
            )

    def on_call(
        self,
        act: Act,
        call: int,
        customer: int,
        *,
        by: int,
        at: datetime,
        kind: CallEventKind | None = None,
        detail: Mapping[str, object] | None = None,
        key: UUID | None = None,
        of: tuple[str, int] | None = None,
    ) -> None:
        """An agent's act on a call, or on the object `of` it: in the audit and, with `kind`, in "On this call"."""
        object_kind, object_id = of or ("call", call)
        if kind is not None:
            self.events.add(call_id=call, kind=kind, at=at, by_id=by, detail=dict(detail or {}))
        self.act(
            act,
            at=at,
            by=by,
            role="AGENT",
            object_kind=object_kind,
            object_id=object_id,
            customer_id=customer,
            call_id=call,
            after=dict(detail) if detail else None,
            key=key,
        )

    def sent(self, topic: str, key: str, payload: Mapping[str, object], *, at: datetime) -> None:
        """A message to the outside world that has long been delivered."""
        self.outbox.add(
            topic=topic,
            key=key,
            payload=dict(payload),
            created_at=at,
            due_at=at,
            attempts=1,
            delivered_at=at + timedelta(seconds=3),
        )
