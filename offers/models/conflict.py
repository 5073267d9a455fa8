"""Which customers the people of the desk know: their own lines, and whoever shares an address or a name with them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.models import Customer


class OwnLine(models.Model):
    """A customer's account that belongs to somebody who works here, as they or an administrator declared it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="own_line_unique", condition=Q(ended_at=None))
        ]
        indexes = [models.Index(fields=["customer"], name="own_line_of_customer")]

    def __str__(self) -> str:
        return f"own line {self.pk}"
