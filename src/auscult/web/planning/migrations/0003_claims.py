"""Claims that are held against the archive, and their trials."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from auscult.web.accounts.migrating import together


class Migration(migrations.Migration):
    dependencies = [
        ("planning", "0002_what_we_have"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Claim",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=30)),
                ("definition", models.JSONField()),
                (
                    "whose",
                    models.CharField(
                        choices=[
                            ("accounts", "these accounts, our own for example"),
                            ("peers", "the peers that we follow"),
                            ("communities", "these communities"),
                            ("everybody", "everybody in the archive"),
                        ],
                        default="peers",
                        max_length=11,
                    ),
                ),
                ("names", models.JSONField(default=list)),
                ("since", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "tested daily"), ("aside", "put aside")],
                        default="active",
                        max_length=6,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("tested_at", models.DateTimeField(null=True)),
                ("posts", models.PositiveIntegerField(default=0)),
                ("finding", models.JSONField(null=True)),
                ("looks", models.JSONField(default=list)),
                ("days_needed", models.PositiveIntegerField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="claims",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["active", "aside"])),
                        name="planning_claim_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("whose__in", ["accounts", "peers", "communities", "everybody"])
                        ),
                        name="planning_claim_whose",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("schedule", models.JSONField()),
                ("seed", models.BigIntegerField()),
                ("first_day", models.DateField()),
                ("days", models.PositiveSmallIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("running", "running"), ("stopped", "stopped")],
                        default="running",
                        max_length=7,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("tested_at", models.DateTimeField(null=True)),
                ("posts", models.PositiveIntegerField(default=0)),
                ("days_needed", models.PositiveIntegerField(null=True)),
                ("finding", models.JSONField(null=True)),
                ("kept", models.JSONField(default=list)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="planning.claim",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["running", "stopped"])),
                        name="planning_trial_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days__gte", 14)), name="planning_trial_days"
                    ),
                ],
            },
        ),
    ]
    operations = together(operations)
