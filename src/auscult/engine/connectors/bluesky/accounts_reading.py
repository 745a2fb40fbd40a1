"""Rounds over accounts and threads: what is new, what is older, what is gone."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from auscult.engine.connectors.base import Batch, Covered, Deletion, Snapshot
from auscult.engine.connectors.bluesky.accounts_config import AccountsConfig
from auscult.engine.connectors.bluesky.appview import AppView
from auscult.engine.connectors.bluesky.gathering import moment
from auscult.engine.connectors.bluesky.rechecking import ask_again
from auscult.engine.connectors.bluesky.views import Views
from auscult.engine.connectors.polling import Asking
from auscult.engine.kernel.errors import Remote

SLOWER, SLOWEST = 1.5, 4.0  # how much longer the pause gets when nothing is new, and at most
RESERVE = 0.02  # of the quota: with less left, nothing is asked until it is renewed


@dataclass(slots=True, kw_only=True)
class Standing:
    """How far one account was read.

    Attributes
    ----------
    newest : str
        When the newest of its posts that was read came about, ISO 8601; empty: none yet.
    back : str or None
        The cursor at which its past goes on; None: it was read as far as asked.
    missing, gone : bool
        The account was said not to be there the last time; and the time before, too, upon
        which what it said was removed.
    """

    newest: str = ""
    back: str | None = None
    missing: bool = False
    gone: bool = False


class Accounts:
    """Reads accounts and threads, round by round; see `polling.Polled`."""

    def __init__(self, config: AccountsConfig, snapshot: Snapshot | None, asking: Asking) -> None:
        self._config = config
        self._asking = asking
        self._clock = asking.clock
        self._base = timedelta(minutes=config.every_minutes)
        self.every = self._base
        self._server = AppView(config.host, asking.get, asking.clock)
        state = snapshot or {}
        self._until: str = state.get("until", "")
        # As configured, to DIDs; nothing is kept of an account that is read no longer.
        names = state.get("names", {})
        self._names: dict[str, str] = {one: names[one] for one in config.accounts if one in names}
        read = set(self._names.values())
        given = state.get("accounts", {})
        self._accounts = {did: Standing(**given[did]) for did in given if did in read}
        self._followers: dict[str, int | None] = {}
        self._new = 0

    @property
    def not_before(self) -> datetime | None:
        """When the quota is renewed, where it is nearly spent."""
        quota = self._server.quota
        if quota is None or quota.budget - quota.spent > RESERVE * quota.budget:
            return None
        return quota.resets_at

    def state(self) -> Snapshot:
        """Return where each account stands."""
        return {
            "until": self._until,
            "names": self._names,
            "accounts": {did: asdict(standing) for did, standing in self._accounts.items()},
        }

    def round(self) -> Iterator[Batch]:
        """Read what is new, then what is older and still to be read."""
        begun = self._clock.now()
        self._new = 0
        notes: list[str] = []
        if self._config.accounts:
            yield from self._meet(notes)
        refused = yield from self._each()
        notes += [f"{name} can't be read: {reason}" for name, reason in refused.items()]
        self._asking.receiving.note(notes=tuple(notes), quota=self._server.quota)
        views = self._views(begun)
        since = min(moment(self._until) or begun, begun)
        views.coverage += [
            Covered(community=name, since=since, until=begun, reason=reason)
            for name, reason in {"": "", **refused}.items()
        ]
        self._until = begun.isoformat()
        longest = self._base * SLOWEST
        self.every = self._base if self._new else min(self.every * SLOWER, longest)
        yield views.batch(self.state())

    def _each(self) -> Generator[Batch, None, dict[str, str]]:
        """Read each account and each thread; return those that are refused, and why.

        Raises
        ------
        Remote
            For a while, or all of them are refused.
        """
        steps = {
            actor: self._account(did)
            for actor in self._config.accounts
            if (did := self._names.get(actor)) and not self._accounts[did].missing
        } | {uri: self._thread(uri) for uri in self._config.threads}
        refused: dict[str, str] = {}
        for name, step in steps.items():
            try:
                yield from step
            except Remote as error:
                refused[name] = str(error)
                if not error.permanent or len(refused) == len(steps):
                    raise
        return refused

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        """Ask whether posts still stand; only a clear answer removes one."""
        views = self._views(self._clock.now())
        ask_again(self._server, views, uris)
        yield views.batch(self.state())

    def _views(self, now: datetime) -> Views:
        host = self._config.host.partition("://")[2]
        return Views(host, now, self._followers)

    def _meet(self, notes: list[str]) -> Iterator[Batch]:
        """Ask for the accounts themselves: who is there, who left, who came back."""
        wanted = [self._names.get(actor, actor) for actor in self._config.accounts]
        found: dict[str, str] = {}
        for profile in self._server.profiles(wanted):
            did, handle = str(profile.get("did", "")), str(profile.get("handle", "")).lower()
            followers = profile.get("followersCount")
            self._followers[did] = followers if isinstance(followers, int) else None
            found |= {did: did, handle: did}
        views = self._views(self._clock.now())
        for actor in self._config.accounts:
            known = self._names.get(actor, actor)
            if known in found:
                self._names[actor] = found[known]
                self._present(found[known], views)
            elif self._server.is_gone(known):
                notes.append(f"{actor} is not there; look whether it has another name now.")
                self._absent(known, views)
            else:
                notes.append(f"{actor} was not among the answers this time.")
        if len(views):
            yield views.batch(self.state())

    def _present(self, did: str, views: Views) -> None:
        standing = self._accounts.setdefault(did, Standing())
        if standing.gone:
            views.restored.append(did)
        standing.missing = standing.gone = False

    def _absent(self, known: str, views: Views) -> None:
        """Remove what an account said once it was missing twice: a server may err, for a while."""
        standing = self._accounts.get(known)
        if standing is None or standing.gone:
            return
        if standing.missing:
            standing.gone = True
            views.deleted.append(Deletion(author=known, at=views.now))
        standing.missing = True

    def _account(self, did: str) -> Iterator[Batch]:
        standing = self._accounts[did]
        if standing.newest:
            yield from self._news(did, standing)
        else:
            standing.back = ""  # from the newest post on
        while standing.back is not None:
            yield from self._page_back(did, standing)

    def _news(self, did: str, standing: Standing) -> Iterator[Batch]:
        """Read from the newest post back to what was read before."""
        cursor: str | None = None
        newest = standing.newest
        while True:
            items, following = self._server.feed(did, cursor)
            times = [_when(item) for item in items]
            newest = max([newest, *times])
            fresh = sum(when > standing.newest for when in times)
            self._new += fresh
            # What is older is known; a server that turns in a circle says nothing more.
            cursor = following if fresh == len(items) and following != cursor else None
            if cursor is None:
                standing.newest = newest
            yield from self._told(items)
            if cursor is None:
                return

    def _page_back(self, did: str, standing: Standing) -> Iterator[Batch]:
        """Read one page of an account's past."""
        items, cursor = self._server.feed(did, standing.back or None)
        times = [_when(item) for item in items]
        standing.newest = max([standing.newest, *times])
        self._new += len(items)
        if not standing.newest:  # it never said anything
            standing.newest = self._clock.now().isoformat()
        oldest = moment(min(times)) if times else None
        enough = self._config.since is None or (oldest is not None and oldest < self._start())
        standing.back = None if enough or cursor == standing.back else cursor
        if oldest is not None:
            name = next((name for name, one in self._names.items() if one == did), did)
            note = f"{name} is read back to {oldest:%d %B %Y} so far."
            self._asking.receiving.note(doing="catching up", notes=(note,))
        yield from self._told(items)

    def _start(self) -> datetime:
        assert self._config.since is not None
        return datetime.combine(self._config.since, time(), UTC)

    def _told(self, items: list[dict[str, Any]]) -> Iterator[Batch]:
        """Hand on what an account said itself: what it repeats of others is theirs."""
        views = self._views(self._clock.now())
        for item in items:
            post = item.get("post")
            if isinstance(post, dict) and not _is_repost(item):
                views.add(post)
        if len(views):
            yield views.batch(self.state())

    def _thread(self, uri: str) -> Iterator[Batch]:
        thread = self._server.thread(uri)
        views = self._views(self._clock.now())
        if thread is None:
            views.deleted.append(Deletion(uri=uri, at=views.now))
        for view in thread or ():
            views.add(view)
        yield views.batch(self.state())


def _is_repost(item: dict[str, Any]) -> bool:
    reason = item.get("reason")
    return isinstance(reason, dict) and str(reason.get("$type", "")).endswith("#reasonRepost")


def _when(item: dict[str, Any]) -> str:
    """Return when something entered a feed, as its server writes it."""
    holder = item.get("reason") if _is_repost(item) else item.get("post")
    return str(holder.get("indexedAt", "")) if isinstance(holder, dict) else ""
