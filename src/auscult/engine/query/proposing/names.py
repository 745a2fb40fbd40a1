"""Reading a name: which of its words tell one house from another, and what else it is called."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice, product
from typing import Any

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.text import tokens

MOST_VARIANTS = 8
# Letters that stand for two where a keyboard has no such key: Duesseldorf.
LONG_FORMS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe"}
    | {"Ü": "Ue", "ø": "oe", "å": "aa", "æ": "ae"}
)
SHORT = 3  # letters of an acronym that many others share


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """An organisation's name, read.

    Attributes
    ----------
    said : str
        As it was given, without its legal form and what stood in brackets.
    words : tuple of str
        Its words, without articles at the start.
    variants : tuple of str
        Other ways to write it, the name itself first; at most eight.
    acronym : str
        In capital letters; empty when it has none.
    distinctive : bool
        Some word of it is neither common to hospitals nor the town: the name alone says
        which house is meant.
    """

    said: str
    words: tuple[str, ...]
    variants: tuple[str, ...]
    acronym: str
    distinctive: bool


@cache
def words_known() -> dict[str, Any]:
    """Return what `words.toml` knows."""
    text = files("auscult.engine.query.proposing").joinpath("words.toml").read_text("utf-8")
    return tomllib.loads(text)


def unaccented(word: str) -> str:
    """Return a word without its accents."""
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def plain(word: str) -> str:
    """Return a word in lower case, without accents, with a straight apostrophe."""
    return unaccented(word.casefold()).replace("’", "'")


def read_name(organisation: str, town: str = "", language: str = "en") -> Name:
    """Read an organisation's name.

    Raises
    ------
    Correctable
        The name has no letters.

    Examples
    --------
    >>> read_name("St. Mary's Hospital", "Rochester").distinctive
    False
    >>> read_name("Mayo Clinic", "Rochester").acronym
    'MC'
    """
    bracketed = re.findall(r"\(([^)]*)\)", organisation)
    said = _without_legal(re.sub(r"\([^)]*\)", " ", organisation))
    words = _words(said)
    if not any(c.isalpha() for word in words for c in word):
        raise Correctable(
            f"'{organisation}' is no name of an organisation.",
            code="no-name",
            field="organisation",
            hint="Write the name as it stands on the door: Lakeside General Hospital.",
        )
    return Name(
        said=" ".join(said.split()),
        words=words,
        variants=_variants(said, words, town, language),
        acronym=_acronym(words, bracketed),
        distinctive=_is_distinctive(words, town),
    )


def _words(said: str) -> tuple[str, ...]:
    words = tuple(token.exact for token in tokens(said))
    return words[1:] if words and plain(words[0]) == "the" else words


def _is_distinctive(words: tuple[str, ...], town: str) -> bool:
    """Return whether a word tells this house from others; an initial or a number doesn't."""
    known = words_known()
    common = {*known["generic"], *known["saints"], *(plain(one.exact) for one in tokens(town))}
    own = [word for word in words if not _stems(plain(word)) & common]
    return any(len(word) > 2 and not word.isdigit() for word in own)


def _stems(word: str) -> set[str]:
    return {word, word.removesuffix("'s"), word.removesuffix("s")}


def _without_legal(name: str) -> str:
    """Return a name without what a register adds at its end."""
    name = re.sub(r"[,;].*\b(inc|llc|ltd|gmbh|ag)\b.*$", "", name, flags=re.IGNORECASE)
    words = [token.exact for token in tokens(name)]
    spoken = [plain(word) for word in words]
    for form in words_known()["legal"]:
        parts = form.split()
        if len(spoken) > len(parts) + 1 and spoken[-len(parts) :] == parts:
            return " ".join(words[: -len(parts)])
    return name


def _variants(said: str, words: tuple[str, ...], town: str, language: str) -> tuple[str, ...]:
    """Return ways to write a name, from the nearest to the farthest.

    They are without accents: an unaccented word of a query matches both.
    """
    choices = [_forms(word, language) for word in words]
    # The product of many choices is long: enough of it is looked at to fill the list.
    written = [" ".join(choice) for choice in islice(product(*choices), 64)]
    distinct = list(dict.fromkeys(written))[: MOST_VARIANTS - 2]
    return tuple(dict.fromkeys(distinct + _shorter(said, words, town)))


def _shorter(said: str, words: tuple[str, ...], town: str) -> list[str]:
    """Return what people leave of a long name, where that still says which house is meant."""
    first = _words(re.split(r"\s[-–—|:/]\s|:\s", said)[0])
    shorter = [first] if len(first) < len(words) else []
    if len(words) > 2 and plain(words[-1]) in words_known()["generic"]:
        shorter.append(words[:-1])
    return [
        " ".join(map(unaccented, part))
        for part in shorter
        if _is_distinctive(part, town) and len(" ".join(part)) > 2 * SHORT
    ]


def _forms(word: str, language: str) -> list[str]:
    spoken = plain(word)
    forms = [unaccented(word)]
    for same in words_known()["same"][language]:
        if spoken in same:
            capital = word[0].isupper()
            forms += [one.capitalize() if capital else one for one in same if one != spoken]
    if "'" in spoken:
        forms.append(re.sub(r"['’]", "", unaccented(word)))
    long = unaccented(word.translate(LONG_FORMS))
    return list(dict.fromkeys([*forms, long]))


def _acronym(words: tuple[str, ...], bracketed: list[str]) -> str:
    """Return the acronym in brackets or in the name, else the first letters of its words."""
    common = words_known()["generic"]
    parts = [part for part in [*bracketed, *words] if plain(part) not in common]
    given = [part for part in parts if re.fullmatch(r"[A-ZÄÖÜ]{2,6}", part)]
    if given:
        return given[0]
    small = set(words_known()["small"])
    letters = "".join(word[0] for word in words if plain(word) not in small and word[0].isalpha())
    return letters.upper() if 2 <= len(letters) <= 6 else ""
