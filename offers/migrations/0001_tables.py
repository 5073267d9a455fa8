"""The tables of what may be given."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("customers", "0003_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Campaign",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                ("name", models.CharField(max_length=80)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("opened_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("POSTED", "Spent"),
                            ("VOIDED", "Given back"),
                            ("EXPIRED", "Expired"),
                        ],
                        max_length=24,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("posted_minor", models.BigIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("code", models.CharField(max_length=40, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PERCENT_OFF", "Percent off"),
                            ("AMOUNT_OFF", "Amount off"),
                            ("FREE_ADDON", "Free add-on"),
                            ("FREE_MONTHS", "Free months"),
                            ("PLAN_CHANGE", "Plan change"),
                            ("PAUSE", "Pause"),
                            ("WAIVED_FEE", "Waived fee"),
                            ("CREDIT", "Goodwill credit"),
                            ("REPLACEMENT_COUPON", "Replacement coupon"),
                            ("GIFT", "Gift"),
                            ("APOLOGY", "Apology and fix"),
                            ("LOYALTY", "Loyalty benefit"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "family",
                    models.CharField(
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
                ("icon", models.CharField(blank=True, max_length=40)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="BudgetAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("AGENT", "Agent budget"),
                            ("TEAM", "Team budget"),
                            ("SITE", "Site budget"),
                            ("CAMPAIGN", "Campaign budget"),
                            ("CUSTOMER", "Customer's twelve months"),
                            ("APPROVER", "Approver's budget"),
                        ],
                        max_length=24,
                    ),
                ),
                ("owner_id", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("starts_on", models.DateField()),
                (
                    "ends_on",
                    models.DateField(help_text="First day that is no longer part of it."),
                ),
                ("limit_minor", models.BigIntegerField()),
                (
                    "target_minor",
                    models.BigIntegerField(help_text="What the limit was last set to; below use it is frozen."),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "owner_id", "currency", "starts_on"),
                        name="budget_account_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                        name="budget_account_dates_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("limit_minor__gte", 0), ("target_minor__gte", 0)),
                        name="budget_limit_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BudgetCounter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("part", models.PositiveSmallIntegerField(default=0)),
                ("ceiling_minor", models.BigIntegerField(default=0)),
                ("held_minor", models.BigIntegerField(default=0)),
                ("spent_minor", models.BigIntegerField(default=0)),
                (
                    "frozen",
                    models.BooleanField(
                        default=False,
                        help_text="Lowered below use: no new holds until it has drained.",
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counters",
                        to="offers.budgetaccount",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="BudgetPlan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("AGENT", "Agent budget"),
                            ("TEAM", "Team budget"),
                            ("SITE", "Site budget"),
                            ("CAMPAIGN", "Campaign budget"),
                            ("CUSTOMER", "Customer's twelve months"),
                            ("APPROVER", "Approver's budget"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "owner_id",
                    models.BigIntegerField(help_text="Of the user, team, site or campaign."),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "period",
                    models.CharField(
                        choices=[("DAY", "Day"), ("WEEK", "Week"), ("MONTH", "Month")],
                        max_length=24,
                    ),
                ),
                ("amount_minor", models.BigIntegerField()),
                (
                    "parts",
                    models.PositiveSmallIntegerField(
                        default=1,
                        help_text="Split counters, for what every agent draws on.",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "owner_id", "currency"),
                        name="budget_plan_unique",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gte", 0)),
                        name="budget_plan_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parts__gte", 1), ("parts__lte", 64)),
                        name="budget_plan_parts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("TOP_UP", "Raised"),
                            ("LOWER", "Lowered"),
                            ("HOLD", "Held"),
                            ("POST", "Spent"),
                            ("VOID", "Given back"),
                            ("EXPIRE", "Expired"),
                            ("RETURN", "Returned"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "held_minor",
                    models.BigIntegerField(default=0, help_text="Change of what is held."),
                ),
                (
                    "spent_minor",
                    models.BigIntegerField(default=0, help_text="Change of what is spent."),
                ),
                (
                    "ceiling_minor",
                    models.BigIntegerField(default=0, help_text="Change of the ceiling."),
                ),
                ("recorded_at", models.DateTimeField()),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "counter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="offers.budgetcounter",
                    ),
                ),
                (
                    "hold",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="offers.hold",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LimitVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEW", "New agent"),
                            ("AGENT", "Agent"),
                            ("SENIOR", "Senior agent"),
                            ("SUPERVISOR", "Supervisor"),
                            ("MANAGER", "Manager"),
                        ],
                        max_length=24,
                    ),
                ),
                ("valid_from", models.DateTimeField()),
                ("currency", models.CharField(max_length=3)),
                ("max_percent", models.PositiveSmallIntegerField()),
                ("max_months", models.PositiveSmallIntegerField()),
                (
                    "max_monthly_minor",
                    models.BigIntegerField(help_text="Off the bill in one month."),
                ),
                (
                    "max_credit_minor",
                    models.BigIntegerField(help_text="One-off credit or goods."),
                ),
                (
                    "max_fee_minor",
                    models.BigIntegerField(default=0, help_text="Fee waived."),
                ),
                (
                    "max_cost_minor",
                    models.BigIntegerField(help_text="Cost to us over the whole life."),
                ),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("PERCENT_OFF", "Percent off"),
                                ("AMOUNT_OFF", "Amount off"),
                                ("FREE_ADDON", "Free add-on"),
                                ("FREE_MONTHS", "Free months"),
                                ("PLAN_CHANGE", "Plan change"),
                                ("PAUSE", "Pause"),
                                ("WAIVED_FEE", "Waived fee"),
                                ("CREDIT", "Goodwill credit"),
                                ("REPLACEMENT_COUPON", "Replacement coupon"),
                                ("GIFT", "Gift"),
                                ("APOLOGY", "Apology and fix"),
                                ("LOYALTY", "Loyalty benefit"),
                            ],
                            max_length=24,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("why", models.CharField(blank=True, max_length=200)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.team",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-valid_from", "-id"],
            },
        ),
        migrations.CreateModel(
            name="OfferVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("valid_from", models.DateTimeField()),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                (
                    "words",
                    models.JSONField(
                        default=dict,
                        help_text='By language: {"en": {"name": ..., "say": ..., "terms": ...}}',
                    ),
                ),
                (
                    "bounds",
                    models.JSONField(default=dict, help_text="What `offers.terms.Bounds` reads."),
                ),
                (
                    "cost_model",
                    models.JSONField(default=dict, help_text="What `offers.terms.CostModel` reads."),
                ),
                (
                    "eligibility",
                    models.JSONField(default=dict, help_text="What `offers.rules.Eligibility` reads."),
                ),
                (
                    "figures",
                    models.JSONField(
                        default=dict,
                        help_text="Acceptance and staying, as `offers.ranking.BaseFigures` reads.",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                (
                    "campaign",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.campaign",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="offers.offer",
                    ),
                ),
            ],
            options={
                "ordering": ["offer", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("key", models.UUIDField(unique=True)),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Where it stood in the ranked list, from 1.",
                    ),
                ),
                ("currency", models.CharField(max_length=3)),
                ("percent", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("amount_minor", models.BigIntegerField(blank=True, null=True)),
                (
                    "product_kind",
                    models.CharField(blank=True, help_text="Blank: the whole bill.", max_length=24),
                ),
                (
                    "extra",
                    models.JSONField(
                        blank=True,
                        default=dict,
                        help_text="Further terms of the kind: plan, promised fix, gift.",
                    ),
                ),
                (
                    "cost_minor",
                    models.BigIntegerField(help_text="To us, over its life."),
                ),
                (
                    "monthly_minor",
                    models.BigIntegerField(default=0, help_text="Off the bill a month while it runs."),
                ),
                ("bill_before_minor", models.BigIntegerField()),
                ("bill_after_minor", models.BigIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("accept_percent", models.PositiveSmallIntegerField(default=0)),
                ("expected_value_minor", models.BigIntegerField(default=0)),
                (
                    "ruling",
                    models.CharField(
                        choices=[
                            ("WITHIN", "Within your limit"),
                            ("NEEDS_APPROVAL", "Needs supervisor"),
                            ("REFUSED", "Not allowed"),
                        ],
                        max_length=24,
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=24),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("AWAITING", "Waiting for approval"),
                            ("AUTHORISED", "Authorised"),
                            ("PRESENTED", "Presented"),
                            ("ACCEPTED", "Accepted"),
                            ("DECLINED", "Declined"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("LAPSED", "Lapsed"),
                            ("REFUSED", "Refused"),
                            ("COUNTERED", "Countered"),
                        ],
                        max_length=24,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("presented_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "agent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="customers.call",
                    ),
                ),
                (
                    "counter_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counters",
                        to="offers.proposal",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="customers.customer",
                    ),
                ),
                (
                    "limit_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.limitversion",
                    ),
                ),
                (
                    "offer_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.offerversion",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.team",
                    ),
                ),
            ],
            options={
                "permissions": [("decide_approval", "Can decide what agents ask for")],
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ACCEPTED", "Accepted"),
                            ("DECLINED", "Declined"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("LAPSED", "Lapsed"),
                        ],
                        max_length=24,
                    ),
                ),
                ("posted_minor", models.BigIntegerField(default=0)),
                (
                    "disclosures",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=40),
                        blank=True,
                        default=list,
                        help_text="Read out before yes.",
                        size=None,
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcome",
                        to="offers.proposal",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="hold",
            name="proposal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holds",
                to="offers.proposal",
            ),
        ),
        migrations.CreateModel(
            name="Concession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "family",
                    models.CharField(
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
                ("currency", models.CharField(max_length=3)),
                ("monthly_minor", models.BigIntegerField(default=0)),
                ("cost_minor", models.BigIntegerField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("ended_early_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concessions",
                        to="customers.customer",
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concession",
                        to="offers.proposal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApprovalRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("note", models.CharField(blank=True, max_length=300)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("OPEN", "Open"),
                            ("APPROVED", "Approved"),
                            ("COUNTERED", "Countered"),
                            ("DECLINED", "Declined"),
                            ("WITHDRAWN", "Withdrawn"),
                            ("EXPIRED", "Expired"),
                        ],
                        default="OPEN",
                        max_length=24,
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("effective_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.CharField(blank=True, max_length=24)),
                ("decision_note", models.CharField(blank=True, max_length=300)),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "limit_version",
                    models.ForeignKey(
                        blank=True,
                        help_text="The decider's.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="offers.limitversion",
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approval",
                        to="offers.proposal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SchemeVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("valid_from", models.DateTimeField(unique=True)),
                ("currency", models.CharField(max_length=3)),
                (
                    "customer_year_percents",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        help_text="Of the annual bill, by value tier low, middle, high.",
                        size=3,
                    ),
                ),
                ("long_tenure_months", models.PositiveSmallIntegerField(default=24)),
                (
                    "long_tenure_extra_percent",
                    models.PositiveSmallIntegerField(default=25),
                ),
                (
                    "short_tenure_months",
                    models.PositiveSmallIntegerField(default=6, help_text="Below it: fixes and credits only."),
                ),
                ("cooldown_months", models.PositiveSmallIntegerField(default=6)),
                ("concessions_a_call", models.PositiveSmallIntegerField(default=2)),
                ("credits_a_year", models.PositiveSmallIntegerField(default=2)),
                (
                    "goodwill_minor",
                    models.BigIntegerField(default=0, help_text="Stays open when a wallet is empty."),
                ),
                (
                    "budget_mode",
                    models.CharField(
                        choices=[("HARD", "Refuses"), ("PACING", "Warns")],
                        default="HARD",
                        max_length=24,
                    ),
                ),
                ("approval_seconds", models.PositiveSmallIntegerField(default=60)),
                ("undo_seconds", models.PositiveSmallIntegerField(default=5)),
                ("hold_minutes", models.PositiveSmallIntegerField(default=30)),
                ("recorded_at", models.DateTimeField()),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-valid_from"],
            },
        ),
        migrations.AddField(
            model_name="proposal",
            name="scheme",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="offers.schemeversion",
            ),
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("NEW", "New agent"),
                            ("AGENT", "Agent"),
                            ("SENIOR", "Senior agent"),
                            ("SUPERVISOR", "Supervisor"),
                            ("MANAGER", "Manager"),
                        ],
                        default="NEW",
                        max_length=24,
                    ),
                ),
                (
                    "duty",
                    models.CharField(
                        choices=[
                            ("OFF", "Off duty"),
                            ("READY", "Ready"),
                            ("ON_CALL", "On call"),
                            ("WRAP_UP", "Wrap-up"),
                            ("BREAK", "Break"),
                            ("AWAY", "Away"),
                        ],
                        default="OFF",
                        max_length=24,
                    ),
                ),
                ("duty_since", models.DateTimeField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="customers.team",
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seat_row",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="budgetcounter",
            constraint=models.UniqueConstraint(fields=("account", "part"), name="budget_counter_unique"),
        ),
        migrations.AddConstraint(
            model_name="budgetcounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "ceiling_minor__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("held_minor"), "+", models.F("spent_minor")
                        ),
                    ),
                    ("held_minor__gte", 0),
                    ("spent_minor__gte", 0),
                ),
                name="budget_never_overdrawn",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "HOLD")),
                fields=("hold", "counter"),
                name="hold_taken_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["POST", "VOID", "EXPIRE"])),
                fields=("hold", "counter"),
                name="hold_ended_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ceiling_minor__gte", 0),
                        ("held_minor", 0),
                        ("hold", None),
                        ("kind", "TOP_UP"),
                        ("spent_minor", 0),
                    ),
                    models.Q(
                        ("ceiling_minor__lte", 0),
                        ("held_minor", 0),
                        ("hold", None),
                        ("kind", "LOWER"),
                        ("spent_minor", 0),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_minor__gt", 0),
                        ("hold__isnull", False),
                        ("kind", "HOLD"),
                        ("spent_minor", 0),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_minor__lt", 0),
                        ("hold__isnull", False),
                        ("kind", "POST"),
                        ("spent_minor__gte", 0),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_minor__lt", 0),
                        ("hold__isnull", False),
                        ("kind__in", ["VOID", "EXPIRE"]),
                        ("spent_minor", 0),
                    ),
                    models.Q(
                        ("ceiling_minor", 0),
                        ("held_minor", 0),
                        ("hold__isnull", False),
                        ("kind", "RETURN"),
                        ("spent_minor__lt", 0),
                    ),
                    _connector="OR",
                ),
                name="entry_moves_what_its_kind_may",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("grade", ""), _negated=True),
                        ("team", None),
                        ("user", None),
                    ),
                    models.Q(("grade", ""), ("team__isnull", False), ("user", None)),
                    models.Q(("grade", ""), ("team", None), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="limit_has_one_scope",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("max_percent__lte", 100)),
                name="limit_percent_is_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("max_cost_minor__gte", 0),
                    ("max_credit_minor__gte", 0),
                    ("max_fee_minor__gte", 0),
                    ("max_monthly_minor__gte", 0),
                ),
                name="limit_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="limitversion",
            constraint=models.UniqueConstraint(
                fields=("grade", "team", "user", "valid_from"),
                name="limit_version_unique",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="offerversion",
            constraint=models.UniqueConstraint(fields=("offer", "version"), name="offer_version_unique"),
        ),
        migrations.AddConstraint(
            model_name="offerversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    ("valid_until__gt", models.F("valid_from")),
                    _connector="OR",
                ),
                name="offer_version_dates_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="outcome",
            index=models.Index(fields=["recorded_at"], name="outcome_recorded"),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "ACCEPTED"), ("posted_minor__gte", 0)),
                    ("posted_minor", 0),
                    _connector="OR",
                ),
                name="only_yes_costs",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("ended_as", "")),
                fields=["expires_at"],
                name="hold_live",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(condition=models.Q(("amount_minor__gte", 0)), name="hold_not_negative"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("opened_at"))),
                name="hold_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_as", ""), ("ended_at", None), ("posted_minor", None)),
                    models.Q(
                        ("ended_as", "POSTED"),
                        ("ended_at__isnull", False),
                        ("posted_minor__gte", 0),
                        ("posted_minor__lte", models.F("amount_minor")),
                    ),
                    models.Q(
                        ("ended_as__in", ["VOIDED", "EXPIRED"]),
                        ("ended_at__isnull", False),
                        ("posted_minor", None),
                    ),
                    _connector="OR",
                ),
                name="hold_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_as", "")),
                fields=("proposal",),
                name="one_live_hold_a_proposal",
            ),
        ),
        migrations.AddIndex(
            model_name="concession",
            index=models.Index(fields=["customer", "-starts_on"], name="concession_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="concession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None),
                    ("ends_on__gte", models.F("starts_on")),
                    _connector="OR",
                ),
                name="concession_dates_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="approvalrequest",
            index=models.Index(
                condition=models.Q(("state", "OPEN")),
                fields=["due_at"],
                name="request_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by", None),
                    models.Q(("decided_by", models.F("asked_by")), _negated=True),
                    _connector="OR",
                ),
                name="nobody_decides_their_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decided_at", None),
                        ("decided_by", None),
                        ("effective_at", None),
                    ),
                    models.Q(
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("effective_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decision_has_who_and_when",
            ),
        ),
        migrations.AddConstraint(
            model_name="approvalrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["APPROVED", "COUNTERED", "DECLINED"]),
                        _negated=True,
                    ),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="answered_request_has_decider",
            ),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["call"], name="proposal_of_call"),
        ),
        migrations.AddIndex(
            model_name="proposal",
            index=models.Index(fields=["customer", "-created_at"], name="proposal_of_customer"),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost_minor__gte", 0)),
                name="proposal_cost_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("percent", None), ("percent__lte", 100), _connector="OR"),
                name="proposal_percent_is_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("bill_after_minor__gte", 0)),
                name="proposal_bill_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at", None),
                        ("state__in", ["AWAITING", "AUTHORISED", "PRESENTED"]),
                    ),
                    models.Q(
                        models.Q(
                            ("state__in", ["AWAITING", "AUTHORISED", "PRESENTED"]),
                            _negated=True,
                        ),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="proposal_end_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("counter_of__isnull", False),
                    models.Q(("state", "WITHDRAWN"), _negated=True),
                ),
                fields=("counter_of",),
                name="one_counter_a_proposal",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "PRESENTED")),
                fields=("call",),
                name="one_presented_a_call",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "AWAITING")),
                fields=("call",),
                name="one_awaiting_a_call",
            ),
        ),
    ]
