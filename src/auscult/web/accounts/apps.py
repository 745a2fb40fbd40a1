"""The application `accounts`."""

from django.apps import AppConfig


class Accounts(AppConfig):
    """Registers the application."""

    name = "auscult.web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what people do with their accounts."""
        from auscult.web.accounts import (  # noqa: PLC0415 - models are there by now
            other_sessions,
            sign_in_audit,
        )

        sign_in_audit.connect()
        other_sessions.connect()
