"""What nobody but their receiver may read: found in addresses, headers and bodies, and hidden."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

LENGTH = 200  # characters of an address that are shown
SHORTEST = 4  # a secret shorter than this isn't searched for in texts
HIDDEN = "…"

_WORDS = (
    r"key|api_?key|token|auth|authorization|bearer|code|jwt|password|passwd|pwd|pass|secret|"
    r"session|sid|sig|signature|cookie"
)
_NAME = re.compile(rf"(?i)(?:.*[._-])?(?:access|refresh|client|app)?(?:{_WORDS})")
_PARAMETER = re.compile(r"(?P<name>[?&;#](?P<word>[^=&;#?\s]+))=(?P<value>[^&;#\s'\"]*)")
# Looking behind keeps it linear: a scheme begins once, not at each of its letters.
_USERINFO = re.compile(r"(?i)(?<![a-z0-9+.-])(?P<scheme>[a-z][a-z0-9+.-]*://)[^/?#\s]*@")


def is_secret(name: str) -> bool:
    """Tell whether a parameter, header or field of this name holds credentials.

    Examples
    --------
    >>> [name for name in ("access_token", "X-Api-Key", "appPassword", "lang") if is_secret(name)]
    ['access_token', 'X-Api-Key', 'appPassword']
    """
    return bool(_NAME.fullmatch(name))


def shown(text: str) -> str:
    """Return an address as it may stand in a message: shortened, and without secrets.

    Examples
    --------
    >>> shown("https://x.org/feed?lang=en&access_token=abc")
    'https://x.org/feed?lang=en&access_token=…'
    """
    safe = _USERINFO.sub(rf"\g<scheme>{HIDDEN}@", text)
    safe = _PARAMETER.sub(
        lambda found: f"{found['name']}={HIDDEN}" if is_secret(found["word"]) else found[0], safe
    )
    flat = "".join(one if one.isprintable() else HIDDEN for one in safe)
    return flat if len(flat) <= LENGTH else flat[: LENGTH - 1] + HIDDEN


def secrets_in(
    path: str, headers: Mapping[str, str], fields: Mapping[str, Any] | None = None
) -> tuple[str, ...]:
    """Return the credentials that a request carries, longest first."""
    query = {found["word"]: found["value"] for found in _PARAMETER.finditer(path)}
    given = [*query.items(), *headers.items(), *(fields or {}).items()]
    values = {value for name, value in given if isinstance(value, str) and is_secret(name)}
    # "Bearer abc" is found as a whole and by its part; a query's value as sent and as meant.
    values |= {value.rpartition(" ")[2] for value in values}
    values |= {unquote_plus(value) for value in values}
    return tuple(sorted(filter(None, values), key=lambda value: (-len(value), value)))


def without(text: str, secrets: Iterable[str]) -> str:
    """Return a text in which none of the secrets stands."""
    for secret in secrets:
        if len(secret) >= SHORTEST:
            text = text.replace(secret, HIDDEN)
    return text
