"""The form that takes files and a mapping."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from customers.intake.files import mapping_text
from customers.intake.trouble import IntakeTrouble
from customers.intake.uploads import KnownMapping, mapping_of


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, at least one."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Check each file on its own. An empty one is told with the others, by name, when it is looked at."""
        given = data if isinstance(data, list | tuple) else [data]
        if self.required and not any(given):
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [one for one in given if one]


class UploadForm(forms.Form):
    """Files, and a mapping: uploaded along, or one that is known."""

    sources = ManyFilesField(
        label=_("CSV files"), help_text=_("One or more; the mapping says how they belong together.")
    )
    known = forms.ChoiceField(label=_("A mapping used before, or an example"), required=False)
    mapping = forms.FileField(
        label=_("Or upload a mapping"), required=False, help_text=_("A TOML file that says what the columns mean.")
    )
    strict = forms.BooleanField(label=_("One refused row refuses the whole"), required=False)

    def __init__(self, *args: Any, known: Sequence[KnownMapping], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        examples = [(one.key, one.title) for one in known if one.is_example]
        earlier = [(one.key, one.title) for one in known if not one.is_example]
        field = self.fields["known"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("None of these")), (_("Used before"), earlier), (_("Examples"), examples)]
        field.widget.attrs["class"] = "input"
        self.fields["sources"].widget.attrs |= {"class": "input", "accept": ".csv,.txt,.tsv,text/csv"}
        self.fields["mapping"].widget.attrs |= {"class": "input", "accept": ".toml"}

    def clean(self) -> dict[str, Any]:
        """Find the mapping's text; an uploaded one is meant even if a known one is chosen, too."""
        cleaned = super().clean() or {}
        uploaded = cleaned.get("mapping")
        try:
            if uploaded:
                cleaned["mapping_name"] = uploaded.name
                cleaned["mapping_text"] = mapping_text(uploaded.read(), uploaded.name)
            elif cleaned.get("known"):
                cleaned["mapping_name"], cleaned["mapping_text"] = mapping_of(cleaned["known"])
            elif "known" not in self.errors:
                self.add_error("known", _("Choose a mapping, or upload one."))
        except IntakeTrouble as trouble:
            self.add_error("mapping", trouble.sentence)
        return cleaned
