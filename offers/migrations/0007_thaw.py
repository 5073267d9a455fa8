"""A lowered budget opens again when it has drained to its new total."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0007_thaw.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0006_exact_raises")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
