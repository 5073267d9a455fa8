"""What people type as a reason: proved by the audit, shown while it is kept, erased without breaking a chain."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from customers import audit, remarks
from customers.models import AuditEvent, Remark
from tests.builders import make_user

pytestmark = pytest.mark.django_db

TYPED = "Jacobus at number 7 rang again"


def told(words: str = TYPED, **other: Any) -> AuditEvent:
    given: dict[str, Any] = {"by": 7, "role": "MANAGER", "act": "X", "object_kind": "team", "object_id": 1} | other
    return AuditEvent.objects.get(pk=audit.append(words=words, **given))


def test_audit_holds_a_commitment_and_no_words() -> None:
    event = told()

    assert event.reason.startswith("typed:")
    assert "Jacobus" not in str(AuditEvent.objects.filter(pk=event.pk).values())
    assert Remark.objects.get(pk=event.reason).words == TYPED
    assert remarks.stands(reason=event.reason, words=TYPED)
    assert not remarks.stands(reason=event.reason, words=TYPED + ".")


def test_same_words_twice_cannot_be_told_from_the_commitments() -> None:
    assert told().reason != told().reason


@pytest.mark.parametrize("words", ["", "   "])
def test_nothing_typed_is_nothing_kept(words: str) -> None:
    assert told(words, reason="BUDGET").reason == "BUDGET"
    assert not Remark.objects.exists()


@pytest.mark.parametrize("words", ["Größe: 12 %", "'; DROP TABLE x", "ё" * 700, "a\nb", "😀", "typed:"])
def test_words_are_kept_as_they_are_but_not_without_end(words: str) -> None:
    event = told(words)

    assert remarks.stands(reason=event.reason, words=words[:500])


def test_erased_words_leave_nothing_and_every_chain_whole() -> None:
    first, second = told(), told("Another reason")
    audit.append(by=7, role="MANAGER", act="X", object_kind="team", object_id=1)

    assert remarks.erase(event_id=first.pk, by=9, role="ADMINISTRATOR")

    assert list(Remark.objects.values_list("words", flat=True)) == ["Another reason"]
    assert not remarks.stands(reason=first.reason, words=TYPED)
    assert AuditEvent.objects.get(pk=first.pk).hash == first.hash
    erased = AuditEvent.objects.get(act="WORDS_ERASED")
    assert (erased.actor_id, erased.object_kind, erased.object_id) == (9, "audit_event", first.pk)
    assert audit.verify().is_clean
    assert remarks.stands(reason=second.reason, words="Another reason")


def test_there_is_nothing_to_erase_twice_or_where_nothing_was_typed() -> None:
    typed, coded = told(), told("", reason="BUDGET")
    remarks.erase(event_id=typed.pk, by=9, role="ADMINISTRATOR")
    events = AuditEvent.objects.count()

    assert not any(remarks.erase(event_id=one, by=9, role="ADMINISTRATOR") for one in (typed.pk, coded.pk, 0))
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM customers_remark",
        "UPDATE customers_remark SET words = 'x'",
        "INSERT INTO customers_remark (commitment, salt, words) VALUES ('typed:0', '', '')",
        "TRUNCATE customers_remark",
    ],
)
def test_whoever_serves_takes_none_away_without_a_trace(statement: str) -> None:
    told()

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_command_erases_by_number_and_says_what_it_could_not(capsys: pytest.CaptureFixture[str]) -> None:
    make_user("ada")
    event = told()

    call_command("erase_words", str(event.pk), by="ada")

    assert capsys.readouterr().out == "1 erased.\n"
    with pytest.raises(CommandError, match=f"nothing is typed with: {event.pk}"):
        call_command("erase_words", str(event.pk), by="ada")
    with pytest.raises(CommandError, match="nobody called greta"):
        call_command("erase_words", "1", by="greta")
