"""The record of every act: the hash-chained audit, keys already used, and messages waiting to go out.

None of these rows holds a customer's name, number or address: keys only, so that erasing a person and proving
what was done do not fight.
"""

from django.db import models
from django.db.models import Q


class AuditEvent(models.Model):
    """One act. Written only by the SQL function `audit_append`; chained per `shard` (the acting person)."""

    shard = models.BigIntegerField(help_text="The actor's id; 0 for the desk's own clockwork.")
    seq = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_role = models.CharField(max_length=24, blank=True)
    act = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    customer_id = models.BigIntegerField(null=True)
    call_id = models.BigIntegerField(null=True)
    limit_version_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    key = models.UUIDField(null=True)
    prev_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "seq"], name="audit_seq_unique")]
        indexes = [
            models.Index(fields=["object_kind", "object_id"], name="audit_of_object"),
            models.Index(
                fields=["customer_id"],
                name="audit_of_customer",
                condition=Q(customer_id__isnull=False),
            ),
            # The order in which the audit is read, whole and by what it is searched for.
            models.Index(fields=["recorded_at", "id"], name="audit_newest"),
            models.Index(fields=["actor_id", "recorded_at", "id"], name="audit_of_actor"),
            models.Index(fields=["act", "recorded_at", "id"], name="audit_of_act"),
            models.Index(fields=["object_kind", "recorded_at", "id"], name="audit_of_kind"),
            models.Index(
                fields=["limit_version_id", "recorded_at", "id"],
                name="audit_of_limit",
                condition=Q(limit_version_id__isnull=False),
            ),
        ]
        permissions = [("read_audit", "Can read the audit")]

    def __str__(self) -> str:
        return self.act


class AuditHead(models.Model):
    """The end of one shard's chain; moved only by `audit_append`."""

    shard = models.BigIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.shard}:{self.seq}"


class AuditSeal(models.Model):
    """What a chain was when it was sealed: its events `first` to `seq`, signed. A line of a file says the same.

    Seals are chained themselves: `prev_hash` is the digest of the seal before this one, whatever its chain.
    """

    number = models.BigIntegerField(primary_key=True)
    shard = models.BigIntegerField()
    first = models.BigIntegerField()
    seq = models.BigIntegerField()
    hash = models.BinaryField(help_text="Of the event `seq`, and through it of the whole chain up to it.")
    marks = models.BinaryField(help_text="The first 8 bytes of every hash from `first` to `seq`.")
    sealed_at = models.DateTimeField()
    prev_hash = models.BinaryField()
    key_id = models.CharField(max_length=16)
    signature = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shard", "seq"], name="audit_seal_unique")]

    def __str__(self) -> str:
        return f"{self.number}: {self.shard}:{self.seq}"


class AuditVerification(models.Model):
    """One time that the whole audit was proved, and what was found."""

    verified_at = models.DateTimeField()
    events = models.BigIntegerField()
    shards = models.IntegerField()
    seals = models.BigIntegerField()
    faults = models.JSONField(default=list, blank=True, help_text="The first bad event of each chain, and bad seals.")
    took_ms = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["verified_at"], name="audit_verified")]

    def __str__(self) -> str:
        return f"{self.verified_at}"


class CustomerSalt(models.Model):
    """What the commitments to a customer's personal values are made with. Erased with the person, it leaves nothing
    from which a value could be guessed.
    """

    customer_id = models.BigIntegerField(primary_key=True)
    salt = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class Remark(models.Model):
    """What somebody typed as the reason of an act. The audit holds `commitment`; erased, the words leave nothing."""

    commitment = models.CharField(max_length=48, primary_key=True)
    salt = models.BinaryField()
    words = models.TextField()

    def __str__(self) -> str:
        return self.commitment


class UsedKey(models.Model):
    """One key, one effect, for ever: what was answered when it was first used. No personal data."""

    key = models.UUIDField(primary_key=True)
    act = models.CharField(max_length=40)
    actor_id = models.BigIntegerField(null=True)
    body_hash = models.BinaryField()
    result_code = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}"


class OutboxMessage(models.Model):
    """One message to the outside world, written with the act that causes it. The relay sends; Redis only wakes it."""

    topic = models.CharField(max_length=40)
    key = models.CharField(
        max_length=80,
        unique=True,
        help_text="The receiver sees this same key on every attempt.",
    )
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="outbox_waiting", condition=Q(delivered_at=None))]

    def __str__(self) -> str:
        return self.key
