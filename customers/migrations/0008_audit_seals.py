"""Seals of the audit's chains, the record of verifications, salts of commitments, and indexes to search the audit by.

Not reversed: seals that could be taken away would prove nothing.
"""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0008_audit_seals.sql"


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_quick_intake")]

    operations = [
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("shard", models.BigIntegerField()),
                ("first", models.BigIntegerField()),
                ("seq", models.BigIntegerField()),
                (
                    "hash",
                    models.BinaryField(help_text="Of the event `seq`, and through it of the whole chain up to it."),
                ),
                ("marks", models.BinaryField(help_text="The first 8 bytes of every hash from `first` to `seq`.")),
                ("sealed_at", models.DateTimeField()),
                ("prev_hash", models.BinaryField()),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="AuditVerification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("verified_at", models.DateTimeField()),
                ("events", models.BigIntegerField()),
                ("shards", models.IntegerField()),
                ("seals", models.BigIntegerField()),
                (
                    "faults",
                    models.JSONField(
                        blank=True, default=list, help_text="The first bad event of each chain, and bad seals."
                    ),
                ),
                ("took_ms", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CustomerSalt",
            fields=[
                ("customer_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("salt", models.BinaryField()),
            ],
        ),
        migrations.RemoveIndex(model_name="auditevent", name="audit_recorded"),
        migrations.AddIndex(
            model_name="auditevent", index=models.Index(fields=["recorded_at", "id"], name="audit_newest")
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["actor_id", "recorded_at", "id"], name="audit_of_actor"),
        ),
        migrations.AddIndex(
            model_name="auditevent", index=models.Index(fields=["act", "recorded_at", "id"], name="audit_of_act")
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["object_kind", "recorded_at", "id"], name="audit_of_kind"),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(
                condition=models.Q(("limit_version_id__isnull", False)),
                fields=["limit_version_id", "recorded_at", "id"],
                name="audit_of_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("shard", "seq"), name="audit_seal_unique"),
        ),
        migrations.AddIndex(
            model_name="auditverification", index=models.Index(fields=["verified_at"], name="audit_verified")
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
