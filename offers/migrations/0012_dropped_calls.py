"""What a call that was cut off holds stays held for as long as it may go on."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0012_dropped_calls.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0011_dropped_calls"), ("offers", "0011_names_and_locks")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
