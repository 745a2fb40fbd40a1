"""The fields that a query may name: one table that the parser reads, the matcher compiles
from, and the reference page is tested against.

The parser writes a field's values into the tree as they are compared: without case
(`str.casefold`) unless `keeps_case`, an author without a leading `@`, a yes or no as
`true` or `false`, a choice as its name in `choices`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from auscult.engine.kernel.words import gettext_noop


class Kind(Enum):
    """How a field's value is held against a post."""

    TITLE = "title"  # a query of its own, over the title
    SITE = "site"  # the host of `uri`, else `community`, or a part of it from a dot on
    WITHIN = "within"  # stands in the column, or in one of its values; `*` and `?`
    AUTHOR = "author"  # equals one of two columns; `*` and `?`
    EQUAL = "equal"  # equals the column, or one of its values
    PREFIX = "prefix"  # equals, or is followed by `separator`
    CHOICE = "choice"  # the column that the choice names is set
    BOOLEAN = "boolean"  # true or false
    RANGE = "range"  # a number from low to high
    MINUTE = "minute"  # a number from low to high: the minute of the day, UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRule:
    """One field of the query language.

    Attributes
    ----------
    name : str
        The canonical spelling, as trees and the reference page have it.
    kind : Kind
    columns : tuple of str
        The columns of `engine.kernel.posts.SCHEMA` that it is read from.
    about : str
        What it finds, for a person, to follow "posts"; in English, translated where it is shown.
    aliases : tuple of str
        Other names, in lower case.
    keeps_case : bool
        Values are compared case included.
    separator : str
        For PREFIX: what may follow the value.
    choices : mapping of str to str
        For CHOICE: its values, each with the column that must be set.
    only_source : str
        Where not empty: the field is true of posts of this `source` alone.
    """

    name: str
    kind: Kind
    columns: tuple[str, ...]
    about: str
    aliases: tuple[str, ...] = ()
    keeps_case: bool = False
    separator: str = ""
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    only_source: str = ""

    @property
    def takes_wildcards(self) -> bool:
        return self.kind in {Kind.WITHIN, Kind.AUTHOR}

    @property
    def takes_range(self) -> bool:
        return self.kind in {Kind.RANGE, Kind.MINUTE}


_ENGAGEMENT_TYPES = MappingProxyType(
    {
        "COMMENT": "in_reply_to",
        "REPLY": "in_reply_to",
        "QUOTE": "quote_of",
        "RETWEET": "repost_of",
    }
)

_RULES = (
    FieldRule(
        name="title",
        kind=Kind.TITLE,
        columns=("title",),
        about=gettext_noop("that say this in their title"),
    ),
    FieldRule(
        name="site",
        kind=Kind.SITE,
        columns=("uri", "community"),
        about=gettext_noop("from this site or a part of it"),
    ),
    FieldRule(
        name="url",
        kind=Kind.WITHIN,
        columns=("uri",),
        about=gettext_noop("whose own address holds this"),
    ),
    FieldRule(
        name="links",
        kind=Kind.WITHIN,
        columns=("links",),
        about=gettext_noop("that link to an address with this"),
    ),
    FieldRule(
        name="author",
        kind=Kind.AUTHOR,
        columns=("author", "author_name"),
        about=gettext_noop("by this author"),
        aliases=("from",),
    ),
    FieldRule(
        name="authorFollowers",
        kind=Kind.RANGE,
        columns=("author_followers",),
        about=gettext_noop("by authors with so many followers"),
    ),
    FieldRule(
        name="authorVerified",
        kind=Kind.BOOLEAN,
        columns=("author_verified",),
        about=gettext_noop("by authors whom the network vouches for (true) or not (false)"),
    ),
    FieldRule(
        name="language",
        kind=Kind.PREFIX,
        columns=("language",),
        about=gettext_noop("in this language"),
        aliases=("lang",),
        separator="-",
    ),
    FieldRule(
        name="country",
        kind=Kind.EQUAL,
        columns=("country",),
        about=gettext_noop("from this country"),
    ),
    FieldRule(
        name="region",
        kind=Kind.PREFIX,
        columns=("region",),
        about=gettext_noop("from this region or a part of it"),
        separator=".",
    ),
    FieldRule(
        name="engagementType",
        kind=Kind.CHOICE,
        columns=("in_reply_to", "quote_of", "repost_of"),
        about=gettext_noop("of this kind"),
        choices=_ENGAGEMENT_TYPES,
    ),
    FieldRule(
        name="guid",
        kind=Kind.EQUAL,
        columns=("uri",),
        about=gettext_noop("with exactly this address"),
        keeps_case=True,
    ),
    FieldRule(
        name="parentPostId",
        kind=Kind.EQUAL,
        columns=("in_reply_to",),
        about=gettext_noop("that answer this post"),
        keeps_case=True,
    ),
    FieldRule(
        name="rootPostId",
        kind=Kind.EQUAL,
        columns=("root",),
        about=gettext_noop("in the thread of this post"),
        keeps_case=True,
    ),
    FieldRule(
        name="subreddit",
        kind=Kind.EQUAL,
        columns=("community",),
        about=gettext_noop("from this subreddit"),
        only_source="reddit",
    ),
    FieldRule(
        name="instance",
        kind=Kind.EQUAL,
        columns=("community",),
        about=gettext_noop("from this instance or community"),
    ),
    FieldRule(
        name="source",
        kind=Kind.EQUAL,
        columns=("source",),
        about=gettext_noop("from this kind of source"),
    ),
    FieldRule(
        name="tags", kind=Kind.EQUAL, columns=("tags",), about=gettext_noop("with this label")
    ),
    FieldRule(
        name="rating",
        kind=Kind.RANGE,
        columns=("rating",),
        about=gettext_noop("with so many stars"),
    ),
    FieldRule(
        name="minuteOfDay",
        kind=Kind.MINUTE,
        columns=("created_at",),
        about=gettext_noop("from these minutes of the day, UTC"),
    ),
)

FIELDS: Mapping[str, FieldRule] = MappingProxyType({rule.name: rule for rule in _RULES})

# Every name that is read, in lower case, and the field that it names.
NAMES: Mapping[str, FieldRule] = MappingProxyType(
    {name: rule for rule in _RULES for name in (rule.name.lower(), *rule.aliases)}
)
