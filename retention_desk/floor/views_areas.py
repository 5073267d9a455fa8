"""The areas of the approvals page, each by itself: figures, budgets, floor, the open card's state, the rail's count.

A browser that asks with `seen` gets nothing (204) while the area shows what is; without htmx the page answers instead.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from offers import floor as reads
from retention_desk.acting import Actor, actor, behind
from retention_desk.floor.presenter import Area, budgets, card_state, decided_context, figures, floor_board
from retention_desk.http import digest, render_fragment, wants_fragment

TEMPLATE = "floor/approvals.html"
DECIDED = "floor/decided.html"
COUNT = "floor/waiting_count.html"
NO_CONTENT = 204
for_supervisors = behind("offers.decide_approval")


def _area(fragment: str) -> Callable[[Callable[..., Area]], Callable[..., HttpResponse]]:
    """Answer an address with one area of the page as `fragment`, or with nothing where nothing has changed."""

    def made(read: Callable[..., Area]) -> Callable[..., HttpResponse]:
        @for_supervisors
        @require_GET
        @wraps(read)
        def view(request: HttpRequest, **which: int) -> HttpResponse:
            area = read(actor(request), **which)
            if not wants_fragment(request):
                return redirect("offers:approvals")
            if request.GET.get("seen") == area.seen:
                return HttpResponse(status=NO_CONTENT)
            # `turn`: the card was drawn while the request was somebody else's, and has no answers.
            turn = request.GET.get("turn") == "1"
            return render_fragment(request, TEMPLATE, fragment, area.context | {"now_theirs": turn})

        return view  # type: ignore[return-value]

    return made


@_area("queue-figures")
def queue_figures(who: Actor) -> Area:
    """The figures of the top bar."""
    return figures(reads.queue(by=who.by, language=who.language))


@_area("budgets")
def budget_list(who: Actor) -> Area:
    """The budgets and what is left of them."""
    return budgets(reads.queue(by=who.by, language=who.language))


@_area("floor")
def floor(who: Actor) -> Area:
    """Who does what."""
    return floor_board(reads.floor(by=who.by))


@_area("card-state")
def state(who: Actor, request_id: int) -> Area:
    """Where the request stands that is open: withdrawn, answered, over, with somebody else."""
    return card_state(reads.request_state(request_id=request_id, by=who.by))


@for_supervisors
@require_GET
def waiting_count(request: HttpRequest) -> HttpResponse:
    """How many wait, for the rail of every page."""
    if not wants_fragment(request):
        return redirect("offers:approvals")
    number = reads.waiting_count(by=actor(request).by)
    stamp = digest(number)
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=NO_CONTENT)
    return render(request, COUNT, {"number": number, "count_seen": stamp})


@for_supervisors
@require_GET
def decided(request: HttpRequest) -> HttpResponse:
    """Everything that the site decided today."""
    who = actor(request)
    return render(request, DECIDED, decided_context(reads.queue(by=who.by, language=who.language)))
