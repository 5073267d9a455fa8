"""What a supervisor posts: a decision with its terms or its reason, or the ending of a call left behind."""

from dataclasses import replace

from django import forms

from customers.choices import DispositionKind
from offers.terms import Terms
from retention_desk.calls.forms import KeyForm, TermsForm
from retention_desk.floor.words import DECLINE_REASONS


class DecisionForm(TermsForm, KeyForm):
    """Approve, counter with terms, free up to terms, or decline for one of four reasons: a reason alone is a no."""

    decision = forms.ChoiceField(choices=[("approve", ""), ("counter", ""), ("ceiling", "")], required=False)
    reason = forms.ChoiceField(choices=[(code, "") for code in DECLINE_REASONS], required=False)
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
