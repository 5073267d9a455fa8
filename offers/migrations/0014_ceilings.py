"""A supervisor's no has one of four reasons, and a customer's twelve months are worked out by the database."""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent / "sql" / "0014_ceilings.sql"
REASONS = ["TOO_COSTLY", "NOT_NEEDED", "OTHER_OFFER", "BUDGET"]


class Migration(migrations.Migration):
    dependencies = [("offers", "0013_fewer_steps"), ("customers", "0013_late_transfers")]

    operations = [
        migrations.AlterField(
            model_name="approvalrequest",
            name="decision_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("TOO_COSTLY", "It costs more than this customer is worth."),
                    ("NOT_NEEDED", "Less will do, or nothing is needed."),
                    ("OTHER_OFFER", "Another offer fits better."),
                    ("BUDGET", "The budget has to last longer."),
                ],
                max_length=24,
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=Q(state="DECLINED", decision_reason__in=REASONS)
                | (~Q(state="DECLINED") & Q(decision_reason="")),
                name="no_has_its_reason",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
