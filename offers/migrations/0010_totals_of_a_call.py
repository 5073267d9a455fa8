"""The most that may be given on a call counts a call that was handed over as one."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0010_totals_of_a_call.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0009_shift"), ("customers", "0010_promises")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
