"""Values of objectives in words: as many digits as say something, in the reader's language."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

DIGITS = 4  # that count, of a value with a fraction


def amount(value: float) -> str:
    """Return a value as a person reads it: 12,345 and 26.5 and 0.01234.

    Whole numbers are exact. Of others four digits are shown that count, and never less than
    the whole part.

    Examples
    --------
    >>> [amount(value) for value in (40.0, 26.5, 0.012346, 1234.56, -0.0)]
    ['40', '26.5', '0.01235', '1,235', '0']
    """
    if value == int(value):
        return str(number_format(int(value), force_grouping=True))
    exact = Decimal(repr(value))
    shown = round(exact, max(0, DIGITS - 1 - exact.adjusted()))
    text = f"{shown:f}"
    plain = text.rstrip("0").rstrip(".") if "." in text else text
    return str(number_format(Decimal(plain), force_grouping=True))
