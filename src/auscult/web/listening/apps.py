"""The application `listening`."""

from django.apps import AppConfig


class Listening(AppConfig):
    """Registers the application."""

    name = "auscult.web.listening"
    label = "listening"
