"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Planning(AppConfig):
    """Registers the application."""

    name = "auscult.web.planning"
    label = "planning"
