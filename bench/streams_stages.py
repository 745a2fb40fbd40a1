"""The stages of a stream, each timed by itself; imported once Django is set up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from auscult.engine.connectors.bluesky.events import decoder
from auscult.engine.connectors.bluesky.gathering import Gathering
from auscult.engine.connectors.bluesky.listening import POSTS
from auscult.engine.connectors.websocket_frames import Frames
from auscult.engine.kernel.clock import SystemClock
from auscult.web.accounts.models import Actor
from auscult.web.listening import actions, storing
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.models import Source

PIECE = 1 << 18  # bytes, as they come from a socket
P = ParamSpec("P")
R = TypeVar("R")


class Stages:
    """Takes frames through all stages, one after the other, in one thread.

    Attributes
    ----------
    spent : dict
        Seconds of processor time by stage.
    posts, size : int
        What was taken: posts, and bytes of frames.
    """

    def __init__(self, actor: Actor) -> None:
        self.spent: dict[str, float] = {}
        self.posts = self.size = 0
        self._actor, self._clock = actor, SystemClock()
        self._source, self._watches = Source.objects.get(), StandingWatches(actor)
        self._watches.refresh()
        self._watches.match = self._timed("match", self._watches.match)  # type: ignore[method-assign]
        actions.store = self._timed("store", storing.store)  # type: ignore[attr-defined]
        self._gathered = Gathering("bench")

    def take(self, file: Path) -> None:
        """Take all frames of a file."""
        cut, decode = Frames(1 << 24), decoder(2)
        with file.open("rb") as frames:
            while piece := frames.read(PIECE):
                self.size += len(piece)
                with self._timing("frames"):
                    messages = cut.feed(piece)
                with self._timing("decode"):
                    self._gather(decode, messages)
                if self._gathered.size >= POSTS:
                    self._record()
        self._record()

    def _gather(self, decode: Callable[[bytes], Any], messages: list[bytes]) -> None:
        for frame in messages:
            self._gathered.take(decode(frame), len(frame))

    def _record(self) -> None:
        with self._timing("columns"):
            batch = self._gathered.batch({"posts": self.posts}, (), self._clock.now())
        before = self._inside()
        with self._timing("commit"):
            actions.record_batch(
                self._actor, source=self._source, batch=batch, watch_set=self._watches
            )
        self.spent["commit"] -= self._inside() - before
        self.posts += batch.posts.num_rows
        self._gathered = Gathering("bench")

    def _inside(self) -> float:
        return self.spent.get("match", 0.0) + self.spent.get("store", 0.0)

    @contextmanager
    def _timing(self, name: str) -> Iterator[None]:
        begin = time.process_time()
        yield
        self.spent[name] = self.spent.get(name, 0.0) + time.process_time() - begin

    def _timed(self, name: str, work: Callable[P, R]) -> Callable[P, R]:
        def done(*given: P.args, **named: P.kwargs) -> R:
            with self._timing(name):
                return work(*given, **named)

        return done
