"""What the floor says to an agent on a call: silent notes, and news from before the call began."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from offers import notes
from offers import shift as reads
from retention_desk.acting import Actor, actor, behind
from retention_desk.http import digest, wants_fragment

TEMPLATE = "calls/word.html"
NO_CONTENT = 204
for_agents = behind("customers.take_call")


@for_agents
@require_GET
def word(request: HttpRequest, call_id: int) -> HttpResponse:
    """What is there to read; nothing (204) while the screen shows it."""
    who = actor(request)
    context, stamp = _read(call_id, who)
    if not wants_fragment(request):
        return redirect("calls:screen", call_id)
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=NO_CONTENT)
    return render(request, TEMPLATE, context)


@for_agents
@require_POST
def note_seen(request: HttpRequest, call_id: int, note_id: int) -> HttpResponse:
    """Put a note away; the next one follows."""
    who = actor(request)
    notes.see_note(note_id=note_id, by=who.by, role=who.role)
    if not wants_fragment(request):
        return redirect("calls:screen", call_id)
    return render(request, TEMPLATE, _read(call_id, who)[0])


def _read(call_id: int, who: Actor) -> tuple[dict[str, object], str]:
    found = reads.word(call_id=call_id, by=who.by)
    stamp = digest(found.note_id, [one.id for one in found.news])
    return {"word": found, "call_id": call_id, "word_seen": stamp}, stamp
