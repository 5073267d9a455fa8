"""What people type as the reason of an act stands beside the audit, which holds a salted commitment to it.

Events from before keep what was typed into them: a chain that could be changed would prove nothing.
"""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0015_remarks.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0014_callers_waiting")]

    operations = [
        migrations.CreateModel(
            name="Remark",
            fields=[
                ("commitment", models.CharField(max_length=48, primary_key=True, serialize=False)),
                ("salt", models.BinaryField()),
                ("words", models.TextField()),
            ],
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
