"""A server of the AT Protocol as a kind of source."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.bluesky_repositories.config import RepositoriesConfig
from auscult.engine.connectors.bluesky_repositories.listening import listen
from auscult.engine.connectors.bluesky_repositories.probing import proposals
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop


class BlueskyRepositories:
    """The stream of repositories of a PDS, or of a relay: for networks of one's own."""

    name = "bluesky-repositories"
    title = gettext_noop("AT Protocol server")
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        # A PDS keeps a day as it comes, a relay three.
        replay_window=timedelta(days=3),
        deletions=True,
        account_deletions=True,
        edits=True,
        engagement=True,
        network=True,
        # Deletions are events; they are missed only in gaps, and where a repository is replaced.
        recheck_every=timedelta(days=7),
    )
    Config: type[Settings] = RepositoriesConfig

    def about(self, config: RepositoriesConfig) -> About:
        """Say what is read."""
        what = _("posts, likes and reposts") if config.engagement else _("posts")
        since = _("the oldest that the server still has") if config.history else _("now")
        name = config.host.rpartition("://")[2]
        return About(
            reads=_("All {what} of the accounts at {name}, from {since} on.").format(
                what=what, name=name, since=since
            ),
            how_often=_("All the time; a post is here about a second after it was said."),
            costs=_("Nothing."),
            duties=(
                _("What its author deletes is deleted here, too; Auscult does it by itself."),
                _("Ask the people whose server it is before you read it."),
            ),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise a server by what it says of itself."""
        return proposals(address, network)

    def open(
        self,
        config: RepositoriesConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Open the stream."""
        return Receiving(
            partial(listen, config),
            snapshot,
            clock=clock,
            network=network,
            name=f"stream of {config.host}",
        )
