"""Bluesky's stream, as a connector."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.bluesky.config import HOSTS, BlueskyConfig
from auscult.engine.connectors.bluesky.listening import listen
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop, ngettext, whole

TERMS = "https://bsky.social/about/support/tos"
DUTIES = (
    gettext_noop("What its author deletes is deleted here, too; Auscult does it by itself."),
    gettext_noop(
        "Posts are not to be published as a set, nor given to others without their authors."
    ),
)


class Bluesky:
    """What is said on Bluesky, all of it or by some authors, as it is said."""

    name = "bluesky"
    title = "Bluesky"
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        replay_window=timedelta(hours=36),
        deletions=True,
        account_deletions=True,
        edits=True,
        engagement=True,
        network=True,
        # What was deleted while nobody listened, for longer than hosts keep events.
        recheck_every=timedelta(days=7),
    )
    Config: type[Settings] = BlueskyConfig

    def about(self, config: BlueskyConfig) -> About:
        """Say what is read."""
        count = len(config.authors)
        whose = _("Every post")
        if count:
            posts = ngettext("Posts of {count} author", "Posts of {count} authors", count)
            whose = posts.format(count=whole(count))
        reads = _("{whose} on Bluesky; kept are those that a watch finds.")
        if config.engagement:
            reads = _(
                "{whose} on Bluesky, with likes and reposts; kept are those that a watch finds."
            )
        return About(
            reads=reads.format(whose=whose),
            how_often=_("All the time; a post is here about a second after it was said."),
            costs=_("Nothing.") if config.authors else _traffic(config),
            terms=TERMS,
            duties=tuple(_(one) for one in DUTIES),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise the network's name and the address of a Jetstream server."""
        del network
        text = address.strip().lower()
        hosts = _hosts(text)
        if hosts is None:
            return ()
        return (
            Proposal(
                connector=self.name,
                name="Bluesky",
                config={"hosts": list(hosts)} if hosts else {},
                reads=_("Every post on Bluesky, as it is said; kept are those that a watch finds."),
            ),
        )

    def open(
        self,
        config: BlueskyConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Listen from now on, or from where it was left."""
        return Receiving(
            partial(listen, config), snapshot, clock=clock, network=network, name=self.name
        )


def _traffic(config: BlueskyConfig) -> str:
    gigabytes = _("0.7") if config.compress else "2"
    said = _("No money; about {gigabytes} GB of traffic a day.")
    if config.engagement:
        said = _(
            "No money; about {gigabytes} GB of traffic a day without likes and reposts, which"
            " take several times as much."
        )
    return said.format(gigabytes=gigabytes)


def _hosts(text: str) -> tuple[str, ...] | None:
    """Return the hosts that an address names, () for the network's own; None: it names none."""
    bare = text.removeprefix("https://").rstrip("/")
    if bare in {"bluesky", "bsky", "bsky.app", "bsky.social", "jetstream"}:
        return ()
    scheme, _, rest = text.rpartition("://")
    host = rest.partition("/")[0]
    known = any(host == known.rpartition("://")[2] for known in HOSTS)
    spoken = "network.bsky.jetstream" in text or host.startswith("jetstream")
    if known or (spoken and scheme in {"", "ws", "wss", "https"}):
        return (f"{'ws' if scheme == 'ws' else 'wss'}://{host}",)
    return None
