"""What the call screen posts, cleaned into the arguments of one domain call."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.call_backs import WITHIN
from customers.choices import (
    CallerRole,
    CancelWhen,
    ComplaintKind,
    DispositionKind,
    LineWanted,
    OpeningIntent,
    ProductKind,
)
from customers.handovers import NOTE_LENGTH as NOTE_MOST
from customers.refusals import Refused
from offers.choices import ReasonCode
from offers.models.proposal import NOTE_LENGTH
from offers.receivers import Receiver, ReceivingTeam
from offers.terms import Bounds, Terms, snap, validate
from retention_desk.calls.words import CHECKS_NEEDED, IDENTITY_CHECKS


class KeyForm(forms.Form):
    """A form with the one-time key that was made when it was drawn."""

    key = forms.UUIDField()

    @property
    def posted_key(self) -> UUID:
        """The key of a valid form."""
        key: UUID = self.cleaned_data["key"]
        return key


class LineForm(KeyForm):
    """What the telephone is asked to do with the caller: the button says it, whatever the line has become meanwhile."""

    wanted = forms.ChoiceField(choices=LineWanted.choices)


class OpeningForm(forms.Form):
    """The first controls of a call: what was asked first, and who is calling."""

    opening_intent = forms.ChoiceField(choices=OpeningIntent.choices, widget=forms.Select(attrs={"class": "input"}))
    caller_role = forms.ChoiceField(choices=CallerRole.choices, widget=forms.Select(attrs={"class": "input"}))


class IdentityForm(forms.Form):
    """By which checks the caller was known."""

    checks = forms.MultipleChoiceField(
        choices=[*IDENTITY_CHECKS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label=_("What was checked and right"),
    )
    result = forms.ChoiceField(choices=[("passed", ""), ("failed", "")])

    @property
    def passed(self) -> bool:
        """Whether the record may be opened."""
        return bool(self.cleaned_data["result"] == "passed")

    def clean(self) -> dict[str, Any]:
        """Two answers open the record."""
        cleaned = super().clean() or {}
        if cleaned.get("result") == "passed" and len(cleaned.get("checks", [])) < CHECKS_NEEDED:
            self.add_error("checks", _("Two answers are needed to open the record."))
        return cleaned


class ReasonForm(forms.Form):
    """Why they are leaving. Nothing of it is required."""

    reason = forms.CharField(max_length=40, required=False)
    detail = forms.CharField(max_length=40, required=False)
    rival = forms.CharField(max_length=80, required=False)
    rival_price = forms.CharField(max_length=20, required=False)
    rival_product = forms.ChoiceField(choices=[("", ""), *ProductKind.choices], required=False)
    detail_of = forms.CharField(max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        """A detail that was on the screen for the reason before goes with that reason."""
        cleaned = super().clean() or {}
        if "detail_of" in self.data and cleaned.get("detail_of") != cleaned.get("reason"):
            cleaned["detail"] = ""
        return cleaned

    def clean_rival_price(self) -> int | None:
        """Minor units, from "55", "$55.50" or "55,50"; what is no price is left out rather than refused."""
        text = "".join(sign for sign in self.cleaned_data["rival_price"] if sign.isdigit() or sign in ".,")
        whole, _sep, cents = text.replace(",", ".").rpartition(".")
        if len(cents) not in (1, 2) or not whole:
            whole, cents = (whole + cents).replace(".", ""), "0"
        whole = whole.replace(".", "")
        if not whole.isdigit() or len(whole) > 7:
            return None
        return int((Decimal(f"{whole}.{cents}") * 100).to_integral_value(ROUND_HALF_UP))


class NotesForm(forms.Form):
    """The agent's notes, kept as they are typed."""

    notes = forms.CharField(max_length=8000, required=False, strip=False)


class TermsForm(forms.Form):
    """The terms of any kind of offer; which fields count is the offer's bounds' to say."""

    percent = forms.IntegerField(min_value=0, max_value=100, required=False)
    months = forms.IntegerField(min_value=0, max_value=120, required=False)
    amount_minor = forms.IntegerField(min_value=0, max_value=10_000_000, required=False)
    product = forms.CharField(max_length=40, required=False)
    words = forms.CharField(max_length=200, required=False)
    fix_by = forms.DateField(required=False)

    @property
    def refusal(self) -> Refused:
        """Why a form that cannot be read is refused: its terms, or something else of it."""
        return Refused(ReasonCode.BOUNDS if self.errors.keys() & TermsForm.base_fields.keys() else "FIELDS_WRONG")

    def off(self, bounds: Bounds, *, today: date) -> Refused | None:
        """Why exactly these terms cannot be booked, where something else than what was posted would have to be."""
        sent, own = self.cleaned_data, bounds.default
        numbers = {"percent": bounds.percent, "months": bounds.months, "amount_minor": bounds.amount}
        posted = replace(
            own,
            **{name: sent[name] for name, range_ in numbers.items() if range_ and sent[name] is not None},
            product=(bounds.items and sent["product"]) or own.product,
            fix_by=(sent["fix_by"] or today) if bounds.fix_within_days else None,
        )
        problems = validate(posted, bounds, today=today)
        return Refused(problems[0].code) if problems else None

    def terms(self, bounds: Bounds, *, today: Any) -> Terms:
        """The bookable terms nearest to what was posted; a field that was not sent keeps the offer's own value."""
        sent, own = self.cleaned_data, bounds.default
        return snap(
            Terms(
                kind=bounds.kind,
                currency=bounds.currency,
                percent=own.percent if sent["percent"] is None else sent["percent"],
                months=own.months if sent["months"] is None else sent["months"],
                amount_minor=own.amount_minor if sent["amount_minor"] is None else sent["amount_minor"],
                product=sent["product"] or own.product,
                words=sent["words"] or own.words,
                fix_by=sent["fix_by"] or own.fix_by,
            ),
            bounds,
            today=today,
        )


