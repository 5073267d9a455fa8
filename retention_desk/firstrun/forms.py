"""What the first-run page and the `first_run` command ask for, and how they check it; one form for both."""

import zoneinfo
from typing import Any

from babel import Locale
from babel.numbers import list_currencies
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from retention_desk.firstrun.begin import Beginning
from retention_desk.firstrun.places import Place, UnreadablePlaces
from retention_desk.firstrun.places import read as read_places
from retention_desk.people.models import User

_PROBLEMS = {
    "NO_SITE": _("Line %(line)d names no site."),
    "TOO_LONG": _("Line %(line)d has a name of more than 80 characters."),
    "TWICE": _("Line %(line)d has a name that was there before."),
}
_TWO_LETTERS = 2


def _locale() -> Locale:
    return Locale.parse((get_language() or "en").replace("-", "_"))


def countries() -> list[tuple[str, str]]:
    """Countries by code and name in the language of the moment, by name."""
    names = _locale().territories
    found = [(code, str(name)) for code, name in names.items() if len(code) == _TWO_LETTERS and code.isalpha()]
    return sorted(found, key=lambda one: one[1])


def currencies() -> list[tuple[str, str]]:
    """Currencies in use, by code and name."""
    names = _locale().currencies
    return sorted((code, f"{code} · {names.get(code, code)}") for code in list_currencies() if code in names)


def time_zones() -> list[tuple[str, str]]:
    """Time zones that belong to a place."""
    found = sorted(name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/"))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in found)]


class BeginForm(forms.Form):
    """The company, its places, and who looks after the desk."""

    company = forms.CharField(label=_("Company"), max_length=120)
    country = forms.ChoiceField(label=_("Country"), choices=countries, initial="US")
    currency = forms.ChoiceField(label=_("Currency"), choices=currencies, initial="USD")
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")
    places = forms.CharField(
        label=_("Sites and teams"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A line for each site, its teams after a colon: Fresno: Team North, Team South"),
    )
    given_name = forms.CharField(label=_("Your first name"), max_length=150, required=False)
    family_name = forms.CharField(label=_("Your last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("Your e-mail address"), max_length=254, required=False)
    username = forms.CharField(label=_("User name"), max_length=150, validators=[UnicodeUsernameValidator()])
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )
    password_again = forms.CharField(
        label=_("Password again"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean_places(self) -> tuple[Place, ...]:
        """Sites with their teams."""
        try:
            return read_places(self.cleaned_data["places"])
        except UnreadablePlaces as problem:
            raise ValidationError(_PROBLEMS[problem.code], params={"line": problem.line}) from problem

    def clean(self) -> dict[str, Any]:
        """Both passwords alike, and good enough for this person."""
        cleaned: dict[str, Any] = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.get("password_again")
        if password and again and password != again:
            self.add_error("password_again", _("The two passwords are not the same."))
        elif password:
            person = User(
                username=cleaned.get("username", ""),
                first_name=cleaned.get("given_name", ""),
                last_name=cleaned.get("family_name", ""),
                email=cleaned.get("email", ""),
            )
            try:
                validate_password(password, person)
            except ValidationError as problem:
                self.add_error("password", problem)
        return cleaned

    def beginning(self) -> Beginning:
        """What was asked for, checked."""
        answers = {name: value for name, value in self.cleaned_data.items() if name != "password_again"}
        return Beginning(**answers)
