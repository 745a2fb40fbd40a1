"""Makes the nodes that take only some operands, and refuses the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from auscult.engine.kernel.words import gettext as _
from auscult.engine.query.checks import fits_at_least, fits_near, holds_field
from auscult.engine.query.errors import QueryError, QueryWarning, shown
from auscult.engine.query.grammar import MAX_OPERANDS, WIDE_DISTANCE
from auscult.engine.query.lexer import Lexeme
from auscult.engine.query.tree import AtLeast, InTitle, Near, Node
from auscult.engine.query.write import to_text

Warn = Callable[[QueryWarning], None]


def make_near(operands: Sequence[tuple[Node, int]], operator: Lexeme, warn: Warn) -> Near:
    """Make a NEAR of operands, each with its column."""
    if not 2 <= len(operands) <= MAX_OPERANDS:
        raise QueryError(
            _("{read} takes 2 to {max_operands} operands, not {number}.").format(
                read=shown(operator.text), max_operands=MAX_OPERANDS, number=len(operands)
            ),
            column=operator.column,
            code="limit" if len(operands) > MAX_OPERANDS else "operand",
        )
    for node, column in operands:
        if not fits_near(node):
            raise QueryError(
                _(
                    "NEAR measures between words, exact words, wildcards, phrases, NEARs, or an OR"
                    " of them; {read} is none of these."
                ).format(read=shown(to_text(node))),
                column=column,
                code="operand",
                hint=_("AND, NOT and fields stand outside: `(flu NEAR/5 shot) NOT bird`."),
            )
    if operator.number > WIDE_DISTANCE:
        message = _("{read} spans {number} words.").format(
            read=shown(operator.text), number=operator.number
        )
        hint = _(
            "Over {wide_distance} words most hits are chance; AND may be what is meant."
        ).format(wide_distance=WIDE_DISTANCE)
        warn(QueryWarning(column=operator.column, message=message, hint=hint))
    return Near(
        operands=tuple(node for node, _ in operands),
        distance=operator.number,
        ordered=operator.ordered,
    )


def make_at_least(child: Node, operator: Lexeme, opened: Lexeme) -> AtLeast:
    """Make an ATLEAST of what stands in its bracket."""
    if not fits_at_least(child):
        raise QueryError(
            _(
                "ATLEAST counts words, exact words, wildcards, phrases, or an OR"
                " of them; {read} is none of these."
            ).format(read=shown(to_text(child))),
            column=opened.column,
            code="operand",
            hint=_("Put the rest outside: `ATLEAST/3(flu) AND language:en`."),
        )
    return AtLeast(count=operator.number, child=child)


def make_in_title(child: Node, name: Lexeme) -> InTitle:
    """Make a `title:` of what follows it."""
    if holds_field(child):
        raise QueryError(
            _("`title:` holds another field."),
            column=name.column,
            code="operand",
            hint=_("Write the fields side by side: `title:flu AND language:en`."),
        )
    return InTitle(child=child)
