"""The API under /api/v1/: a telephone system, or whoever stands before it, says what happens to its calls.

Every write needs an Idempotency-Key: told again with the same body it is the same answer, with another one 422, while
the first is under way 409; more of a key than so many a minute is 429. A call that is not of the key's connection is
not there (404). Errors are sentences that name the field, in English: programs read them, and the people who write
those.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import NinjaAPI, Router, Status
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.params import functions as param_functions
from ninja.security import HttpBearer

from customers.choices import TelephoneEventKind
from customers.models import TelephoneCall, TelephoneKey
from customers.refusals import InFlight, KeyReused, NotYours
from customers.telephone import connections
from customers.telephone.receiving import OutOfTime, receive_once
from customers.telephone.told import Told
from retention_desk.telephone import pop
from retention_desk.telephone.schemas import CallIn, CallOut, Happens, Problems, TransferIn
from retention_desk.telephone.seats import seated
from retention_desk.telephone.throttle import KeyThrottle
from retention_desk.telephone.webhooks import MOST_BYTES, OUT_OF_TIME, problem, problems, size_of

_KEY = param_functions.Header(..., alias="Idempotency-Key", description="A UUID of your own for this one write.")
REFUSALS = dict.fromkeys((400, 401, 409, 413, 422, 429), Problems)
NOT_THERE = REFUSALS | {404: Problems}


class KeyAuth(HttpBearer):
    """`Authorization: Bearer rdk_...`, a key that an administrator made."""

    def authenticate(self, request: HttpRequest, token: str) -> TelephoneKey | None:
        """The key, unless there is none such or it was revoked."""
        if size_of(request) > MOST_BYTES:
            raise HttpError(413, f"The body must have {MOST_BYTES} bytes at most.")
        key = connections.key_of(token)
        if key is not None:
            connections.note_use(key, now=timezone.now())
        return key


api = NinjaAPI(
    title="Retention Desk: calls",
    version="1",
    description="Tells the desk of telephone calls as they happen.",
    urls_namespace="api",
    docs_url=None,
    auth=KeyAuth(),
    throttle=KeyThrottle(),
)
calls = Router(tags=["calls"])


@calls.post("", response={201: CallOut} | REFUSALS, url_name="call-open", summary="A call rings or was answered")
def open_call(request: HttpRequest, body: CallIn, idempotency_key: UUID = _KEY) -> Any:
    """Tell of a call. With exactly one customer who has the number, and its agent ready, it opens on their desk."""
    kind = TelephoneEventKind.ANSWERED if body.state == "answered" else TelephoneEventKind.RINGING
    return Status(201, _write(request, kind, body.call_id, body, idempotency_key))


@calls.get("/{call_id}", response={200: CallOut} | NOT_THERE, url_name="call", summary="Where a call stands")
def read_call(request: HttpRequest, call_id: int) -> Any:
    """Where the call with this `id` stands."""
    return _shown(request, _of_key(request, call_id))


@calls.post("/{call_id}/hold", response={200: CallOut} | NOT_THERE, url_name="call-hold", summary="Put on hold")
def hold(request: HttpRequest, call_id: int, body: Happens, idempotency_key: UUID = _KEY) -> Any:
    """The caller hears music."""
    return _write(request, TelephoneEventKind.HELD, _of_key(request, call_id), body, idempotency_key)


@calls.post("/{call_id}/resume", response={200: CallOut} | NOT_THERE, url_name="call-resume", summary="Taken off hold")
def resume(request: HttpRequest, call_id: int, body: Happens, idempotency_key: UUID = _KEY) -> Any:
    """Agent and caller hear each other again."""
    return _write(request, TelephoneEventKind.RESUMED, _of_key(request, call_id), body, idempotency_key)


@calls.post("/{call_id}/transfer", response={200: CallOut} | NOT_THERE, url_name="call-transfer", summary="Transferred")
def transfer(request: HttpRequest, call_id: int, body: TransferIn, idempotency_key: UUID = _KEY) -> Any:
    """The caller is handed over, to an agent or to a queue; the desk's call of whoever had them ends."""
    return _write(request, TelephoneEventKind.TRANSFERRED, _of_key(request, call_id), body, idempotency_key)


