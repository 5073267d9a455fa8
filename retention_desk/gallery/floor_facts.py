"""A supervisor's page as the states begin with it: Ines Falk asks for Marisol Tennant, and Tobias Renn is asked."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from offers import approvals
from offers.approvals import Case
from offers.choices import ApprovalState, BudgetKind, BudgetPeriod, Duty, Grade, OfferKind
from offers.floor import USUAL_SECONDS, FloorBudget, OnFloor, Queue, RequestState, Waiting
from offers.standing import Budget
from retention_desk.floor.presenter import Undoable, card_state, case_context, floor_board, queue_context
from retention_desk.gallery import facts
from retention_desk.gallery.made_up import made_up

ME, OTHER, OTHER_NAME = 7, 9, "Petra Solano"
DUE = timedelta(seconds=120)
_ASKED = (
    ("Marisol Tennant", facts.AGENT, "Price match", 25, 6, 29_400, 19_599, "Price", "Promotion ended", 38),
    ("Corvin Adeyo", "Samira Holt", "Price match", 40, 12, 38_395, 9_499, "Other provider", "", 54),
    ("Petra Lindqvist-Moss", "Jun Abara", "Loyalty discount", 30, 6, 22_000, 14_250, "Faults", "5 outages", 31),
    ("Odell Varga", "Nils Okada", "Half price", 50, 3, 18_000, 6_100, "Moving", "", 9),
    ("Nittaya Luangsri", "Mireille Okonkwo-Habsburg", "Loyalty discount", 25, 12, 24_000, 16_499, "Price", "", 7),
    ("Gereon Tillingham", "Paloma Reyes", "Price match", 30, 9, 12_420, 6_899, "Not using it", "", 6),
    ("Zilda Harrowgate", "Hana Brandt", "Half price", 45, 12, 54_000, 17_399, "Other provider", "Lumo", 5),
    ("Anselmo Ryabinovich", "Leif Moreau", "Loyalty discount", 30, 6, 28_260, 15_700, "Faults", "", 3),
)
_DECIDED = (
    (ApprovalState.APPROVED, "Hana Brandt", 20, 12, None, 38),
    (ApprovalState.COUNTERED, "Paloma Reyes", 25, 12, 20, 72),
    (ApprovalState.DECLINED, "Leif Moreau", 40, 12, None, 55),
)
_STATUSES = ("WAITING", "ON_CALL", "ON_CALL", "WRAP_UP", "READY", "ON_CALL", "BREAK", "ON_CALL", "READY", "AWAY")
_MORE = ("Ada Quill", "Bram Castell", "Yuki Tamm", "Mara Ellison", "Dario Penn", "Omar Delacroix", "Priya Vandermeer")
_NAMES = (*(agent for _customer, agent, *_rest in _ASKED), *_MORE)


def page(
    now: datetime,
    *,
    waiting: int = 1,
    waited: int = 0,
    open_id: int | None = 1,
    drawn_to: int = ME,
    fresh: int | None = None,
    became: ApprovalState | None = None,
    undo: bool = False,
    duty: Duty = Duty.READY,
    agents: int = 12,
    **of_case: Any,
) -> Mapping[str, Any]:
    """The whole page. `waited`: seconds that the first request waits; `became` of it while it was being looked at."""
    queue = _queue(now, number=waiting, waited=waited, duty=duty, drawn_to=drawn_to)
    context: dict[str, Any] = {"case": None}
    if open_id:
        context = case_context(_case(now, waited=waited, **of_case))
    if became:
        is_open = became == ApprovalState.OPEN
        state = RequestState(
            id=1, state=became, asked_at=now - timedelta(seconds=38), due_at=now + timedelta(seconds=82), now=now,
            is_open=is_open, is_theirs=False, who=OTHER_NAME if is_open else "",
        )  # fmt: skip
        context |= card_state(state).context
    if undo:
        context |= {"undoable": Undoable(1, ApprovalState.APPROVED, facts.AGENT, now + timedelta(seconds=5))}
    context |= queue_context(queue, open_id=open_id, me=facts.SUPERVISOR)
    return context | floor_board(_floor(now, agents)).context | {"fresh": fresh, "unfinished": 1}


def _case(
    now: datetime,
    *,
    waited: int = 0,
    grade: Grade = Grade.SUPERVISOR,
    left_minor: int = 186_000,
    similar: int = 184,
    **given: Any,
) -> Case:
    """One request in full, with the limit of the supervisor's `grade` and what is left to grant."""
    sheet = facts.sheet(now)
    raw = {
        "version_id": 3, "percent": 25, "months": 6, "amount_minor": None, "extra": {}, "conflict": "",
        "state": ApprovalState.OPEN, "now": now.isoformat(), "agent": facts.AGENT, "asks_today": 2,
        "asked_at": (now - timedelta(seconds=waited or 38)).isoformat(),
        "due_at": (now - timedelta(seconds=waited or 38) + DUE).isoformat(), "effective_at": None, "undo_open": False,
        "note": "Has a written quote from Lumo at $55. Would stay for the same price.", "reader": facts.SUPERVISOR,
        "read_by": ME, "drawn_to": ME, "drawn": facts.SUPERVISOR, "decider": "", "first_by": "",
        "second_above_minor": None, "similar": _similar(similar),
    }  # fmt: skip
    given = {name: one.isoformat() if isinstance(one, datetime) else one for name, one in given.items()}
    wallet = made_up(Budget, kind=BudgetKind.APPROVER, owner_id=ME, left_minor=left_minor, limit_minor=400_000)
    budgets = tuple(
        made_up(Budget, kind=kind, owner_id=sheet.call.team_id, left_minor=left, limit_minor=limit)
        for kind, left, limit in ((BudgetKind.AGENT, 41_200, 60_000), (BudgetKind.TEAM, 358_000, 1_200_000))
    )
    return approvals.told(
        raw | given, request_id=1, by=ME, sheet=sheet, standing=facts.offers(sheet, budgets=budgets).ground.standing,
        limit=facts.limit(grade), wallet=wallet, now=now,
    )  # fmt: skip


