"""Which limit is in force is asked once an act, and an entry's CHECK is a function whose plan is kept."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0017_fewer_reads.sql"


class Migration(migrations.Migration):
    dependencies = [("offers", "0016_typed_reasons")]

    operations = [
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
        migrations.RemoveConstraint(model_name="ledgerentry", name="entry_moves_what_its_kind_may"),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    "kind",
                    "hold",
                    "transfer",
                    "held_minor",
                    "spent_minor",
                    "ceiling_minor",
                    "held_count",
                    "spent_count",
                    function="entry_moves",
                    output_field=models.BooleanField(),
                ),
                name="entry_moves_what_its_kind_may",
            ),
        ),
    ]
