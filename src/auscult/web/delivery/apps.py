"""The application, as Django knows it."""

from __future__ import annotations

from django.apps import AppConfig


class Delivery(AppConfig):
    """Registers the application."""

    name = "auscult.web.delivery"
    label = "delivery"
