"""How a wrong disposition is corrected."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.choices import DispositionKind


class CorrectionForm(forms.Form):
    """The right ending and why; `key` makes a repeated click the same correction."""

    kind = forms.ChoiceField(label=_("How it really ended"), choices=DispositionKind.choices)
    why = forms.CharField(label=_("Why"), max_length=200)
    key = forms.UUIDField(widget=forms.HiddenInput)
