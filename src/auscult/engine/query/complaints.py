"""Says what is wrong with the order of a query's lexemes."""

from __future__ import annotations

from collections.abc import Sequence

from auscult.engine.query.errors import QueryError, shown
from auscult.engine.query.grammar import RESERVED
from auscult.engine.query.lexer import Kind, Lexeme


def missing_operand(lexemes: Sequence[Lexeme], index: int) -> QueryError:
    """Say that something to look for should stand where the lexeme at `index` does."""
    lexeme = lexemes[index]
    before = lexemes[index - 1].text if index else ""
    if lexeme.kind is Kind.END:
        message = f"The query ends after {shown(before)}, where a word is missing."
    elif before:
        message = f"Between {shown(before)} and {shown(lexeme.text)} a word is missing."
    else:
        message = f"Before {shown(lexeme.text)} a word is missing."
    capitals = lexeme.text if lexeme.text in RESERVED else before if before in RESERVED else ""
    hint = f'To look for the word {capitals}, write it in quotes: `"{capitals}"`.'
    return QueryError(message, column=lexeme.column, code="syntax", hint=hint if capitals else "")


def stray(lexeme: Lexeme) -> QueryError:
    """Say that a lexeme can't stand where it does."""
    reasons = {
        Kind.CLOSE: ("closes nothing that was opened.", "Take it out, or add `(` before."),
        Kind.PIPE: ("stands only between the values of a field.", "Write OR between words."),
        Kind.TILDE: ("follows nothing that it can widen.", 'Write `"flu shot"~5`.'),
    }
    reason, hint = reasons.get(lexeme.kind, ("can't stand here.", ""))
    return QueryError(
        f"{shown(lexeme.text)} {reason}", column=lexeme.column, code="syntax", hint=hint
    )
