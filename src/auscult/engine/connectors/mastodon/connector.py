"""The Mastodon connector."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from auscult.engine.connectors.base import (
    Capabilities,
    LiveReader,
    Resume,
    Settings,
    Snapshot,
)
from auscult.engine.connectors.live import About, Proposal, SigningIn
from auscult.engine.connectors.mastodon import signing_in
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.probe import probe
from auscult.engine.connectors.mastodon.session import AWAY, read
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import gettext as _
from auscult.engine.kernel.words import gettext_noop

DUTIES = (
    gettext_noop(
        "Keep to the rules of the instance; ask its operators before you read a lot of it."
    ),
    gettext_noop("Posts of accounts that don't want to be found by searches are not kept."),
    gettext_noop(
        "What is deleted there is deleted here; every post is asked for again once a day."
    ),
)


class Mastodon:
    """Timelines of a Mastodon instance, or of a server that speaks its API."""

    name = "mastodon"
    title = "Mastodon"
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        replay_window=AWAY,
        deletions=True,
        edits=True,
        engagement=True,
        network=True,
        recheck_every=timedelta(days=1),
        silent_after=timedelta(days=1),
    )
    Config: type[Settings] = MastodonConfig

    def about(self, config: MastodonConfig) -> About:
        """Say what is read of an instance."""
        words = "; ".join(one.described(config.host) for one in config.read)
        streams = config.streaming and any(one.stream for one in config.read)
        every = _("Every {seconds} seconds.")
        if streams:
            every = _("Live where the instance has streams, else every {seconds} seconds.")
        return About(
            reads=f"{words[0].upper()}{words[1:]}.",
            how_often=every.format(seconds=f"{config.poll_every:.0f}"),
            costs=_("Nothing; an instance answers 300 requests in five minutes."),
            terms=f"{config.instance}/about",
            duties=tuple(_(one) for one in DUTIES),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise an instance, an account or a hashtag there."""
        return probe(address, network=network)

    def begin_sign_in(self, address: str, *, network: Network) -> SigningIn:
        """Register with an instance, and say where its person gets a code."""
        return signing_in.begin(address, network=network)

    def finish_sign_in(
        self, state: dict[str, str], code: str, *, network: Network
    ) -> dict[str, Any]:
        """Return the instance with an access token."""
        token = signing_in.finish(state, code, network=network)
        return {"instance": state["instance"], "access_token": token}

    def open(
        self, config: MastodonConfig, snapshot: Snapshot | None, *, clock: Clock, network: Network
    ) -> LiveReader:
        """Begin to read an instance, or go on at a snapshot."""
        return Receiving(
            partial(read, config),
            snapshot,
            clock=clock,
            network=network,
            name=f"mastodon {config.host}",
        )
