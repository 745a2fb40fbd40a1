"""The YouTube connector: says what it does, and opens searches, channels and videos."""

from __future__ import annotations

from collections.abc import Iterator
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
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop, ngettext, whole

# What was stored has to be asked for again within 30 days, or deleted:
# https://developers.google.com/youtube/terms/developer-policies, III.E.4.
NO_KEY = gettext_noop("YouTube is off until you give a key")
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
        reads = "; ".join(_parts(config))
        said = f"{reads[0].upper()}{reads[1:]}."
        if config.comments:
            said = _("{videos}, and the comments below them.").format(videos=said[:-1])
        a_day = searches * (1_440 // config.every_minutes)
        return About(
            reads=said,
            how_often=_("Every {minutes} minutes.").format(minutes=config.every_minutes),
            costs=_(
                "Of your key's daily quota: about {a_day} of {searches} searches, and at most"
                " {units} units; Google charges no money."
            ).format(a_day=a_day, searches=config.searches_a_day, units=whole(config.units_a_day)),
            terms="https://developers.google.com/youtube/terms/api-services-terms-of-service",
            duties=(
                *(() if config.key else (f"{_(NO_KEY)}.",)),
                _(
                    "Everything is asked for again within 30 days, or deleted; this happens by itself."
                ),
                _("What is deleted on YouTube is deleted here when that is found."),
                _(
                    "Say on your pages that you use YouTube's API, and link to Google's privacy policy."
                ),
            ),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise the address of a video or channel, without asking anybody."""
        del network
        found = read_address(address)
        if found is None:
            return ()
        reads = _("This video, with their comments; you need a key of YouTube's Data API.")
        if found.kind == "channels":
            reads = _(
                "All videos of this channel, with their comments; you need a key of YouTube's"
                " Data API."
            )
        return (
            Proposal(
                connector=self.name,
                name=f"YouTube {found.id}",
                config={found.kind: [found.id]},
                reads=reads,
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
                f"{_(NO_KEY)}.",
                field="key",
                code="no-key",
                hint=_("Make one in Google's console, for the YouTube Data API v3."),
            )
        session = polling(lambda stored, asking: Reading(config, key, stored, asking))
        return Receiving(session, snapshot, clock=clock, network=network, name="youtube")


def _parts(config: YouTubeConfig) -> Iterator[str]:
    if config.searches:
        searches = ", ".join(_("“{text}”").format(text=words) for words in config.searches)
        yield _("videos found by {searches}").format(searches=searches)
    if count := len(config.channels):
        said = ngettext("all videos of {count} channel", "all videos of {count} channels", count)
        yield said.format(count=whole(count))
    if count := len(config.videos):
        said = ngettext("{count} single video", "{count} single videos", count)
        yield said.format(count=whole(count))
