"""What supervisors' pages read every few seconds is found by indexes, however much there has been."""

import re

import pytest
from django.db import connection

from offers.floor import FLOOR, QUEUE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "index", "condition"),
    [
        (QUEUE, "request_decided_at", "decided_at >"),
        (QUEUE, "offers_proposal_pkey", "proposal_id"),
        (FLOOR, "call_unfinished_of_agent", "agent_id = "),
    ],
)
def test_found_by_an_index(text: str, index: str, condition: str) -> None:
    with connection.cursor() as cursor:
        # So small as the tables of a test are, reading them whole would be cheaper.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        cursor.execute("EXPLAIN " + text, {"by": 1, "language": "en"})
        plan = "\n".join(line for (line,) in cursor.fetchall())

    found = re.search(rf"using {index} .*\n\s*Index Cond: (.*)", plan)
    assert found, plan
    assert condition in found[1]
