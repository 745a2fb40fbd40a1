"""What a query's author hears: errors that stop her query, warnings that go with it.

::

    Correctable
        QueryError     points at a column; `code` is one of
                       syntax, unclosed, no-token, unknown-field, field-value, wildcard,
                       operand, mixed, purely-negative, limit
"""

from __future__ import annotations

from dataclasses import dataclass

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.words import gettext as _


class QueryError(Correctable):
    """A query that can't be read.

    Parameters
    ----------
    message : str
        What was read and what is valid.
    column : int
        Where, in code points; the first character stands in column 1.
    code : str
    hint : str
        What to write instead.
    """

    def __init__(self, message: str, *, column: int, code: str, hint: str = "") -> None:
        super().__init__(
            _("Column {column}: {message}").format(column=column, message=message),
            code=code,
            field="query",
            hint=hint,
        )
        self.column = column


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryWarning:
    """Something in a query that is read, but perhaps not as it was meant."""

    column: int
    message: str
    hint: str = ""


def shown(text: str) -> str:
    """Quote what was read, cut where it is long."""
    return f"`{text[:40]}…`" if len(text) > 40 else f"`{text}`"
