"""The YouTube connector: says what it does, and opens searches, channels and videos."""

from __future__ import annotations

from datetime import timedelta

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.polling import polling
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.connectors.youtube.addresses import read_address
from auscult.engine.connectors.youtube.config import YouTubeConfig
from auscult.engine.connectors.youtube.reading import Reading
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import Network

# What was stored has to be asked for again within 30 days, or deleted:
# https://developers.google.com/youtube/terms/developer-policies, III.E.4.
NO_KEY = "YouTube is off until you give a key"
KEEP, RECHECK = timedelta(days=30), timedelta(days=25)


class YouTube:
    """Videos and comments, by YouTube's Data API."""

    name = "youtube"
    title = "YouTube"
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        deletions=True,
        edits=True,
        engagement=True,
        network=True,
        needs_login=True,
        keep_at_most=KEEP,
        recheck_every=RECHECK,
        silent_after=timedelta(days=7),
    )
    Config: type[Settings] = YouTubeConfig

    def about(self, config: YouTubeConfig) -> About:
        """Say what these videos are to a person."""
        searches = len(config.searches)
        parts = [
            f"videos found by {', '.join(f'“{words}”' for words in config.searches)}"
            * bool(searches),
            f"all videos of {_counted(len(config.channels), 'channel')}" * bool(config.channels),
            _counted(len(config.videos), "single video") * bool(config.videos),
        ]
        reads = "; ".join(filter(None, parts))
        below = ", and the comments below them" if config.comments else ""
        a_day = searches * (1_440 // config.every_minutes)
        return About(
            reads=f"{reads[0].upper()}{reads[1:]}{below}.",
            how_often=f"Every {config.every_minutes} minutes.",
            costs=f"Of your key's daily quota: about {a_day} of {config.searches_a_day} searches, "
            f"and at most {config.units_a_day:,} units; Google charges no money.",
            terms="https://developers.google.com/youtube/terms/api-services-terms-of-service",
            duties=(
                *(() if config.key else (f"{NO_KEY}.",)),
                "Everything is asked for again within 30 days, or deleted; this happens by itself.",
                "What is deleted on YouTube is deleted here when that is found.",
                "Say on your pages that you use YouTube's API, and link to Google's privacy policy.",
            ),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise the address of a video or channel, without asking anybody."""
        del network
        found = read_address(address)
        if found is None:
            return ()
        what = "All videos of this channel" if found.kind == "channels" else "This video"
        return (
            Proposal(
                connector=self.name,
                name=f"YouTube {found.id}",
                config={found.kind: [found.id]},
                reads=f"{what}, with their comments; you need a key of YouTube's Data API.",
                confidence=0.8,
            ),
        )

    def open(
        self,
        config: YouTubeConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Open them, at their start or at a snapshot.

        Raises
        ------
        Correctable
            There is no key.
        """
        key = config.key
        if key is None:
            raise Correctable(
                f"{NO_KEY}.",
                field="key",
                code="no-key",
                hint="Make one in Google's console, for the YouTube Data API v3.",
            )
        session = polling(lambda stored, asking: Reading(config, key, stored, asking))
        return Receiving(session, snapshot, clock=clock, network=network, name="youtube")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count > 1 else ''}"
