"""The ledger's walls and verbs. Not reversed: what has been held and spent stays guarded."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0002_ledger.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_tables")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
