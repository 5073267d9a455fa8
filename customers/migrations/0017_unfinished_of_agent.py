"""An agent's unfinished calls have an index, so that a floor of two thousand is not looked through for each of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0016_telephone_commands")]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(
                fields=["agent", "-opened_at"],
                name="call_unfinished_of_agent",
                condition=models.Q(("state", "CLOSED"), _negated=True),
            ),
        ),
    ]
