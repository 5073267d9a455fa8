"""Registers the site's own management commands and loads the Celery application."""

from django.apps import AppConfig


class RetentionDeskConfig(AppConfig):
    """The site as a Django application."""

    name = "retention_desk"
    label = "retention_desk"
    verbose_name = "Retention Desk"

    def ready(self) -> None:
        """Make ``shared_task`` find our broker in every process, also in the web's."""
        from retention_desk import celery  # noqa: F401, PLC0415 (needs finished settings)
