"""The archive's keys, under which everything secret in the database is encrypted."""

from __future__ import annotations

from django.conf import settings

from auscult.engine.kernel.secrets import KeyFile, Keyring, parse_keys

KEY_SETTING = "AUSCULT_SECRETS_KEY"
KEY_FILE = "secrets.key"


def key_file() -> KeyFile:
    """Return the archive's own file of keys."""
    return KeyFile(settings.AUSCULT.archive / KEY_FILE)


def keyring() -> Keyring:
    """Return the keys as they are now; they are read anew, so that a rotation is seen at once."""
    given = settings.AUSCULT.secrets_key
    return Keyring(parse_keys(given, KEY_SETTING) if given else key_file().keys())
