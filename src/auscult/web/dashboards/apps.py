"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class Dashboards(AppConfig):
    """Registers the application."""

    name = "auscult.web.dashboards"
    label = "dashboards"

    def ready(self) -> None:
        """Have the marks' triggers made after each `migrate`."""
        from auscult.web.dashboards.marking import make_triggers  # noqa: PLC0415 - models first

        post_migrate.connect(make_triggers, sender=self)
