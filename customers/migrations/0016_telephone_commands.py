"""The desk asks the telephone: an address that it answers at, and what was asked."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent / "sql" / "0016_telephone_commands.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0015_remarks")]

    operations = [
        migrations.AddField(
            model_name="telephoneconnection",
            name="control_address",
            field=models.CharField(
                blank=True,
                default="",
                help_text="What the telephone is asked at; blank: it is not asked.",
                max_length=300,
            ),
        ),
        migrations.CreateModel(
            name="TelephoneCommand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "wanted",
                    models.CharField(choices=[("HELD", "Put on hold"), ("RESUMED", "Taken off hold")], max_length=24),
                ),
                ("asked_at", models.DateTimeField()),
                ("good_until", models.DateTimeField(help_text="Not confirmed by then, it is not done any more.")),
                (
                    "leg",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="commands",
                        to="customers.telephoneleg",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(wanted__in=("HELD", "RESUMED")), name="telephone_command_can_be_done"
                    )
                ]
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
