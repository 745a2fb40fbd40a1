"""Credentials of sources: taken out of their configuration, encrypted, joined when one is opened.

A kind of source marks them itself, as fields that are a `SecretStr`. They stand encrypted in
`Source.secrets`; nothing that lists, shows or exports sources ever holds them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from pydantic import SecretStr

from auscult.engine.connectors.base import Settings, secret_fields
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.secrets import KeyFile, Keyring, SecretLost, new_key, parse_keys
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.sources.models import Source

KEY_SETTING = "AUSCULT_SECRETS_KEY"
KEY_FILE = "secrets.key"
KEPT = 2  # keys that stay in the file: a writer that read them before may be at work still


def key_file() -> KeyFile:
    """Return the archive's own file of keys."""
    return KeyFile(settings.AUSCULT.archive / KEY_FILE)


def keyring() -> Keyring:
    """Return the keys as they are now; they are read anew, so that a rotation is seen at once."""
    given = settings.AUSCULT.secrets_key
    return Keyring(parse_keys(given, KEY_SETTING) if given else key_file().keys())


def parted(
    kind: type[Settings], config: Mapping[str, Any], stored: str = ""
) -> tuple[dict[str, Any], str]:
    """Take the credentials out of a configuration.

    Parameters
    ----------
    kind : type
        The connector's `Config`.
    config : mapping
        With its credentials, as far as they are given anew.
    stored : str
        Credentials as stored so far: one that isn't in `config` stays, one that is None or
        empty there is removed.

    Returns
    -------
    dict, str
        What may stand in the table, and the credentials to store, encrypted.
    """
    names = secret_fields(kind)
    bare = {name: value for name, value in config.items() if name not in names}
    given = {name: _plain(config[name]) for name in names if name in config}
    if not given:
        return bare, stored
    kept = {**_decrypted(stored, given, names), **given}
    kept = {name: value for name, value in kept.items() if value not in (None, "")}
    return bare, keyring().encrypt(json.dumps(kept)) if kept else ""


def opened_config(source: Source) -> dict[str, Any]:
    """Return a source's whole configuration, credentials joined in, for its connector alone.

    Raises
    ------
    SecretLost
        The key that they were encrypted under is gone.
    """
    return {**source.config, **_decrypted(source.secrets)}


def joined(source: Source, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new configuration of a source with the stored credentials that it leaves out."""
    return {**_decrypted(source.secrets, config), **config}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did.

    Attributes
    ----------
    renewed : int
        Sources whose credentials are encrypted under the new key now.
    lost : tuple of str
        Names of sources whose credentials no key decrypts.
    """

    renewed: int
    lost: tuple[str, ...]


def rotate_secrets(*, clock: Clock) -> Rotation:
    """Encrypt the credentials of all sources under a new key, in every organisation.

    The new key is in the file before anything is encrypted under it, and an old one leaves
    the file after nothing is: killed at any moment, everything stays readable, and the next
    rotation goes on. With keys from the settings, the first of them is the new key.

    Raises
    ------
    Correctable
        The settings give one key alone, so that there is none to rotate to.
    """
    given = settings.AUSCULT.secrets_key
    if given:
        keys = parse_keys(given, KEY_SETTING)
        if len(keys) == 1:
            raise _nothing_to_rotate_to()
        return _renew_all(Keyring(keys), clock)
    file = key_file()
    with file.held():
        keys = (new_key(), *file.keys())
        file.replace(keys)
        done = _renew_all(Keyring(keys), clock)
        if not done.lost:
            file.replace(keys[:KEPT])
    return done


@transaction.atomic
def _renew_all(ring: Keyring, clock: Clock) -> Rotation:
    renewed, lost = 0, []
    for organisation in organisations():
        actor = system_actor(organisation.pk, "operator", clock=clock)
        mine = 0
        for source in Source.objects.filter(organisation=organisation).exclude(secrets=""):
            try:
                mine += _renew(ring, source)
            except SecretLost:
                lost.append(source.name)
        if mine:
            record_audit(actor, action="rotate-secrets", target="", details={"sources": mine})
        renewed += mine
    return Rotation(renewed=renewed, lost=tuple(lost))


def _renew(ring: Keyring, source: Source) -> bool:
    """Encrypt one source's credentials anew, unless they were changed meanwhile: then those."""
    while source.secrets and not ring.is_current(source.secrets):
        anew = ring.encrypt(ring.decrypt(source.secrets))
        same = Source.objects.filter(pk=source.pk, secrets=source.secrets)
        if same.update(secrets=anew):
            return True
        source.refresh_from_db(fields=["secrets"])
    return False


def _decrypted(
    stored: str, given: Mapping[str, Any] | None = None, names: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Return stored credentials; they aren't looked at where all are given anew."""
    if not stored or (names and given is not None and set(names) <= given.keys()):
        return {}
    found: dict[str, Any] = json.loads(keyring().decrypt(stored))
    return found


def _plain(value: Any) -> Any:
    """Return a value as JSON has it, what is secret in it laid open."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
    return value


def _nothing_to_rotate_to() -> Correctable:
    return Correctable(
        f"{KEY_SETTING} gives one key, so there is no new one to rotate to.",
        code="one-key",
        field=KEY_SETTING,
        hint="Put a new key (`auscult secrets key` prints one) before the old one, with a comma "
        "between them, start Auscult anew, and rotate again; then the old one may go.",
    )
