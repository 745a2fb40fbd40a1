"""Numbers that an address or a form gives."""

from __future__ import annotations

LARGEST = 2**63 - 1  # a row's, in both databases


def number_of(given: str) -> int | None:
    """Return the number that a text is; None where no row can have it.

    >>> number_of("12"), number_of(""), number_of("-1"), number_of("9" * 30)
    (12, None, None, None)
    """
    if not given.isdecimal() or len(given) > len(str(LARGEST)):
        return None
    number = int(given)
    return number if number <= LARGEST else None
