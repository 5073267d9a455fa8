"""Silent notes, news, and handing a question over by name."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = Path(__file__).parent / "sql" / "0009_shift.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0008_audit_seals"),
        ("offers", "0008_presented_by_offer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="approvaldraw",
            name="ended_as",
            field=models.CharField(
                blank=True,
                choices=[
                    ("ANSWERED", "Answered"),
                    ("TIMED_OUT", "Not answered in time"),
                    ("PASSED_ON", "Passed on"),
                    ("HANDED_OVER", "Handed over"),
                    ("CLOSED", "Question closed"),
                ],
                max_length=24,
            ),
        ),
        migrations.CreateModel(
            name="News",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80)),
                ("text", models.CharField(blank=True, max_length=200)),
                ("ends_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.site",
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="NewsEnd",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "news",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="end", to="offers.news"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SilentNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.call"
                    ),
                ),
                (
                    "to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_at"],
            },
        ),
        migrations.CreateModel(
            name="SilentNoteSeen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("recorded_at", models.DateTimeField(editable=False)),
                (
                    "note",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="seen", to="offers.silentnote"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="news",
            index=models.Index(fields=["ends_at"], name="news_by_end"),
        ),
        migrations.AddConstraint(
            model_name="news",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("recorded_at"))), name="news_ends_later"
            ),
        ),
        migrations.AddIndex(
            model_name="silentnote",
            index=models.Index(fields=["call", "-recorded_at"], name="silent_note_of_call"),
        ),
        migrations.AddIndex(
            model_name="silentnote",
            index=models.Index(fields=["by", "-recorded_at"], name="silent_note_of_sender"),
        ),
        migrations.AddConstraint(
            model_name="silentnote",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("to")), _negated=True), name="note_is_for_another"
            ),
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
