"""What the serving role may call, and nothing else."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0003_doors.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_ledger")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
