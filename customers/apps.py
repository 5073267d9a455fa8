"""Who the customers are, what happened to them, and the record of every act."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The ground floor as Django knows it."""

    name = "customers"
    verbose_name = "Customers"
