"""Writes a tree in the canonical spelling, so that reading it gives the same tree."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby

import regex

from auscult.engine.kernel.text import is_signed, tokens
from auscult.engine.query.grammar import RESERVED
from auscult.engine.query.tree import (
    And,
    AtLeast,
    Exact,
    FieldIs,
    FieldRange,
    InTitle,
    Leaf,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Raw,
    Token,
    Wildcard,
    Word,
)

_plain_value = regex.compile(r"""[^\s\p{White_Space}()"“”„‟＂<>|*?\[\]]+""")


def to_text(tree: Node) -> str:
    """Write a tree.

    Examples
    --------
    >>> to_text(Or(children=(Word(text="flu"), And(children=(Word(text="a"), Word(text="b"))))))
    'flu OR (a AND b)'
    """
    match tree:
        case Or():
            return " OR ".join(_inside(child) for child in tree.children)
        case And():
            return _all_of(tree)
        case Not():
            return f"NOT {_inside(tree.child)}"
        case Near():
            return _near(tree)
        case AtLeast():
            return f"ATLEAST/{tree.count}({to_text(tree.child)})"
    return _leaf(tree)


def _leaf(leaf: Leaf | InTitle) -> str:
    match leaf:
        case InTitle():
            return f"title:{_inside(leaf.child)}"
        case Word() | Wildcard() | Exact() | Phrase():
            return _words(leaf.parts if isinstance(leaf, Phrase) else (leaf,))
        case Raw():
            return f"raw:{_value(leaf.text)}"
        case FieldIs():
            return f"{leaf.field}:{'|'.join(map(_value, leaf.values))}"
        case FieldRange():
            return f"{leaf.field}:[{amount(leaf.low)} TO {amount(leaf.high)}]"


def _inside(node: Node) -> str:
    """Write a child of AND, OR or NOT: in brackets if it holds operators."""
    return f"({to_text(node)})" if isinstance(node, And | Or | Not | Near) else to_text(node)


def _all_of(tree: And) -> str:
    first, *others = tree.children
    written = to_text(first) if isinstance(first, Not) else _inside(first)
    for child in others:
        written += f" {to_text(child)}" if isinstance(child, Not) else f" AND {_inside(child)}"
    return written


def _near(tree: Near) -> str:
    operands = [_inside(operand) for operand in tree.operands]
    if len(operands) > 2:
        return f"{'o' * tree.ordered}near/{tree.distance}:{','.join(operands)}"
    return f"{operands[0]} NEAR/{tree.distance}{'f' * tree.ordered} {operands[1]}"


def _words(parts: Sequence[Token]) -> str:
    """Write one token, or a phrase."""
    written = phrase_text(parts)
    if all(isinstance(part, Exact) for part in parts):
        return written
    if len(parts) == 1 and written.upper() not in RESERVED:
        return written
    return f'"{written}"'


def phrase_text(parts: Sequence[Token]) -> str:
    """Write the tokens of a phrase as they stand between its quotes."""
    groups = groupby(parts, lambda part: isinstance(part, Exact))
    written = [(exact, _glued([_spelled(part) for part in group])) for exact, group in groups]
    return " ".join(f"{{{text}}}" if exact else text for exact, text in written)


def _glued(pieces: list[str]) -> str:
    """Join tokens by spaces, but a hashtag's, which `_` joins only behind its sign, by nothing.

    Han characters cut `#x_y` into several tokens; alone, the later ones are none.
    """
    text = pieces[-1]
    glued = "_" in text and not is_signed(text)
    for piece in reversed(pieces[:-1]):
        text = f"{piece}{text}" if glued else f"{piece} {text}"
        glued = not is_signed(piece) and (glued or "_" in piece)
    return text


def _spelled(token: Token) -> str:
    """Spell a token such that it is cut as this one token again.

    For three characters that is not the token's form: composed with U+0338 an emoji can
    be a character that is none (U+21AE); the emoji U+24C2 folds to one that is none; and
    U+0345 folds to a letter, the iota, which parts from a Han character or an emoji.
    """
    if isinstance(token, Wildcard):
        return token.pattern
    form = token.text
    decomposed = unicodedata.normalize("NFD", form)
    for spelling in (
        form,
        decomposed,
        form.replace("ⓜ", "Ⓜ"),
        _with_iota_below(form),
        _with_iota_below(decomposed),
    ):
        found = tokens(spelling)
        if len(found) == 1 and form in {found[0].folded, found[0].exact}:
            return spelling
    return form  # a piece of a hashtag, which is a token only behind its sign


def _with_iota_below(form: str) -> str:
    start = 1 + is_signed(form)
    return form[:start] + form[start:].replace("ι", "\u0345")


def _value(text: str) -> str:
    return text if _plain_value.fullmatch(text) else '"' + text.replace('"', '""') + '"'


def amount(number: float | None) -> str:
    """Write the end of a range."""
    return "*" if number is None else format(Decimal(f"{number!r}").normalize(), "f")
