"""The GDELT connector: says what it does, and opens a search."""

from __future__ import annotations

from datetime import timedelta

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.gdelt.config import GdeltConfig
from auscult.engine.connectors.gdelt.reading import KEPT_FOR, Reading
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.polling import polling
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop


class Gdelt:
    """Titles and links of the world's news, by a search of the GDELT Project's DOC 2.0 API."""

    name = "gdelt"
    title = gettext_noop("News by GDELT")
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        replay_window=KEPT_FOR,
        network=True,
        silent_after=timedelta(days=3),
    )
    Config: type[Settings] = GdeltConfig

    def about(self, config: GdeltConfig) -> About:
        """Say what a search is to a person."""
        return About(
            reads=_("Titles and links of news articles that GDELT finds for: {query}").format(
                query=config.query
            ),
            how_often=_(
                "Every {minutes} minutes, one request in {seconds} seconds at most."
            ).format(minutes=config.every_minutes, seconds=f"{config.pause:.0f}"),
            costs=_("Nothing."),
            terms="https://www.gdeltproject.org/about.html#termsofuse",
            duties=(
                _("Name the GDELT Project, with a link, where you show what comes from it."),
                _("Only titles and links are kept; the articles belong to their publishers."),
                _("GDELT is told what you search for: leave out names of patients."),
            ),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise nothing: a search has no address, and is switched on by a person."""
        del address, network
        return ()

    def open(
        self,
        config: GdeltConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Open a search, at its start or at a snapshot."""
        session = polling(lambda stored, asking: Reading(config, stored, asking))
        return Receiving(session, snapshot, clock=clock, network=network, name="gdelt")
