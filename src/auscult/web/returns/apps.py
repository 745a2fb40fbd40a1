"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Returns(AppConfig):
    """Registers the application."""

    name = "auscult.web.returns"
    label = "returns"
