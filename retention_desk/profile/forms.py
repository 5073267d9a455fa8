"""The settings a person keeps for themselves."""

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from retention_desk.people.models import User
from retention_desk.spoken import speaks_thai


def languages() -> list[tuple[str, str]]:
    """Every language by its own name, so that it is found by who cannot read the others."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # the stubs are generic, Django is not
    """What the menu of the rail and the profile page post."""

    language = forms.ChoiceField(label=_("Language"), required=False)

    class Meta:
        model = User
        fields = ("language", "theme", "density", "single_keys", "sounds", "thai_particle")
        widgets = {"theme": forms.RadioSelect, "density": forms.RadioSelect, "thai_particle": forms.RadioSelect}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["language"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("As the browser says")), *languages()]
        if not speaks_thai():
            # Nobody else is asked for it, and nobody's choice is lost.
            del self.fields["thai_particle"]
