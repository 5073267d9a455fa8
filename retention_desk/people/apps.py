"""The people who use the desk, and their sessions."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """The application that owns the user model."""

    name = "retention_desk.people"
    label = "people"
    verbose_name = _("People")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the groups follow the table of roles after every migrate."""
        from retention_desk.people.roles import sync_after_migrate  # noqa: PLC0415 (it needs models)

        post_migrate.connect(sync_after_migrate, sender=self)
