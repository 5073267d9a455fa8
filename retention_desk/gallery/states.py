"""The states of the screens (design/UX.md, 9), each as the template and the facts that show it.

A state that a script brings about names the deed (`script`), which static/js/gallery.js does on the page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from customers.choices import CallState, IdentityResult, LineWanted, SubscriptionState
from customers.line import Asked, TelephoneLine
from customers.look_up import LookUp, LookUpKind
from customers.refusals import Refused
from customers.sheet import CallSheet, Line
from offers.authorisation import OfferSheet
from offers.choices import ApprovalState, Duty, Grade, ProposalState
from retention_desk.calls.forms import NoteCancellationForm
from retention_desk.calls.listing import Wish
from retention_desk.calls.presenter import screen
from retention_desk.gallery import facts, floor_facts
from retention_desk.keyboard.table import Place

CALL, LOOKUP, APPROVALS = "calls/call.html", "customers/lookup.html", "floor/approvals.html"
Draw = Callable[[datetime], Mapping[str, Any]]


@dataclass(frozen=True)
class State:
    """One state: where it stands, how it is drawn, and what stands in it (`shows`: the id or class of its element)."""

    slug: str
    template: str
    draw: Draw
    shows: str
    place: str = "#offer-panel"
    script: str = ""
    session_left: int = 0
    status: int = 200
    keys: Place = Place.CALL


def _on_call(
    *,
    call: Mapping[str, Any] | None = None,
    wish: Wish | None = None,
    given: Callable[[datetime], Mapping[str, Any]] = lambda _now: {},
    standing: Callable[[datetime], Mapping[str, Any]] | None = lambda _now: {},
) -> Draw:
    """The call screen with these differences; `standing` None where offers are not even read."""

    def draw(now: datetime) -> Mapping[str, Any]:
        sheet: CallSheet = facts.sheet(now, call=dict(call or {}), **given(now))
        offers: OfferSheet | None = facts.offers(sheet, **standing(now)) if standing is not None else None
        return screen(sheet, offers, wish or Wish())

    return draw


def _made(state: ProposalState, **given: Any) -> Callable[[datetime], Mapping[str, Any]]:
    return lambda now: {"made": (facts.made(now, state, **given),), "presented": 1}


def _accepted(now: datetime) -> Mapping[str, Any]:
    made = facts.made(now, ProposalState.ACCEPTED, presented_at=now - timedelta(seconds=40), ended_at=now)
    return {"made": (made,), "presented": 1}


def _answered(answer: ApprovalState, **given: Any) -> Draw:
    """What the supervisor said; a counter is a proposal of its own."""
    said = {"answer": answer, "decider": facts.SUPERVISOR} | given
    if answer == ApprovalState.COUNTERED:

        def standing(now: datetime) -> Mapping[str, Any]:
            asked = facts.made(now, ProposalState.COUNTERED, **said)
            less = {"percent": 15, "bill_after_minor": 16_659, "cost_minor": 17_640, "expected_value_minor": 24_900}
            counter = facts.made(now, ProposalState.AUTHORISED, id=2, counter_of=1, answer="", **less)
            return {"made": (asked, counter)}

        return _on_call(standing=standing)
    state = {ApprovalState.APPROVED: ProposalState.AUTHORISED, ApprovalState.EXPIRED: ProposalState.LAPSED}.get(
        answer, ProposalState.REFUSED
    )
    return _on_call(standing=lambda now: {"made": (facts.made(now, state, **said),)})


def _over(now: datetime) -> Mapping[str, Any]:
    """The line went down a minute ago, with an offer open."""
    sheet = facts.sheet(now)
    at = now - timedelta(seconds=60)
    sheet = replace(sheet, call=replace(sheet.call, state=CallState.WRAP_UP, ended_at=at, dropped_at=at))
    offers = facts.offers(sheet, made=(facts.made(now, ProposalState.PRESENTED, presented_at=now),), presented=1)
    return screen(sheet, offers, Wish())


def _found(text: str) -> Mapping[str, Any]:
    return {"text": text, "searched": text, "found": LookUp(text, LookUpKind.NAME, (), more=False), "seated": True}


_NOT_CHECKED = {"identity": IdentityResult.NOT_CHECKED, "identity_checks": ()}
_LIST, _FOUND, _BAR = "#work-panel", "#results", "#call-bar"


def _line(wanted: LineWanted | None = None, *, held: bool = False, late: bool = False) -> TelephoneLine:
    """The line of a telephone that can be asked, and what it was asked."""
    since = datetime(2026, 11, 22, 17, tzinfo=UTC) if held else None
    return TelephoneLine(held_since=since, may_ask=True, asked=Asked(1, wanted, late) if wanted else None)


def _nobody(_now: datetime) -> Mapping[str, Any]:
    return {"customer": None, "lines": (), "history": (), "history_total": 0, "complaints": (), "open_complaints": 0}


def _gone(now: datetime) -> Mapping[str, Any]:
    """Everything was cancelled before, by somebody else."""
    earlier = facts.cancellation(now, by_name=facts.SUPERVISOR)
    return {"lines": _ending(now), "earlier_cancellation": earlier}


def _cancelled(now: datetime) -> Mapping[str, Any]:
    """Everything was cancelled a moment ago."""
    return {"lines": _ending(now), "cancellations": (facts.cancellation(now),)}


def _ending(now: datetime) -> tuple[Line, ...]:
    return facts.lines(now, state=SubscriptionState.ENDING, ends_on=facts.cancellation(now).effective_on)


def _on_call_with(refusal: str) -> Draw:
    return _on_call(wish=Wish(refusal=Refused(refusal)))


def _nothing(_now: datetime) -> Mapping[str, Any]:
    return {}


_OFFERING = (
    State("within", CALL, _on_call(wish=Wish(version_id=1)), "[value=present]"),
    State("over-limit", CALL, _on_call(wish=Wish(version_id=3)), "[value=ask]"),
    State("no-supervisor", CALL, _on_call(wish=Wish(version_id=3), standing=lambda _now: {"supervisors": 0}), ".acts"),
    State("not-allowed", CALL, _on_call(wish=Wish(version_id=4)), "[value=nearest]"),
    State("loading", CALL, _on_call(), "[data-loading]", place="main", script="loading"),
    State("not-saved", CALL, _on_call(), "[data-again]", script="not-saved"),
    State("offline", CALL, _on_call(), ".offline--lost:not([hidden])", place="body", script="offline"),
    State("back-online", CALL, _on_call(), "[data-back-online]:not([hidden])", place="body", script="online"),
    State("changed-elsewhere", CALL, _on_call_with("STALE_LIMIT"), "[data-refusal=STALE_LIMIT]"),
    State("presented", CALL, _on_call(standing=_made(ProposalState.PRESENTED)), "[value=accepted]"),
    State("waiting", CALL, _on_call(standing=_made(ProposalState.AWAITING)), "[value=withdraw]"),
    State("approved", CALL, _answered(ApprovalState.APPROVED, decision_note="Good case."), ".note--ok"),
    State("countered", CALL, _answered(ApprovalState.COUNTERED), "[value=present]"),
    State("declined", CALL, _answered(ApprovalState.DECLINED, decision_reason="TOO_COSTLY"), ".alt"),
    State("expired", CALL, _answered(ApprovalState.EXPIRED), ".note--warn"),
    State("stale-approval", CALL, _on_call_with("GRANT_ENDED"), "[data-refusal=GRANT_ENDED]"),
    State("accepted", CALL, _on_call(standing=_accepted), ".conf"),
    State("budget-used-up", CALL, _on_call(standing=lambda _now: {"left_minor": 0}), ".note--warn", _LIST),
    State(
        "no-offer-fits",
        CALL,
        _on_call(standing=lambda _now: {"catalogue": facts.catalogue(tenure_max_months=6)}),
        ".empty",
        _LIST,
    ),
    State("no-offers-reason", CALL, _on_call(call={"reason_id": 5}), ".note--warn"),
)
_CALLING = (
    State("identity-not-checked", CALL, _on_call(call=_NOT_CHECKED, standing=None), "[name=checks]"),
    State("no-customer", CALL, _on_call(given=_nobody, standing=None), "[name=name]"),
    State(
        "field-error",
        CALL,
        _on_call(given=_nobody, standing=None, wish=Wish(forms={"note": NoteCancellationForm({})})),
        "[aria-invalid=true]",
    ),
    State("asked-again", CALL, _on_call(call={"ask_count": 2}), ".note--stop"),
    State("cancelling", CALL, _on_call(wish=Wish(panel="cancel")), "[name=lines]"),
    State("cancelled", CALL, _on_call(given=_cancelled), "[data-number]"),
    State("already-cancelled", CALL, _on_call(given=_gone), "[data-number]"),
    State("on-telephone", CALL, _on_call(call={"line": _line()}), "[name=wanted][value=HELD]", _BAR),
    State("hold-asked", CALL, _on_call(call={"line": _line(LineWanted.HELD)}), "[aria-disabled=true]", _BAR),
    State("on-hold", CALL, _on_call(call={"line": _line(held=True)}), "[name=wanted][value=RESUMED]", _BAR),
    State(
        "hold-not-confirmed",
        CALL,
        _on_call(call={"line": _line(LineWanted.HELD, late=True)}, standing=_made(ProposalState.PRESENTED)),
        "#line-said",
        "#line-note",
    ),
    State("call-dropped", CALL, _over, "a[href^='tel:']"),
    State("complaints", CALL, _on_call(wish=Wish(panel="complaint")), ".complaint"),
)


def _asked(slug: str, shows: str, place: str = "#card", script: str = "still", **given: Any) -> State:
    """A state of the approvals page. `still`: nothing is asked of the desk by itself, which knows no such request."""
    return State(
        slug, APPROVALS, lambda now: floor_facts.page(now, **given), shows, place, script, keys=Place.APPROVALS
    )


_APPROVING = (
    _asked("approvals-empty", ".empty", open_id=None, waiting=0),
    _asked("approvals-one", "[value=approve]"),
    _asked("approvals-many", ".req", "#queue", waiting=8, agents=40),
    _asked("approvals-overdue", "[data-late='75']", "#card-state", waited=106),
    _asked("approvals-new", "[data-held]:not([hidden])", "main", "news", waiting=2, fresh=1),
    _asked("approvals-withdrawn", ".pill", "#card-state", "gone", became=ApprovalState.WITHDRAWN),
    _asked(
        "approvals-taken",
        "[data-state=theirs]",
        script="settled",
        drawn_to=floor_facts.OTHER,
        became=ApprovalState.OPEN,
    ),
    _asked("approvals-decided", "#undo-bar", undo=True, waiting=2),
    _asked("approvals-over-right", "[value=manager]", grade=Grade.AGENT),
    _asked("approvals-budget", "#why-not", left_minor=0),
    _asked("approvals-few-cases", ".sims", similar=11),
    _asked("approvals-second", ".note", first_by="Petra Solano"),
    _asked(
        "approvals-away",
        "[value=AWAY]:checked",
        "body",
        duty=Duty.AWAY,
        open_id=None,
        waiting=2,
        drawn_to=floor_facts.OTHER,
    ),
    _asked("approvals-offline", ".offline--lost:not([hidden])", "body", "offline"),
)
_ELSEWHERE = (
    State("not-asked-yet", LOOKUP, lambda _now: {"text": "", "found": None, "seated": True}, ".empty", _FOUND),
    State("not-found", LOOKUP, lambda _now: _found("Tennent Frisno"), ".nohit", _FOUND),
    State(
        "session-ends", LOOKUP, lambda _now: _found("Tennent"), "[data-session-ends]:not([hidden])", "body",
        session_left=100,
    ),
    State("no-right", "403.html", lambda _now: {"exception": "customers.see_floor"}, ".note--warn", "main", status=403),
    State("not-there", "404.html", _nothing, ".note", "main", status=404),
    State("broken", "500.html", _nothing, ".note--stop", "main", status=500),
    State("no-database", "503.html", _nothing, ".note--stop", "main", status=503),
)  # fmt: skip
STATES: Mapping[str, State] = {state.slug: state for state in (*_OFFERING, *_CALLING, *_APPROVING, *_ELSEWHERE)}
