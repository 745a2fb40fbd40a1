"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Goals(AppConfig):
    """Registers the application."""

    name = "auscult.web.goals"
    label = "goals"
