"""The feeds connector: what it can do, what it asks of a house, and how it is opened."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.feeds.config import SNIPPET, FeedsConfig, Keep
from auscult.engine.connectors.feeds.discovery import discover
from auscult.engine.connectors.feeds.session import Session
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop, whole

_NAMED = 3  # feeds that are named in a sentence


class Feeds:
    """The web's feeds: RSS, Atom, JSON Feed and podcasts."""

    name = "feeds"
    title = gettext_noop("Feeds (RSS, Atom, JSON Feed)")
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        edits=True,
        network=True,
        silent_after=timedelta(days=7),
    )
    Config: type[Settings] = FeedsConfig

    def about(self, config: FeedsConfig) -> About:
        """Say what these feeds are to a person."""
        whole = config.keep is Keep.ALL
        text = (
            _("the whole text")
            if whole
            else _("the first {count} characters").format(count=SNIPPET)
        )
        duties = (
            _("The texts belong to their publishers: quote briefly, name them, and link to them."),
            _("Show or pass on whole texts only where they are your own or you have the right.")
            if whole
            else _("Only the snippet is searched: what an article says further on isn't found."),
            _(
                "What a publisher takes down stays in the archive until you remove it or it expires."
            ),
        )
        return About(
            reads=_("Title, link and {text} of what is new in {feeds}.").format(
                text=text, feeds=_listed(config.feeds)
            ),
            how_often=_("Every 10 minutes to 24 hours, by each feed's own rhythm and wishes."),
            costs=_("Nothing."),
            duties=duties,
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Find the feeds of a page, or recognise a feed."""
        return discover(address, network=network)

    def open(
        self, config: FeedsConfig, snapshot: Snapshot | None, *, clock: Clock, network: Network
    ) -> Receiving:
        """Open the feeds; each goes on where its state in the snapshot says."""
        return Receiving(
            lambda start, receiving: Session(config, start, receiving).run(),
            snapshot,
            clock=clock,
            network=network,
            name="feeds",
        )


def _listed(feeds: tuple[str, ...]) -> str:
    hosts = list(dict.fromkeys(urlsplit(feed).netloc for feed in feeds))
    named = ", ".join(hosts[:_NAMED])
    if len(feeds) == 1:
        return _("the feed of {hosts}").format(hosts=named)
    said = _("{count} feeds of {hosts}")
    if len(hosts) > _NAMED:
        said = _("{count} feeds of {hosts} and {more} more")
    return said.format(count=whole(len(feeds)), hosts=named, more=len(hosts) - _NAMED)
