"""Credentials at rest: encrypted under the first of several keys, readable under each of them.

A key is any text of at least 32 random characters; what encrypts is derived from it
(HKDF with SHA-256, RFC 5869), with Fernet: AES in CBC mode, authenticated by HMAC.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from auscult.engine.kernel.errors import Correctable

SHORTEST = 32  # characters of a key
_PURPOSE = b"auscult: credentials of sources, 1"


class SecretLost(Correctable):
    """Something was encrypted under a key that isn't there any more."""

    def __init__(self) -> None:
        super().__init__(
            "The stored credentials can't be decrypted: none of the keys is the one that they "
            "were encrypted under.",
            code="secret-lost",
            field="credentials",
            hint="Bring the key back (AUSCULT_SECRETS_KEY, or the file secrets.key of the "
            "archive, from a backup), or enter the credentials of the source again.",
        )


class KeyRefused(Correctable):
    """A text that can't be a key; the text itself stays out of the message."""

    def __init__(self, place: str, length: int) -> None:
        super().__init__(
            f"{place} holds a key of {length} characters, but a key has at least {SHORTEST}.",
            code="key-refused",
            field=place,
            hint="`auscult secrets key` prints a new one.",
        )


class Keyring:
    """Keys, of which the first encrypts and all decrypt.

    Parameters
    ----------
    keys : sequence of str
        At least one.

    Examples
    --------
    >>> old, new = "o" * 32, "n" * 32
    >>> kept = Keyring([old]).encrypt("hunter2")
    >>> Keyring([new, old]).decrypt(kept)
    'hunter2'
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._each = [Fernet(_derived(key)) for key in keys]
        self._ring = MultiFernet(self._each)

    def encrypt(self, text: str) -> str:
        """Return the text, encrypted under the first key, as ASCII."""
        return self._ring.encrypt(text.encode()).decode("ascii")

    def decrypt(self, kept: str) -> str:
        """Return what was encrypted.

        Raises
        ------
        SecretLost
            Under none of these keys, or it was changed since.
        """
        try:
            return self._ring.decrypt(kept.encode()).decode()
        except InvalidToken:
            raise SecretLost from None

    def is_current(self, kept: str) -> bool:
        """Tell whether it is encrypted under the first key."""
        try:
            self._each[0].decrypt(kept.encode())
        except InvalidToken:
            return False
        return True


class KeyFile:
    """A file with keys, one a line, the first of which encrypts; made when it is first read."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def keys(self) -> tuple[str, ...]:
        """Return the keys.

        Raises
        ------
        Correctable
            The file can't be read or made, or holds no keys.
        """
        if self._path.exists():
            return self._read()
        with self.held() as keys:
            return keys

    @contextlib.contextmanager
    def held(self) -> Iterator[tuple[str, ...]]:
        """Give the keys, and keep others from changing them; a killed holder lets go."""
        with self._explained():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lock = os.open(self._beside("lock"), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not self._path.exists():
                self.replace([new_key()])
            yield self._read()
        finally:
            os.close(lock)

    def replace(self, keys: Sequence[str]) -> None:
        """Put these keys into the file, which is held: it has the old ones or the new ones."""
        with self._explained():
            draft = self._beside("draft")  # one that a killed writer left is written over
            with os.fdopen(os.open(draft, _DRAFT, 0o600), "w", encoding="ascii") as file:
                file.write("".join(f"{key}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _read(self) -> tuple[str, ...]:
        with self._explained():
            return parse_keys(self._path.read_text(encoding="ascii"), str(self._path))

    def _beside(self, what: str) -> Path:
        return self._path.with_name(f".{self._path.name}.{what}")

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnicodeError) as error:
            raise Correctable(
                f"The file of keys {self._path} can't be used: {error}.",
                code="key-file-unusable",
                field=str(self._path),
                hint="Let it, and its folder, be readable and writable for Auscult alone.",
            ) from error


def parse_keys(text: str, place: str) -> tuple[str, ...]:
    """Return the keys of a text, which stand between white space or commas.

    Parameters
    ----------
    text : str
    place : str
        Where it comes from, for messages.

    Raises
    ------
    KeyRefused
        One is too short, or there is none.
    """
    keys = tuple(dict.fromkeys(part for part in re.split(r"[\s,]+", text) if part))
    shortest = min(map(len, keys), default=0)
    if shortest < SHORTEST:
        raise KeyRefused(place, shortest)
    return keys


def new_key() -> str:
    """Return a new key of 256 random bits."""
    return secrets.token_urlsafe(32)


_DRAFT = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(made)
