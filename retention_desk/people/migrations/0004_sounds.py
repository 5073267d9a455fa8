"""Whether a person hears a tone when an answer has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_own_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="sounds",
            field=models.BooleanField(
                default=True, help_text="A short tone when an answer has come.", verbose_name="sounds"
            ),
        ),
    ]
