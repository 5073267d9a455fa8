"""The serving role, the clock, and the functions that generated columns are built on."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql" / "0001_functions.sql"
REVERSE = """
DROP FUNCTION desk_phone_tail(text);
DROP FUNCTION desk_account_key(text);
DROP FUNCTION desk_fold(text);
DROP FUNCTION desk_now();
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"), REVERSE)]
