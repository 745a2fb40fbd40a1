"""Seven roles instead of three; who could only look is an analyst now."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models

MEMBERS = ["owner", "editor", "approver", "analyst", "privacy", "ambassador", "guest"]
CHOICES = [
    ("owner", "owner"),
    ("editor", "editor"),
    ("approver", "approver"),
    ("analyst", "analyst"),
    ("privacy", "privacy officer"),
    ("ambassador", "ambassador"),
    ("guest", "guest"),
    ("system", "system"),
]


def to_seven(apps: Any, schema_editor: Any) -> None:
    memberships = apps.get_model("accounts", "Membership").objects
    memberships.filter(role="viewer").update(role="analyst")


def to_three(apps: Any, schema_editor: Any) -> None:
    memberships = apps.get_model("accounts", "Membership").objects
    memberships.exclude(role__in=["owner", "editor"]).update(role="viewer")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("membership", "accounts_membership_role"),
        migrations.AlterField(
            "membership",
            "role",
            models.CharField(choices=CHOICES, default="guest", max_length=10),
        ),
        migrations.RunPython(to_seven, to_three),
        migrations.AddConstraint(
            "membership",
            models.CheckConstraint(
                condition=models.Q(role__in=MEMBERS), name="accounts_membership_role"
            ),
        ),
    ]
