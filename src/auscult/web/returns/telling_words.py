"""Notes of the facts as sentences, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.returns.reasons import Reason, Why, say
from auscult.web.goals.amounts import amount
from auscult.web.returns.telling_types import Note

CODES = frozenset(Why)


def said(note: Note) -> str:
    """Return the sentence of a note."""
    if note.code not in CODES:
        return note.text
    reason = Reason(why=Why(note.code), numbers=note.numbers)
    return say(reason, translate=_, shown=_shown)


def _shown(number: float) -> str:
    return amount(float(f"{number:.3g}") if number != int(number) else number)
