"""A confirmed raise is what was asked for, to the letter; budgets are topped up by an amount."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0005_authority_doors")]

    operations = [migrations.RunSQL((SQL / "0006_exact_raises.sql").read_text(encoding="utf-8"))]
