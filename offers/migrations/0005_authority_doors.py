"""What the wider scheme asks of the ledger: walls of the new tables, and its functions as they are from here on."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent / "sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0004_authority")]

    operations = [
        migrations.RunSQL((SQL / name).read_text(encoding="utf-8"))
        for name in ("0005_authority.sql", "0005_ledger.sql", "0005_approvals.sql", "0005_doors.sql")
    ]
