"""The customer: who pays the bill, how to reach them, and what their account stands at."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value

from customers.choices import CustomerKind


class Fold(Func):
    """Lower case without the usual diacritics, so that `Müller` is found as `muller`; see `desk_fold` in SQL."""

    function = "desk_fold"


class IsPhone(Func):
    """Whether a text is a telephone number as the desk keeps it, E.164; see `desk_is_phone` in SQL."""

    function = "desk_is_phone"
    output_field = models.BooleanField()


class Customer(models.Model):
    """One account. The generated `*_key` and `*_tail` columns exist for look-up only and are never shown."""

    account_number = models.CharField(max_length=40)
    account_key = models.GeneratedField(
        expression=Func(F("account_number"), function="desk_account_key"),
        output_field=models.CharField(max_length=40, db_collation="C"),
        db_persist=True,
    )
    kind = models.CharField(max_length=24, choices=CustomerKind.choices, default=CustomerKind.PRIVATE)
    given_name = models.CharField(max_length=80, blank=True)
    family_name = models.CharField(max_length=120, blank=True, help_text="A business keeps its whole name here.")
    given_key = models.GeneratedField(
        expression=Fold(F("given_name")),
        output_field=models.CharField(max_length=80, db_collation="C"),
        db_persist=True,
    )
    family_key = models.GeneratedField(
        expression=Fold(F("family_name")),
        output_field=models.CharField(max_length=120, db_collation="C"),
        db_persist=True,
    )
    phone = models.CharField(max_length=20, blank=True, help_text="E.164")
    other_phone = models.CharField(max_length=20, blank=True, help_text="E.164")
    phone_tail = models.GeneratedField(
        expression=Func(F("phone"), function="desk_phone_tail"),
        output_field=models.CharField(max_length=20, db_collation="C"),
        db_persist=True,
    )
    other_phone_tail = models.GeneratedField(
        expression=Func(F("other_phone"), function="desk_phone_tail"),
        output_field=models.CharField(max_length=20, db_collation="C"),
        db_persist=True,
    )
    email = models.CharField(max_length=254, blank=True)
    email_key = models.GeneratedField(
        expression=Func(F("email"), function="lower"),
        output_field=models.CharField(max_length=254, db_collation="C"),
        db_persist=True,
    )
    street = models.CharField(max_length=120, blank=True)
    town = models.CharField(max_length=80, blank=True)
    town_key = models.GeneratedField(
        expression=Fold(F("town")),
        output_field=models.CharField(max_length=80, db_collation="C"),
        db_persist=True,
    )
    region = models.CharField(max_length=80, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    jurisdiction = models.CharField(
        max_length=16,
        blank=True,
        help_text="Of the service address, as US-CA; blank: strict.",
    )
    languages = ArrayField(models.CharField(max_length=12), default=list, blank=True)

    currency = models.CharField(max_length=3)
    customer_since = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    left_reason = models.CharField(max_length=120, blank=True)
    balance_minor = models.BigIntegerField(default=0, help_text="What the customer owes now, cents.")
    past_due_minor = models.BigIntegerField(default=0)
    autopay = models.BooleanField(null=True, blank=True)
    payment_method = models.CharField(max_length=40, blank=True)
    paid_until = models.DateField(null=True, blank=True, help_text="End of the paid month.")

    care_needed = models.BooleanField(default=False)
    do_not_offer = models.BooleanField(default=False)
    fraud_watch = models.BooleanField(default=False)
    staff_line = models.BooleanField(default=False, help_text="A line of someone who works here: supervisors only.")

    facts = models.JSONField(default=dict, blank=True, help_text="Further facts from intake, by name.")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(F("account_key"), name="customer_account_unique"),
            models.CheckConstraint(condition=~Q(account_number=""), name="customer_has_account_number"),
            models.CheckConstraint(
                condition=Q(past_due_minor__gte=0),
                name="customer_past_due_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(phone="") | Q(IsPhone(F("phone"))),
                name="customer_phone_is_e164",
            ),
            models.CheckConstraint(
                condition=Q(other_phone="") | Q(IsPhone(F("other_phone"))),
                name="customer_other_phone_is_e164",
            ),
        ]
        indexes = [
            models.Index(
                fields=["family_key", "given_key"],
                name="customer_by_family",
                condition=~Q(family_name=Value("")),
            ),
            models.Index(
                fields=["given_key"],
                name="customer_by_given",
                condition=~Q(given_name=Value("")),
            ),
            models.Index(
                fields=["phone_tail"],
                name="customer_by_phone",
                condition=~Q(phone=Value("")),
            ),
            models.Index(
                fields=["other_phone_tail"],
                name="customer_by_other_phone",
                condition=~Q(other_phone=Value("")),
            ),
            models.Index(
                fields=["email_key"],
                name="customer_by_email",
                condition=~Q(email=Value("")),
            ),
        ]

    def __str__(self) -> str:
        return self.account_number

    @property
    def name(self) -> str:
        """The whole name as it is said; the account number where no name is known."""
        return f"{self.given_name} {self.family_name}".strip() or self.account_number


class FamilyNameDeletion(models.Model):
    """One family name with one letter left out: the dictionary behind look-up that forgives a typing slip."""

    deletion = models.CharField(max_length=120, db_collation="C")
    family_key = models.CharField(max_length=120, db_collation="C")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deletion", "family_key"], name="family_name_deletion_once")]

    def __str__(self) -> str:
        return self.deletion
