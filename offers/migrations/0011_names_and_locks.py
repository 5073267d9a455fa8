"""Namesakes by their index, approvers drawn without asking about everybody, and one order of locks in setting a budget."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0011_names_and_locks.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0010_totals_of_a_call")]

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
