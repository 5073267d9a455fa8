"""How a posted act of these pages ends: done, or refused beside the field or in a sentence."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest

from customers.keeping import NotValid
from customers.refusals import NotYours, Refused
from retention_desk.acting import actor
from retention_desk.authority.forms import ActForm
from retention_desk.http import DeskRequest, status_of


def said_by(request: HttpRequest) -> dict[str, Any]:
    """Who acts, in which role, as every workflow takes it."""
    who = actor(request)
    return {"by": who.by, "role": who.role}


def desk(request: HttpRequest) -> DeskRequest:
    """The request as our middleware left it."""
    return cast("DeskRequest", request)


def attempt(form: ActForm | None, act: Callable[[], object]) -> Refused | None:
    """Do it; None when it is done. What is not there stays a 404; a wrong value is marked at its field."""
    try:
        act()
    except NotYours:
        raise
    except NotValid as wrong:
        if form is not None:
            form.refuse(wrong)
        return wrong
    except Refused as refused:
        return refused
    return None


def told(refused: Refused | None) -> dict[str, Any] | None:
    """A refusal as its template takes it."""
    if refused is None:
        return None
    facts = refused.facts
    why = {"code": refused.code, "left": facts.get("left_minor"), "limit": facts.get("limit")}
    return {"code": refused.code, "why": why}


def status(refused: Refused | None, *, asked: bool = False) -> int:
    """200 for a page that is asked for, 422 for a form that cannot be read, else what the refusal is."""
    if refused is not None:
        return 422 if isinstance(refused, NotValid) else status_of(refused)
    return 200 if asked else 422
