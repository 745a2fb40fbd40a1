"""What a tree must keep to: its size, its depth, something to look for, fit operands."""

from __future__ import annotations

from collections.abc import Iterator

from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import whole
from auscult.engine.query.errors import QueryError
from auscult.engine.query.grammar import MAX_DEPTH, MAX_TERMS
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Wildcard,
    Word,
)


def children(node: Node) -> tuple[Node, ...]:
    """Give the nodes directly under a node; the parts of a phrase are none."""
    if isinstance(node, And | Or):
        return node.children
    if isinstance(node, Near):
        return node.operands
    if isinstance(node, Not | InTitle | AtLeast):
        return (node.child,)
    return ()


def walk(tree: Node) -> Iterator[tuple[Node, int]]:
    """Give every node with its depth, the tree's own being 1."""
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(child, depth + 1) for child in children(node)]


def check_limits(tree: Node) -> None:
    """Refuse a tree of too many terms or of too great a depth."""
    terms = 0
    for node, depth in walk(tree):
        terms += not children(node)
        if depth > MAX_DEPTH:
            raise too_deep(1)
    if terms > MAX_TERMS:
        raise too_many_terms(1)


def too_many_terms(column: int) -> QueryError:
    return QueryError(
        _("The query has more than {max_terms} terms.").format(max_terms=whole(MAX_TERMS)),
        column=column,
        code="limit",
        hint=_("Split it into several watches."),
    )


def too_deep(column: int) -> QueryError:
    return QueryError(
        _("The query is nested deeper than {max_depth} levels.").format(max_depth=MAX_DEPTH),
        column=column,
        code="limit",
        hint=_("Take out brackets that change nothing, or write a NEAR of many words as a list."),
    )


def refuse_purely_negative(tree: Node) -> None:
    """Refuse a query that can be true of a post that holds nothing it asks for."""
    if _true_of_nothing(tree):
        raise QueryError(
            _("The query only says what a post must not hold; it would match nearly every post."),
            column=1,
            code="purely-negative",
            hint=_("Add what the posts must hold: `flu NOT bird`."),
        )


def _true_of_nothing(node: Node) -> bool:
    """Whether it holds where no leaf does.

    Leaves under a NOT could only make it less true, and leaves under none more so.
    """
    if isinstance(node, Not):
        return not _true_of_nothing(node.child)
    if isinstance(node, And):
        return all(_true_of_nothing(child) for child in node.children)
    if isinstance(node, Or):
        return any(_true_of_nothing(child) for child in node.children)
    if isinstance(node, InTitle):
        return _true_of_nothing(node.child)
    return False


def fits_near(node: Node) -> bool:
    """Whether a node has occurrences that NEAR can measure from."""
    return _fits(node, (Word, Wildcard, Exact, Phrase, Near))


def fits_at_least(node: Node) -> bool:
    """Whether a node has occurrences that ATLEAST can count."""
    return _fits(node, (Word, Wildcard, Exact, Phrase))


def _fits(node: Node, kinds: tuple[type[Node], ...]) -> bool:
    if isinstance(node, Or):
        return all(isinstance(child, kinds) for child in node.children)
    return isinstance(node, kinds)


def holds_field(node: Node) -> bool:
    """Tell whether a field stands anywhere in it."""
    return any(isinstance(inner, FieldIs | FieldRange | InTitle) for inner, _ in walk(node))
