"""What the look-up posts: opening a call, adding a customer, correcting contact data."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from customers import phones
from customers.choices import CallerRole, CustomerKind, OpeningIntent
from retention_desk.calls.words import CHECKS_NEEDED, IDENTITY_CHECKS
from retention_desk.lookup.region import home_country


class OpenCallForm(forms.Form):
    """Who is calling, what for, and how they were known. Nothing but the key has to be there."""

    key = forms.UUIDField()
    customer = forms.IntegerField(min_value=1, required=False)
    opening_intent = forms.ChoiceField(
        label=_("What do they ask for first?"), choices=OpeningIntent.choices, initial=OpeningIntent.UNKNOWN
    )
    caller_role = forms.ChoiceField(label=_("Who is speaking?"), choices=CallerRole.choices, initial=CallerRole.UNKNOWN)
    phone_from = forms.CharField(label=_("Calls from"), max_length=30, required=False)
    checks = forms.MultipleChoiceField(
        choices=[*IDENTITY_CHECKS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("What was checked and right"),
    )
    then = forms.ChoiceField(choices=[("screen", ""), ("cancel", "")], required=False)
    text = forms.CharField(max_length=200, required=False)
    incoming = forms.IntegerField(min_value=1, max_value=2**63 - 1, required=False)

    def clean_phone_from(self) -> str:
        """E.164 where it can be read, else nothing: a call opens whatever was typed here."""
        return phones.e164(self.cleaned_data["phone_from"], country=home_country()) or ""

    def clean_checks(self) -> list[str]:
        """One answer alone opens nothing and is not noted as a check."""
        checks: list[str] = self.cleaned_data["checks"]
        return checks if len(checks) >= CHECKS_NEEDED else []

    def back_to(self, refused: str = "") -> str:
        """The query of the look-up page to return to when no call was opened."""
        asked = {
            "q": self.data.get("text", ""),
            "incoming": self.data.get("incoming", ""),
            "customer": self.data.get("customer", ""),
            "refused": refused,
        }
        return "?" + urlencode({name: value for name, value in asked.items() if value})


class ContactForm(forms.Form):
    """How a customer is reached. The account number, the products and the money are not for this form."""

    given_name = forms.CharField(label=_("First name"), max_length=80, required=False)
    family_name = forms.CharField(label=_("Last name or business"), max_length=120)
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    other_phone = forms.CharField(label=_("Other phone"), max_length=30, required=False)
    email = forms.EmailField(label=_("Email"), max_length=254, required=False)
    street = forms.CharField(label=_("Street"), max_length=120, required=False)
    town = forms.CharField(label=_("Town"), max_length=80, required=False)
    region = forms.CharField(label=_("State or region"), max_length=80, required=False)
    postcode = forms.CharField(label=_("Postcode"), max_length=16, required=False)

    def clean_phone(self) -> str:
        """E.164, or a sentence what to write."""
        return _phone(self.cleaned_data["phone"])

    def clean_other_phone(self) -> str:
        """E.164, or a sentence what to write."""
        return _phone(self.cleaned_data["other_phone"])

    def contact(self) -> dict[str, Any]:
        """The contact fields alone."""
        return {name: self.cleaned_data[name] for name in ContactForm.base_fields}


class CorrectionForm(ContactForm):
    """Contact data to be corrected; `seen` is when the record shown had last been changed."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.DateTimeField(widget=forms.HiddenInput, input_formats=["%Y-%m-%dT%H:%M:%S.%f%z"])


class NewCustomerForm(ContactForm):
    """A customer whom the intake does not know yet."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    account_number = forms.CharField(label=_("Account number"), max_length=40)
    kind = forms.ChoiceField(label=_("Contract with"), choices=CustomerKind.choices)

    field_order = ("account_number", "kind")


def _phone(text: str) -> str:
    number = phones.e164(text, country=home_country())
    if number is None:
        raise forms.ValidationError(_("Write the number with its area code, or with + and the code of the country."))
    return number
