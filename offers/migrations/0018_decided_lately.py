"""What was decided since yesterday has an index; the queue looked through every request there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0017_fewer_reads")]

    operations = [
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                fields=["decided_at"], name="request_decided_at", condition=models.Q(("decided_at__isnull", False))
            ),
        ),
    ]
