"""What the customer pays for: products, the lines they are subscribed to, and how prices moved."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from customers.choices import PriceCause, ProductKind, SubscriptionState
from customers.models.account import Customer


class Product(models.Model):
    """One service on the price list."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, choices=ProductKind.choices)
    name = models.CharField(max_length=80)
    list_price_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    margin_percent = models.PositiveSmallIntegerField(default=60, help_text="Of the price, after what it costs to run.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(condition=Q(list_price_minor__gte=0), name="product_price_not_negative"),
            models.CheckConstraint(condition=Q(margin_percent__lte=100), name="product_margin_is_percent"),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """One product on one account. What is charged is the list price less promotion and bundle discount."""

    # Triggers and not foreign keys hold these two, once a statement: a file brings in two million lines. The customer's
    # index is the first half of `subscription_line_unique`; nobody looks for the lines of a product.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="subscriptions", db_constraint=False, db_index=False
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    line_key = models.CharField(
        max_length=80,
        help_text="Names the line within its account, as in the source system.",
    )
    state = models.CharField(
        max_length=24,
        choices=SubscriptionState.choices,
        default=SubscriptionState.ACTIVE,
    )
    quantity = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(max_length=120, blank=True)
    service_number = models.CharField(max_length=20, blank=True, help_text="The number that could be ported, E.164.")
    equipment = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    list_price_minor = models.BigIntegerField(default=0)
    promotion_minor = models.BigIntegerField(default=0)
    promotion_ends_on = models.DateField(null=True, blank=True)
    promotion_name = models.CharField(max_length=80, blank=True)
    bundle_minor = models.BigIntegerField(default=0, help_text="Lost when too few products stay.")
    price_minor = models.GeneratedField(
        expression=F("list_price_minor") - F("promotion_minor") - F("bundle_minor"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    contract_ends_on = models.DateField(null=True, blank=True)
    exit_fee_monthly_minor = models.BigIntegerField(default=0, help_text="For each month the contract still runs.")
    device_balance_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "line_key"], name="subscription_line_unique"),
            models.CheckConstraint(
                condition=Q(list_price_minor__gte=0, promotion_minor__gte=0, bundle_minor__gte=0),
                name="subscription_prices_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(list_price_minor__gte=F("promotion_minor") + F("bundle_minor")),
                name="subscription_price_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(exit_fee_monthly_minor__gte=0, device_balance_minor__gte=0),
                name="subscription_fees_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.line_key


class PriceChange(models.Model):
    """One change of what a line is charged: past ones explain the bill, future ones are a promise to tell."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="price_changes")
    changes_on = models.DateField()
    old_minor = models.BigIntegerField()
    new_minor = models.BigIntegerField()
    cause = models.CharField(max_length=24, choices=PriceCause.choices, default=PriceCause.OTHER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subscription", "changes_on"], name="price_change_once_a_day"),
            models.CheckConstraint(
                condition=Q(old_minor__gte=0, new_minor__gte=0),
                name="price_change_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.changes_on}"
