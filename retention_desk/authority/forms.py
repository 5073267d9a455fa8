"""What the pages of authority post: a limit, an answer to a raise, money acts, storms, standing in."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.admin_fields import MinorUnits, Moment
from customers.keeping import NotValid
from offers.allowances import Allowance
from offers.choices import Family, Grade, LimitMode, OfferKind
from offers.scheme import DEFAULT_GRADES
from offers.storms import LONGEST_HOURS
from retention_desk.authority.words import TIERS
from retention_desk.firstrun.begin import in_currency

_MOMENT = "%Y-%m-%dT%H:%M"
STORM_GRADES = (Grade.NEW, Grade.AGENT, Grade.SENIOR, Grade.SUPERVISOR)
_IN_ONE = ("max_percent", "max_months", "max_monthly_minor", "max_credit_minor", "max_fee_minor", "max_cost_minor")
_IN_ALL = tuple(f"{period}_{unit}" for period in ("call", "day", "week", "month") for unit in ("count", "cost_minor"))


class ActForm(forms.Form):
    """A form with the one-time key that was made when it was drawn, and amounts of one currency."""

    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, currency: str = "", **options: Any) -> None:
        options["initial"] = {"key": uuid4()} | options.get("initial", {})
        super().__init__(data, **options)
        for field in self.fields.values():
            if isinstance(field, MinorUnits) and currency:
                field.set_currency(currency)

    def refuse(self, wrong: NotValid) -> None:
        """Say what cannot be kept beside the field that it is about."""
        field = str(wrong.facts["field"])
        names = {field, f"{field}_id", field.removesuffix("_id")} & set(self.fields)
        self.add_error(names.pop() if names else None, str(wrong.facts["why"]))


class LimitForm(ActForm):
    """A limit: whose, for which case, how much, from when, and why."""

    whose = forms.ChoiceField(label=_("Whose limit"))
    family = forms.ChoiceField(
        label=pgettext_lazy("offers", "For"),
        choices=[("", _("All families of offers")), *Family.choices],
        required=False,
    )
    tier = forms.ChoiceField(label=_("Customers"), choices=[("", _("All customers")), *TIERS.items()], required=False)
    tenure_from_months = forms.IntegerField(
        label=_("From months as a customer"), min_value=0, required=False, initial=0
    )
    max_percent = forms.IntegerField(label=_("Percent"), min_value=0, max_value=100)
    max_months = forms.IntegerField(label=_("Months"), min_value=0)
    max_monthly_minor = MinorUnits(label=_("Off the bill in one month"))
    max_credit_minor = MinorUnits(label=_("Credit or goods at once"))
    max_fee_minor = MinorUnits(label=_("Fee waived"))
    max_cost_minor = MinorUnits(label=_("Cost to us in all"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of offers"), choices=OfferKind.choices, widget=forms.CheckboxSelectMultiple
    )
    call_count = forms.IntegerField(label=_("Times on one call"), min_value=0, required=False)
    call_cost_minor = MinorUnits(label=_("Cost on one call"), required=False)
    day_count = forms.IntegerField(label=_("Times in a day"), min_value=0, required=False)
    day_cost_minor = MinorUnits(label=_("Cost in a day"), required=False)
    week_count = forms.IntegerField(label=_("Times in a week"), min_value=0, required=False)
    week_cost_minor = MinorUnits(label=_("Cost in a week"), required=False)
    month_count = forms.IntegerField(label=_("Times in a month"), min_value=0, required=False)
    month_cost_minor = MinorUnits(label=_("Cost in a month"), required=False)
    mode = forms.ChoiceField(label=_("When a total is reached"), choices=LimitMode.choices)
    valid_from = forms.DateTimeField(
        label=_("From"), required=False, widget=Moment, input_formats=[_MOMENT], help_text=_("Empty: from now on.")
    )
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Kept with the limit, for whoever asks later."))

    def __init__(self, *args: Any, teams: list[Any], people: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["whose"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (_("Grades"), [(f"grade:{code}", label) for code, label in Grade.choices]),
            (_("Teams"), [(f"team:{one['id']}", one["name"]) for one in teams]),
            (_("People"), [(f"user:{one['id']}", one["name"]) for one in people]),
        ]

    @property
    def groups(self) -> list[tuple[Any, list[Any]]]:
        """The fields in the order in which somebody decides them."""
        return [
            (_("Whose, and for what"), [self[name] for name in ("whose", "family", "tier", "tenure_from_months")]),
            (_("In one offer"), [self[name] for name in _IN_ONE]),
            (_("In all; empty: not counted"), [self[name] for name in (*_IN_ALL, "mode")]),
        ]

    def arguments(self) -> dict[str, Any]:
        """What the workflow takes."""
        said = self.cleaned_data
        scope, _colon, which = said["whose"].partition(":")
        names = {"grade": "grade", "team": "team_id", "user": "user_id"}
        return {
            names[scope]: which if scope == "grade" else int(which),
            "family": said["family"],
            "tier": said["tier"],
            "tenure_from_months": said["tenure_from_months"] or 0,
            "valid_from": said["valid_from"],
            "allowance": Allowance(
                kinds=tuple(said["kinds"]), mode=said["mode"], **{name: said[name] for name in (*_IN_ONE, *_IN_ALL)}
            ),
            "why": said["why"],
            "key": said["key"],
        }


class WhyForm(ActForm):
    """An act that only asks why."""

    why = forms.CharField(label=_("Why"), max_length=200)


class RaiseForm(forms.Form):
    """What the second person says, or the first one takes back."""

    answer = forms.ChoiceField(choices=[("confirm", ""), ("refuse", ""), ("withdraw", "")])


class TopUpForm(ActForm):
    """More for the running period."""

    amount_minor = MinorUnits(label=_("Add"))
    why = forms.CharField(label=_("Why"), max_length=200, help_text=_("Kept with the budget, for whoever asks later."))


class LowerForm(ActForm):
    """The new total of the running period."""

    amount_minor = MinorUnits(label=_("New amount"), help_text=_("Below what is used it freezes until it has drained."))
    why = forms.CharField(label=_("Why"), max_length=200)


class TransferForm(ActForm):
    """What moves to another budget."""

    to = forms.TypedChoiceField(label=pgettext_lazy("budget", "To"), coerce=int)
    amount_minor = MinorUnits(label=_("Amount"))
    why = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, others: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one["id"], f"{one['label']}: {one['name']}") for one in others]


class ReserveForm(ActForm):
    """A storm reserve: for which site, how much money, and what each grade may give meanwhile."""

    site = forms.TypedChoiceField(label=_("Site"), coerce=int)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Understood at once: what has happened?"))
    amount_minor = MinorUnits(label=_("Money for the site"))

    def __init__(self, *args: Any, sites: list[Any], currency: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["site"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one["id"], one["name"]) for one in sites]
        for grade in STORM_GRADES:
            figures = DEFAULT_GRADES[grade]
            self.fields[f"{grade}-on"] = forms.BooleanField(label=grade.label, required=False, initial=True)
            for name, label in (("max_percent", _("Percent")), ("max_months", _("Months"))):
                self.fields[f"{grade}-{name}"] = forms.IntegerField(
                    label=label, min_value=0, initial=getattr(figures, name)
                )
            for name, label in (
                ("max_monthly_minor", _("A month")),
                ("max_credit_minor", _("At once")),
                ("max_fee_minor", pgettext_lazy("waived", "Fee")),
                ("max_cost_minor", _("Cost")),
            ):
                self.fields[f"{grade}-{name}"] = MinorUnits(
                    label=label, initial=in_currency(getattr(figures, name), currency)
                )
        for one in self.fields.values():
            if isinstance(one, MinorUnits) and currency:
                one.set_currency(currency)

    @property
    def rows(self) -> list[tuple[Any, list[Any]]]:
        """One line a grade: its tick and its figures."""
        return [(self[f"{grade}-on"], [self[f"{grade}-{name}"] for name in _IN_ONE]) for grade in STORM_GRADES]

    def limits(self) -> dict[Grade, Allowance]:
        """What each ticked grade may give; every kind of offer."""
        said = self.cleaned_data
        return {
            grade: Allowance(kinds=tuple(OfferKind.values), **{name: said[f"{grade}-{name}"] for name in _IN_ONE})
            for grade in STORM_GRADES
            if said[f"{grade}-on"]
        }


class StormForm(ActForm):
    """How long a reserve is used, and why."""

    hours = forms.IntegerField(label=_("Hours"), min_value=1, max_value=LONGEST_HOURS, initial=6)
    why = forms.CharField(label=_("Why"), max_length=200)


class DelegationForm(ActForm):
    """Who stands in for whom, from when until when."""

    of = forms.TypedChoiceField(label=_("Who is away"), coerce=int)
    to = forms.TypedChoiceField(label=_("Who stands in"), coerce=int)
    starts_at = forms.DateTimeField(label=_("From"), widget=Moment, input_formats=[_MOMENT])
    ends_at = forms.DateTimeField(label=_("Until"), widget=Moment, input_formats=[_MOMENT])
    why = forms.CharField(label=_("Why"), max_length=200)

    def __init__(self, *args: Any, lenders: list[Any], borrowers: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        for name, people in (("of", lenders), ("to", borrowers)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(one["id"], one["name"]) for one in people]


class OwnLineForm(ActForm):
    """An account of one's own or of one's household."""

    account_number = forms.CharField(
        label=_("Account number"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class ExplainForm(forms.Form):
    """Whose authority is explained, and for which case."""

    person = forms.TypedChoiceField(label=_("Person"), coerce=int, required=False, empty_value=None)
    family = forms.ChoiceField(
        label=pgettext_lazy("offers", "For"),
        choices=[("", _("All families of offers")), *Family.choices],
        required=False,
    )
    tier = forms.ChoiceField(label=_("Customers"), choices=[("", _("Any value")), *TIERS.items()], required=False)
    tenure = forms.IntegerField(label=_("Months as a customer"), min_value=0, max_value=1200, required=False)
    account = forms.CharField(label=_("Or account number"), max_length=40, required=False)

    def choose(self, people: list[Any]) -> None:
        """Offer these people, or nobody but oneself."""
        field = self.fields["person"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one["id"], one["name"]) for one in people]
        if not people:
            del self.fields["person"], self.fields["account"]
