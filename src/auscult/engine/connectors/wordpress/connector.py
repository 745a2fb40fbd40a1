"""The WordPress connector: finds a site, and opens it."""

from __future__ import annotations

from datetime import timedelta

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.polling import polling
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.wordpress.config import WordPressConfig
from auscult.engine.connectors.wordpress.reading import Reading
from auscult.engine.connectors.wordpress.site import find_site
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import day, gettext_noop
from auscult.engine.kernel.words import gettext as _

PROBING = 4.0  # seconds for each of two requests, as a rule


class WordPress:
    """Posts and comments of a site, by its REST interface."""

    name = "wordpress"
    title = gettext_noop("WordPress site")
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        deletions=True,
        edits=True,
        network=True,
        recheck_every=timedelta(hours=6),
        silent_after=timedelta(days=14),
    )
    Config: type[Settings] = WordPressConfig

    def about(self, config: WordPressConfig) -> About:
        """Say what a site is to a person."""
        kinds = _(" and ").join(
            kind
            for kind, wanted in ((_("posts"), config.posts), (_("comments"), config.comments))
            if wanted
        )
        reads = _("All public {kinds} of {address}, with their changes.")
        if config.since:
            reads = _("All public {kinds} of {address} from {since} on, with their changes.")
        since = day(config.since) if config.since else ""
        return About(
            reads=reads.format(kinds=kinds, address=config.address, since=since),
            how_often=_("Every {minutes} minutes.").format(minutes=config.every_minutes),
            costs=_("Nothing; one to three small requests to the site each time."),
            terms="",
            duties=(
                _("Read your own sites, or others' with their consent."),
                _("What is removed from the site is removed here within six hours."),
            ),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise the address of a site, or of a page on it."""
        where = address.strip()
        if ("." not in where and ":" not in where) or "@" in where or " " in where:
            return ()
        where = where if "://" in where else f"https://{where}"
        client = network.client(timeout=PROBING, total=PROBING)
        try:
            site = find_site(client.get, where)
        except (Remote, Correctable):
            return ()
        finally:
            client.close()
        return (
            Proposal(
                connector=self.name,
                name=site.name,
                config={"address": site.home},
                reads=_("All public posts and comments of {site}.").format(site=site.community),
                confidence=0.9,
            ),
        )

    def open(
        self,
        config: WordPressConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Open a site, at its start or at a snapshot."""
        session = polling(lambda stored, asking: Reading(config, stored, asking))
        thread = f"wordpress {config.address}"
        return Receiving(session, snapshot, clock=clock, network=network, name=thread)
