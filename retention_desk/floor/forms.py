"""What a supervisor posts: a decision, the ending of a call left behind, and a team leader's notes, news, hand-over."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.admin_fields import Moment
from customers.choices import DispositionKind
from offers.choices import DeclineReason
from offers.notes import LONGEST
from offers.terms import Terms
from retention_desk.authority.forms import ActForm
from retention_desk.calls.forms import KeyForm, TermsForm


class DecisionForm(TermsForm, KeyForm):
    """Approve, counter with terms, free up to terms, or decline for one of four reasons: a reason alone is a no."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("counter", ""), ("ceiling", "")], required=False)
    reason = forms.ChoiceField(choices=DeclineReason.choices, required=False)
    note = forms.CharField(max_length=300, required=False)

    @property
    def wanted(self) -> str:
        """What was decided: approve, counter, ceiling or decline; empty where nothing was."""
        return "decline" if self.cleaned_data["reason"] else str(self.cleaned_data["decision"])

    def terms_from(self, asked: Terms) -> Terms:
        """The counter: what was asked, with the numbers that were typed."""
        typed = {name: self.cleaned_data[name] for name in ("percent", "months", "amount_minor")}
        return replace(asked, **{name: number for name, number in typed.items() if number is not None})


class CloseForm(KeyForm):
    """How a call ended that its agent did not wrap up."""

    kind = forms.ChoiceField(choices=DispositionKind.choices)


class HandOverForm(forms.Form):
    """Which open requests go to whom, and whether one goes off duty with it."""

    request = forms.TypedMultipleChoiceField(coerce=int, required=False)
    to = forms.IntegerField()
    then = forms.ChoiceField(choices=[("stay", ""), ("off", "")], required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["request"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        # What is not one's own, or over meanwhile, is told by the workflow.
        field.choices = [(one, one) for one in (data.getlist("request") if data else []) if one.isdecimal()]


class NoteForm(KeyForm):
    """A silent note."""

    text = forms.CharField(max_length=LONGEST)


class NewsForm(ActForm):
    """News, and until when it stands."""

    title = forms.CharField(label=_("What is new"), max_length=80)
    text = forms.CharField(label=_("More about it"), max_length=200, required=False)
    ends_at = forms.DateTimeField(label=_("Until"), widget=Moment, input_formats=["%Y-%m-%dT%H:%M"])
