"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Dashboards(AppConfig):
    """Registers the application."""

    name = "auscult.web.dashboards"
    label = "dashboards"
