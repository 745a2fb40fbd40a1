"""The language in which people are told something, chosen by whoever uses the engine.

By default every message stays in English. The web layer hands over Django's gettext once, at
start; then a message is looked up in the language of the person who asks.

>>> from auscult.engine.kernel.words import gettext as _
>>> _("The file {name} is empty.").format(name="a.csv")
'The file a.csv is empty.'
"""

from __future__ import annotations

from collections.abc import Callable

Plural = Callable[[str, str, int], str]


def _same(message: str) -> str:
    return message


def _english(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


_one: Callable[[str], str] = _same
_many: Plural = _english


def speak(one: Callable[[str], str] = _same, many: Plural = _english) -> None:
    """Look messages up by these from now on; without arguments, speak English again."""
    global _one, _many
    _one, _many = one, many


def gettext(message: str) -> str:
    """Return a message in the reader's language; its places stay for `str.format`."""
    return _one(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form of a message that fits a number."""
    return _many(one, many, number)
