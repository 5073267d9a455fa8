"""Names the desk's administration site to Django."""

from django.contrib.admin.apps import AdminConfig


class DeskAdminConfig(AdminConfig):
    """Django's admin with our site in place of its own."""

    default_site = "retention_desk.admin.DeskAdminSite"
