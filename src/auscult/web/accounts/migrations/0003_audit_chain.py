"""Chain the entries of the audit trail; keep how long things are kept."""

from __future__ import annotations

import secrets
from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from auscult.web.accounts.chain import digest_of, start_of, storable
from auscult.web.accounts.migrating import together

MANY = 1000


def chain_all(apps: Any, schema_editor: Any) -> None:
    """Give every entry its place in its organisation's chain, in the order it was written."""
    heads = apps.get_model("accounts", "AuditHead").objects
    for pk in apps.get_model("accounts", "Organisation").objects.values_list("pk", flat=True):
        name = secrets.token_hex(16)
        start = start_of(name)
        number, digest = _chain(apps.get_model("accounts", "AuditEntry").objects, pk, start)
        heads.create(
            organisation_id=pk, name=name, number=number, digest=digest, kept_after_digest=start
        )


def _chain(entries: Any, organisation_id: int, start: str) -> tuple[int, str]:
    number, digest, batch = 0, start, []
    fields = ["number", "previous", "digest", "details"]
    for entry in entries.filter(organisation_id=organisation_id).order_by("pk").iterator(MANY):
        number += 1
        entry.number, entry.previous = number, digest
        entry.details = storable(entry.details)
        entry.digest = digest = digest_of(
            number=number,
            previous=entry.previous,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            target=entry.target,
            details=entry.details,
        )
        batch.append(entry)
        if len(batch) == MANY:
            entries.bulk_update(batch, fields)
            batch = []
    entries.bulk_update(batch, fields)
    return number, digest


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_roles")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "organisation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="audit_head",
                        serialize=False,
                        to="accounts.organisation",
                    ),
                ),
                ("name", models.CharField(max_length=32)),
                ("number", models.BigIntegerField(default=0)),
                ("digest", models.CharField(max_length=64)),
                ("kept_after", models.BigIntegerField(default=0)),
                ("kept_after_digest", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=30)),
                ("days", models.PositiveIntegerField(null=True)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="retention_rules",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("organisation", "kind"), name="accounts_retention_once"
                    )
                ]
            },
        ),
        migrations.AddField("auditentry", "number", models.BigIntegerField(null=True)),
        migrations.AddField("auditentry", "previous", models.CharField(default="", max_length=64)),
        migrations.AddField("auditentry", "digest", models.CharField(default="", max_length=64)),
        migrations.RunPython(chain_all, migrations.RunPython.noop),
    ]
    operations = together(operations)
