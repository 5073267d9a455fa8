"""What is planted can be found again: shares within what chance allows, effects where they were put."""

import math
from datetime import date

import pytest

from customers.choices import ComplaintKind
from offers.choices import Family, OfferKind
from offers.stored import read_bounds, read_eligibility, read_figures
from retention_desk.demo import planted
from retention_desk.demo.catalogue import CATALOGUE
from tests.database import Connection

pytestmark = pytest.mark.slow

GONE = "('CANCELLED', 'PORTING_OUT')"
SAVED = "('SAVED_WITH_OFFER', 'SAVED_WITHOUT', 'PARTLY_SAVED', 'MOVED_WITH_US', 'NAME_TRANSFERRED', 'PAUSED')"
CALLS = "customers_call k JOIN customers_disposition d ON d.call_id = k.id AND d.line = ''"


def share(loaded: Connection, condition: str, rows: str) -> tuple[float, int]:
    """Per cent of `rows` (FROM and WHERE) that meet the condition, and of how many."""
    found = loaded.execute(f"SELECT 100.0 * avg((({condition}))::int::float), count(*) FROM {rows}").fetchone()
    assert found is not None
    return float(str(found[0])), int(str(found[1]))


def is_near(found: float, wanted: float, of: int, *, besides: float = 2.0) -> bool:
    """Whether a share is what was wanted, give or take four standard errors and `besides` points."""
    error = 100 * math.sqrt(wanted / 100 * (1 - wanted / 100) / max(of, 1))
    return abs(found - wanted) <= 4 * error + besides


@pytest.mark.parametrize(("intent", "wanted"), [("CHEAPER", 45), ("DOWNGRADE", 29), ("DISCONNECT", 27)])
def test_opening_intents(loaded: Connection, intent: str, wanted: int) -> None:
    found, of = share(loaded, f"opening_intent = '{intent}'", "customers_call")

    assert is_near(found, wanted, of)


@pytest.mark.parametrize(("intent", "wanted"), [("CHEAPER", 1), ("DOWNGRADE", 1), ("DISCONNECT", 61)])
def test_leaving_on_the_call(loaded: Connection, intent: str, wanted: int) -> None:
    found, of = share(loaded, f"d.kind IN {GONE}", f"{CALLS} WHERE opening_intent = '{intent}'")

    assert is_near(found, wanted, of)


@pytest.mark.parametrize("reason", ["PRICE", "RIVAL", "FAULTS", "MOVING_AWAY"])
def test_saved_by_reason(loaded: Connection, reason: str) -> None:
    rows = f"""{CALLS} JOIN customers_reason r ON r.id IN (k.reason_id, k.reason_detail_id)
               WHERE opening_intent = 'DISCONNECT' AND code = '{reason}'"""
    found, of = share(loaded, f"d.kind IN {SAVED}", rows)

    assert is_near(found, planted.REASONS[reason].saved, of, besides=3)


def test_acceptance_is_what_the_proposal_said_on_average(loaded: Connection) -> None:
    row = loaded.execute(
        """SELECT avg((o.kind = 'ACCEPTED')::int::float) * 100, avg(p.accept_percent)::float, count(*)
           FROM offers_proposal p JOIN offers_outcome o ON o.proposal_id = p.id
           WHERE o.kind IN ('ACCEPTED', 'DECLINED')"""
    ).fetchone()
    assert row is not None

    assert is_near(float(str(row[0])), float(str(row[1])), int(str(row[2])), besides=0.5)


def test_tenth_of_the_calls_asks_a_supervisor(loaded: Connection) -> None:
    found, of = share(
        loaded,
        "r.id IS NOT NULL",
        "customers_call k LEFT JOIN (SELECT call_id, min(a.id) AS id FROM "
        "offers_approvalrequest a JOIN offers_proposal p ON p.id = a.proposal_id GROUP BY 1) r ON r.call_id = k.id",
    )

    assert is_near(found, 10, of)


@pytest.mark.parametrize("answer", planted.ANSWERS)
def test_supervisors_answers(loaded: Connection, answer: str) -> None:
    found, of = share(loaded, f"state = '{answer}'", "offers_approvalrequest")

    assert is_near(found, planted.ANSWERS[answer], of)


@pytest.mark.parametrize(("days", "wanted"), planted.STICKY[:3])
def test_saves_last(loaded: Connection, days: int, wanted: float) -> None:
    rows = f"""{CALLS} JOIN customers_customer c ON c.id = k.customer_id
               WHERE d.kind IN {SAVED} AND k.closed_at::date + {days} <= '2026-11-22'"""
    found, of = share(loaded, f"left_on IS NULL OR left_on > k.closed_at::date + {days}", rows)

    assert is_near(found, wanted, of)


def test_two_agents_differ_and_the_better_is_the_better(loaded: Connection) -> None:
    rows = loaded.execute(
        """SELECT u.username, avg((o.kind = 'ACCEPTED')::int::float) FROM offers_outcome o
           JOIN offers_proposal p ON p.id = o.proposal_id JOIN people_user u ON u.id = p.agent_id
           WHERE o.kind IN ('ACCEPTED', 'DECLINED') GROUP BY 1"""
    ).fetchall()
    accepted = {str(name): float(str(rate)) for name, rate in rows}

    assert set(planted.AGENT_SHIFTS) == {"paloma", "dario"}
    assert accepted["paloma"] > 1.5 * accepted["dario"]
    assert accepted["paloma"] > sum(accepted.values()) / len(accepted) > accepted["dario"]


