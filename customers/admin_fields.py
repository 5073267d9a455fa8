"""Form fields of the administration: amounts typed in whole units, moments, and JSON that people can read."""

import json
import re
from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django import forms
from django.utils.translation import gettext as _

LARGEST_MINOR = 2**53
LONGEST_LINE = 90


class MinorUnits(forms.DecimalField):
    """An amount that is typed in whole units (20.00) and kept in minor ones (2000)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=Decimal(0), **options)
        self.digits = 2

    def set_currency(self, code: str) -> None:
        """Count with the decimal places of this currency, and say which it is."""
        self.digits = get_currency_precision(code)
        self.help_text = f"{self.help_text} {code}".strip()
        self.widget.attrs["step"] = str(Decimal(1).scaleb(-self.digits))

    def prepare_value(self, value: Any) -> Any:
        """Whole units, for what comes from the database; what was typed stays as typed."""
        return str(Decimal(value).scaleb(-self.digits)) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        """Minor units. More decimal places than the currency has are refused."""
        amount = super().clean(value)
        if amount is None:
            return None
        minor = amount.scaleb(self.digits)
        if minor != minor.to_integral_value():
            raise forms.ValidationError(_("At most %(digits)d decimal places.") % {"digits": self.digits})
        if minor >= LARGEST_MINOR:
            raise forms.ValidationError(_("This is more than can be counted."))
        return int(minor)


class Moment(forms.DateTimeInput):
    """A date and a time, chosen with the browser's own calendar."""

    input_type = "datetime-local"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class Day(forms.DateInput):
    """A date, chosen with the browser's own calendar."""

    input_type = "date"

    def __init__(self, attrs: Any = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class Structure(forms.JSONField):
    """JSON in lines and letters as people read them; what is wrong is told with line and column."""

    def __init__(self, *, rows: int = 8, **options: Any) -> None:
        widget = forms.Textarea({"class": "code", "spellcheck": "false", "rows": rows, "cols": 80})
        given: dict[str, Any] = {"widget": widget} | options | {"required": False}
        super().__init__(**given)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What was typed, as it was typed, so that a mistake can be found and mended."""
        return forms.fields.InvalidJSONInput(data) if isinstance(data, str) else data

    def prepare_value(self, value: Any) -> Any:
        """Two spaces a level, and no letter as a number."""
        return value if isinstance(value, forms.fields.InvalidJSONInput) else readable(value)

    def to_python(self, value: Any) -> Any:
        """The structure, an empty object for nothing; the sentence says where it breaks."""
        if not isinstance(value, str):
            return value
        try:
            found = json.loads(value) if value.strip() else None
        except ValueError as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            raise forms.ValidationError(
                _("Line %(line)d, column %(column)d: a comma, a quotation mark or a brace is missing or too much.")
                % {"line": line, "column": column}
            ) from error
        return {} if found is None else found

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compared as structures; what cannot be read has changed."""
        try:
            return bool(self.to_python(data) != initial)
        except forms.ValidationError:
            return True


_FLAT = re.compile(r"\[\s+([^\[\]{}]*?)\s+\]")


def readable(value: Any) -> str:
    """JSON as people read it: a level a line, but a short list of numbers or codes in one."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return _FLAT.sub(lambda found: _one_line(found[0]), text)


def _one_line(text: str) -> str:
    flat = re.sub(r"\s*\n\s*", " ", text).replace("[ ", "[").replace(" ]", "]")
    return flat if len(flat) <= LONGEST_LINE else text