@calls.post("/{call_id}/end", response={200: CallOut} | NOT_THERE, url_name="call-end", summary="Ended")
def end(request: HttpRequest, call_id: int, body: Happens, idempotency_key: UUID = _KEY) -> Any:
    """The line is down."""
    return _write(request, TelephoneEventKind.ENDED, _of_key(request, call_id), body, idempotency_key)


api.add_router("/calls", calls)


def _write(
    request: HttpRequest, kind: TelephoneEventKind, call: TelephoneCall | str, body: Happens, key: UUID
) -> dict[str, Any]:
    """Take one event in under its key, and answer where its call stands."""
    now, by = timezone.now(), _key(request)
    said = body.model_dump(exclude={"state", "call_id"})
    told = Told(
        **said | {"occurred_at": body.occurred_at or now},
        event_id=f"api:{key}",
        call_id=call if isinstance(call, str) else call.provider_call_id,
        kind=kind,
    )
    telephone_call_id = receive_once(
        told=told,
        connection_id=by.connection_id,
        now=now,
        seats=seated,
        key=key,
        body=said | {"kind": kind, "call": told.call_id, "api_key": by.pk},
    )
    return _shown(request, TelephoneCall.objects.get(pk=telephone_call_id))


def _key(request: HttpRequest) -> TelephoneKey:
    key: TelephoneKey = request.auth  # type: ignore[attr-defined]
    return key


def _of_key(request: HttpRequest, call_id: int) -> TelephoneCall:
    """The telephone call if it is of the key's connection."""
    in_range = 0 < call_id < 2**63
    found = TelephoneCall.objects.filter(pk=call_id, connection_id=_key(request).connection_id) if in_range else None
    call = found.first() if found is not None else None
    if call is None:
        raise NotYours
    return call


def _shown(request: HttpRequest, call: TelephoneCall) -> dict[str, Any]:
    legs = call.legs.order_by("-pk").values_list("call_id", flat=True)
    query = pop.query_of(_key(request).connection, call.provider_call_id, now=timezone.now())
    return {
        "id": call.pk,
        "call_id": call.provider_call_id,
        "state": call.state.lower(),
        "match": call.match.lower(),
        "held_since": call.held_since,
        "desk_call": legs.first(),
        "pop_url": request.build_absolute_uri(f"/calls/pop/?{query}"),
    }


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    return problems(422, [_sentence(error) for error in wrong.errors])


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, wrong: AuthenticationError) -> HttpResponse:
    response = problem(401, "Authorization", "A key that is in use is needed: Authorization: Bearer rdk_...")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def _as_said(request: HttpRequest, wrong: HttpError) -> HttpResponse:
    return problem(wrong.status_code, "", wrong.message)


@api.exception_handler(Throttled)
def _too_many(request: HttpRequest, wrong: Throttled) -> HttpResponse:
    most = settings.API_REQUESTS_A_MINUTE
    return problem(429, "", f"More than {most} requests with this key in this minute. Ask again after Retry-After.")


@api.exception_handler(NotYours)
def _not_there(request: HttpRequest, wrong: NotYours) -> HttpResponse:
    return problem(404, "call_id", "There is no such call.")


@api.exception_handler(OutOfTime)
def _out_of_time(request: HttpRequest, wrong: OutOfTime) -> HttpResponse:
    return problem(422, "occurred_at", OUT_OF_TIME)


@api.exception_handler(KeyReused)
def _reused(request: HttpRequest, wrong: KeyReused) -> HttpResponse:
    return problem(422, "Idempotency-Key", "Idempotency-Key was used before with another body.")


@api.exception_handler(InFlight)
def _in_flight(request: HttpRequest, wrong: InFlight) -> HttpResponse:
    return problem(409, "Idempotency-Key", "The same is being done at this moment. Ask again in a second.")


def _sentence(error: dict[str, Any]) -> dict[str, str]:
    """What pydantic found, as a sentence that begins with the field."""
    field = ".".join(str(name) for name in error["loc"][1:] if name not in ("body", "idempotency_key")) or "body"
    if "Idempotency-Key" in error["loc"] or "idempotency_key" in error["loc"]:
        field = "Idempotency-Key"
    if error["type"] == "missing":
        return {"field": field, "sentence": f"{field} is missing."}
    return {"field": field, "sentence": f"{field}: {error['msg']}."}
