"""The loader of the settings: Django's cached loader, with every template quickened when it is read."""

from typing import Any

from django.template import Origin, Template
from django.template.loaders import cached

from retention_desk.templating.quicken import quicken


class Loader(cached.Loader):
    """Reads and compiles a template once, and lets it be drawn quickly.

    With Django's template debugging, or a text for invalid names, templates stay as Django makes them: both change
    what Django's own nodes do on the way.
    """

    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        """The compiled template. Raises `TemplateDoesNotExist`."""
        found: Any = super().get_template(template_name, skip)
        if not (hasattr(found, "is_quick") or self.engine.debug or self.engine.string_if_invalid):
            quicken(found.nodelist)
            # A part that is not drawn in its place is known by its name alone.
            for part in found.extra_data.get("partials", {}).values():
                quicken(part.nodelist)
            found.is_quick = True
        return found  # type: ignore[no-any-return]
