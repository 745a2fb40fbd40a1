"""The application `sources`."""

from django.apps import AppConfig


class Sources(AppConfig):
    """Registers the application."""

    name = "auscult.web.sources"
    label = "sources"
