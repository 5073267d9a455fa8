"""A person's step to more authority: asked for, confirmed by a second person, in force an hour later."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0015_promotions.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0013_late_transfers"),
        ("offers", "0014_ceilings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_grade",
                    models.CharField(
                        choices=[
                            ("NEW", "New agent"),
                            ("AGENT", "Agent"),
                            ("SENIOR", "Senior agent"),
                            ("SUPERVISOR", "Supervisor"),
                            ("MANAGER", "Manager"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("NEW", "New agent"),
                            ("AGENT", "Agent"),
                            ("SENIOR", "Senior agent"),
                            ("SUPERVISOR", "Supervisor"),
                            ("MANAGER", "Manager"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Waits for a second person"),
                            ("CONFIRMED", "Confirmed"),
                            ("REFUSED", "Refused"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("TAKEN_BACK", "Taken back before it held"),
                            ("DONE", "In force"),
                        ],
                        default="OPEN",
                        max_length=24,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("begins_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_at",
                    models.DateTimeField(
                        blank=True, help_text="Done, or taken back after it was confirmed.", null=True
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "from_team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.team",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("state", "OPEN")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by", models.F("asked_by")),
                                ("state", "WITHDRAWN"),
                            ),
                            models.Q(
                                models.Q(("state__in", ["OPEN", "WITHDRAWN"]), _negated=True),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="promotion_is_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_by", models.F("user")), _negated=True),
                            models.Q(
                                ("decided_by", None),
                                models.Q(("decided_by", models.F("user")), _negated=True),
                                _connector="OR",
                            ),
                        ),
                        name="nobody_promotes_themselves",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("begins_at__gt", models.F("decided_at")),
                                ("state__in", ("CONFIRMED", "TAKEN_BACK", "DONE")),
                            ),
                            models.Q(
                                models.Q(("state__in", ("CONFIRMED", "TAKEN_BACK", "DONE")), _negated=True),
                                ("begins_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="promotion_cools_off",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["OPEN", "CONFIRMED"])),
                        fields=("user",),
                        name="one_promotion_at_a_time",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
