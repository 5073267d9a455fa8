"""What telephone systems tell of their calls, who answers under which name, and the keys that they come with."""

import uuid
from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0009_telephone.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_audit_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TelephoneConnection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                (
                    "system",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard Webhooks"),
                            ("TWILIO", "Twilio"),
                            ("AMAZON_CONNECT", "Amazon Connect"),
                            ("GENESYS_CLOUD", "Genesys Cloud"),
                            ("ASTERISK", "Asterisk"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "address",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, help_text="In the webhook's URL.", unique=True
                    ),
                ),
                ("active", models.BooleanField(default=True)),
                (
                    "secret_number",
                    models.PositiveIntegerField(
                        default=1, help_text="Counts the secrets; the last one but one holds on."
                    ),
                ),
                ("secret_changed_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.site"
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="TelephoneCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_call_id", models.CharField(max_length=160)),
                (
                    "number",
                    models.CharField(
                        blank=True, help_text="E.164; blank when withheld, and after 30 days.", max_length=20
                    ),
                ),
                ("line", models.CharField(blank=True, max_length=160)),
                ("queue", models.CharField(blank=True, max_length=160)),
                ("ivr_choice", models.CharField(blank=True, max_length=80)),
                ("language", models.CharField(blank=True, max_length=12)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("RINGING", "Ringing"),
                            ("TALKING", "Talking"),
                            ("HELD", "On hold"),
                            ("ENDED", "Ended"),
                        ],
                        default="RINGING",
                        max_length=24,
                    ),
                ),
                (
                    "leg",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Which time this agent has the caller; from 1."
                    ),
                ),
                ("held_since", models.DateTimeField(blank=True, null=True)),
                (
                    "match",
                    models.CharField(
                        choices=[("NOBODY", "No customer"), ("ONE", "One customer"), ("SEVERAL", "Several customers")],
                        default="NOBODY",
                        max_length=24,
                    ),
                ),
                ("begun_at", models.DateTimeField(help_text="Of the first event, by the telephone system's clock.")),
                ("changed_at", models.DateTimeField(help_text="Of the last event.")),
                ("recorded_at", models.DateTimeField()),
                (
                    "agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.telephoneconnection",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelephoneAgent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("telephone_id", models.CharField(max_length=160)),
                ("active", models.BooleanField(default=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agents",
                        to="customers.telephoneconnection",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelephoneEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event_id",
                    models.CharField(
                        help_text="The telephone system's own; told again, it is the same.", max_length=200
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("RINGING", "Ringing"),
                            ("ANSWERED", "Answered"),
                            ("HELD", "Put on hold"),
                            ("RESUMED", "Taken off hold"),
                            ("TRANSFERRED", "Transferred"),
                            ("ENDED", "Ended"),
                        ],
                        max_length=24,
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("sequence", models.BigIntegerField(blank=True, null=True)),
                ("agent", models.CharField(blank=True, max_length=160)),
                ("from_agent", models.CharField(blank=True, max_length=160)),
                ("queue", models.CharField(blank=True, max_length=160)),
                ("recorded_at", models.DateTimeField()),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.telephoneconnection",
                    ),
                ),
                (
                    "telephone_call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="customers.telephonecall"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelephoneKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "prefix",
                    models.CharField(help_text="What the key begins with, to tell it by.", max_length=12, unique=True),
                ),
                (
                    "digest",
                    models.BinaryField(help_text="SHA-256 of the whole key, which is 256 random bits.", max_length=32),
                ),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, help_text="To the minute.", null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="keys",
                        to="customers.telephoneconnection",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelephoneLeg",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField()),
                ("shown_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="telephone_leg", to="customers.call"
                    ),
                ),
                (
                    "telephone_call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="legs", to="customers.telephonecall"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TelephoneRoute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("LINE", "Dialled number"), ("QUEUE", "Queue")], max_length=24)),
                ("code", models.CharField(help_text="As the telephone system names it.", max_length=160)),
                ("name", models.CharField(max_length=80)),
                ("active", models.BooleanField(default=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="routes",
                        to="customers.telephoneconnection",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.team"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="telephonecall",
            index=models.Index(
                condition=models.Q(("state", "ENDED"), _negated=True), fields=["agent"], name="telephone_call_up"
            ),
        ),
        migrations.AddIndex(
            model_name="telephonecall",
            index=models.Index(fields=["recorded_at"], name="telephone_call_recorded"),
        ),
        migrations.AddConstraint(
            model_name="telephonecall",
            constraint=models.UniqueConstraint(fields=("connection", "provider_call_id"), name="telephone_call_once"),
        ),
        migrations.AddConstraint(
            model_name="telephonecall",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_since__isnull", False), ("state", "HELD")),
                    models.Q(models.Q(("state", "HELD"), _negated=True), ("held_since", None)),
                    _connector="OR",
                ),
                name="telephone_call_held_since",
            ),
        ),
        migrations.AddConstraint(
            model_name="telephonecall",
            constraint=models.CheckConstraint(
                condition=models.Q(("begun_at__lte", models.F("changed_at"))), name="telephone_call_times_in_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="telephoneagent",
            constraint=models.UniqueConstraint(
                fields=("connection", "telephone_id"), name="telephone_id_is_one_person"
            ),
        ),
        migrations.AddIndex(
            model_name="telephoneevent",
            index=models.Index(fields=["telephone_call"], name="telephone_event_of_call"),
        ),
        migrations.AddConstraint(
            model_name="telephoneevent",
            constraint=models.UniqueConstraint(fields=("connection", "event_id"), name="telephone_event_once"),
        ),
        migrations.AddConstraint(
            model_name="telephonekey",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at", None), ("revoked_by", None)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="telephone_key_revoked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="telephoneleg",
            constraint=models.UniqueConstraint(fields=("telephone_call", "agent", "number"), name="telephone_leg_once"),
        ),
        migrations.AddConstraint(
            model_name="telephoneroute",
            constraint=models.UniqueConstraint(fields=("connection", "kind", "code"), name="telephone_route_once"),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
