"""The application `accounts`."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Registers the application."""

    name = "auscult.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what people do with their accounts."""
        from auscult.web.accounts import sign_in_audit  # noqa: PLC0415 - models are there by now

        sign_in_audit.connect()
