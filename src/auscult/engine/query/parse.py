"""Reads a query: text to tree, with warnings, or an error that points at its column.

The grammar, tightest last::

    any    = all  { OR all }
    all    = near { [AND] near }                  neighbours are AND, with a warning
    near   = unary { NEAR[/n[f]] unary }          from the left
    unary  = (NOT | -) unary | primary
    primary = bracket | word | phrase | exact | raw | field | title | list | at least
"""

from __future__ import annotations

from dataclasses import dataclass

from auscult.engine.kernel.text import clean
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import whole
from auscult.engine.query.checks import check_limits, refuse_purely_negative
from auscult.engine.query.errors import QueryError, QueryWarning
from auscult.engine.query.grammar import MAX_CHARACTERS
from auscult.engine.query.parser import Parser
from auscult.engine.query.tree import Node
from auscult.engine.query.words import Vocabulary

__all__ = ["Query", "QueryError", "QueryWarning", "Vocabulary", "parse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A query that was read: what was written, what it means, and what may not be meant."""

    text: str
    tree: Node
    warnings: tuple[QueryWarning, ...] = ()


def parse(text: str, *, strict: bool = False, vocabulary: Vocabulary | None = None) -> Query:
    """Read a query.

    Parameters
    ----------
    text : str
        The query, at most 100,000 characters.
    strict : bool
        Refuse AND and OR mixed without brackets, instead of warning.
    vocabulary : Vocabulary or None
        The words that exist, to tell whether a wildcard with a short stem is bearable.

    Raises
    ------
    QueryError
        Where the query can't be read; its column is where.

    Examples
    --------
    >>> parse('flu NEAR/5 "shot*"').tree
    Near(operands=(Word(text='flu'), Wildcard(pattern='shot*')), distance=5, ordered=False)
    """
    if len(text) > MAX_CHARACTERS:
        raise QueryError(
            _("The query has {number} characters; at most {max_characters} are read.").format(
                number=whole(len(text)), max_characters=whole(MAX_CHARACTERS)
            ),
            column=MAX_CHARACTERS + 1,
            code="limit",
            hint=_("Split it into several watches."),
        )
    valid, replaced = clean(text)
    parser = Parser(valid, strict=strict, vocabulary=vocabulary)
    if replaced:
        message = _("{replaced} characters are not valid Unicode and separate words.").format(
            replaced=replaced
        )
        parser.warn(QueryWarning(column=valid.index("\ufffd") + 1, message=message))
    tree = parser.read()
    check_limits(tree)
    refuse_purely_negative(tree)
    warnings = sorted(parser.warnings, key=lambda warning: warning.column)
    return Query(text=valid, tree=tree, warnings=tuple(warnings))
