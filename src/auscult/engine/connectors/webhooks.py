"""Telling another machine what happened here: signed, as Standard Webhooks 1.0 says.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from datetime import datetime

from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Client

PREFIX = "whsec_"
SHORTEST, LONGEST = 24, 64  # bytes of a secret, after the specification
MOST_ANSWER = 1 << 20  # bytes of an answer that are read; nothing in it is looked at
GONE = 410  # "don't send here again", after the specification


def new_secret() -> str:
    """Return a new secret of 256 random bits, as receivers' libraries take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


def read_secret(secret: str) -> bytes:
    """Return the bytes of a secret.

    Raises
    ------
    Correctable
        It isn't `whsec_` and 24 to 64 bytes in base64; the secret stays out of the message.
    """
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.strip().startswith(PREFIX) or not SHORTEST <= len(key) <= LONGEST:
        raise Correctable(
            f"The secret, {len(secret.strip())} characters long, can't be used: it must be "
            f"'{PREFIX}' and {SHORTEST} to {LONGEST} bytes in base64.",
            code="hook-secret-refused",
            field="secret",
            hint="Leave it empty to have one made.",
        )
    return key


def signature(secret: str, *, name: str, at: datetime, body: bytes) -> str:
    """Return what proves to the receiver that a message is ours, and of when.

    Examples
    --------
    The specification's own example:

    >>> from datetime import UTC, datetime
    >>> signature(
    ...     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    ...     name="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     at=datetime.fromtimestamp(1614265330, UTC),
    ...     body=b'{"test": 2432232314}',
    ... )
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{name}.{int(at.timestamp())}.".encode() + body
    digest = hmac.new(read_secret(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode("ascii")


def post(
    client: Client, address: str, *, secret: str, name: str, at: datetime, body: bytes
) -> None:
    """Tell another machine; return when it said that it took the message.

    Parameters
    ----------
    address : str
        Held to the guard of `kernel.http`, as every address is.
    name : str
        The message's own name, the same each time it is sent, so that the receiver can drop
        what it has.
    at : datetime
        When it is sent; part of what is signed.
    body : bytes
        JSON.

    Raises
    ------
    AddressRefused
        The address may not be reached.
    Remote
        It didn't take the message; `permanent` where it wants none any more (410).
    """
    headers = {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature(secret, name=name, at=at, body=body),
    }
    answer = client.post(address, data=body, headers=headers, max_bytes=MOST_ANSWER)
    if 200 <= answer.status < 300:
        return
    try:
        answer.raise_for_status()
    except Remote as error:
        raise Remote(
            error.message, permanent=answer.status == GONE, retry_after=error.retry_after
        ) from error
    raise Remote(f"It answered with {answer.status}; a receiver answers with 200 to 299.")
