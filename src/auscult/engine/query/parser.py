"""The recursive descent from lexemes to a tree; `parse.py` shows its grammar."""

from __future__ import annotations

from collections.abc import Sequence

from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import ngettext
from auscult.engine.query.checks import too_deep
from auscult.engine.query.complaints import missing_operand, stray
from auscult.engine.query.conditions import condition
from auscult.engine.query.errors import QueryError, QueryWarning, shown
from auscult.engine.query.grammar import MAX_DEPTH, RESERVED
from auscult.engine.query.lexer import LEAVES, Kind, Lexeme, lexemes
from auscult.engine.query.operands import make_at_least, make_in_title, make_near
from auscult.engine.query.tree import And, Node, Not, Or, Raw
from auscult.engine.query.words import (
    Vocabulary,
    WordReader,
    exact_parts,
    one_token_or_phrase,
    refuse_pieces,
    signed_word,
)
from auscult.engine.query.write import to_text

_STARTS = LEAVES | {Kind.NOT, Kind.OPEN, Kind.TITLE, Kind.AT_LEAST, Kind.NEAR_LIST}


class Parser:
    """Reads one query."""

    def __init__(self, text: str, *, strict: bool, vocabulary: Vocabulary | None) -> None:
        self.warnings: list[QueryWarning] = []
        self.strict = strict
        self.words = WordReader(self.warn, vocabulary)
        self.lexemes = lexemes(text)
        self.index = 0
        self.depth = 0
        self.neighbours: list[int] = []

    def warn(self, warning: QueryWarning) -> None:
        self.warnings.append(warning)

    def read(self) -> Node:
        if len(self.lexemes) == 1:
            raise QueryError(
                _("The query is empty."), column=1, code="syntax", hint=_("Write a word: `flu`.")
            )
        tree = self._any()
        if self.next.kind is not Kind.END:
            raise stray(self.next)
        self._warn_of_neighbours()
        return tree

    @property
    def next(self) -> Lexeme:
        return self.lexemes[self.index]

    def _take(self) -> Lexeme:
        lexeme = self.lexemes[self.index]
        self.index += 1
        return lexeme

    # The levels of precedence, loosest first.

    def _any(self) -> Node:
        node, joined = self._all()
        nodes, mixed = [node], joined
        column = self.next.column
        while self.next.kind is Kind.OR:
            self._take()
            node, joined = self._all()
            nodes.append(node)
            mixed = mixed or joined
        if len(nodes) == 1:
            return nodes[0]
        tree = Or(children=_flat(nodes, Or))
        if mixed:
            self._mixed(tree, column)
        return tree

    def _all(self) -> tuple[Node, bool]:
        """Read what AND joins, and tell whether it joined anything."""
        nodes = [self._near()]
        while True:
            kind = self.next.kind
            if kind is Kind.AND:
                self._take()
            elif kind not in _STARTS:
                break
            elif kind is not Kind.NOT:
                self.neighbours.append(self.next.column)
            nodes.append(self._near())
        if len(nodes) == 1:
            return nodes[0], False
        return And(children=_flat(nodes, And)), True

    def _near(self) -> Node:
        column = self.next.column
        node = self._unary()
        while self.next.kind is Kind.NEAR:
            operator = self._take()
            right_column = self.next.column
            right = self._unary()
            node = make_near([(node, column), (right, right_column)], operator, self.warn)
        return node

    def _unary(self) -> Node:
        if self.next.kind is not Kind.NOT:
            return self._primary()
        operator = self._take()
        self._deeper(operator)
        child = self._unary()
        self.depth -= 1
        return Not(child=child)

    def _primary(self) -> Node:
        lexeme = self._take()
        read = {
            Kind.OPEN: self._bracket,
            Kind.WORD: self._word,
            Kind.PHRASE: self._phrase,
            Kind.EXACT: self._exact,
            Kind.RAW: self._raw,
            Kind.FIELD: self._field,
            Kind.SIGNED: self._signed,
            Kind.TITLE: self._title,
            Kind.AT_LEAST: self._at_least,
            Kind.NEAR_LIST: self._near_list,
        }.get(lexeme.kind)
        if read is None:
            self.index -= 1
            raise missing_operand(self.lexemes, self.index)
        return read(lexeme)

    # What an operand can be.

    def _bracket(self, opened: Lexeme) -> Node:
        self._deeper(opened)
        node = self._any()
        self._close(opened)
        self.depth -= 1
        if self.next.kind is not Kind.TILDE:
            return node
        tilde = self._take()
        if not isinstance(node, And):
            raise QueryError(
                _("{read} follows a bracket without AND.").format(read=shown(tilde.text)),
                column=tilde.column,
                code="operand",
                hint=_("Write `(flu AND shot){text}`.").format(text=tilde.text),
            )
        return make_near([(child, opened.column) for child in node.children], tilde, self.warn)

    def _close(self, opened: Lexeme) -> None:
        if self.next.kind is Kind.CLOSE:
            self._take()
        elif self.next.kind is Kind.END:
            raise QueryError(
                _("The bracket that opens here is never closed."),
                column=opened.column,
                code="unclosed",
                hint=_("Add `)`."),
            )
        else:
            raise stray(self.next)

    def _word(self, lexeme: Lexeme) -> Node:
        capitals = lexeme.text.upper()
        if capitals in RESERVED:
            message = _("{read} is read as a word.").format(read=shown(lexeme.text))
            hint = _('The operator is written {capitals}; the word `"{text}"`.').format(
                capitals=capitals, text=lexeme.text
            )
            self.warn(QueryWarning(column=lexeme.column, message=message, hint=hint))
        return self.words.word(lexeme.text, lexeme.start)

    def _phrase(self, lexeme: Lexeme) -> Node:
        parts = self.words.parts(lexeme.text, lexeme.content)
        if self.next.kind is not Kind.TILDE:
            return one_token_or_phrase(parts)
        tilde = self._take()
        refuse_pieces(parts, lexeme.start)
        return make_near([(part, lexeme.column) for part in parts], tilde, self.warn)

    def _exact(self, lexeme: Lexeme) -> Node:
        return one_token_or_phrase(exact_parts(lexeme.text, lexeme.content))

    def _raw(self, lexeme: Lexeme) -> Node:
        return Raw(text=lexeme.text)

    def _field(self, lexeme: Lexeme) -> Node:
        return condition(lexeme.name, lexeme.values, self.warn)

    def _signed(self, lexeme: Lexeme) -> Node:
        nodes = [signed_word(self.words, lexeme.name, value) for value in lexeme.values]
        return _either(nodes)

    def _title(self, lexeme: Lexeme) -> Node:
        self._deeper(lexeme)
        if self.next.start != lexeme.end or self.next.kind is Kind.NOT:
            raise QueryError(
                _("`title:` has no value."),
                column=lexeme.column,
                code="field-value",
                hint=_('Write it directly after the colon: `title:flu`, `title:"flu shot"`.'),
            )
        nodes = [self._primary()]
        while self.next.kind is Kind.PIPE:
            self._take()
            nodes.append(self._primary())
        self.depth -= 1
        return make_in_title(_either(nodes), lexeme)

    def _at_least(self, lexeme: Lexeme) -> Node:
        if self.next.kind is not Kind.OPEN:
            raise QueryError(
                _("{read} needs a bracket.").format(read=shown(lexeme.text)),
                column=lexeme.column,
                code="operand",
                hint=_("Write `{text}(flu OR influenza)`.").format(text=lexeme.text),
            )
        opened = self._take()
        self._deeper(opened)
        child = self._any()
        self._close(opened)
        self.depth -= 1
        return make_at_least(child, lexeme, opened)

    def _near_list(self, lexeme: Lexeme) -> Node:
        operands = [(self._primary_at())]
        while self.next.kind is Kind.COMMA:
            self._take()
            operands.append(self._primary_at())
        return make_near(operands, lexeme, self.warn)

    def _primary_at(self) -> tuple[Node, int]:
        column = self.next.column
        return self._primary(), column

    # Complaints.

    def _deeper(self, lexeme: Lexeme) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_deep(lexeme.column)

    def _mixed(self, tree: Or, column: int) -> None:
        text = to_text(tree)
        meaning = text if len(text) <= 300 else text[:300] + "…"
        message = _("AND and OR are mixed without brackets; AND comes first: `{meaning}`.").format(
            meaning=meaning
        )
        hint = _("Write the brackets that you mean.")
        if self.strict:
            raise QueryError(message, column=column, code="mixed", hint=hint)
        self.warn(QueryWarning(column=column, message=message, hint=hint))

    def _warn_of_neighbours(self) -> None:
        if self.neighbours:
            more = len(self.neighbours) - 1
            message = _("Words side by side are read as AND.")
            if more:
                message = ngettext(
                    "Words side by side are read as AND, here and at {more} more place.",
                    "Words side by side are read as AND, here and at {more} more places.",
                    more,
                ).format(more=more)
            hint = _('Write AND, or quotes for a phrase: `"flu shot"`.')
            self.warn(QueryWarning(column=self.neighbours[0], message=message, hint=hint))


def _flat(nodes: Sequence[Node], kind: type[And] | type[Or]) -> tuple[Node, ...]:
    """Children in a row: an AND in an AND is one AND."""
    flat: list[Node] = []
    for node in nodes:
        flat += node.children if isinstance(node, kind) else [node]
    return tuple(flat)


def _either(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Or(children=_flat(nodes, Or))
