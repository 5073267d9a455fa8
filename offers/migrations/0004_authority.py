"""The authority scheme: cases and totals of limits, second persons, draws, grants, delegations, storms, own lines."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_report_indexes"),
        ("offers", "0003_doors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ApprovalDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("drawn_at", models.DateTimeField()),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ANSWERED", "Answered"),
                            ("TIMED_OUT", "Not answered in time"),
                            ("PASSED_ON", "Passed on"),
                            ("CLOSED", "Question closed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-starts_at"],
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("currency", models.CharField(max_length=3)),
                ("percent", models.PositiveSmallIntegerField(default=0)),
                ("months", models.PositiveSmallIntegerField(default=0)),
                ("amount_minor", models.BigIntegerField(default=0)),
                ("monthly_minor", models.BigIntegerField(default=0)),
                ("cost_minor", models.BigIntegerField()),
                ("granted_at", models.DateTimeField()),
                ("effective_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LimitRaise",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("figures", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Waits for a second person"),
                            ("CONFIRMED", "Confirmed"),
                            ("REFUSED", "Refused"),
                            ("WITHDRAWN", "Withdrawn"),
                        ],
                        default="OPEN",
                        max_length=24,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="OwnLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("declared_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Storm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("started_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("why", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="StormReserve",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("signed_at", models.DateTimeField()),
                ("countersigned_at", models.DateTimeField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["-signed_at"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="approvalrequest",
            name="answered_request_has_decider",
        ),
        migrations.RemoveConstraint(
            model_name="budgetaccount",
            name="budget_account_unique",
        ),
        migrations.RemoveConstraint(
            model_name="ledgerentry",
            name="entry_moves_what_its_kind_may",
        ),
        migrations.RemoveConstraint(
            model_name="limitversion",
            name="limit_version_unique",
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="draw_ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="drawn_to",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="first_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="approvalrequest",
            name="first_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="budgetaccount",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="allotments",
                to="offers.budgetaccount",
            ),
        ),
        migrations.AddField(
            model_name="budgetaccount",
            name="period",
            field=models.CharField(
                choices=[("DAY", "Day"), ("WEEK", "Week"), ("MONTH", "Month"), ("YEAR", "Year")],
                default="",
                max_length=24,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(
            sql="UPDATE offers_budgetaccount SET period = CASE WHEN kind = 'CUSTOMER' THEN 'YEAR' WHEN ends_on - starts_on = 1 THEN 'DAY' "
            "WHEN ends_on - starts_on = 7 THEN 'WEEK' ELSE 'MONTH' END; SET CONSTRAINTS ALL IMMEDIATE",
            reverse_sql=migrations.RunSQL.noop,
        ),
        migrations.AddField(
            model_name="budgetcounter",
            name="held_count",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="budgetcounter",
            name="most",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="budgetcounter",
            name="spent_count",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="active",
            field=models.BooleanField(db_default=True),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="allotment_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="average_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="carries_over",
            field=models.BooleanField(db_default=False),
        ),
        migrations.AddField(
            model_name="budgetplan",
            name="most",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="held_count",
            field=models.SmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="spent_count",
            field=models.SmallIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="ledgerentry",
            name="transfer",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="call_cost_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="call_count",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="confirmed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="day_cost_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="day_count",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="ends",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="family",
            field=models.CharField(
                blank=True,
                choices=[
                    ("RECURRING", "Recurring discounts"),
                    ("CREDIT", "One-off credits"),
                    ("FEE", "Fees"),
                    ("GIFT", "Gifts"),
                    ("UPGRADE", "Upgrades"),
                    ("LOYALTY", "Loyalty benefits"),
                ],
                max_length=24,
            ),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="mode",
            field=models.CharField(choices=[("HARD", "Refuses"), ("PACING", "Warns")], default="HARD", max_length=24),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="month_cost_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="month_count",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="raises",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="tenure_from_months",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="tier",
            field=models.CharField(
                blank=True, choices=[("LOW", "LOW"), ("MID", "MID"), ("HIGH", "HIGH")], max_length=8
            ),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="week_cost_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="week_count",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="schemeversion",
            name="draw_seconds",
            field=models.PositiveSmallIntegerField(default=20),
        ),
        migrations.AddField(
            model_name="schemeversion",
            name="grant_minutes",
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name="schemeversion",
            name="pair_cap",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="schemeversion",
            name="second_above_minor",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="approvalrequest",
            name="state",
            field=models.CharField(
                choices=[
                    ("OPEN", "Open"),
                    ("APPROVED", "Approved"),
                    ("COUNTERED", "Countered"),
                    ("DECLINED", "Declined"),
                    ("WITHDRAWN", "Withdrawn"),
                    ("EXPIRED", "Expired"),
                    ("CEILING", "Free up to a ceiling"),
                ],
                default="OPEN",
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="budgetaccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("AGENT", "Agent budget"),
                    ("TEAM", "Team budget"),
                    ("SITE", "Site budget"),
                    ("CAMPAIGN", "Campaign budget"),
                    ("CUSTOMER", "Customer's twelve months"),
                    ("APPROVER", "Approver's budget"),
                    ("LIMIT", "Limit of a day, week or month"),
                    ("ALLOTMENT", "Agent's part of a campaign"),
                    ("STORM", "Storm reserve"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="budgetplan",
            name="kind",
            field=models.CharField(
                choices=[
                    ("AGENT", "Agent budget"),
                    ("TEAM", "Team budget"),
                    ("SITE", "Site budget"),
                    ("CAMPAIGN", "Campaign budget"),
                    ("CUSTOMER", "Customer's twelve months"),
                    ("APPROVER", "Approver's budget"),
                    ("LIMIT", "Limit of a day, week or month"),
                    ("ALLOTMENT", "Agent's part of a campaign"),
                    ("STORM", "Storm reserve"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="budgetplan",
            name="period",
            field=models.CharField(
                choices=[("DAY", "Day"), ("WEEK", "Week"), ("MONTH", "Month"), ("YEAR", "Year")], max_length=24
            ),
        ),
        migrations.AlterField(
            model_name="ledgerentry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("TOP_UP", "Raised"),
                    ("LOWER", "Lowered"),
                    ("HOLD", "Held"),
                    ("POST", "Spent"),
                    ("VOID", "Given back"),
                    ("EXPIRE", "Expired"),
                    ("RETURN", "Returned"),
                    ("TRANSFER", "Transferred"),
                ],
                max_length=24,
            ),
        ),
        migrations.AlterField(
            model_name="limitversion",
            name="max_cost_minor",
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name="limitversion",
            name="max_credit_minor",
            field=models.BigIntegerField(),
        ),
        migrations.AlterField(
            model_name="limitversion",
            name="max_fee_minor",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="limitversion",
            name="max_monthly_minor",
            field=models.BigIntegerField(),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(fields=["decided_by", "-decided_at"], name="request_decided"),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(fields=["asked_by", "-asked_at"], name="request_asked"),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["APPROVED", "COUNTERED", "CEILING", "DECLINED"]), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="answered_request_has_decider",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_at", None), ("first_by", None)),
                    models.Q(
                        ("first_at__isnull", False),
                        ("first_by__isnull", False),
                        models.Q(("first_by", models.F("asked_by")), _negated=True),
                        models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("first_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="second_approver_is_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetaccount",
            constraint=models.UniqueConstraint(
                fields=("kind", "owner_id", "currency", "period", "starts_on", "parent"),
                name="budget_account_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetaccount",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ALLOTMENT"), ("parent__isnull", False)),
                    models.Q(models.Q(("kind", "ALLOTMENT"), _negated=True), ("parent", None)),
                    _connector="OR",
                ),
                name="budget_allotment_has_parent",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("held_count__gte", 0),
                    ("spent_count__gte", 0),
                    models.Q(
                        ("most", None),
                        (
                            "most__gte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("held_count"), "+", models.F("spent_count")
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="budget_never_overcounted",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("most", None), ("parts", 1), _connector="OR"), name="budget_plan_count_is_whole"
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("allotment_minor", None),
                    models.Q(("allotment_minor__gt", 0), ("kind", "CAMPAIGN"), ("parts", 1)),
                    _connector="OR",
                ),
                name="budget_plan_allotments_of_campaigns",
            ),
        ),
        migrations.AddConstraint(
            model_name="budgetplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("average_minor", None), ("average_minor__gt", 0), _connector="OR"),
                name="budget_plan_average",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "RETURN")), fields=("hold", "counter"), name="hold_returned_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("held_count", 0),
                        ("held_minor", 0),
                        ("hold", None),
                        ("kind__in", ["TOP_UP", "LOWER", "TRANSFER"]),
                        ("spent_count", 0),
                        ("spent_minor", 0),
                        models.Q(
                            models.Q(("ceiling_minor__gte", 0), ("kind", "TOP_UP"), ("transfer", None)),
                            models.Q(("ceiling_minor__lte", 0), ("kind", "LOWER"), ("transfer", None)),
                            models.Q(
                                ("kind", "TRANSFER"),
                                ("transfer__isnull", False),
                                models.Q(("ceiling_minor", 0), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_count__in", [0, 1]),
                        ("held_minor__gte", 0),
                        ("hold__isnull", False),
                        ("kind", "HOLD"),
                        ("spent_count", 0),
                        ("spent_minor", 0),
                        ("transfer", None),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_count__in", [0, -1]),
                        ("held_minor__lte", 0),
                        ("hold__isnull", False),
                        ("kind", "POST"),
                        (
                            "spent_count",
                            django.db.models.expressions.CombinedExpression(
                                models.F("held_count"), "*", models.Value(-1)
                            ),
                        ),
                        ("spent_minor__gte", 0),
                        ("transfer", None),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_count__in", [0, -1]),
                        ("held_minor__lte", 0),
                        ("hold__isnull", False),
                        ("kind__in", ["VOID", "EXPIRE"]),
                        ("spent_count", 0),
                        ("spent_minor", 0),
                        ("transfer", None),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_count", 0),
                        ("held_minor", 0),
                        ("hold__isnull", False),
                        ("kind", "RETURN"),
                        ("spent_count", 0),
                        ("spent_minor__lt", 0),
                        ("transfer", None),
                    ),
                    _connector="OR",
                ),
                name="entry_moves_what_its_kind_may",
            ),
        ),
        migrations.AddField(
            model_name="approvaldraw",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="offers.approvalrequest"
            ),
        ),
        migrations.AddField(
            model_name="approvaldraw",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="of",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="to",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="customers.call"
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="limit_version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offers.limitversion"
            ),
        ),
        migrations.AddField(
            model_name="grant",
            name="offer",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="offers.offer"),
        ),
        migrations.AddField(
            model_name="grant",
            name="request",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="offers.approvalrequest"
            ),
        ),
        migrations.AddField(
            model_name="proposal",
            name="grant",
            field=models.OneToOneField(
                blank=True,
                help_text="Used for it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="proposal",
                to="offers.grant",
            ),
        ),
        migrations.AddField(
            model_name="limitraise",
            name="asked_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="limitraise",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="raised_by",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="version",
                to="offers.limitraise",
            ),
        ),
        migrations.AddField(
            model_name="ownline",
            name="customer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
            ),
        ),
        migrations.AddField(
            model_name="ownline",
            name="declared_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="ownline",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="storm",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="storm",
            name="started_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stormreserve",
            name="countersigned_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="stormreserve",
            name="signed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="stormreserve",
            name="site",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.site"),
        ),
        migrations.AddField(
            model_name="storm",
            name="reserve",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="storms", to="offers.stormreserve"
            ),
        ),
        migrations.AddField(
            model_name="limitversion",
            name="storm",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="limits",
                to="offers.stormreserve",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("call_cost_minor", None), ("call_cost_minor__gte", 0), _connector="OR"),
                    models.Q(("day_cost_minor", None), ("day_cost_minor__gte", 0), _connector="OR"),
                    models.Q(("week_cost_minor", None), ("week_cost_minor__gte", 0), _connector="OR"),
                    models.Q(("month_cost_minor", None), ("month_cost_minor__gte", 0), _connector="OR"),
                ),
                name="limit_totals_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("family", ""), ("tenure_from_months", 0), ("tier", "")),
                    models.Q(
                        ("call_cost_minor", None),
                        ("call_count", None),
                        ("day_cost_minor", None),
                        ("day_count", None),
                        ("month_cost_minor", None),
                        ("month_count", None),
                        ("week_cost_minor", None),
                        ("week_count", None),
                    ),
                    _connector="OR",
                ),
                name="limit_totals_have_no_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by", None),
                    models.Q(("confirmed_by", models.F("recorded_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_confirms_their_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("raises", False),
                    ("storm__isnull", False),
                    models.Q(("confirmed_by__isnull", False), ("raised_by__isnull", False)),
                    _connector="OR",
                ),
                name="raise_has_second_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.UniqueConstraint(
                fields=(
                    "grade",
                    "team",
                    "user",
                    "family",
                    "tier",
                    "tenure_from_months",
                    "storm",
                    "currency",
                    "valid_from",
                ),
                name="limit_version_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="approvaldraw",
            index=models.Index(fields=["user", "-drawn_at"], name="draw_of_user"),
        ),
        migrations.AddConstraint(
            model_name="approvaldraw",
            constraint=models.UniqueConstraint(fields=("request", "user"), name="drawn_once_a_question"),
        ),
        migrations.AddConstraint(
            model_name="approvaldraw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_as", "")), fields=("request",), name="one_turn_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="approvaldraw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_as", ""), ("ended_at", None)),
                    models.Q(models.Q(("ended_as", ""), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="draw_end_has_its_time",
            ),
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(
                condition=models.Q(("ended_at", None)), fields=["to", "ends_at"], name="delegation_running"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("of", models.F("to")), _negated=True), name="delegation_is_to_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("given_by", models.F("to")), _negated=True), name="nobody_delegates_to_themselves"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="delegation_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__isnull", False), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="delegation_end_has_who",
            ),
        ),
        migrations.AddIndex(
            model_name="grant",
            index=models.Index(fields=["call"], name="grant_of_call"),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)), fields=("request",), name="one_grant_a_question"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("by", models.F("agent")), _negated=True), name="nobody_grants_to_themselves"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("withdrawn_at", None), _connector="OR"),
                name="grant_used_or_withdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("granted_at"))), name="grant_expires_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="grant",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0), ("cost_minor__gte", 0), ("monthly_minor__gte", 0)),
                name="grant_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="limitraise",
            index=models.Index(condition=models.Q(("state", "OPEN")), fields=["asked_at"], name="raise_open"),
        ),
        migrations.AddConstraint(
            model_name="limitraise",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "OPEN")),
                    models.Q(
                        ("decided_at__isnull", False), ("decided_by", models.F("asked_by")), ("state", "WITHDRAWN")
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("state__in", ["CONFIRMED", "REFUSED"]),
                        models.Q(("decided_by", models.F("asked_by")), _negated=True),
                        ("decided_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="raise_is_decided_by_another",
            ),
        ),
        migrations.AddIndex(
            model_name="ownline",
            index=models.Index(fields=["customer"], name="own_line_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="ownline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user", "customer"), name="own_line_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="stormreserve",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gte", 0)), name="storm_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="stormreserve",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("countersigned_at", None), ("countersigned_by", None)),
                    models.Q(
                        models.Q(("countersigned_by", models.F("signed_by")), _negated=True),
                        ("countersigned_at__isnull", False),
                        ("countersigned_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="storm_is_signed_by_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="storm",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("started_at"))), name="storm_ends_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="storm",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("reserve",), name="one_storm_a_reserve"
            ),
        ),
    ]
