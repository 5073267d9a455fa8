"""Letters to customers: whole in every language, with amounts and days as that language writes them."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from tests.retention_desk.test_languages import said, sentences

LANGUAGES = [code for code, _name in settings.LANGUAGES]
FACTS: dict[str, Any] = {
    "name": "Marisol Tennant",
    "number": "RD7K4M2297",
    "company": "Lumo",
    "currency": "USD",
    "lines": [SimpleNamespace(name="Fibre 500", price_minor=7_999)],
    "effective_on": date(2027, 1, 14),
    "starts_on": date(2027, 1, 14),
    "ends_on": date(2027, 7, 14),
    "last_bill_minor": 123_456,
    "fee_minor": 6_000,
    "device_balance_minor": 1_000,
    "bill_before_minor": 19_599,
    "bill_after_minor": 17_999,
    "amount_minor": 2_000,
    "offer": "Loyalty discount",
    "terms": "",
    "porting_out": True,
    "confirm_identity": True,
}
WRITTEN = {
    "en": ("$1,234.56", "Jan 14, 2027"),
    "de": ("1.234,56\xa0$", "14.01.2027"),
    "pt-br": ("US$\xa01.234,56", "14 de jan. de 2027"),
    "ru": ("1\xa0234,56\xa0$", "14 янв. 2027\u202fг."),
    "th": ("US$1,234.56", "14 ม.ค. 2570"),
}


def letter(name: str, language: str) -> str:
    with translation.override(language):
        return render_to_string(f"mail/{name}.txt", FACTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_writes_amounts_and_days_as_its_language_does(language: str) -> None:
    amount, day = WRITTEN[language]
    text = letter("cancellation", language)

    assert amount in text
    assert day in text
    assert day in letter("terms", language)


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
@pytest.mark.parametrize("name", ["cancellation", "cancellation_undone", "terms"])
def test_letter_has_no_english_left(name: str, language: str) -> None:
    lines = {line.strip() for line in letter(name, language).splitlines()}
    subject = letter(f"{name}_subject", language)

    with translation.override(language):
        left = [one.words for one in sentences() if one.words in lines and said(one) != one.words]
    assert left == []
    assert subject.strip() != letter(f"{name}_subject", "en").strip()
    assert "None" not in " ".join(lines)
