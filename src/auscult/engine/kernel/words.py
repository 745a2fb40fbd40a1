"""The language in which people are told something, chosen by whoever uses the engine.

By default every message stays in English. The web layer hands over Django's gettext once, at
start; then a message is looked up in the language of the person who asks.

>>> from auscult.engine.kernel.words import gettext as _
>>> _("The file {name} is empty.").format(name="a.csv")
'The file a.csv is empty.'
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

Plural = Callable[[str, str, int], str]
Number = Callable[[int], str]
Day = Callable[[date], str]


def _same(message: str) -> str:
    return message


def _english(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


def _grouped(number: int) -> str:
    return f"{number:,}"


def _written(day: date) -> str:
    return f"{day:%d %B %Y}"


_one: Callable[[str], str] = _same
_many: Plural = _english
_whole: Number = _grouped
_day: Day = _written


def speak(
    one: Callable[[str], str] = _same,
    many: Plural = _english,
    number: Number = _grouped,
    written: Day = _written,
) -> None:
    """Look messages up by these from now on; without arguments, speak English again."""
    global _one, _many, _whole, _day
    _one, _many, _whole, _day = one, many, number, written


def gettext(message: str) -> str:
    """Return a message in the reader's language; its places stay for `str.format`."""
    return _one(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a message that fits a number."""
    return _many(one, many, number)


def gettext_noop(message: str) -> str:
    """Mark a message for translation where it stands; it is looked up where it is shown."""
    return message


def whole(number: int) -> str:
    """Write a whole number as the reader's language groups its digits: 5,000."""
    return _whole(number)


def day(value: date) -> str:
    """Write a day as the reader's language does: 07 March 2026."""
    return _day(value)
