"""Registers the site's own management commands, loads the Celery application, and connects the screens' bell."""

from typing import Any

from django.apps import AppConfig


class RetentionDeskConfig(AppConfig):
    """The site as a Django application."""

    name = "retention_desk"
    label = "retention_desk"
    verbose_name = "Retention Desk"

    def ready(self) -> None:
        """Make ``shared_task`` find our broker in every process, also in the web's, and let the screens be rung."""
        from django.contrib.auth.signals import user_logged_out  # noqa: PLC0415 (needs finished settings)

        from customers import screens  # noqa: PLC0415
        from retention_desk import celery  # noqa: F401, PLC0415
        from retention_desk.live.bell import bell  # noqa: PLC0415

        screens.connect(bell)
        user_logged_out.connect(_end_streams)


def _end_streams(*, user: Any, **_: Any) -> None:
    """Whoever signs out hears nothing more."""
    from customers import screens  # noqa: PLC0415 (needs finished settings)

    if user is not None:
        screens.ring("SIGNED_OUT", by=user.pk, person=user.pk)
