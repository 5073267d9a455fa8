"""No index that another one, or nobody, makes needless."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DROPPED = """
    DROP INDEX
    customers_call_agent_id_83556fdc,
    customers_call_customer_id_dff406a5,
    customers_call_site_id_e8ccfcfe,
    customers_callevent_by_id_30a5fc04,
    customers_callevent_call_id_b79ea847
"""


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0011_dropped_calls"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="call",
                    name="agent",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AlterField(
                    model_name="call",
                    name="customer",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to="customers.customer",
                    ),
                ),
                migrations.AlterField(
                    model_name="call",
                    name="site",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.site",
                    ),
                ),
                migrations.AlterField(
                    model_name="callevent",
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
                    model_name="callevent",
                    name="call",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="customers.call",
                    ),
                ),
            ],
            # By name: Django would take the partial unique ones of the same columns along.
            database_operations=[migrations.RunSQL(DROPPED)],
        ),
    ]
