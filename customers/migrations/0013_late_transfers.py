"""Calls that were handed over are linked whichever of the two was told of first."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0013_late_transfers.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0012_fewer_indexes")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
