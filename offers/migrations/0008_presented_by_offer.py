"""What was presented of an offer, newest first: a supervisor's evidence reads so many and no more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0007_thaw")]

    operations = [
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(
                fields=["offer_version", "-created_at"],
                name="proposal_presented",
                condition=models.Q(presented_at__isnull=False),
            ),
        ),
    ]
