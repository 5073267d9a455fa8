"""Rulers beside the real pages: the ledger's one call alone, and the same work by the object mapper.

Both stand behind the whole middleware, the signed-in agent and the form, and make no ruling.
"""

import functools
import json
from datetime import date, timedelta
from typing import Any

from django.db import connection, connections, transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from customers.models import Call, CallEvent, Cancellation, Customer, UsedKey
from offers import ledger
from offers.models import BudgetCounter, Hold, LedgerEntry, LimitVersion, OfferVersion, Proposal, SchemeVersion, Seat
from retention_desk.acting import actor
from retention_desk.bench.authority.ground import HOT, SPLIT
from retention_desk.calls.forms import ProposeForm
from retention_desk.calls.views import for_agents

# The role that owns the tables: the one that serves may not write them row by row.
ORM = "bench_orm"
NO_CONTENT = 204


@for_agents
@require_POST
def door(request: HttpRequest, call_id: int) -> HttpResponse:
    """One call of the ledger with the facts that were worked out beforehand."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    who = actor(request)
    facts = _given(SPLIT) | {"key": str(form.posted_key), "call_id": call_id, "agent_id": who.by}
    ledger.act("authorise_proposal", facts)
    return HttpResponse(status=NO_CONTENT)


@for_agents
@require_POST
def with_orm(request: HttpRequest, call_id: int) -> HttpResponse:
    """The same reads and writes as objects: what is drawn on is locked by select_for_update, for the hot campaign."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    who, now = actor(request), timezone.now()
    facts, like = _given(HOT), _rows()
    with transaction.atomic(using=ORM):
        if UsedKey.objects.using(ORM).filter(pk=form.posted_key).exists():
            return HttpResponse(status=NO_CONTENT)
        call = Call.objects.using(ORM).select_for_update().get(pk=call_id, agent_id=who.by)
        if call.state != "OPEN" or Cancellation.objects.using(ORM).filter(call=call).exists():
            return HttpResponse(status=409)
        version = OfferVersion.objects.using(ORM).select_related("offer").get(pk=facts["offer_version_id"])
        seat = Seat.objects.using(ORM).select_related("team__site").get(user_id=who.by)
        limit = LimitVersion.objects.using(ORM).filter(grade=seat.grade, valid_from__lte=now).latest("valid_from")
        scheme = SchemeVersion.objects.using(ORM).filter(valid_from__lte=now).latest("valid_from")
        assert call.customer_id is not None
        assert version.campaign_id is not None
        customer = Customer.objects.using(ORM).get(pk=call.customer_id)
        counters = [
            _locked(kind, owner, now.date())
            for kind, owner in (("CUSTOMER", customer.pk), ("AGENT", who.by), ("CAMPAIGN", version.campaign_id))
        ]
        cost = facts["cost_minor"]
        if any(one.ceiling_minor - one.held_minor - one.spent_minor < cost for one in counters):
            return HttpResponse(status=409)
        proposal = _like(
            like["proposal"], key=form.posted_key, call_id=call.pk, customer_id=customer.pk, agent_id=who.by,
            team_id=call.team_id, offer_version_id=version.pk, limit_version_id=limit.pk, scheme_id=scheme.pk,
            state="PRESENTED", created_at=now, presented_at=now, ended_at=None,
        )  # fmt: skip
        hold = _like(
            like["hold"], proposal_id=proposal.pk, opened_at=now, ended_as="", ended_at=None, posted_minor=None,
            expires_at=now + timedelta(minutes=scheme.hold_minutes),
        )  # fmt: skip
        for counter in counters:
            _like(like["entry"], hold_id=hold.pk, counter_id=counter.pk)
        with connections[ORM].cursor() as cursor:
            cursor.execute(
                "SELECT audit_append(%s, 'AGENT', 'PROPOSE', 'proposal', %s, %s, %s, %s, NULL, %s, '', %s)",
                [
                    who.by,
                    proposal.pk,
                    customer.pk,
                    call.pk,
                    limit.pk,
                    json.dumps({"cost_minor": cost}),
                    form.posted_key,
                ],
            )
        _like(like["event"], call_id=call.pk, by_id=who.by, detail={"proposal": proposal.pk})
        UsedKey.objects.using(ORM).create(
            key=form.posted_key, act="PROPOSE", actor_id=who.by, body_hash=b"", result_code="OK",
            object_id=proposal.pk, recorded_at=now,
        )  # fmt: skip
    return HttpResponse(status=NO_CONTENT)


def _locked(kind: str, owner: int, on: date) -> BudgetCounter:
    return BudgetCounter.objects.using(ORM).select_for_update(of=("self",)).get(
        account__kind=kind, account__owner_id=owner, account__starts_on__lte=on, account__ends_on__gt=on
    )  # fmt: skip


def _like(row: Any, **changes: Any) -> Any:
    """Save a new row like this one, but for what is named."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} | changes
    del values["id"]
    made = type(row)(**values)
    made.save(using=ORM, force_insert=True)
    return made


@functools.cache
def _given(name: str) -> dict[str, Any]:
    """What the measuring process has written down for this server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM bench_facts WHERE name = %s", [name])
        return dict(json.loads(cursor.fetchone()[0]))


@functools.cache
def _rows() -> dict[str, Model]:
    """The rows of one presented proposal."""
    proposal = Proposal.objects.get(pk=_given("like")["proposal"])
    hold = Hold.objects.get(proposal=proposal)
    return {
        "proposal": proposal,
        "hold": hold,
        "entry": LedgerEntry.objects.filter(hold=hold, kind="HOLD").order_by("pk")[0],
        "event": CallEvent.objects.get(call_id=proposal.call_id, kind="PRESENTED"),
    }
