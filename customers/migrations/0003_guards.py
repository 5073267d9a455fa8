"""The walls of the ground floor. Not reversed: a record that could be opened again would prove nothing."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0003_guards.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_tables")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
