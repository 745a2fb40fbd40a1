"""Keyed digests of what could name a person: they tell that two rows are the same, nothing else.

The key follows from the archive's secret, the organisation and what the text is. So nobody without
the secret can try numbers until one fits, the same order number of two houses has two digests, and
a caller's number is never found again as a visitor's mark.
"""

from __future__ import annotations

import hmac
from enum import StrEnum

from django.utils.crypto import salted_hmac

LENGTH = 64  # hexadecimal digits


class Named(StrEnum):
    """What a text is that could name a person."""

    ORDER = "order"
    VISITOR = "visitor"
    CALLER = "caller"
    MARK = "mark"  # of a click, in the address that a short link leads to


class Digests:
    """Digests of one kind of texts of one organisation; the key is made once for all of them."""

    def __init__(self, organisation_id: int, named: Named) -> None:
        salt = f"auscult.returns.{named.value}.{organisation_id}"
        self._key = salted_hmac(salt, b"", algorithm="sha256").digest()

    def of(self, text: str) -> str:
        """Return a text's digest; of nothing (or blanks alone) it is empty."""
        plain = text.strip()
        if not plain:
            return ""
        return hmac.digest(self._key, plain.encode("utf-8", "surrogatepass"), "sha256").hex()
