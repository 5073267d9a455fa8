"""An act that the database gave up so that others could go on is tried again; inside a transaction it is not."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from offers import ledger
from offers.choices import BudgetKind, Grade
from offers.models import BudgetCounter, Hold
from tests.builders import make_agent, make_call, new_key
from tests.database import owner_connection
from tests.offers.builders import facts_of, give_budget, make_limits, make_offer, make_payer, make_scheme

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]


class Waiting:
    """Somebody else holds the wallet's row until the act has been given up so many times."""

    def __init__(self, lets_go_after: int) -> None:
        self.tries = 0
        self.lets_go_after = lets_go_after
        self.other = ExitStack()

    def __call__(self, execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:
        if "authorise_proposal" not in sql:
            return execute(sql, values, many, context)
        self.tries += 1
        try:
            return execute(sql, values, many, context)
        except OperationalError:
            if self.tries == self.lets_go_after:
                self.other.close()
            raise


@contextmanager
def held_wallet(*, lets_go_after: int) -> Iterator[Waiting]:
    waiting = Waiting(lets_go_after)
    with waiting.other, connection.execute_wrapper(waiting):
        other = waiting.other.enter_context(owner_connection())
        waiting.other.enter_context(other.transaction())
        other.execute("SELECT FROM offers_budgetcounter FOR UPDATE")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        try:
            yield waiting
        finally:
            connection.close()


@pytest.fixture
def facts() -> dict[str, Any]:
    """What the door is handed, and a wallet that has given once already."""
    scheme, limits, offer, ann = make_scheme(), make_limits(), make_offer(), make_agent("ann")
    give_budget(BudgetKind.AGENT, ann.pk, 100_000)
    call = make_call(ann, make_payer())
    first = facts_of(call, offer, limits[Grade.AGENT], scheme, cost_minor=100)
    proposal = ledger.act("authorise_proposal", first)
    withdrawn = {
        "key": str(new_key()),
        "proposal_id": proposal,
        "agent_id": ann.pk,
        "role": "AGENT",
        "outcome": "WITHDRAWN",
    }
    ledger.act("settle_proposal", withdrawn)
    assert BudgetCounter.objects.filter(account__kind=BudgetKind.AGENT).exists()
    return facts_of(call, offer, limits[Grade.AGENT], scheme)


@pytest.mark.parametrize("given_up", [1, 2])
def test_act_given_up_is_tried_again(facts: dict[str, Any], given_up: int) -> None:
    with held_wallet(lets_go_after=given_up) as waiting:
        made = ledger.act("authorise_proposal", facts)

    assert waiting.tries == given_up + 1
    assert Hold.objects.get(proposal_id=made).ended_as == ""


def test_third_time_is_the_last(facts: dict[str, Any]) -> None:
    with held_wallet(lets_go_after=99) as waiting, pytest.raises(OperationalError):
        ledger.act("authorise_proposal", facts)

    assert waiting.tries == 3
    assert Hold.objects.filter(ended_as="").count() == 0


def test_inside_a_transaction_nothing_is_tried_again(facts: dict[str, Any]) -> None:
    with held_wallet(lets_go_after=1) as waiting, pytest.raises(OperationalError), transaction.atomic():
        ledger.act("authorise_proposal", facts)

    assert waiting.tries == 1
