"""Peers: where accounts of other houses can be looked for, and following them.

A network is asked only when a person presses the button, and only one that is connected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from auscult.engine.connectors.accounts import Account
from auscult.engine.connectors.base import configure
from auscult.engine.connectors.bluesky import searching as bluesky
from auscult.engine.connectors.bluesky.accounts_config import HOST
from auscult.engine.connectors.bluesky.identifiers import is_did
from auscult.engine.connectors.mastodon import searching as mastodon
from auscult.engine.connectors.mastodon.config import AT_MOST, MastodonConfig
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, Role
from auscult.web.accounts.policies import Right, require
from auscult.web.listening.errors import PeerRefused, PeerUnknown
from auscult.web.listening.models import Peer
from auscult.web.sources import queries as source_queries
from auscult.web.sources.actions import (
    Keep,
    add_source,
    change_source,
    empty_source,
    resume_source,
)
from auscult.web.sources.models import Source, SourceState
from auscult.web.sources.secrets import opened_config

LONGEST = 200  # characters of what is looked for
DAYS_BACK = 90  # that are read when a peer is new, where the network lets us
# All posts of peers are kept so long; then they are forgotten.
KEEP = Keep(sample_share=1.0, ttl_days=180)
EVERY_HOURS = 6
BLUESKY = {"bluesky", "bluesky-accounts"}
_ON_MASTODON = re.compile(r"[\w.-]+@[\w.:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A connected network where accounts can be looked for.

    Attributes
    ----------
    key : str
        Names it in a form.
    host : str
        Whom to ask.
    token : str or None
        With which credentials.
    """

    key: str
    title: str
    host: str
    token: str | None = None

    @property
    def is_bluesky(self) -> bool:
        """Whether it is Bluesky, else an instance of Mastodon."""
        return self.key == "bluesky"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a place answered: accounts, or why it didn't."""

    place: Place
    accounts: tuple[Account, ...] = ()
    problem: str = ""


def peers(actor: Actor) -> QuerySet[Peer]:
    """Return the organisation's peers, by name."""
    theirs = Peer.objects.filter(organisation_id=actor.organisation_id)
    return theirs.exclude(source__state=SourceState.REMOVED).order_by("label", "pk")


def peer(actor: Actor, number: int) -> Peer:
    """Return one peer.

    Raises
    ------
    PeerUnknown
    """
    found = peers(actor).filter(pk=number).first()
    if found is None:
        raise PeerUnknown(number)
    return found


def places(actor: Actor) -> list[Place]:
    """Return the connected networks where accounts can be looked for."""
    found: dict[str, Place] = {}
    for source in source_queries.sources(actor):
        if source.connector in BLUESKY:
            host = source.config.get("host", HOST)
            if "bluesky" not in found or host != HOST:
                found["bluesky"] = Place(key="bluesky", title="Bluesky", host=host)
        elif source.connector == "mastodon":
            place = _instance(source)
            if place.host not in {one.host for one in found.values() if one.token}:
                same = next((key for key, one in found.items() if one.host == place.host), None)
                found.pop(same or "", None)
                found[place.key] = place
    return list(found.values())


def _instance(source: Source) -> Place:
    config = configure(MastodonConfig, opened_config(source))
    key = f"instance-{source.pk}"
    return Place(key=key, title=config.host, host=config.instance, token=config.token)


def find_accounts(actor: Actor, text: str, *, network: Network) -> list[Found]:
    """Ask every connected network for accounts that are called so.

    Raises
    ------
    NotAllowed
        Only who may add peers may have others asked.
    Correctable
        Nothing to look for.
    """
    require(actor, Right.EDIT_WATCHES, "look for accounts")
    wanted = text.strip()
    if not wanted or len(wanted) > LONGEST:
        raise Correctable(
            _("'%(text)s' is nothing to look for.") % {"text": wanted[:80]},
            code="no-words",
            field="text",
            hint=_("Write a name, or a word that others say of themselves: hospital."),
        )
    asked = places(actor)
    with ThreadPoolExecutor(max(len(asked), 1), thread_name_prefix="peers") as pool:
        return list(pool.map(lambda place: _ask(place, wanted, network, actor), asked))


def _ask(place: Place, text: str, network: Network, actor: Actor) -> Found:
    try:
        if place.is_bluesky:
            accounts = bluesky.search_accounts(
                text, network=network, clock=actor.clock, host=place.host
            )
        else:
            accounts = mastodon.search_accounts(
                text,
                instance=place.host,
                token=place.token,
                network=network,
                clock=actor.clock,
            )
    except (Remote, Correctable) as error:
        return Found(place=place, problem=error.message)
    return Found(place=place, accounts=accounts)


