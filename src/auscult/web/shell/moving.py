"""What an exported organisation is made of: tables in their order, and how a value is written.

`docs/reference/exported-organisation.md` describes the form.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.apps import apps
from django.db import models

from auscult.web.accounts.models import Organisation, User
from auscult.web.listening.moments import MomentField

KIND = "auscult-export"
FORMAT = 1
SECRETS_FILE = "secrets.encrypted"
APPS = (
    "accounts",
    "goals",
    "delivery",
    "sources",
    "listening",
    "alerts",
    "dashboards",
    "briefs",
    "planning",
    "returns",
)

# Tables that stay behind, and why.
LEFT_OUT = {
    "accounts.Token": "opens this installation, not another",
    "accounts.SecretAddress": "opens this installation, not another",
    "accounts.KeptAnswer": "an answer that a program may ask for again within the day",
    "accounts.Invitation": "its link leads to this installation",
    "accounts.Invitation_teams": "its link leads to this installation",
    "delivery.Letter": "it would be sent twice",
    "alerts.Reception": "says to whom letters went that stay behind",
    "planning.ReadReply": "of mails whose marks only this installation knows",
    "returns.BegunFile": "a file that this installation reads in at the moment",
    "returns.Click": "its mark stands in an address of a visitor that leads to this installation",
    "returns.Timer": "a clock that its person stops here, or starts anew there",
    "returns.WaitingFile": "a file that somebody looks at before it is read in, for a day",
    "dashboards.DayFigures": "counted anew from mentions",
    "dashboards.Changed": "says what is to be counted anew",
    "dashboards.Counting": "says how far the counting came",
}
# Fields that hold secrets: left empty, or written encrypted where that is asked for.
SECRET = {
    "accounts.User.password": "!",  # nobody signs in by it
    "sources.Source.secrets": "",
    "delivery.Hook.secret": "",
}
SEALED = ("sources.Source.secrets", "delivery.Hook.secret")  # under this archive's own key


@cache
def tables() -> tuple[type[models.Model], ...]:
    """Return the tables that are taken along, each after those that it refers to."""
    wanted = {
        model._meta.label: model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in APPS
        and model._meta.label not in LEFT_OUT
        and (model in {Organisation, User} or path_of(model) is not None)
    }
    ordered: dict[str, type[models.Model]] = {}

    def visit(model: type[models.Model]) -> None:
        if model._meta.label in ordered:
            return
        for other in _referred(model):
            if other is not model and other._meta.label in wanted:
                visit(other)
        ordered[model._meta.label] = model

    for model in wanted.values():
        visit(model)
    return tuple(ordered.values())


def _referred(model: type[models.Model]) -> Iterator[type[models.Model]]:
    for field in model._meta.concrete_fields:
        if isinstance(field.remote_field, models.ForeignObjectRel):
            yield field.remote_field.model


@cache
def path_of(model: type[models.Model]) -> str | None:
    """Return the lookup from a table to its organisation; None where there is none."""
    if model is Organisation:
        return "pk"
    if model is User:
        return "memberships__organisation"
    found = {
        field.name: field.remote_field.model
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.model is not User
    }
    if Organisation in found.values():
        return next(name for name, other in found.items() if other is Organisation)
    for name, other in found.items():
        further = path_of(other)
        if further is not None:
            return f"{name}__{further}"
    return None


def fields_of(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns of a table."""
    return [one for one in model._meta.concrete_fields if one.column is not None]


def written(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else value


def read(field: models.Field[Any, Any], value: Any) -> Any:
    """Return a value as its column takes it."""
    if value is None:
        return None
    if isinstance(field, models.DateTimeField | MomentField):
        return datetime.fromisoformat(value)
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    return base64.b64decode(value) if isinstance(field, models.BinaryField) else value


def locker(passphrase: str, salt: bytes) -> Fernet:
    """Return what encrypts under a passphrase: scrypt (RFC 7914, 64 MiB), then Fernet."""
    kdf = Scrypt(salt=salt, length=32, n=1 << 16, r=8, p=1)
    return Fernet(base64.urlsafe_b64encode(kdf.derive(passphrase.encode())))
