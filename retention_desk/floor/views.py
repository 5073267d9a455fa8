"""The approvals page: the queue, one request in full, and the three answers with their undo."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from customers import queries as customer_queries
from customers.refusals import NotYours, Refused
from offers import approvals as workflow
from offers import floor as reads
from offers.floor import Queue
from retention_desk.acting import Actor, actor, behind
from retention_desk.floor.forms import DecisionForm
from retention_desk.floor.presenter import case_context, floor_board, just_decided, queue_context, seen
from retention_desk.http import render_fragment, status_of, wants_fragment
from retention_desk.telephone.waiting import queues_context

TEMPLATE = "floor/approvals.html"
NO_CONTENT = 204
for_supervisors = behind("offers.decide_approval")


@for_supervisors
@require_GET
def approvals(request: HttpRequest) -> HttpResponse:
    """The page, with the request open that has the least time left."""
    who = actor(request)
    queue = reads.queue(by=who.by, language=who.language)
    return _page(request, who, queue, queue.next_id)


@for_supervisors
@require_GET
def case(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request in full: the card alone for htmx, the page otherwise."""
    who = actor(request)
    if wants_fragment(request):
        return render_fragment(request, TEMPLATE, "card", _card(request_id, who))
    return _page(request, who, reads.queue(by=who.by, language=who.language), request_id)


@for_supervisors
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    """The list again; nothing (204) while it shows what is."""
    who = actor(request)
    if not wants_fragment(request):
        return redirect("offers:approvals")
    now = reads.queue(by=who.by, language=who.language)
    if request.GET.get("seen") == seen(now, me=who.name):
        return HttpResponse(status=NO_CONTENT)
    opened = request.GET.get("open", "")
    shown = {int(one) for one in request.GET.get("shown", "").split(".") if one.isdecimal()}
    context = queue_context(now, open_id=int(opened) if opened.isdecimal() else None, me=who.name, shown=shown)
    return render_fragment(request, TEMPLATE, "queue", context | {"news": True})


@for_supervisors
@require_POST
def read(request: HttpRequest, request_id: int) -> HttpResponse:
    """Note that this supervisor is reading it; the agent sees by whom."""
    who = actor(request)
    workflow.read(request_id=request_id, by=who.by)
    return HttpResponse(status=NO_CONTENT) if wants_fragment(request) else redirect("offers:case", request_id)


@for_supervisors
@require_POST
def decide(request: HttpRequest, request_id: int) -> HttpResponse:
    """Approve, counter or decline. The next request follows, with five seconds to take this one back."""
    form = DecisionForm(request.POST)
    who = actor(request)
    if not form.is_valid() or not form.wanted:
        return _again(request, request_id, who, Refused("BOUNDS"), form, status=422)
    try:
        _deed(request_id, form, who)()
    except NotYours:
        raise
    except Refused as refused:
        return _again(request, request_id, who, refused, form, status=status_of(refused))
    if not wants_fragment(request):
        return redirect("offers:case", request_id)
    return _next(request, who, decided_id=request_id)


def _deed(request_id: int, form: DecisionForm, who: Actor) -> Callable[[], object]:
    said = form.cleaned_data
    if form.wanted == "approve":
        return lambda: workflow.approve(request_id=request_id, by=who.by, role=who.role, key=form.posted_key)
    if form.wanted == "decline":
        return lambda: workflow.decline(
            request_id=request_id, reason=said["reason"], note=said["note"], by=who.by, role=who.role,
            key=form.posted_key,
        )  # fmt: skip
    asked = workflow.case(request_id=request_id, by=who.by, now=who.now, language=who.language).asked
    terms = form.terms_from(asked.terms)
    less = workflow.ceiling if form.wanted == "ceiling" else workflow.counter
    return lambda: less(
        request_id=request_id, terms=terms, note=said["note"], by=who.by, role=who.role, now=who.now,
        language=who.language, key=form.posted_key,
    )  # fmt: skip


@for_supervisors
@require_POST
def pass_on(request: HttpRequest, request_id: int) -> HttpResponse:
    """Hand a request to the next supervisor or to a manager; one's own next one follows, or this one with why not."""
    who, up = actor(request), request.POST.get("to") == "manager"
    refused = None
    try:
        workflow.pass_on(request_id=request_id, up=up, by=who.by, role=who.role)
    except NotYours:
        raise
    except Refused as why:
        refused = why
    if not wants_fragment(request):
        return redirect("offers:case", request_id)
    if refused is None:
        return _next(request, who)
    context = _card(request_id, who, refused=refused) | _list(who, request_id)
    return render_fragment(request, TEMPLATE, "card", context, status_of(refused))


@for_supervisors
@require_POST
def undo(request: HttpRequest, request_id: int) -> HttpResponse:
    """Take one's own decision back before the agent has seen it."""
    who = actor(request)
    refused = None
    try:
        workflow.undo(request_id=request_id, by=who.by, role=who.role)
    except NotYours:
        raise
    except Refused as too_late:
        refused = too_late
    if not wants_fragment(request):
        return redirect("offers:case", request_id)
    context = _card(request_id, who, refused=refused) | _list(who, request_id)
    return render_fragment(request, TEMPLATE, "card", context, 409 if refused else 200)


def _next(request: HttpRequest, who: Actor, *, decided_id: int | None = None) -> HttpResponse:
    """What this supervisor is asked for next, and the list; above it that the last one can be taken back."""
    queue = reads.queue(by=who.by, language=who.language)
    following = queue.next_id
    context: dict[str, object] = _card(following, who) if following else {"case": None}
    context |= queue_context(queue, open_id=following, me=who.name)
    context |= {"undoable": just_decided(queue, decided_id) if decided_id else None, "news": True, "with_queue": True}
    return render_fragment(request, TEMPLATE, "card", context)


def _again(
    request: HttpRequest, request_id: int, who: Actor, refused: Refused, form: DecisionForm, *, status: int
) -> HttpResponse:
    key = str(form.data.get("key", "")) if refused.code == "IN_FLIGHT" else ""
    context = _card(request_id, who, refused=refused, key=key, form=form)
    if not wants_fragment(request):
        queue = reads.queue(by=who.by, language=who.language)
        context |= _around(queue, who, request_id)
    else:
        context |= _list(who, request_id)
    return render_fragment(request, TEMPLATE, "card", context, status)


def _card(
    request_id: int,
    who: Actor,
    *,
    refused: Refused | None = None,
    key: str = "",
    form: DecisionForm | None = None,
) -> dict[str, object]:
    found = workflow.case(request_id=request_id, by=who.by, now=who.now, language=who.language)
    typed = form.cleaned_data if form is not None and form.is_bound else None
    return case_context(found, refused=refused, key=key, typed=typed) | {"open_id": request_id}


def _list(who: Actor, open_id: int) -> dict[str, object]:
    queue = reads.queue(by=who.by, language=who.language)
    return queue_context(queue, open_id=open_id, me=who.name) | {"news": True, "with_queue": True}


def _page(request: HttpRequest, who: Actor, queue: Queue, open_id: int | None) -> HttpResponse:
    context: dict[str, object] = {"case": None}
    if open_id is not None:
        context = _card(open_id, who)
    context |= _around(queue, who, open_id)
    context |= queues_context(who)
    context["unfinished"] = len(customer_queries.unfinished_calls(site_id=queue.site_id))
    return render_fragment(request, TEMPLATE, "card", context)


def _around(queue: Queue, who: Actor, open_id: int | None) -> dict[str, object]:
    """What stands around the card."""
    return queue_context(queue, open_id=open_id, me=who.name) | floor_board(reads.floor(by=who.by)).context
