"""An act in fewer statements, no index that nobody reads, and those who decide found without asking every team."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0013_fewer_steps.sql"
DROPPED = """
    DROP INDEX
    offers_budgetcounter_account_id_cf3884e8,
    offers_ledgerentry_by_id_c613d420,
    offers_ledgerentry_hold_id_12dae5c7,
    offers_proposal_call_id_7d210b89,
    offers_proposal_counter_of_id_2e713d41,
    offers_proposal_customer_id_91c41f1d,
    offers_proposal_limit_version_id_e466cc7c,
    offers_proposal_scheme_id_adc16b0f,
    offers_proposal_team_id_7fc91cb0
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0012_fewer_indexes"),
        ("offers", "0012_dropped_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="budgetcounter",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counters",
                        to="offers.budgetaccount",
                    ),
                ),
                migrations.AlterField(
                    model_name="ledgerentry",
                    name="by",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="ledgerentry",
                    name="hold",
                    field=models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="offers.hold",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="call",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="customers.call",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="counter_of",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counters",
                        to="offers.proposal",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="customer",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="customers.customer",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="limit_version",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.limitversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="scheme",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.schemeversion",
                    ),
                ),
                migrations.AlterField(
                    model_name="proposal",
                    name="team",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.team",
                    ),
                ),
            ],
            # By name: Django would take the partial unique ones of the same columns along.
            database_operations=[migrations.RunSQL(DROPPED)],
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(("grade__in", ["SUPERVISOR", "MANAGER"]), ("is_active", True)),
                fields=["team"],
                name="seat_that_decides",
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
