"""The one address that each connected telephone system posts its events to: signed, small, and answered at once."""

import json
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from customers.choices import TelephoneSystem
from customers.models import TelephoneConnection
from customers.telephone import connections
from customers.telephone.receiving import OutOfTime, receive
from retention_desk.telephone import signatures
from retention_desk.telephone.adapters import ADAPTERS
from retention_desk.telephone.fields import NotUnderstood
from retention_desk.telephone.seats import seated
from retention_desk.telephone.signatures import NotSigned, Sent

log = logging.getLogger(__name__)
MOST_BYTES = 64 * 1024
FORM = "application/x-www-form-urlencoded"
OUT_OF_TIME = "The event is more than a day old, or more than five minutes in the future."


@csrf_exempt
@require_POST
def events(request: HttpRequest, address: UUID) -> HttpResponse:
    """Take in what a telephone system tells. 404 for an address that nobody has, 401 unsigned, 413 too large, 422 for
    what cannot be understood, with a sentence that names the field.
    """
    connection = connections.connection_at(address)
    if connection is None:
        return problem(404, "", "There is no such address.")
    if size_of(request) > MOST_BYTES:
        return problem(413, "", f"The body must have {MOST_BYTES} bytes at most.")
    now = timezone.now()
    sent = _sent(request)
    try:
        signatures.check(sent, connection, now=now)
        body = _body(sent, connection, request.GET)
        told = ADAPTERS[TelephoneSystem(connection.system)](body, sent.headers, now)
        taken = [receive(told=one, connection_id=connection.pk, now=now, seats=seated) for one in told]
    except NotSigned as wrong:
        log.warning("telephone events refused: not signed", extra={"connection": connection.pk})
        return problem(401, "", wrong.sentence)
    except NotUnderstood as wrong:
        log.warning("telephone events refused: %s", wrong.field, extra={"connection": connection.pk})
        return problem(422, wrong.field, wrong.sentence)
    except OutOfTime:
        return problem(422, "timestamp", OUT_OF_TIME)
    connections.note_use(connection, now=now)
    return JsonResponse({"taken": sum(new for _id, new in taken), "known": sum(not new for _id, new in taken)})


def problem(status: int, field: str, sentence: str) -> JsonResponse:
    """An error as every part of the API says it."""
    return problems(status, [{"field": field, "sentence": sentence}])


def problems(status: int, found: list[dict[str, str]]) -> JsonResponse:
    """Several errors at once."""
    return JsonResponse({"problems": found}, status=status)


def size_of(request: HttpRequest) -> int:
    """How many bytes the body says it has."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isdecimal() else MOST_BYTES + 1


def _sent(request: HttpRequest) -> Sent:
    body = request.body
    form: Mapping[str, list[str]] = {}
    if request.content_type == FORM:
        form = dict(QueryDict(body, encoding="utf-8").lists())
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Sent(url=request.build_absolute_uri(), headers=headers, body=body, form=form)


def _body(sent: Sent, connection: TelephoneConnection, query: QueryDict) -> Mapping[str, Any]:
    """The body as fields; Twilio's is a form, to which the address that it signed adds what its query says."""
    if connection.system == TelephoneSystem.TWILIO:
        return query.dict() | {name: values[0] for name, values in sent.form.items() if values}
    try:
        body = json.loads(sent.body)
    except (ValueError, RecursionError):
        raise NotUnderstood("", "The body must be JSON.") from None
    if not isinstance(body, dict):
        raise NotUnderstood("", "The body must be a JSON object.")
    return body
