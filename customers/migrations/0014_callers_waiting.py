"""Since when callers wait whom nobody has answered, and an index that finds them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("customers", "0013_late_transfers")]

    operations = [
        migrations.AddField(
            model_name="telephonecall",
            name="waiting_since",
            field=models.DateTimeField(blank=True, help_text="While nobody has answered, or not again.", null=True),
        ),
        migrations.RunSQL("UPDATE customers_telephonecall SET waiting_since = begun_at WHERE state = 'RINGING'"),
        migrations.AddConstraint(
            model_name="telephonecall",
            constraint=models.CheckConstraint(
                condition=Q(state="RINGING", waiting_since__isnull=False)
                | (~Q(state="RINGING") & Q(waiting_since=None)),
                name="telephone_call_waiting_since",
            ),
        ),
        migrations.AddIndex(
            model_name="telephonecall",
            index=models.Index(fields=["connection"], name="telephone_call_waiting", condition=Q(state="RINGING")),
        ),
    ]
