"""What is typed as the reason of a budget's or a storm's act stands beside the audit, where it can be erased."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0016_typed_reasons.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0015_promotions"), ("customers", "0015_remarks")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
