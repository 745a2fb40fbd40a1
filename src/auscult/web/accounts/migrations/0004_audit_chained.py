"""No entry without its place; apart, as PostgreSQL alters no table that it has just filled."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_audit_chain")]

    operations = [
        migrations.AlterField("auditentry", "number", models.BigIntegerField()),
        migrations.AlterField("auditentry", "previous", models.CharField(max_length=64)),
        migrations.AlterField("auditentry", "digest", models.CharField(max_length=64)),
        migrations.AddConstraint(
            "auditentry",
            models.UniqueConstraint(fields=("organisation", "number"), name="accounts_audit_once"),
        ),
    ]
