"""What an organisation might listen to, from its name and its town; nothing of it is remote."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from auscult.engine.connectors.base import configure
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.query.parse import parse
from auscult.engine.query.proposing import Proposed, propose
from auscult.engine.query.write import to_text
from auscult.web.accounts.models import Actor, Organisation
from auscult.web.accounts.policies import Right, require
from auscult.web.listening import queries
from auscult.web.listening.actions import save_watch
from auscult.web.listening.errors import SuggestionGone
from auscult.web.listening.models import Watch
from auscult.web.sources import queries as source_queries
from auscult.web.sources.actions import Keep, change_source
from auscult.web.sources.models import Source

SECONDS = 2.5  # for all previews of a page
EXAMPLES = 1  # mentions that a preview looks for; a number is all that is shown
LANGUAGES = ("en", "de", "fr", "es")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What is known of an organisation to suggest from."""

    organisation: str
    town: str = ""
    language: str = "en"

    def proposals(self) -> tuple[Proposed, ...]:
        """Return watches that are worth a look; see `propose`."""
        return propose(self.organisation, self.town, language=self.language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A watch that is proposed.

    Attributes
    ----------
    per_day : float or None
        Mentions to expect; None where nothing was collected to tell from, or it is there.
    basis : str
        What that rests on, in words.
    have : Watch or None
        The watch that asks the same already.
    """

    proposed: Proposed
    per_day: float | None
    basis: str
    have: Watch | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hashtag:
    """A hashtag that a connected instance can be asked for; `read` where it is already."""

    tag: str
    source: Source
    read: bool


def name_of(actor: Actor) -> str:
    """Return the name of the actor's organisation."""
    return Organisation.objects.get(pk=actor.organisation_id).name


def suggestions(actor: Actor, house: House, *, seconds: float = SECONDS) -> list[Suggestion]:
    """Return watches for a house, with what to expect of each.

    Raises
    ------
    Correctable
        Its name says too little; see `propose`.
    """
    proposals = house.proposals()
    known = _known(actor)
    fresh = sum(_canonical(one.query) not in known for one in proposals)
    deadline = time.monotonic() + seconds
    found = []
    for one in proposals:
        have = known.get(_canonical(one.query))
        per_day, basis = None, ""
        if have is None:
            left = max(0.0, deadline - time.monotonic()) / max(fresh, 1)
            told = queries.preview(actor, parse(one.query), limit=EXAMPLES, seconds=left)
            per_day, basis, fresh = told.per_day, told.basis, fresh - 1
        found.append(Suggestion(proposed=one, per_day=per_day, basis=basis, have=have))
    return found


def _known(actor: Actor) -> dict[str, Watch]:
    return {watch.canonical: watch for watch in queries.watches(actor)}


def _canonical(query: str) -> str:
    return to_text(parse(query).tree)


@transaction.atomic
def accept(actor: Actor, house: House, *, wanted: Sequence[str] | None = None) -> list[Watch]:
    """Save watches that are proposed for a house; those that are there already stay as they are.

    Parameters
    ----------
    wanted : sequence of str or None
        Queries, as proposed; None: all.

    Returns
    -------
    list of Watch
        Those that are new.

    Raises
    ------
    NotAllowed, SuggestionGone
    """
    require(actor, Right.EDIT_WATCHES, "add watches")
    proposals = {one.query: one for one in house.proposals()}
    chosen = list(proposals) if wanted is None else list(wanted)
    if unknown := next((query for query in chosen if query not in proposals), None):
        raise SuggestionGone(unknown)
    known = _known(actor)
    names = {watch.name for watch in known.values()}
    saved = []
    for query in chosen:
        if _canonical(query) in known:
            continue
        name = _free(proposals[query].name, names)
        names.add(name)
        saved.append(save_watch(actor, name=name, query=query))
    return saved


def _free(name: str, taken: set[str]) -> str:
    """Return a name that no watch has, as near to this one as can be."""
    short = name[:190]
    numbered = (f"{short} ({number})" for number in range(2, len(taken) + 3))
    return short if short not in taken else next(one for one in numbered if one not in taken)


def hashtags(actor: Actor, house: House) -> list[Hashtag]:
    """Return the hashtags of a house, for each instance of Mastodon that is connected."""
    tags = list(dict.fromkeys(tag for one in house.proposals() for tag in one.hashtags))
    instances = source_queries.sources(actor).filter(connector="mastodon")
    return [
        Hashtag(tag=tag, source=source, read=f"#{tag}".lower() in _timelines(source))
        for source in instances
        for tag in tags
    ]


def _timelines(source: Source) -> set[str]:
    return {str(one).lower() for one in source.config.get("timelines", ("local",))}


@transaction.atomic
def follow_hashtag(actor: Actor, house: House, *, source: Source, tag: str) -> Source:
    """Read a proposed hashtag at an instance that is connected.

    Raises
    ------
    NotAllowed, SourceUnknown, SuggestionGone
        And Correctable, where that source can't read more.
    """
    require(actor, Right.EDIT_SOURCES, "change sources")
    chosen = source_queries.source(actor, source.pk)
    offered = {one.tag: one for one in hashtags(actor, house) if one.source.pk == chosen.pk}
    if tag not in offered:
        raise SuggestionGone(f"#{tag}")
    if offered[tag].read:
        return chosen
    read = configure(MastodonConfig, chosen.config).timelines
    config = {**chosen.config, "timelines": [*read, f"#{tag}"]}
    configure(MastodonConfig, config)  # an instance is asked for no more than it can bear
    return change_source(
        actor,
        source=chosen,
        keep=Keep(ttl_days=chosen.ttl_days, sample_share=chosen.sample_share),
        config=config,
    )
