"""A cancellation that the customer asked for: a number to read out, an end date, and what it costs."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.choices import CancelWhen
from customers.models.account import Customer
from customers.models.call import Call
from customers.models.subscription import Subscription


class Cancellation(models.Model):
    """One cancelling as recorded. Append-only; taking it back is a `CancellationUndo`.

    Without a customer it is a noted one: who asked is kept in `noted` until the back office has matched it.
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="cancellations")
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cancellations",
    )
    number = models.CharField(max_length=12, unique=True, help_text="To read out; no 0, O, 1, I or L.")
    when = models.CharField(max_length=24, choices=CancelWhen.choices)
    effective_on = models.DateField()
    currency = models.CharField(max_length=3)
    fee_minor = models.BigIntegerField(default=0, help_text="Contract fee, waived part left out.")
    device_balance_minor = models.BigIntegerField(default=0)
    last_bill_minor = models.BigIntegerField(default=0)
    bill_before_minor = models.BigIntegerField(default=0)
    bill_after_minor = models.BigIntegerField(default=0, help_text="What stays costs a month, re-priced.")
    porting_out = models.BooleanField(default=False, help_text="The customer leaves with their number.")
    noted = models.JSONField(
        default=dict,
        blank=True,
        help_text="Name, address and number to call, where no record fits.",
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    fee_minor__gte=0,
                    device_balance_minor__gte=0,
                    last_bill_minor__gte=0,
                ),
                name="cancellation_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(customer__isnull=False) | ~Q(noted={}),
                name="cancellation_says_whose",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CancellationLine(models.Model):
    """One subscription that ends with a cancellation. Append-only."""

    cancellation = models.ForeignKey(Cancellation, on_delete=models.PROTECT, related_name="lines")
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="+")
    price_minor = models.BigIntegerField()
    previous_state = models.CharField(max_length=24)
    previous_ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cancellation", "subscription"], name="cancellation_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}"


class CancellationUndo(models.Model):
    """The customer changed their mind before the call ended. Append-only; at most one each."""

    cancellation = models.OneToOneField(Cancellation, on_delete=models.PROTECT, related_name="undo")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cancellation_id}"
