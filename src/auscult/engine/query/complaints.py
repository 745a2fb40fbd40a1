"""Says what is wrong with the order of a query's lexemes."""

from __future__ import annotations

from collections.abc import Sequence

from auscult.engine.kernel.words import gettext as _
from auscult.engine.query.errors import QueryError, shown
from auscult.engine.query.grammar import RESERVED
from auscult.engine.query.lexer import Kind, Lexeme


def missing_operand(lexemes: Sequence[Lexeme], index: int) -> QueryError:
    """Say that something to look for should stand where the lexeme at `index` does."""
    lexeme = lexemes[index]
    before = lexemes[index - 1].text if index else ""
    if lexeme.kind is Kind.END:
        message = _("The query ends after {read}, where a word is missing.").format(
            read=shown(before)
        )
    elif before:
        message = _("Between {read} and {read2} a word is missing.").format(
            read=shown(before), read2=shown(lexeme.text)
        )
    else:
        message = _("Before {read} a word is missing.").format(read=shown(lexeme.text))
    capitals = lexeme.text if lexeme.text in RESERVED else before if before in RESERVED else ""
    hint = _('To look for the word {capitals}, write it in quotes: `"{capitals}"`.').format(
        capitals=capitals
    )
    return QueryError(message, column=lexeme.column, code="syntax", hint=hint if capitals else "")


def stray(lexeme: Lexeme) -> QueryError:
    """Say that a lexeme can't stand where it does."""
    reasons = {
        Kind.CLOSE: (
            _("{read} closes nothing that was opened."),
            _("Take it out, or add `(` before."),
        ),
        Kind.PIPE: (
            _("{read} stands only between the values of a field."),
            _("Write OR between words."),
        ),
        Kind.TILDE: (
            _("{read} follows nothing that it can widen."),
            _('Write `"flu shot"~5`.'),
        ),
    }
    reason, hint = reasons.get(lexeme.kind, (_("{read} can't stand here."), ""))
    return QueryError(
        reason.format(read=shown(lexeme.text)),
        column=lexeme.column,
        code="syntax",
        hint=hint,
    )
