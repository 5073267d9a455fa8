"""The policies that a new desk starts with."""

import pytest

from customers import conduct
from customers.models import ConductPolicy

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wanted", [conduct.DEFAULT, conduct.STRICT], ids=lambda policy: policy.code)
def test_first_policies_are_the_ones_in_code(wanted: conduct.Policy) -> None:
    row = ConductPolicy.objects.get(code=wanted.code, version=wanted.version)

    found = conduct.read_policy(
        code=row.code,
        version=row.version,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        offers_allowed=row.offers_allowed,
        minutes_after_intent=row.minutes_after_intent,
        rules=row.rules,
    )

    assert found == wanted
    assert row.rules == conduct.write_rules(wanted)
