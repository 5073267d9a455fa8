"""The tables of the ground floor."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import customers.models.account


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_functions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("shard", models.BigIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
                ("hash", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="UsedKey",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=40)),
                ("actor_id", models.BigIntegerField(null=True)),
                ("body_hash", models.BinaryField()),
                ("result_code", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField(null=True)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "shard",
                    models.BigIntegerField(help_text="The actor's id; 0 for the desk's own clockwork."),
                ),
                ("seq", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("actor_id", models.BigIntegerField(null=True)),
                ("actor_role", models.CharField(blank=True, max_length=24)),
                ("act", models.CharField(max_length=40)),
                ("object_kind", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField(null=True)),
                ("customer_id", models.BigIntegerField(null=True)),
                ("call_id", models.BigIntegerField(null=True)),
                ("limit_version_id", models.BigIntegerField(null=True)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200)),
                ("key", models.UUIDField(null=True)),
                ("prev_hash", models.BinaryField()),
                ("hash", models.BinaryField()),
            ],
            options={
                "permissions": [("read_audit", "Can read the audit")],
                "indexes": [
                    models.Index(fields=["object_kind", "object_id"], name="audit_of_object"),
                    models.Index(
                        condition=models.Q(("customer_id__isnull", False)),
                        fields=["customer_id"],
                        name="audit_of_customer",
                    ),
                    models.Index(fields=["recorded_at"], name="audit_recorded"),
                ],
                "constraints": [models.UniqueConstraint(fields=("shard", "seq"), name="audit_seq_unique")],
            },
        ),
        migrations.CreateModel(
            name="Call",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "On call"),
                            ("WRAP_UP", "Wrap-up"),
                            ("CLOSED", "Closed"),
                        ],
                        default="OPEN",
                        max_length=24,
                    ),
                ),
                ("opened_at", models.DateTimeField()),
                (
                    "seen_at",
                    models.DateTimeField(
                        help_text="The agent's screen last spoke; silence long enough abandons the call."
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("abandoned_at", models.DateTimeField(blank=True, null=True)),
                ("phone_from", models.CharField(blank=True, max_length=20)),
                (
                    "caller_role",
                    models.CharField(
                        choices=[
                            ("HOLDER", "Account holder"),
                            ("AUTHORISED", "Authorised user"),
                            ("PAYER", "Payer"),
                            ("EXECUTOR", "Executor"),
                            ("BUSINESS", "Business contact"),
                            ("OTHER", "Somebody else"),
                            ("UNKNOWN", "Not asked"),
                        ],
                        default="UNKNOWN",
                        max_length=24,
                    ),
                ),
                (
                    "opening_intent",
                    models.CharField(
                        choices=[
                            ("DISCONNECT", "Disconnect"),
                            ("DOWNGRADE", "Downgrade"),
                            ("CHEAPER", "Pay less"),
                            ("COMPLAINT", "Complaint"),
                            ("OTHER", "Something else"),
                            ("UNKNOWN", "Not asked"),
                        ],
                        default="UNKNOWN",
                        max_length=24,
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[
                            ("NOT_CHECKED", "Not checked"),
                            ("CHECKED", "Checked"),
                            ("FAILED", "Check failed"),
                        ],
                        default="NOT_CHECKED",
                        max_length=24,
                    ),
                ),
                (
                    "identity_checks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("identity_at", models.DateTimeField(blank=True, null=True)),
                ("recording_told_at", models.DateTimeField(blank=True, null=True)),
                ("transfer_note", models.CharField(blank=True, max_length=300)),
                ("offers_allowed", models.PositiveSmallIntegerField()),
                ("minutes_after_intent", models.PositiveSmallIntegerField()),
                ("ask_count", models.PositiveSmallIntegerField(default=0)),
                (
                    "asked_at",
                    models.DateTimeField(blank=True, help_text="First clear wish to cancel.", null=True),
                ),
                (
                    "must_complete_by",
                    models.DateTimeField(
                        blank=True,
                        help_text="asked_at plus the policy's minutes.",
                        null=True,
                    ),
                ),
                (
                    "offers_closed_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="From here on only cancelling is open.",
                        null=True,
                    ),
                ),
                ("rival", models.CharField(blank=True, max_length=80)),
                ("rival_price_minor", models.BigIntegerField(blank=True, null=True)),
                (
                    "rival_product",
                    models.CharField(
                        blank=True,
                        help_text="Product kind the rival's price is for.",
                        max_length=24,
                    ),
                ),
                ("notes", models.TextField(blank=True, max_length=8000)),
                (
                    "monthly_bill_minor",
                    models.BigIntegerField(default=0, help_text="At the start of the call."),
                ),
                ("lifetime_value_minor", models.BigIntegerField(default=0)),
                ("risk_percent", models.PositiveSmallIntegerField(default=0)),
                ("call_back_at", models.DateTimeField(blank=True, null=True)),
                ("call_back_note", models.CharField(blank=True, max_length=200)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        blank=True,
                        help_text="First call of its 7 days.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
                (
                    "transferred_from",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
            ],
            options={
                "permissions": [
                    ("take_call", "Can take cancel calls"),
                    ("see_floor", "Can see the calls of their site"),
                    ("see_record", "Can read closed calls"),
                    ("correct_disposition", "Can correct how a call ended"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cancellation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        help_text="To read out; no 0, O, 1, I or L.",
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "when",
                    models.CharField(
                        choices=[
                            ("TODAY", "Today"),
                            ("END_OF_PAID_MONTH", "End of the paid month"),
                            ("END_OF_CONTRACT", "End of the contract"),
                        ],
                        max_length=24,
                    ),
                ),
                ("effective_on", models.DateField()),
                ("currency", models.CharField(max_length=3)),
                (
                    "fee_minor",
                    models.BigIntegerField(default=0, help_text="Contract fee, waived part left out."),
                ),
                ("device_balance_minor", models.BigIntegerField(default=0)),
                ("last_bill_minor", models.BigIntegerField(default=0)),
                ("bill_before_minor", models.BigIntegerField(default=0)),
                (
                    "bill_after_minor",
                    models.BigIntegerField(default=0, help_text="What stays costs a month, re-priced."),
                ),
                (
                    "porting_out",
                    models.BooleanField(
                        default=False,
                        help_text="The customer leaves with their number.",
                    ),
                ),
                (
                    "noted",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Name, address and number to call, where no record fits.",
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cancellations",
                        to="customers.call",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CancellationUndo",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cancellation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="undo",
                        to="customers.cancellation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("currency", models.CharField(max_length=3)),
                ("country", models.CharField(max_length=2)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name_plural": "companies",
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="company_is_one")],
            },
        ),
        migrations.CreateModel(
            name="ConductPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.CharField(max_length=24)),
                ("version", models.PositiveIntegerField()),
                ("valid_from", models.DateField()),
                ("valid_until", models.DateField(blank=True, null=True)),
                (
                    "offers_allowed",
                    models.PositiveSmallIntegerField(help_text="Offers after the first clear wish to cancel."),
                ),
                ("minutes_after_intent", models.PositiveSmallIntegerField()),
                ("rules", models.JSONField(default=dict)),
            ],
            options={
                "verbose_name_plural": "conduct policies",
                "ordering": ["code", "-version"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="conduct_policy_version_unique"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_until", None),
                            ("valid_until__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="conduct_policy_dates_in_order",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="call",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.conductpolicy",
            ),
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("account_number", models.CharField(max_length=40)),
                (
                    "account_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("account_number"), function="desk_account_key"),
                        output_field=models.CharField(db_collation="C", max_length=40),
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("PRIVATE", "Private"), ("BUSINESS", "Business")],
                        default="PRIVATE",
                        max_length=24,
                    ),
                ),
                ("given_name", models.CharField(blank=True, max_length=80)),
                (
                    "family_name",
                    models.CharField(
                        blank=True,
                        help_text="A business keeps its whole name here.",
                        max_length=120,
                    ),
                ),
                (
                    "given_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=customers.models.account.Fold(models.F("given_name")),
                        output_field=models.CharField(db_collation="C", max_length=80),
                    ),
                ),
                (
                    "family_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=customers.models.account.Fold(models.F("family_name")),
                        output_field=models.CharField(db_collation="C", max_length=120),
                    ),
                ),
                (
                    "phone",
                    models.CharField(blank=True, help_text="E.164", max_length=20),
                ),
                (
                    "other_phone",
                    models.CharField(blank=True, help_text="E.164", max_length=20),
                ),
                (
                    "phone_tail",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("phone"), function="desk_phone_tail"),
                        output_field=models.CharField(db_collation="C", max_length=20),
                    ),
                ),
                (
                    "other_phone_tail",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("other_phone"), function="desk_phone_tail"),
                        output_field=models.CharField(db_collation="C", max_length=20),
                    ),
                ),
                ("email", models.CharField(blank=True, max_length=254)),
                (
                    "email_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("email"), function="lower"),
                        output_field=models.CharField(db_collation="C", max_length=254),
                    ),
                ),
                ("street", models.CharField(blank=True, max_length=120)),
                ("town", models.CharField(blank=True, max_length=80)),
                (
                    "town_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=customers.models.account.Fold(models.F("town")),
                        output_field=models.CharField(db_collation="C", max_length=80),
                    ),
                ),
                ("region", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("country", models.CharField(blank=True, max_length=2)),
                (
                    "jurisdiction",
                    models.CharField(
                        blank=True,
                        help_text="Of the service address, as US-CA; blank: strict.",
                        max_length=16,
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=12),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("customer_since", models.DateField(blank=True, null=True)),
                ("left_on", models.DateField(blank=True, null=True)),
                ("left_reason", models.CharField(blank=True, max_length=120)),
                (
                    "balance_minor",
                    models.BigIntegerField(default=0, help_text="What the customer owes now, cents."),
                ),
                ("past_due_minor", models.BigIntegerField(default=0)),
                ("autopay", models.BooleanField(blank=True, null=True)),
                ("payment_method", models.CharField(blank=True, max_length=40)),
                (
                    "paid_until",
                    models.DateField(blank=True, help_text="End of the paid month.", null=True),
                ),
                ("care_needed", models.BooleanField(default=False)),
                ("do_not_offer", models.BooleanField(default=False)),
                ("fraud_watch", models.BooleanField(default=False)),
                (
                    "staff_line",
                    models.BooleanField(
                        default=False,
                        help_text="A line of someone who works here: supervisors only.",
                    ),
                ),
                (
                    "facts",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Further facts from intake, by name.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("family_name", models.Value("")), _negated=True),
                        fields=["family_key", "given_key"],
                        name="customer_by_family",
                    ),
                    models.Index(
                        condition=models.Q(("given_name", models.Value("")), _negated=True),
                        fields=["given_key"],
                        name="customer_by_given",
                    ),
                    models.Index(
                        condition=models.Q(("phone", models.Value("")), _negated=True),
                        fields=["phone_tail"],
                        name="customer_by_phone",
                    ),
                    models.Index(
                        condition=models.Q(("other_phone", models.Value("")), _negated=True),
                        fields=["other_phone_tail"],
                        name="customer_by_other_phone",
                    ),
                    models.Index(
                        condition=models.Q(("email", models.Value("")), _negated=True),
                        fields=["email_key"],
                        name="customer_by_email",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(models.F("account_key"), name="customer_account_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("account_number", ""), _negated=True),
                        name="customer_has_account_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("past_due_minor__gte", 0)),
                        name="customer_past_due_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("phone", ""),
                            ("phone__regex", "^\\+[1-9][0-9]{5,17}$"),
                            _connector="OR",
                        ),
                        name="customer_phone_is_e164",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("other_phone", ""),
                            ("other_phone__regex", "^\\+[1-9][0-9]{5,17}$"),
                            _connector="OR",
                        ),
                        name="customer_other_phone_is_e164",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="cancellation",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cancellations",
                to="customers.customer",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="customer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to="customers.customer",
            ),
        ),
        migrations.CreateModel(
            name="Disposition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "line",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("INTERNET", "Internet"),
                            ("TV", "TV"),
                            ("MOBILE", "Mobile"),
                            ("PHONE", "Home phone"),
                            ("OTHER", "Other product"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("SAVED_WITH_OFFER", "Saved with an offer"),
                            ("SAVED_WITHOUT", "Saved without an offer"),
                            ("PARTLY_SAVED", "Partly saved"),
                            ("PAUSED", "Paused"),
                            ("MOVED_WITH_US", "Moved with us"),
                            ("NAME_TRANSFERRED", "Name transferred"),
                            ("CANCELLED", "Cancelled"),
                            ("PORTING_OUT", "Leaving with the number"),
                            ("CALL_BACK", "Call-back"),
                            ("TRANSFERRED", "Transferred"),
                            ("DROPPED", "Call dropped"),
                            ("NO_CANCEL_INTENT", "Did not want to cancel"),
                            ("UNAUTHORISED_CALLER", "Caller had no right"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "why",
                    models.CharField(blank=True, help_text="Of a correction.", max_length=200),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispositions",
                        to="customers.call",
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="customers.disposition",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FamilyNameDeletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("deletion", models.CharField(db_collation="C", max_length=120)),
                ("family_key", models.CharField(db_collation="C", max_length=120)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deletion", "family_key"),
                        name="family_name_deletion_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="IntakeRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("UPLOADED", "Uploaded"),
                            ("PREVIEWED", "Previewed"),
                            ("RUNNING", "Running"),
                            ("DONE", "Done"),
                            ("REFUSED", "Refused"),
                            ("FAILED", "Failed"),
                        ],
                        default="UPLOADED",
                        max_length=24,
                    ),
                ),
                ("mapping_name", models.CharField(max_length=120)),
                (
                    "mapping",
                    models.TextField(help_text="The mapping file as it was, TOML."),
                ),
                (
                    "files",
                    models.JSONField(
                        default=list,
                        help_text='[{"name": ..., "path": ..., "bytes": ...}]',
                    ),
                ),
                ("strict", models.BooleanField(default=False)),
                ("rows_total", models.BigIntegerField(blank=True, null=True)),
                ("rows_read", models.BigIntegerField(default=0)),
                ("step", models.CharField(blank=True, max_length=40)),
                ("summary", models.JSONField(blank=True, default=dict)),
                ("refusals_path", models.CharField(blank=True, max_length=300)),
                (
                    "trouble",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Code and facts of what stopped it.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "permissions": [("run_intake", "Can bring customer files in")],
            },
        ),
        migrations.CreateModel(
            name="Interaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("CALL", "Call"),
                            ("CHAT", "Chat"),
                            ("EMAIL", "E-mail"),
                            ("BILL", "Bill"),
                            ("PRICE", "Price change"),
                            ("PROMOTION", "Promotion"),
                            ("OUTAGE", "Outage"),
                            ("VISIT", "Visit"),
                            ("ORDER", "Order"),
                            ("COMPLAINT", "Complaint"),
                            ("OFFER", "Offer"),
                            ("CANCELLATION", "Cancellation"),
                            ("NOTE", "Note"),
                        ],
                        max_length=24,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("title", models.CharField(max_length=120)),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("amount_minor", models.BigIntegerField(blank=True, null=True)),
                (
                    "source_key",
                    models.CharField(
                        blank=True,
                        help_text="Its name in the source system.",
                        max_length=80,
                        null=True,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interactions",
                        to="customers.customer",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OutboxMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("topic", models.CharField(max_length=40)),
                (
                    "key",
                    models.CharField(
                        help_text="The receiver sees this same key on every attempt.",
                        max_length=80,
                        unique=True,
                    ),
                ),
                ("payload", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("delivered_at", None)),
                        fields=["due_at"],
                        name="outbox_waiting",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("INTERNET", "Internet"),
                            ("TV", "TV"),
                            ("MOBILE", "Mobile"),
                            ("PHONE", "Home phone"),
                            ("OTHER", "Other product"),
                        ],
                        max_length=24,
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("list_price_minor", models.BigIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                (
                    "margin_percent",
                    models.PositiveSmallIntegerField(
                        default=60,
                        help_text="Of the price, after what it costs to run.",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["kind", "name"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("list_price_minor__gte", 0)),
                        name="product_price_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("margin_percent__lte", 100)),
                        name="product_margin_is_percent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "words",
                    models.JSONField(
                        default=dict,
                        help_text='By language: {"en": "Price", "de": "Preis"}',
                    ),
                ),
                ("icon", models.CharField(blank=True, max_length=40)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "offers_allowed",
                    models.BooleanField(
                        default=True,
                        help_text="Off: death, hardship, moving out of the area.",
                    ),
                ),
                (
                    "must_complete",
                    models.BooleanField(
                        default=False,
                        help_text="On: the rule is to cancel without any offer.",
                    ),
                ),
                (
                    "controllable",
                    models.BooleanField(
                        default=True,
                        help_text="Off: left out of the controllable save rate.",
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="details",
                        to="customers.reason",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "code"],
            },
        ),
        migrations.CreateModel(
            name="CallReason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("STATED", "Stated by the customer"),
                            ("DIAGNOSED", "Found by the agent"),
                        ],
                        default="STATED",
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reasons",
                        to="customers.call",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.reason",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="call",
            name="reason",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.reason",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="reason_detail",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.reason",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="site",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.site",
            ),
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "line_key",
                    models.CharField(
                        help_text="Names the line within its account, as in the source system.",
                        max_length=80,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ACTIVE", "Active"),
                            ("PAUSED", "Paused"),
                            ("ENDING", "Ending"),
                            ("ENDED", "Ended"),
                        ],
                        default="ACTIVE",
                        max_length=24,
                    ),
                ),
                ("quantity", models.PositiveSmallIntegerField(default=1)),
                ("note", models.CharField(blank=True, max_length=120)),
                (
                    "service_number",
                    models.CharField(
                        blank=True,
                        help_text="The number that could be ported, E.164.",
                        max_length=20,
                    ),
                ),
                (
                    "equipment",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("started_on", models.DateField(blank=True, null=True)),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("list_price_minor", models.BigIntegerField(default=0)),
                ("promotion_minor", models.BigIntegerField(default=0)),
                ("promotion_ends_on", models.DateField(blank=True, null=True)),
                ("promotion_name", models.CharField(blank=True, max_length=80)),
                (
                    "bundle_minor",
                    models.BigIntegerField(default=0, help_text="Lost when too few products stay."),
                ),
                (
                    "price_minor",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("list_price_minor"),
                                "-",
                                models.F("promotion_minor"),
                            ),
                            "-",
                            models.F("bundle_minor"),
                        ),
                        output_field=models.BigIntegerField(),
                    ),
                ),
                ("contract_ends_on", models.DateField(blank=True, null=True)),
                (
                    "exit_fee_monthly_minor",
                    models.BigIntegerField(default=0, help_text="For each month the contract still runs."),
                ),
                ("device_balance_minor", models.BigIntegerField(default=0)),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="subscriptions",
                        to="customers.customer",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.product",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PriceChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("changes_on", models.DateField()),
                ("old_minor", models.BigIntegerField()),
                ("new_minor", models.BigIntegerField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("PROMOTION_ENDED", "Promotion ended"),
                            ("PRICE_RISE", "Price rise"),
                            ("PLAN_CHANGE", "Plan change"),
                            ("OTHER", "Other change"),
                        ],
                        default="OTHER",
                        max_length=24,
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="price_changes",
                        to="customers.subscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CancellationLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("price_minor", models.BigIntegerField()),
                ("previous_state", models.CharField(max_length=24)),
                ("previous_ends_on", models.DateField(blank=True, null=True)),
                (
                    "cancellation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="customers.cancellation",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.subscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="customers.site",
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.AddField(
            model_name="call",
            name="team",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.team",
            ),
        ),
        migrations.CreateModel(
            name="CallEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("RECORDING_NOTICE", "Recording notice given"),
                            ("IDENTITY_CHECKED", "Identity checked"),
                            ("IDENTITY_FAILED", "Identity check failed"),
                            ("ASKED_TO_CANCEL", "Asked to cancel"),
                            ("ASKED_AGAIN", "Asked to cancel again"),
                            ("OFFERS_CLOSED", "Offers closed"),
                            ("REASON_SET", "Reason set"),
                            ("PRESENTED", "Offer presented"),
                            ("ACCEPTED", "Offer accepted"),
                            ("DECLINED", "Offer declined"),
                            ("ASKED_SUPERVISOR", "Supervisor asked"),
                            ("SUPERVISOR_ANSWERED", "Supervisor answered"),
                            ("WITHDRAWN", "Offer withdrawn"),
                            ("CANCELLED", "Service cancelled"),
                            ("CANCEL_UNDONE", "Cancellation undone"),
                            ("COMPLAINT_LOGGED", "Complaint logged"),
                            ("COMPLAINT_CLOSED", "Complaint closed"),
                            ("TOLD", "Told the customer"),
                            ("RESUMED", "Call resumed"),
                            ("ENDED", "Call ended"),
                            ("ABANDONED", "Call abandoned"),
                            ("CLOSED", "Call closed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "detail",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Codes and numbers, never names.",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="customers.call",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["call", "at"], name="event_of_call")],
            },
        ),
        migrations.CreateModel(
            name="Complaint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BILLING", "Billing"),
                            ("FAULT", "Fault"),
                            ("HANDLING", "How they were treated"),
                            ("VISIT", "Technician visit"),
                            ("INSTALLATION", "Installation"),
                            ("EQUIPMENT", "Equipment"),
                            ("CANCELLING", "Cancelling"),
                            ("PORTING", "Number transfer"),
                            ("OTHER", "Something else"),
                        ],
                        default="OTHER",
                        max_length=24,
                    ),
                ),
                ("subject", models.CharField(max_length=200)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("PENDING", "Pending"),
                            ("SOLVED", "Solved"),
                            ("CLOSED", "Closed"),
                        ],
                        default="OPEN",
                        max_length=24,
                    ),
                ),
                ("channel", models.CharField(blank=True, max_length=40)),
                (
                    "on_behalf",
                    models.BooleanField(
                        default=False,
                        help_text="Filed by someone else for the customer.",
                    ),
                ),
                ("town", models.CharField(blank=True, max_length=80)),
                ("region", models.CharField(blank=True, max_length=80)),
                ("postcode", models.CharField(blank=True, max_length=16)),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("resolution", models.CharField(blank=True, max_length=200)),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_on_call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "opened_on_call",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="complaints",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "-opened_at"], name="complaint_of_customer")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            ("closed_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="complaint_closes_after_opening",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at", None),
                            ("status__in", ["SOLVED", "CLOSED"]),
                            _connector="OR",
                        ),
                        name="complaint_closed_has_status",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("device_balance_minor__gte", 0),
                    ("fee_minor__gte", 0),
                    ("last_bill_minor__gte", 0),
                ),
                name="cancellation_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("customer__isnull", False),
                    models.Q(("noted", {}), _negated=True),
                    _connector="OR",
                ),
                name="cancellation_says_whose",
            ),
        ),
        migrations.AddIndex(
            model_name="disposition",
            index=models.Index(fields=["recorded_at"], name="disposition_recorded"),
        ),
        migrations.AddConstraint(
            model_name="disposition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("corrects__isnull", True)),
                fields=("call", "line"),
                name="one_disposition_a_line",
            ),
        ),
        migrations.AddConstraint(
            model_name="disposition",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("corrects", None),
                    models.Q(("why", ""), _negated=True),
                    _connector="OR",
                ),
                name="correction_says_why",
            ),
        ),
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(fields=["customer", "-occurred_at"], name="interaction_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_key__isnull", False)),
                fields=("customer", "source_key"),
                name="interaction_source_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="reason",
            constraint=models.CheckConstraint(condition=models.Q(("code", ""), _negated=True), name="reason_has_code"),
        ),
        migrations.AddIndex(
            model_name="callreason",
            index=models.Index(fields=["call", "at"], name="reason_of_call"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(fields=("customer", "line_key"), name="subscription_line_unique"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("bundle_minor__gte", 0),
                    ("list_price_minor__gte", 0),
                    ("promotion_minor__gte", 0),
                ),
                name="subscription_prices_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "list_price_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("promotion_minor"), "+", models.F("bundle_minor")
                        ),
                    )
                ),
                name="subscription_price_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("device_balance_minor__gte", 0), ("exit_fee_monthly_minor__gte", 0)),
                name="subscription_fees_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="pricechange",
            constraint=models.UniqueConstraint(fields=("subscription", "changes_on"), name="price_change_once_a_day"),
        ),
        migrations.AddConstraint(
            model_name="pricechange",
            constraint=models.CheckConstraint(
                condition=models.Q(("new_minor__gte", 0), ("old_minor__gte", 0)),
                name="price_change_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="cancellationline",
            constraint=models.UniqueConstraint(fields=("cancellation", "subscription"), name="cancellation_line_once"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["customer", "-opened_at"], name="call_of_customer"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["agent", "-opened_at"], name="call_of_agent"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["site", "-opened_at"], name="call_of_site"),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("state", "CLOSED"), _negated=True),
                fields=["state", "seen_at"],
                name="call_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                condition=models.Q(("call_back_at__isnull", False)),
                fields=["call_back_at"],
                name="call_back_promised",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "OPEN")),
                fields=("agent",),
                name="one_open_call_an_agent",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("ended_at", None), ("state", "OPEN")),
                    models.Q(
                        ("closed_at", None),
                        ("ended_at__isnull", False),
                        ("state", "WRAP_UP"),
                    ),
                    models.Q(
                        ("closed_at__isnull", False),
                        ("ended_at__isnull", False),
                        ("state", "CLOSED"),
                    ),
                    _connector="OR",
                ),
                name="call_state_has_its_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ask_count", 0), ("asked_at", None), ("must_complete_by", None)),
                    models.Q(
                        ("ask_count__gt", 0),
                        ("asked_at__isnull", False),
                        ("must_complete_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="call_asked_has_its_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rival_price_minor", None),
                    ("rival_price_minor__gte", 0),
                    _connector="OR",
                ),
                name="rival_price_ok",
            ),
        ),
    ]