class ProposeForm(TermsForm, KeyForm):
    """Present, ask a supervisor, or go to the nearest terms that are one's own to give."""

    act = forms.ChoiceField(choices=[("present", ""), ("ask", ""), ("nearest", "")])
    note = forms.CharField(max_length=NOTE_LENGTH, required=False)
    # Where the offer stood in the list that the agent chose it from.
    place = forms.IntegerField(min_value=0, required=False)


class SettleForm(KeyForm):
    """What became of a proposal."""

    answer = forms.ChoiceField(
        choices=[(one, "") for one in ("present", "accepted", "declined", "counter", "withdraw")]
    )
    disclosures = forms.Field(widget=forms.MultipleHiddenInput, required=False)

    @property
    def read_out(self) -> list[str]:
        """Codes of what was read out."""
        return [str(code)[:40] for code in self.cleaned_data["disclosures"] or []]


class CancelForm(KeyForm):
    """Which products end, when, and whether the number leaves with the customer."""

    lines = forms.TypedMultipleChoiceField(coerce=int, required=False)
    when = forms.ChoiceField(choices=CancelWhen.choices, required=False)
    porting_out = forms.BooleanField(required=False)

    def __init__(self, *args: Any, line_ids: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["lines"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(str(one), "") for one in line_ids]


class NoteCancellationForm(KeyForm):
    """Who asks to cancel, where no record can be opened."""

    name = forms.CharField(label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    call_back_number = forms.CharField(label=_("Number to call"), max_length=30)
    account_number = forms.CharField(label=_("Account number"), max_length=40, required=False)
    porting_out = forms.BooleanField(label=_("Leaving with the number"), required=False)


class ComplaintForm(KeyForm):
    """A complaint heard on the call."""

    kind = forms.ChoiceField(label=_("About"), choices=ComplaintKind.choices)
    subject = forms.CharField(label=_("In one line"), max_length=200)


class ResolutionForm(KeyForm):
    """What was done about a complaint."""

    resolution = forms.CharField(max_length=200)


class HandOverForm(KeyForm):
    """To whom the call goes: a team, or one of it first; and what they should know."""

    to = forms.ChoiceField(label=_("To whom"))
    note = forms.CharField(
        label=_("What they should know"),
        max_length=NOTE_MOST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "class": "input", "maxlength": NOTE_MOST}),
    )

    def __init__(self, *args: Any, teams: Sequence[ReceivingTeam], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(f"{team.name}, {team.site}", _receivers(team)) for team in teams]

    @property
    def to_team(self) -> int:
        """The team."""
        return int(self.cleaned_data["to"].partition("-")[0])

    @property
    def to_person(self) -> int | None:
        """Who of it may take the call first; None for whoever is free."""
        person = self.cleaned_data["to"].partition("-")[2]
        return int(person) if person else None


def _receivers(team: ReceivingTeam) -> list[tuple[str, str]]:
    free = ngettext("Whoever is free (%(number)s is)", "Whoever is free (%(number)s are)", team.free)
    anybody = (str(team.id), free % {"number": team.free})
    people = [(f"{team.id}-{one.id}", f"{one.name} ({_status(one)})") for one in team.people]
    return [anybody, *people]


def _status(one: Receiver) -> str:
    return gettext("On call") if one.on_call else str(one.duty.label)


class WrapUpForm(KeyForm):
    """How the call ended, the notes, and a call-back if one was promised."""

    kind = forms.ChoiceField(choices=DispositionKind.choices)
    notes = forms.CharField(max_length=8000, required=False, strip=False)
    call_back_at = forms.DateTimeField(
        label=_("When"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M"],
    )
    call_back_note = forms.CharField(label=_("About"), max_length=200, required=False)
    next = forms.ChoiceField(choices=[("lookup", ""), ("home", "")], required=False)

    def __init__(self, *args: Any, line_codes: tuple[str, ...] = (), promised: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line_codes = line_codes
        self.promised = promised
        for code in line_codes:
            self.fields[f"line-{code}"] = forms.ChoiceField(
                choices=[("", ""), *DispositionKind.choices], required=False
            )

    @property
    def lines(self) -> dict[ProductKind, DispositionKind] | None:
        """The endings that were said line by line; None derives them from the call's."""
        said = {
            ProductKind(code): DispositionKind(self.cleaned_data[f"line-{code}"])
            for code in self.line_codes
            if self.cleaned_data.get(f"line-{code}")
        }
        return said or None

    def clean_call_back_at(self) -> datetime | None:
        """Within 72 hours, and not in the past; the database's clock has the last word."""
        at: datetime | None = self.cleaned_data["call_back_at"]
        if at is not None and not timedelta() <= at - timezone.now() <= WITHIN:
            raise forms.ValidationError(_("A call-back has to be within 72 hours."))
        return at

    def clean(self) -> dict[str, Any]:
        """A call that ends with a call-back says when."""
        cleaned = super().clean() or {}
        says_when = self.promised or cleaned.get("call_back_at") or "call_back_at" in self.errors
        if cleaned.get("kind") == DispositionKind.CALL_BACK and not says_when:
            self.add_error("call_back_at", _("Say when to ring back, within 72 hours."))
        return cleaned
