"""Every way in which the desk says no has words of its own: codes in Python, in the database and in the rules."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from offers.choices import ReasonCode

ROOT = Path(settings.BASE_DIR)
IN_PYTHON = re.compile(r'Refused\(\s*"([A-Z_]+)"|super\(\)\.__init__\("([A-Z_]+)"')
IN_SQL = re.compile(r"refuse\('([A-Z_]+)'|RETURN '([A-Z_]+)'")
# Sent on by the doors and tried again before anybody sees it.
NEVER_SHOWN = {"TRY_WHOLE"}
FOR_NOTHING_FORESEEN = "Not possible now"


def found(pattern: re.Pattern[str], *globs: str) -> set[str]:
    files = [path for glob in globs for path in ROOT.glob(glob)]
    return {code for path in files for groups in pattern.findall(path.read_text()) for code in groups if code}


CODES = (
    found(
        IN_PYTHON,
        "customers/*.py",
        "customers/telephone/*.py",
        "offers/*.py",
        "retention_desk/telephone/*.py",
        "retention_desk/calls/*.py",
        "retention_desk/floor/*.py",
    )
    | found(IN_SQL, "customers/migrations/sql/*.sql", "offers/migrations/sql/*.sql")
    | set(ReasonCode.values)
) - NEVER_SHOWN


def test_codes_are_found_where_they_are_raised() -> None:
    assert {"CALL_OPEN", "NOT_YOURS", "ANSWER_FIRST", "COOLDOWN", "CALL_BACK_ONCE"} <= CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_refusal_has_words(code: str) -> None:
    refusal = {"code": code, "why": {"code": code, "limit": 3, "left": 100}}

    text = render_to_string("_parts/refusal.html", {"refusal": refusal, "currency": "USD"})

    assert FOR_NOTHING_FORESEEN not in text
    assert code not in re.sub(r"<[^>]*>", "", text)
