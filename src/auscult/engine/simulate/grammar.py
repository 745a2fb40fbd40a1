r"""The town's phrase grammar: read from text, compiled to arrays.

A grammar file holds rules. A rule is a line of names that ends in a colon, and under it,
indented, its alternatives, one a line, each as likely as the next::

    greeting:
      hello {who}
      3* hi <there|all>, it's {#7-11} already

    kin kin_she kin_her:
      my mother | she | her
      my father | he | him

`{name}` calls a rule, `<a|b|>` chooses in place, `{#2-9}` writes a number, `3*` makes a
line three times as likely. A rule with several names has as many columns, and within one
post all its names pick the same line. `=` before the first name makes the pick the town's
own: the same in every post. `!flag` after the names marks posts that use the rule. A line
that starts with `#` is a comment; `\n` is a line break.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from auscult.engine.simulate.kernel import BOUND, DEPTH, FACT, NUMBER

LANGUAGES = ("en", "es", "de", "tr", "vi", "ar", "zh")
_HEAD = re.compile(r"^(=?)([a-z][a-z0-9_ ]*?)((?:\s+![a-z]+)*):$")
_WEIGHT = re.compile(r"^(\d+)\* ")
_CALL = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A grammar as arrays; `rules` gives the number of a rule by language and name."""

    rules: dict[tuple[str, str], int]
    flags: tuple[str, ...]
    arrays: tuple[NDArray[np.generic], ...]

    def rule(self, language: str, name: str) -> int:
        """Give the number of a rule, the English one where the language has none."""
        found = self.rules.get((language, name))
        return self.rules["en", name] if found is None else found


class _Builder:
    def __init__(self) -> None:
        self.rules: dict[tuple[str, str], int] = {}
        self.flags: list[str] = []
        self.literals: dict[str, int] = {}
        self.first: list[int] = []
        self.kind: list[int] = []
        self.bind: list[int] = []
        self.flag: list[int] = []
        self.bodies: list[list[str] | tuple[int, int]] = []
        self.language = ""

    def declare(self, kind: int = 0, bind: int = 0, flag: int = 0) -> int:
        self.kind.append(kind)
        self.bind.append(bind)
        self.flag.append(flag)
        self.bodies.append([])
        return len(self.kind) - 1

    def add_rule(self, names: list[str], fact: str, flags: list[str], lines: list[str]) -> None:
        mask = 0
        for name in flags:
            if name not in self.flags:
                self.flags.append(name)
            mask |= 1 << self.flags.index(name)
        bound = len(names) > 1 or bool(fact)
        kind = (BOUND if bound else 0) | (FACT if fact else 0)
        bind = zlib.crc32(names[0].encode()) & 0x7FFFFFFF
        columns = [_split(line, "|") for line in lines] if len(names) > 1 else [[x] for x in lines]
        for number, name in enumerate(names):
            if (self.language, name) in self.rules:
                raise ValueError(f"rule {name!r} stands twice in the grammar of {self.language}")
            rule = self.declare(kind, bind, mask)
            self.rules[self.language, name] = rule
            try:
                self.bodies[rule] = [row[number].strip() for row in columns]
            except IndexError:
                raise ValueError(f"rule {names[0]!r} needs {len(names)} columns a line") from None

    def compile_ops(self, text: str) -> list[int]:
        ops: list[int] = []
        for piece in _pieces(text):
            if piece[0] == "{":
                ops.append(-1 - self.call(piece[1:-1]))
            elif piece[0] == "<":
                inner = self.declare()
                self.bodies[inner] = _split(piece[1:-1], "|")
                ops.append(-1 - inner)
            else:
                ops.append(self.literals.setdefault(piece, len(self.literals)))
        return ops

    def call(self, name: str) -> int:
        if name[0] == "#":
            low, high = (int(x) for x in name[1:].split("-"))
            number = self.declare(NUMBER)
            self.bodies[number] = (low, high - low + 1)
            return number
        for language in (self.language, "en"):
            if (language, name) in self.rules:
                return self.rules[language, name]
        raise ValueError(f"the grammar of {self.language} calls {name!r}, which is no rule")