@transaction.atomic
def add_peer(actor: Actor, *, place: str, author: str, handle: str, label: str) -> Peer:
    """Follow an account: all its posts are kept, from three months back where that can be.

    Parameters
    ----------
    place : str
        `Place.key` of the network.
    author : str
        As posts name it: a DID, or `name@instance`.

    Raises
    ------
    NotAllowed, PeerRefused
    """
    require(actor, Right.EDIT_WATCHES, "add peers")
    known = {one.key: one for one in places(actor)}
    if place not in known:
        raise PeerRefused(_("That network isn't connected."), _("Connect it on the page Sources."))
    there = known[place]
    if not (is_did(author) if there.is_bluesky else _ON_MASTODON.fullmatch(author)):
        raise PeerRefused(
            _("'%(author)s' is no account of %(place)s.")
            % {"author": author[:80], "place": there.title},
            _("Look for it, and add what is found."),
        )
    already = peers(actor).filter(author=author).first()
    if already is not None:
        return already
    # One whose source was removed is nobody's peer any more.
    Peer.objects.filter(organisation_id=actor.organisation_id, author=author).delete()
    source = _read_also(actor, there, author)
    added = Peer.objects.create(
        organisation_id=actor.organisation_id,
        source=source,
        author=author,
        handle=handle[:200],
        label=(label.strip() or handle)[:200],
        added_at=actor.clock.now(),
    )
    record_audit(actor, action="add-peer", target=f"{source.name}, peer {added.pk}")
    return added


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a network's peers are read: where the accounts stand in a configuration."""

    connector: str
    field: str
    most: int
    spelled: Callable[[str], str]


_KINDS = {
    True: _Kind(connector="bluesky-accounts", field="accounts", most=500, spelled=str),
    False: _Kind(connector="mastodon", field="timelines", most=AT_MOST, spelled="@{}".format),
}


def _read_also(actor: Actor, place: Place, author: str) -> Source:
    """Have an account read by the source for peers of its network; add one where there is none."""
    kind = _KINDS[place.is_bluesky]
    name = f"Peers: {place.title}"
    # One that reads peers, or did so until the last of them was removed.
    ours = Q(peers__isnull=False) | Q(name=name)
    candidates = source_queries.sources(actor).filter(ours, connector=kind.connector).distinct()
    for source in candidates:
        if _host(source) == place.host and source.peers.count() < kind.most:
            known = source.peers.values_list("author", flat=True)
            return _read_these(actor, source, kind, [*known, author])
    taken = set(source_queries.every_source(actor).values_list("name", flat=True))
    numbered = (f"{name} ({number})" for number in range(2, len(taken) + 3))
    free = name if name not in taken else next(one for one in numbered if one not in taken)
    config = {**_beginning(actor, place), kind.field: [kind.spelled(author)]}
    return add_source(actor, name=free, connector=kind.connector, config=config, keep=KEEP)


def _host(source: Source) -> str:
    config = source.config
    return str(config.get("host", HOST) if source.connector in BLUESKY else config["instance"])


def _beginning(actor: Actor, place: Place) -> dict[str, Any]:
    """Return the configuration of a new source for peers, but for its accounts."""
    if place.is_bluesky:
        since = (actor.clock.now() - timedelta(days=DAYS_BACK)).date()
        host = {} if place.host == HOST else {"host": place.host}
        return {"since": since.isoformat(), "every_minutes": EVERY_HOURS * 60, **host}
    token = {"access_token": place.token} if place.token else {}
    return {
        "instance": place.host,
        "streaming": False,
        "poll_every": EVERY_HOURS * 3_600,
        "history_days": 30,
        **token,
    }


def _read_these(actor: Actor, source: Source, kind: _Kind, authors: Sequence[str]) -> Source:
    """Have a source read these accounts from now on."""
    config = {**source.config, kind.field: [kind.spelled(one) for one in authors]}
    changed = change_source(actor, source=source, keep=KEEP, config=config)
    if changed.state in {SourceState.PAUSED, SourceState.FAILED}:
        changed = resume_source(actor, source=changed)
    return changed


@transaction.atomic
def remove_peer(actor: Actor, *, peer: Peer) -> None:
    """Follow an account no longer; what was kept of it is forgotten when its time is over.

    Raises
    ------
    NotAllowed, PeerUnknown
    """
    require(actor, Right.EDIT_WATCHES, "remove peers")
    gone = peers(actor).filter(pk=peer.pk).first()
    if gone is None:
        raise PeerUnknown(peer.pk)
    source = gone.source
    kind = _KINDS[source.connector in BLUESKY]
    others = list(source.peers.exclude(pk=gone.pk).values_list("author", flat=True))
    if others:
        _read_these(actor, source, kind, others)
    else:
        empty_source(actor, source=source, field=kind.field)
    record_audit(actor, action="remove-peer", target=f"{source.name}, peer {gone.pk}")
    gone.delete()


def let_go(actor: Actor, authors: Sequence[str]) -> None:
    """Follow none of these authors any longer: they are to be forgotten."""
    # It follows from the right to forget: a privacy officer has no other here.
    allowed = replace(actor, role=Role.SYSTEM)
    for peer in peers(actor).filter(author__in=list(authors)):
        remove_peer(allowed, peer=peer)
