"""Django's way of sending mail, into the outbox: whatever uses it waits, is tried again, and shown."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from email.message import MIMEPart
from email.mime.base import MIMEBase
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from auscult.engine.kernel.clock import SystemClock
from auscult.web.delivery.actions import write_mail

HTML = "text/html"


class Outbox(BaseEmailBackend):
    """Keeps mails of the program itself, an invitation or a new password, until they are sent."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put each message into the outbox, inside the transaction that is open."""
        for message in email_messages:
            write_mail(
                None,
                clock=SystemClock(),
                to=message.recipients(),
                subject=str(message.subject),
                key=f"mail/{secrets.token_hex(16)}",
                body=_body(message),
            )
        return len(email_messages)


def _body(message: EmailMessage) -> dict[str, Any]:
    whole_html = message.content_subtype == "html"
    html = str(message.body) if whole_html else ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(one[0]) for one in message.alternatives if one[1] == HTML), html)
    return {
        "text": "" if whole_html else str(message.body),
        "html": html,
        "attachments": [_attachment(one) for one in message.attachments],
        "reply_to": list(message.reply_to),
    }


def _attachment(given: Any) -> dict[str, str]:
    """Return one of Django's two forms of an attachment as the outbox keeps it."""
    if isinstance(given, MIMEBase | MIMEPart):
        name, kind = given.get_filename() or "", given.get_content_type()
        payload = given.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
    else:
        name, whole, kind = given
        content = whole.encode() if isinstance(whole, str) else bytes(whole)
    return {
        "name": name or "attachment",
        "type": kind or "application/octet-stream",
        "content": base64.b64encode(content).decode("ascii"),
    }