def _similar(cases: int) -> dict[str, int]:
    return {"cases": cases, "accepted": cases * 62 // 100, "old_enough": cases // 2, "still_here": cases * 36 // 100}


def _queue(now: datetime, *, number: int, waited: int, duty: Duty, drawn_to: int) -> Queue:
    rows = [_waiting(now, place, *row, drawn_to=drawn_to) for place, row in enumerate(_ASKED[:number], 1)]
    if rows and waited:
        asked_at = now - timedelta(seconds=waited)
        rows[0] = replace(rows[0], asked_at=asked_at, due_at=asked_at + DUE)
    return made_up(
        Queue, now=now, by=ME, grade=Grade.SUPERVISOR, duty=duty, site_id=1, waiting=tuple(rows),
        decided=tuple(_decided(now, place, *row) for place, row in enumerate(_DECIDED, 101)), budgets=_budgets(now),
        median_seconds=48,
    )  # fmt: skip


def _waiting(
    now: datetime,
    place: int,
    customer: str,
    agent: str,
    offer: str,
    percent: int,
    months: int,
    cost_minor: int,
    bill_minor: int,
    reason: str,
    detail: str,
    waited: int,
    *,
    drawn_to: int,
) -> Waiting:
    asked_at = now - timedelta(seconds=waited)
    return made_up(
        Waiting, id=place, state=ApprovalState.OPEN, offer=offer, kind=OfferKind.PERCENT_OFF, percent=percent,
        months=months, cost_minor=cost_minor, currency="USD", bill_minor=bill_minor, customer=customer, reason=reason,
        detail=detail, agent=agent, asked_at=asked_at, due_at=asked_at + DUE, opened_at=asked_at, drawn_to=drawn_to,
        drawn=facts.SUPERVISOR if drawn_to == ME else OTHER_NAME,
    )  # fmt: skip


def _decided(
    now: datetime,
    place: int,
    state: ApprovalState,
    agent: str,
    percent: int,
    months: int,
    given: int | None,
    waited: int,
) -> Waiting:
    decided_at = now - timedelta(minutes=place - 97)
    asked_at = decided_at - timedelta(seconds=waited)
    return made_up(
        Waiting, id=place, state=state, offer="Price match", kind=OfferKind.PERCENT_OFF, percent=percent, months=months,
        cost_minor=24_000, currency="USD", bill_minor=9_900, customer="Ada Bell", agent=agent, asked_at=asked_at,
        due_at=asked_at + DUE, opened_at=asked_at, decided_at=decided_at, decided_by=ME, decider=facts.SUPERVISOR,
        given_percent=given, given_months=months if given else None,
    )  # fmt: skip


def _budgets(now: datetime) -> tuple[FloorBudget, ...]:
    rows = (
        (BudgetKind.TEAM, "Team Fresno", BudgetPeriod.WEEK, 842_000, 1_200_000, 64),
        (BudgetKind.APPROVER, "", BudgetPeriod.DAY, 214_000, 400_000, 56),
        (BudgetKind.CAMPAIGN, "Gift cards", BudgetPeriod.MONTH, 485_000, 500_000, 63),
    )
    return tuple(
        made_up(
            FloorBudget,
            kind=kind,
            name=name,
            period=period,
            used_minor=used,
            limit_minor=limit,
            plan_percent=plan,
            currency="USD",
            starts_on=now.date().replace(day=1),
        )
        for kind, name, period, used, limit, plan in rows
    )


def _floor(now: datetime, agents: int) -> tuple[OnFloor, ...]:
    """So many agents, those of the requests first."""
    people = []
    for place in range(agents):
        status = _STATUSES[place % len(_STATUSES)]
        seconds = 35 + 67 * place % 900
        people.append(
            made_up(
                OnFloor,
                user_id=100 + place,
                name=_NAMES[place % len(_NAMES)],
                status=status,
                seconds=seconds,
                since=now - timedelta(seconds=seconds),
                usual_seconds=USUAL_SECONDS.get(status),
                calls=11,
                saved=5,
                call_id=place + 1 if status in ("WAITING", "ON_CALL") else None,
                left_minor=41_200,
                currency="USD",
            )
        )
    return tuple(people)
