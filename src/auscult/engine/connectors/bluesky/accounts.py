"""Single accounts and threads of Bluesky, as a connector."""

from __future__ import annotations

from datetime import timedelta

from auscult.engine.connectors.base import Capabilities, Resume, Settings, Snapshot
from auscult.engine.connectors.bluesky.accounts_config import HOST, AccountsConfig
from auscult.engine.connectors.bluesky.accounts_reading import Accounts
from auscult.engine.connectors.bluesky.appview import AppView
from auscult.engine.connectors.bluesky.connector import DUTIES, TERMS
from auscult.engine.connectors.bluesky.identifiers import account_in
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.connectors.polling import polling
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import Clock, SystemClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network
from auscult.engine.kernel.words import day, gettext_noop, ngettext, whole
from auscult.engine.kernel.words import gettext as _

PROBING = 8.0  # seconds


class BlueskyAccounts:
    """What some accounts said, also before today, and what is answered in some threads."""

    name = "bluesky-accounts"
    title = gettext_noop("Accounts and threads on Bluesky")
    capabilities = Capabilities(
        live=True,
        resume=Resume.REPLAY,
        deletions=True,
        account_deletions=True,
        edits=True,
        engagement=True,
        network=True,
        recheck_every=timedelta(hours=6),
        silent_after=timedelta(days=7),
    )
    Config: type[Settings] = AccountsConfig

    def __init__(self, host: str = HOST) -> None:
        self._host = host

    def about(self, config: AccountsConfig) -> About:
        """Say what is read."""
        accounts, threads = len(config.accounts), len(config.threads)
        parts = []
        if accounts:
            counted = ngettext("{count} account", "{count} accounts", accounts)
            parts.append(counted.format(count=whole(accounts)))
        if threads:
            counted = ngettext("{count} thread", "{count} threads", threads)
            parts.append(counted.format(count=whole(threads)))
        reads = _("What is said by or in {parts} on Bluesky.")
        if config.since:
            reads = _("What is said by or in {parts} on Bluesky, from {since} on.")
        return About(
            reads=reads.format(
                parts=_(" and ").join(parts), since=day(config.since) if config.since else ""
            ),
            how_often=_("Every {minutes} minutes; less often while nothing is new.").format(
                minutes=f"{config.every_minutes:g}"
            ),
            costs=_("Nothing; a request for each account and thread every time."),
            terms=TERMS,
            duties=tuple(_(one) for one in DUTIES),
        )

    def probe(self, address: str, *, network: Network) -> tuple[Proposal, ...]:
        """Recognise an account by its page, its handle or its DID."""
        account = account_in(address)
        if not account:
            return ()
        client = network.client(timeout=PROBING, total=PROBING)
        try:
            profiles = AppView(self._host, client.get, SystemClock()).profiles([account])
        except (Remote, Correctable):
            return ()
        finally:
            client.close()
        # A bare name like a domain may be meant as one.
        meant = address.strip() != account or account.startswith("did:")
        return tuple(self._proposal(profile, 0.95 if meant else 0.6) for profile in profiles[:1])

    def _proposal(self, profile: dict[str, object], confidence: float) -> Proposal:
        name = str(profile.get("displayName") or profile.get("handle") or profile.get("did"))
        count = profile.get("postsCount")
        posts = _("every post")
        if isinstance(count, int):
            posts = _("{count} until now").format(count=whole(count))
        host = {} if self._host == HOST else {"host": self._host}
        return Proposal(
            connector=self.name,
            name=_("{name} on Bluesky").format(name=name),
            config={"accounts": [str(profile.get("did"))], **host},
            reads=_("The posts of {name} on Bluesky: {posts}.").format(name=name, posts=posts),
            confidence=confidence,
        )

    def open(
        self,
        config: AccountsConfig,
        snapshot: Snapshot | None,
        *,
        clock: Clock,
        network: Network,
    ) -> Receiving:
        """Ask for what is new, from the start or from where it was left."""
        session = polling(lambda stored, asking: Accounts(config, stored, asking))
        return Receiving(session, snapshot, clock=clock, network=network, name=self.name)
