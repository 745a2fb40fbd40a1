"""From a name and a town to standing queries that are worth a look."""

from __future__ import annotations

from dataclasses import dataclass

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.text import tokens
from auscult.engine.query.parse import parse
from auscult.engine.query.proposing.names import (
    SHORT,
    Name,
    plain,
    read_name,
    unaccented,
    words_known,
)

NEAR = 12  # tokens between a common name and its town, in one sentence or the next


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A watch that is worth a look.

    Attributes
    ----------
    name : str
        What the watch would be called.
    query : str
        In the query language; it parses without a warning.
    why : str
        What it finds, in a sentence.
    hashtags : tuple of str
        Hashtags that it looks for, without the sign: networks can be asked for these.
    """

    name: str
    query: str
    why: str
    hashtags: tuple[str, ...] = ()


def propose(organisation: str, town: str = "", *, language: str = "en") -> tuple[Proposed, ...]:
    """Return watches for an organisation, the most telling first.

    Parameters
    ----------
    organisation : str
        Its name, as it stands on the door.
    town : str
        Where it is; a common name ("St. Mary's Hospital") can't be watched without it.
    language : str
        In which people speak of it: `en`, `de`, `fr` or `es`; another is taken as English.

    Raises
    ------
    Correctable
        The name has no letters, or is a common one and there is no town.

    Examples
    --------
    >>> first = propose("Lakeside General Hospital", "Lakeside")[0]
    >>> first.query
    '("Lakeside General Hospital" OR #LakesideGeneralHospital)'
    """
    language = language.split("-", maxsplit=1)[0]
    language = language if language in words_known()["care"] else "en"
    name = read_name(organisation, town, language)
    place = _place(town)
    if not (place or _says_which(name, town)):
        raise Correctable(
            f"Many houses are called '{name.said}'.",
            code="common-name",
            field="town",
            hint="Add the town, so that others of that name stay out.",
        )
    itself = _itself(name, town, place)
    proposals = [
        Proposed(
            name=name.said,
            query=itself,
            why="Posts that name you, in the ways people write it.",
            hashtags=_tags(name),
        ),
        *_by_acronym(name, place, language),
        *_topics(name, itself, language),
        *_town(town, place, language),
    ]
    for proposed in proposals:
        parse(proposed.query)  # what can't be read is our mistake: better here than on a page
    return tuple(proposals)


def _says_which(name: Name, town: str) -> bool:
    """Return whether a name alone tells which house is meant."""
    spoken = {plain(word) for word in name.words}
    return name.distinctive or bool(spoken & {plain(token.exact) for token in tokens(town)})


def _place(town: str) -> str:
    """Return the query for a town, or nothing."""
    words = [unaccented(token.exact) for token in tokens(town)]
    return f'"{" ".join(words)}"' if len(words) > 1 else "".join(words)


def _tags(name: Name) -> tuple[str, ...]:
    """Return the hashtag of a whole name: a short one is others' as well."""
    whole = "".join(_capital(word) for word in name.words)
    return (whole,) if len(whole) > SHORT else ()


def _capital(word: str) -> str:
    return unaccented(word[:1].upper() + word[1:]).replace("'", "").replace("’", "")


def _itself(name: Name, town: str, place: str) -> str:
    phrases = [_phrase(variant) for variant in name.variants]
    tags = _tags(name)
    if _says_which(name, town):
        return _any(phrases + [f"#{tag}" for tag in tags])
    return f"({_any(phrases)} NEAR/{NEAR} {place})"


def _phrase(text: str) -> str:
    return f'"{text}"' if len(list(tokens(text))) > 1 else text


def _any(terms: list[str]) -> str:
    distinct = list(dict.fromkeys(terms))
    return f"({' OR '.join(distinct)})" if len(distinct) > 1 else distinct[0]


def _by_acronym(name: Name, place: str, language: str) -> list[Proposed]:
    """Return a watch for the acronym, beside the town or, if it is long, beside words of care."""
    if not name.acronym or (len(name.acronym) <= SHORT and not place):
        return []
    beside = [place] if place else []
    if len(name.acronym) > SHORT:
        beside += words_known()["care"][language]
    return [
        Proposed(
            name=f"{name.said}: {name.acronym}",
            query=f"{{{name.acronym}}} AND {_any(beside)}",
            why=f"Posts that say {name.acronym}, in capitals, together with "
            + ("your town." if len(name.acronym) <= SHORT else "your town or words of care."),
        )
    ]


def _topics(name: Name, itself: str, language: str) -> list[Proposed]:
    return [
        Proposed(
            name=f"{name.said}: {topic}",
            query=f"{itself} AND {_any(words)}",
            why="Posts that name you and speak of this.",
        )
        for topic, words in words_known()["topics"][language].items()
    ]


def _town(town: str, place: str, language: str) -> list[Proposed]:
    if not place:
        return []
    return [
        Proposed(
            name=f"Care in {town.strip()}",
            query=f"{place} NEAR/{NEAR} {_any(words_known()['care'][language])}",
            why="What your town says of hospitals and doctors, whoever is meant.",
        )
    ]