def test_fault_drives_its_towns_to_call(loaded: Connection) -> None:
    begins = planted.fault_from(date(2026, 11, 21))
    rows = f"""customers_call k JOIN customers_customer c ON c.id = k.customer_id
               JOIN customers_reason r ON r.id = k.reason_id
               WHERE c.town IN {planted.FAULT_TOWNS} AND"""
    during, of = share(
        loaded, "r.code = 'FAULTS'", f"{rows} k.opened_at::date BETWEEN '{begins}' AND '{begins}'::date + 27"
    )
    before, _of = share(loaded, "r.code = 'FAULTS'", f"{rows} k.opened_at::date < '{begins}'")

    assert of > 20
    assert during > 2 * before


def test_price_rise_brings_calls(loaded: Connection) -> None:
    rise = planted.price_rise_on(date(2026, 11, 21))
    row = loaded.execute(
        f"""SELECT count(*) FILTER (WHERE opened_at::date >= '{rise}' AND opened_at::date < '{rise}'::date + 30) / 30.0,
                   count(*) FILTER (WHERE opened_at::date < '{rise}') / ('{rise}'::date - '2025-11-22'::date)::float
            FROM customers_call WHERE opened_at >= '2025-11-22'"""
    ).fetchone()
    assert row is not None

    assert 1.2 < float(str(row[0])) / float(str(row[1])) < 1.65


@pytest.mark.parametrize("kind", [ComplaintKind.BILLING, ComplaintKind.FAULT, ComplaintKind.HANDLING])
def test_complaints_by_kind(loaded: Connection, kind: ComplaintKind) -> None:
    found, of = share(loaded, f"kind = '{kind}'", "customers_complaint")

    assert is_near(found, planted.COMPLAINT_KINDS[kind], of)


def test_accounts_stand_as_planted(loaded: Connection) -> None:
    discount, of = share(
        loaded,
        "EXISTS (SELECT FROM customers_subscription s WHERE s.customer_id = c.id AND s.promotion_minor > 0)",
        "customers_customer c WHERE left_on IS NULL",
    )
    contract, _of = share(
        loaded,
        """EXISTS (SELECT FROM customers_subscription s
                   WHERE s.customer_id = c.id AND s.contract_ends_on > '2026-11-22')""",
        "customers_customer c WHERE left_on IS NULL",
    )
    due, _of = share(loaded, "past_due_minor > 0", "customers_customer c WHERE left_on IS NULL")

    assert is_near(discount, 46, of, besides=4)
    assert is_near(contract, planted.IN_CONTRACT, of, besides=3)
    assert is_near(due, planted.PAST_DUE, of, besides=3)


def test_every_kind_of_offer_is_there_and_reads_back(loaded: Connection) -> None:
    rows = loaded.execute(
        """SELECT o.code, o.kind, o.family, v.currency, v.bounds, v.cost_model, v.eligibility, v.figures, v.words
           FROM offers_offerversion v JOIN offers_offer o ON o.id = v.offer_id"""
    ).fetchall()
    kinds = set()
    for code, kind, family, currency, bounds, cost, eligibility, figures, words in rows:
        entry = CATALOGUE[str(code)]
        offer_kind = OfferKind(str(kind))
        kinds.add(offer_kind)
        read = read_bounds(kind=offer_kind, currency=str(currency), bounds=bounds, cost_model=cost)  # type: ignore[arg-type]
        assert read == entry.bounds
        assert (
            read_eligibility(
                kind=offer_kind,
                family=Family(str(family)),
                currency=str(currency),
                eligibility=eligibility,  # type: ignore[arg-type]
            )
            == entry.eligibility
        )
        assert read_figures(figures) == entry.figures  # type: ignore[arg-type]
        assert set(words) == {"en", "de", "pt-br", "ru", "th"}  # type: ignore[call-overload]

    assert kinds == set(OfferKind)


def test_customer_of_the_pictures_looks_like_them(loaded: Connection) -> None:
    row = loaded.execute(
        """SELECT given_name, family_name, town, phone, sum(s.price_minor), count(*),
                  (SELECT count(*) FROM customers_complaint WHERE customer_id = c.id AND closed_at IS NULL)
           FROM customers_customer c JOIN customers_subscription s ON s.customer_id = c.id
           WHERE account_number = '4471-0926-3' GROUP BY c.id"""
    ).fetchone()

    assert row == ("Marisol", "Tennant", "Fresno", "+15595550142", 19599, 4, 1)


def test_look_up_forgives_a_letter_in_every_name(loaded: Connection) -> None:
    missing = loaded.execute(
        """SELECT count(*) FROM (SELECT DISTINCT family_key FROM customers_customer
                                 WHERE length(family_key) BETWEEN 4 AND 40) named
           WHERE (SELECT count(*) FROM customers_familynamedeletion d WHERE d.family_key = named.family_key)
                 < length(named.family_key) / 2"""
    ).fetchone()

    assert missing == (0,)
