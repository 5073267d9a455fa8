"""A call that was cut off: when, and that its agent may go on with it for ten minutes.

Not reversed: calls that went on would have ended twice.
"""

from pathlib import Path

from django.db import migrations, models
from django.db.models import Q

SQL = Path(__file__).parent / "sql" / "0011_dropped_calls.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0010_promises")]

    operations = [
        migrations.AddField(
            model_name="call",
            name="dropped_at",
            field=models.DateTimeField(
                blank=True, help_text="The telephone ended it; for ten minutes its agent may go on with it.", null=True
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=Q(dropped_at=None) | Q(ended_at__isnull=False), name="call_dropped_has_ended"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
