"""XML that is nearly right, made right: what writers of feeds get wrong most often.

Names of HTML's characters (`&nbsp;`), ampersands that stand for themselves, references to
characters that XML forbids, and declarations. All of it in time that grows with the length.
"""

from __future__ import annotations

import re
from html.entities import html5

from auscult.engine.kernel.text import clean

# After this nothing is left that could define an entity. What a longer declaration leaves
# behind is text, at worst.
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)[^>\[]{0,1000}>?", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?P<numbers>(?:&#(?:[xX][0-9A-Fa-f]{1,8}|[0-9]{1,9});)+)|&(?:(?P<name>[A-Za-z][A-Za-z0-9]{0,31});)?"
)
_NUMBER = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_OPEN, _CLOSE = "<![CDATA[", "]]>"
_XML = frozenset(("amp", "lt", "gt", "quot", "apos"))
_ESCAPED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;", "'": "&apos;"}
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def mend(text: str) -> str:
    r"""Return a document without declarations, whose references XML understands.

    Examples
    --------
    >>> mend("<!DOCTYPE a><a>R&D &nbsp;&eacute; &lt;<![CDATA[&nbsp;]]>&#xD83D;&#xDE00;</a>")
    '<a>R&amp;D \xa0é &lt;<![CDATA[&nbsp;]]>😀</a>'
    """
    bare = _DECLARATION.sub("", text)
    mended = []
    place = 0
    while (start := bare.find(_OPEN, place)) >= 0:
        end = bare.find(_CLOSE, start)
        end = len(bare) if end < 0 else end
        mended += [_REFERENCE.sub(_said, bare[place:start]), bare[start:end]]
        place = end
    mended.append(_REFERENCE.sub(_said, bare[place:]))
    return "".join(mended)


def _said(found: re.Match[str]) -> str:
    name = found["name"]
    if name in _XML:
        return found.group()
    if name:
        character = html5.get(f"{name};")
        return "".join(_escaped(one) for one in character) if character else f"&amp;{name};"
    if not found["numbers"]:
        return "&amp;"
    # Two references may be the halves of one character, as UTF-16 has it.
    characters = (_character(*number) for number in _NUMBER.findall(found["numbers"]))
    return "".join(_escaped(one) for one in clean("".join(characters))[0])


def _character(hexadecimal: str, decimal: str) -> str:
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _escaped(character: str) -> str:
    if _FORBIDDEN.match(character):
        return " "
    return _ESCAPED.get(character, character)
