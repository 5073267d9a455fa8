"""What may be given: catalogue, authority, budgets, proposals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OffersConfig(AppConfig):
    """The offers application."""

    name = "offers"
    verbose_name = _("Offers")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the outbox know who sends the notices of offers."""
        from offers import notices  # noqa: PLC0415 (needs the models)

        notices.connect()
