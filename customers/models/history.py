"""What happened to the customer: complaints, and the append-only timeline of everything else."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from customers.choices import ComplaintKind, ComplaintStatus, InteractionKind
from customers.models.account import Customer
from customers.models.call import Call


class Complaint(models.Model):
    """One complaint. Without a customer it is a fact about an area, from a public or regulator's list."""

    number = models.CharField(max_length=40, unique=True)
    customer = models.ForeignKey(
        Customer,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="complaints",
    )
    kind = models.CharField(max_length=24, choices=ComplaintKind.choices, default=ComplaintKind.OTHER)
    subject = models.CharField(max_length=200)
    status = models.CharField(max_length=24, choices=ComplaintStatus.choices, default=ComplaintStatus.OPEN)
    channel = models.CharField(max_length=40, blank=True)
    on_behalf = models.BooleanField(default=False, help_text="Filed by someone else for the customer.")
    town = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_on_call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_on_call = models.ForeignKey(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="complaint_closes_after_opening",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(status__in=[ComplaintStatus.SOLVED, ComplaintStatus.CLOSED]),
                name="complaint_closed_has_status",
            ),
        ]
        indexes = [models.Index(fields=["customer", "-opened_at"], name="complaint_of_customer")]

    def __str__(self) -> str:
        return self.number


class Interaction(models.Model):
    """One entry of the timeline. Append-only: a correction is another entry."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="interactions")
    kind = models.CharField(max_length=24, choices=InteractionKind.choices)
    occurred_at = models.DateTimeField()
    title = models.CharField(max_length=120)
    detail = models.CharField(max_length=300, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    source_key = models.CharField(  # noqa: DJ001 (null: there is no source system, and then none is compared)
        max_length=80, null=True, blank=True, help_text="Its name in the source system."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "source_key"],
                name="interaction_source_once",
                condition=Q(source_key__isnull=False),
            )
        ]
        indexes = [models.Index(fields=["customer", "-occurred_at"], name="interaction_of_customer")]

    def __str__(self) -> str:
        return self.title