def _pieces(text: str) -> list[str]:
    """Cut into calls `{..}`, choices `<..>` (which may hold others) and what is between."""
    pieces: list[str] = []
    plain = ""
    i = 0
    while i < len(text):
        if text[i] not in "{<":
            plain += text[i]
            i += 1
            continue
        end = _closing(text, i)
        if plain:
            pieces.append(plain)
            plain = ""
        pieces.append(text[i:end])
        i = end
    return [*pieces, plain] if plain else pieces


def _closing(text: str, start: int) -> int:
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in "{<") - (text[i] in "}>")
        if depth == 0:
            return i + 1
    raise ValueError(f"unclosed {text[start]!r} in {text!r}")


def _split(text: str, sign: str) -> list[str]:
    """Split where `sign` stands outside of choices."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "<") - (character == ">")
        if character == sign and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def _read_rules(builder: _Builder, text: str) -> None:
    names: list[str] = []
    fact, flags, lines = "", [""], [""]
    for line in [*text.splitlines(), "end:"]:
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] == " ":
            weight = _WEIGHT.match(line.strip())
            said = line.strip()[weight.end() if weight else 0 :].replace("\\n", "\n")
            lines += [said] * (int(weight[1]) if weight else 1)
            continue
        if names:
            builder.add_rule(names, fact, flags, lines)
        head = _HEAD.match(line)
        if head is None:
            raise ValueError(f"not the head of a rule: {line!r}")
        fact, names, lines = head[1], head[2].split(), []
        flags = [flag[1:] for flag in head[3].split()]


def _assemble(builder: _Builder) -> Compiled:
    first, count, ops, alt_start = [], [], [], [0]
    language_of = {rule: language for (language, _), rule in builder.rules.items()}
    rule = 0
    while rule < len(builder.bodies):  # choices in place append rules as they are compiled
        before = len(builder.bodies)
        builder.language = language_of.get(rule, builder.language)
        body = builder.bodies[rule]
        if isinstance(body, tuple):
            first.append(body[0])
            count.append(body[1])
        else:
            first.append(len(alt_start) - 1)
            count.append(len(body))
            for text in body:
                ops += builder.compile_ops(text)
                alt_start.append(len(ops))
        language_of.update(dict.fromkeys(range(before, len(builder.bodies)), builder.language))
        rule += 1
    texts = [text.encode() for text in builder.literals]
    arrays = (
        np.frombuffer(b"".join(texts), np.uint8),
        np.cumsum([0, *map(len, texts)]).astype(np.int64),
        np.array(ops, np.int32),
        np.array(alt_start, np.int64),
        np.array([first, count, builder.kind, builder.bind, builder.flag], np.int64).T.copy(),
        np.zeros((DEPTH, 2), np.int64),  # room for the rules that are open at one time
    )
    return Compiled(rules=builder.rules, flags=tuple(builder.flags), arrays=arrays)


def compile_grammar(texts: dict[str, str]) -> Compiled:
    """Compile grammars by language; a rule that a language lacks is the English one.

    Raises
    ------
    ValueError
        If a rule stands twice, has too few columns, calls what is not there, or isn't closed.
    """
    builder = _Builder()
    for language, text in texts.items():
        builder.language = language
        _read_rules(builder, text)
    return _assemble(builder)


@cache
def lakeside_grammar() -> Compiled:
    """Read and compile the grammars that come with the town."""
    folder = files("auscult.engine.simulate") / "grammar"
    texts = dict.fromkeys(LANGUAGES, "")
    pages = [page for page in folder.iterdir() if page.name.endswith(".txt")]
    for page in sorted(pages, key=lambda page: page.name):
        language = page.name.split("-")[0].removesuffix(".txt")
        texts[language] += page.read_text(encoding="utf-8") + "\n"
    return compile_grammar(texts)
