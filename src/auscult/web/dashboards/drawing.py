"""Pictures of charts: from a process that draws, kept a minute by what they show."""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from auscult.web.dashboards.renderer import LENGTH

MODULE = "auscult.web.dashboards.renderer"
KEPT = 96  # pictures
FRESH = 60.0  # seconds: what was forgotten is in no picture after that
LOCALES = {"de": "de-DE"}
FORMATS = {"svg": "image/svg+xml", "png": "image/png"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A chart as bytes of a media type; `mark` changes with what it shows."""

    content: bytes
    media_type: str
    mark: str


class Studio:
    """Starts the process that draws when it is needed, and asks it one thing at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def picture(self, spec: Mapping[str, Any], form: str, *, language: str) -> Picture:
        """Return a picture of a chart, in a form of FORMATS."""
        locale = LOCALES.get(language[:2], "en-US")
        request = orjson.dumps({"spec": dict(spec), "format": form, "locale": locale})
        mark = hashlib.sha256(request).hexdigest()[:32]
        with self._lock:
            content = self._known(mark)
            if content is None:
                content = self._drawn(request)
                self._keep(mark, content)
        return Picture(content=content, media_type=FORMATS[form], mark=mark)

    def document(self, source: str, page: Mapping[str, Any]) -> bytes:
        """Return what a Typst source makes of a page's data, as PDF."""
        request = orjson.dumps({"format": "pdf", "source": source, "page": dict(page)})
        with self._lock:
            return self._drawn(request)

    def close(self) -> None:
        """End the process that draws."""
        with self._lock:
            child, self._child = self._child, None
        if child is not None:
            _end(child)

    def _known(self, mark: str) -> bytes | None:
        now = time.monotonic()
        while self._kept and next(iter(self._kept.values()))[0] < now - FRESH:
            self._kept.popitem(last=False)
        found = self._kept.get(mark)
        return None if found is None else found[1]

    def _keep(self, mark: str, content: bytes) -> None:
        self._kept[mark] = (time.monotonic(), content)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)

    def _drawn(self, request: bytes) -> bytes:
        """Ask the process; one that ended while idle is started again, once."""
        for fresh in (False, True):
            child = self._running(fresh=fresh)
            try:
                answer = _ask(child, request)
            except (BrokenPipeError, EOFError):
                continue
            return answer
        raise RuntimeError(f"{MODULE} ended twice without an answer")

    def _running(self, *, fresh: bool) -> subprocess.Popen[bytes]:
        child = self._child
        if child is not None and (fresh or child.poll() is not None):
            _end(child)
            child = None
        if child is None:
            child = self._child = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return child


def _ask(child: subprocess.Popen[bytes], request: bytes) -> bytes:
    if child.stdin is None or child.stdout is None:
        raise EOFError
    child.stdin.write(request + b"\n")
    child.stdin.flush()
    head = child.stdout.read(LENGTH.size)
    if len(head) < LENGTH.size:
        raise EOFError
    drawn, length = LENGTH.unpack(head)
    content = child.stdout.read(length)
    if len(content) < length:
        raise EOFError
    if not drawn:
        raise ValueError(f"a chart can't be drawn: {content.decode()[:500]}")
    return content


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    child.wait()


STUDIO = Studio()
atexit.register(STUDIO.close)
