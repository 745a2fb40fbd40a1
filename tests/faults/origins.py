"""Sources on this machine whose every post, edit and deletion is known.

Each has its server, the configuration that reads it through a proxy, and a story: what is said
there while it is read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from auscult.engine.kernel.clock import Clock, FixedClock
from faults.proxy import Proxy
from servers.jetstream import Jetstream
from servers.jetstream_log import Log, account, commit
from servers.repositories import LIKE, POST, Repositories

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AUTHORS = ("did:plc:anna", "did:plc:bert", "did:plc:carla")
BEFORE, TURNS, A_TURN = 60, 4, 6  # posts before it is read, and while it is read


class Origin(Protocol):
    """Where posts are said, changed and taken back, by a number of the test's own."""

    def say(self, number: int, text: str) -> str:
        """Say something; return its uri."""
        ...

    def change(self, number: int, text: str) -> bool:
        """Change it; False where this source has no edits."""
        ...

    def take_back(self, number: int) -> bool:
        """Take it back; False where this source has no deletions."""
        ...


class Replayed(Origin, Protocol):
    """An origin that replays what it said, up to a point that it can move."""

    @property
    def now(self) -> datetime:
        """When the newest thing happened."""
        ...

    def keep_nothing(self) -> None:
        """Replay nothing of what was said until now."""
        ...


@dataclass
class Story:
    """What happens at an origin, in turns.

    Attributes
    ----------
    standing : dict
        Uri to text of what stands.
    """

    origin: Origin
    standing: dict[str, str] = field(default_factory=dict)
    _uris: list[str] = field(default_factory=list)
    _turns: int = 0

    def expected(self) -> dict[str, str]:
        """Return what should stand: uri to text."""
        return self.standing

    def begin(self) -> None:
        """Say what was said before anybody listened."""
        for _ in range(BEFORE):
            self._say()

    def turn(self) -> bool:
        """Let the next things happen; True when all have."""
        if self._turns == TURNS:
            return True
        self._turns += 1
        for _ in range(A_TURN):
            self._say()
        # Far apart, so that a change isn't the neighbour of what it changes.
        for number in (self._turns, BEFORE + self._turns):
            text = f"post {number}, changed in turn {self._turns}"
            if self._uris[number] in self.standing and self.origin.change(number, text):
                self.standing[self._uris[number]] = text
            self._say()
        for number in (10 + self._turns, len(self._uris) - 1):
            if self.origin.take_back(number):
                del self.standing[self._uris[number]]
        self._say()
        return False

    def _say(self) -> None:
        number = len(self._uris)
        uri = self.origin.say(number, f"post {number}")
        self._uris.append(uri)
        self.standing[uri] = f"post {number}"


@dataclass
class Subject:
    """A source to be read under faults.

    Attributes
    ----------
    connector : str
    values : dict
        Its configuration.
    story : Story
    clock : Clock
    step : timedelta or None
        By which its clock is moved when it is quiet; None: it goes by itself, or stands.
    says_gaps : bool
        While it can't be reached it says so, though nothing is lost in the end.
    """

    connector: str
    values: dict[str, Any]
    story: Story
    clock: Clock
    step: timedelta | None = None
    says_gaps: bool = False


class JetstreamOrigin:
    """A log of a Jetstream."""

    def __init__(self) -> None:
        self.log = Log(step_us=100_000)

    def say(self, number: int, text: str) -> str:
        author, key = AUTHORS[number % 3], f"k{number}"
        self.log.append(commit(author, POST, key, self._record(text)))
        return f"at://{author}/{POST}/{key}"

    def change(self, number: int, text: str) -> bool:
        author, record = AUTHORS[number % 3], self._record(text)
        self.log.append(commit(author, POST, f"k{number}", record, operation="update"))
        return True

    def take_back(self, number: int) -> bool:
        self.log.append(commit(AUTHORS[number % 3], POST, f"k{number}", None))
        return True

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.log.times[-1] / 1e6, UTC)

    def keep_nothing(self) -> None:
        self.log.floor = self.log.next_seq

    @staticmethod
    def _record(text: str) -> dict[str, Any]:
        return {"text": text, "createdAt": "2026-11-20T10:00:00Z", "langs": ["en"]}


def _jetstream(proxy: Proxy, version: int) -> Iterator[Subject]:
    origin = JetstreamOrigin()
    story = Story(origin)
    # One who left before: nothing of hers may come back.
    origin.log.append(commit("did:plc:gone", POST, "1", origin._record("of one who left")))
    story.begin()
    origin.log.append(account("did:plc:gone", status="deleted"))
    with Jetstream(log=origin.log) as server:
        proxy.forward_to(server.url)
        values = {
            "hosts": [f"ws://{proxy.host}"],
            "hours_back": 36.0,
            "version": version,
            "silent_after": 0.6,
            "compress": False,
        }
        clock = FixedClock(datetime(2026, 11, 21, 18, tzinfo=UTC))
        yield Subject("bluesky", values, story, clock)


@contextlib.contextmanager
def jetstream(proxy: Proxy) -> Iterator[Subject]:
    """Bluesky's stream as it is now."""
    yield from _jetstream(proxy, 2)


@contextlib.contextmanager
def jetstream_before(proxy: Proxy) -> Iterator[Subject]:
    """Bluesky's stream as it was before."""
    yield from _jetstream(proxy, 1)


class RepositoriesOrigin:
    """A server of the AT Protocol."""

    def __init__(self, server: Repositories) -> None:
        self.server = server

    def say(self, number: int, text: str) -> str:
        author = AUTHORS[number % 3]
        uri = self.server.post(author, f"k{number}", text)
        self.server.like(AUTHORS[(number + 1) % 3], f"l{number}", uri)
        return uri

    def change(self, number: int, text: str) -> bool:
        self.server.post(AUTHORS[number % 3], f"k{number}", text)
        return True

    def take_back(self, number: int) -> bool:
        self.server.delete(AUTHORS[number % 3], f"{POST}/k{number}")
        self.server.delete(AUTHORS[(number + 1) % 3], f"{LIKE}/l{number}")
        return True

    @property
    def now(self) -> datetime:
        return self.server.now

    def keep_nothing(self) -> None:
        self.server.floor = self.server.seq


class Whole(Story):
    """A story in which a whole repository is replaced, too."""

    def turn(self) -> bool:
        """Let the next things happen; at the end, replace a repository."""
        ended = super().turn()
        origin = self.origin
        assert isinstance(origin, RepositoriesOrigin)
        if self._turns == TURNS and not ended:
            records = {f"{POST}/new{number}": {"text": f"new {number}"} for number in range(5)}
            origin.server.replace("did:plc:dora", records)
            self.standing |= {
                f"at://did:plc:dora/{path}": record["text"] for path, record in records.items()
            }
        return ended


@contextlib.contextmanager
def repositories(proxy: Proxy) -> Iterator[Subject]:
    """The stream of a server's repositories."""
    with Repositories() as server:
        story = Whole(RepositoriesOrigin(server))
        server.post("did:plc:gone", "1", "of one who left")
        story.begin()
        server.status("did:plc:gone", "deleted")
        proxy.forward_to(server.url)
        values = {"host": f"ws://{proxy.host}", "quiet_after": 0.4}
        yield Subject("bluesky-repositories", values, story, FixedClock(NOON))


Make = Callable[[Proxy], AbstractContextManager[Subject]]
STREAMS: tuple[Make, ...] = (jetstream, jetstream_before, repositories)
