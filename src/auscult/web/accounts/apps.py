"""The application `accounts`."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Registers the application."""

    name = "auscult.web.accounts"
    label = "accounts"
