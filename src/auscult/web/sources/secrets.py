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
from auscult.engine.kernel.secrets import Keyring, SecretLost, new_key, parse_keys
from auscult.web.accounts import factor_secrets
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.keys import KEY_SETTING, key_file, keyring
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.delivery.sealing import renew
from auscult.web.sources.errors import CredentialsAgain
from auscult.web.sources.models import Source

KEPT = 2  # keys that stay in the file: a writer that read them before may be at work still


def parted(
    kind: type[Settings], config: Mapping[str, Any], before: Source | None = None
) -> tuple[dict[str, Any], str]:
    """Take the credentials out of a configuration.

    Parameters
    ----------
    kind : type
        The connector's `Config`.
    config : mapping
        With its credentials, as far as they are given anew.
    before : Source, optional
        The source as stored: credentials that aren't in `config` stay; one that is None or
        empty there is removed.

    Returns
    -------
    dict, str
        What may stand in the table, and the credentials to store, encrypted.

    Raises
    ------
    CredentialsAgain
        Credentials would stay, but the source is another: they would be sent to who never
        had them.
    """
    names = secret_fields(kind)
    bare = {name: value for name, value in config.items() if name not in names}
    given = {name: _plain(config[name]) for name in names if name in config}
    stored = before.secrets if before and given.keys() != set(names) else ""
    kept = given
    if before and stored:
        stays = {name: value for name, value in _decrypted(stored).items() if name not in given}
        changed = _another(kind, before.config, bare)
        if stays and changed:
            raise CredentialsAgain(before.name, changed, next(iter(stays)))
        kept = {**stays, **given}
    kept = {name: value for name, value in kept.items() if value not in (None, "")}
    return bare, keyring().encrypt(json.dumps(kept)) if kept else ""


def joined(bare: Mapping[str, Any], credentials: str) -> dict[str, Any]:
    """Return a whole configuration from its two parts.

    Raises
    ------
    SecretLost
        The key that the credentials were encrypted under is gone.
    """
    return {**bare, **_decrypted(credentials)}


def opened_config(source: Source) -> dict[str, Any]:
    """Return a source's whole configuration, for its connector alone; see `joined`."""
    return joined(source.config, source.secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did.

    Attributes
    ----------
    renewed : int
        How many secrets (of sources, webhooks, waiting letters) are under the new key now.
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
    with file.held() as before:
        keys = (new_key(), *before)
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
        # The archive has one ring of keys: webhooks, waiting letters, and the secrets of
        # authenticator apps go along.
        mine += renew(ring, organisation.pk) + factor_secrets.renew(ring, organisation.pk)
        if mine:
            record_audit(actor, action="rotate-secrets", target="", details={"secrets": mine})
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


def _decrypted(stored: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(keyring().decrypt(stored)) if stored else {}
    return found


def _another(kind: type[Settings], before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return the first field that may say whom credentials are sent to, and has changed."""
    for name, field in kind.model_fields.items():
        default = field.get_default(call_default_factory=True)
        pair = [_plain(config.get(name) or default) for config in (before, after)]
        if name not in kind.says_what and pair[0] != pair[1] and _text(pair):
            return name
    return ""


def _text(value: Any) -> bool:
    """Tell whether a value, as JSON has it, has any text in it."""
    if isinstance(value, Mapping):
        return any(map(_text, value.values()))
    return isinstance(value, str) or (isinstance(value, list) and any(map(_text, value)))


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
