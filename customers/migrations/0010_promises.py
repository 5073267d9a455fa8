"""Calls handed over and call-backs promised: whose they are, who has taken them, and what became of them.

Not reversed: a promise that could be taken out of the record would be none.
"""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0010_promises.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0009_telephone"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="callevent",
            name="kind",
            field=models.CharField(
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
                    ("TRANSFERRED", "Call handed over"),
                    ("ENDED", "Call ended"),
                    ("ABANDONED", "Call abandoned"),
                    ("CLOSED", "Call closed"),
                ],
                max_length=24,
            ),
        ),
        migrations.CreateModel(
            name="CallBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("promised_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "overdue_at",
                    models.DateTimeField(blank=True, help_text="The clock noted that it was late.", null=True),
                ),
                (
                    "ended_as",
                    models.CharField(
                        blank=True, choices=[("MADE", "Made"), ("NOT_NEEDED", "Not needed any more")], max_length=24
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="call_back", to="customers.call"
                    ),
                ),
                (
                    "episode",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.call"
                    ),
                ),
                (
                    "made_call",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["team"], name="call_back_open")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_by", None)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_back_taken_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_as", ""), ("ended_at", None), ("made_call", None)),
                            models.Q(("ended_as", "MADE"), ("ended_at__isnull", False), ("made_call__isnull", False)),
                            models.Q(("ended_as", "NOT_NEEDED"), ("ended_at__isnull", False), ("made_call", None)),
                            _connector="OR",
                        ),
                        name="call_back_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.CharField(blank=True, max_length=300)),
                ("handed_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                (
                    "missed_at",
                    models.DateTimeField(blank=True, help_text="The clock noted that nobody had taken it.", null=True),
                ),
                (
                    "call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handover", to="customers.call"
                    ),
                ),
                (
                    "taken_call",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.call",
                    ),
                ),
                (
                    "to_agent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.team"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_at", None)), fields=["to_team", "handed_at"], name="handover_waiting"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at", None), ("taken_call", None)),
                            models.Q(("taken_at__isnull", False), ("taken_call__isnull", False)),
                            _connector="OR",
                        ),
                        name="handover_taken_has_its_call",
                    )
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
