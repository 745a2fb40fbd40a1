"""Forgetting: what it takes to be gone from every file, and to stay gone."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from auscult.engine.connectors.base import Capabilities, Resume
from auscult.web.listening.database import among, among_bytes, byte_values, values
from auscult.web.listening.models import Mention, Tombstone
from auscult.web.listening.moments import to_us
from auscult.web.listening.rows import moments_us
from auscult.web.listening.standing import Hits
from auscult.web.sources.models import BrokenLine

MANY = 500  # posts, from which it is worth asking first whether there are any tombstones
# What a source may bring again is kept away for so much longer than it says it may.
MARGIN = timedelta(hours=12)
# A source that brings nothing again may still take back what it hasn't said yet.
OVERTAKEN = timedelta(days=2)

# The longer life, the later lifting and the person's word win.
BURY = """
INSERT INTO listening_tombstone
    (organisation_id, digest, at, reason, asked, lifted, until, cleaned)
VALUES (%s, %s, %s, %s, %s, false, %s, %s)
ON CONFLICT (organisation_id, digest) DO UPDATE SET
    at = CASE WHEN listening_tombstone.at > excluded.at THEN listening_tombstone.at
        ELSE excluded.at END,
    lifted = false,
    reason = CASE WHEN listening_tombstone.asked THEN listening_tombstone.reason
        ELSE excluded.reason END,
    asked = listening_tombstone.asked OR excluded.asked,
    until = CASE WHEN listening_tombstone.until IS NULL THEN NULL ELSE excluded.until END,
    cleaned = listening_tombstone.cleaned AND excluded.cleaned
"""


class Buried(NamedTuple):
    """One uri or author to bury.

    Attributes
    ----------
    digest : bytes
        See `digest`.
    at : datetime
        When it was taken back.
    until : datetime or None
        It may come again after this; None: never.
    cleaned : bool
        No file holds anything of it.
    """

    digest: bytes
    at: datetime
    until: datetime | None
    cleaned: bool


def digest(kind: str, name: str) -> bytes:
    """Return what is kept of a forgotten uri or author: SHA-256, so not the name itself."""
    return hashlib.sha256(f"{kind}\0{name}".encode("utf-8", "surrogatepass")).digest()


def digests(kind: str, names: Iterable[str | None]) -> list[bytes]:
    """Return the digests of uris (`uri`) or authors (`author`)."""
    return [digest(kind, name or "") for name in names]


def lifetime(capabilities: Capabilities) -> timedelta | None:
    """Return how long a tombstone of what was never kept is needed; None: for ever."""
    if capabilities.resume == Resume.NONE:
        return OVERTAKEN
    if capabilities.replay_window is None:
        return None
    return capabilities.replay_window + MARGIN


def without_names(text: str, names: Iterable[str], instead: str) -> str:
    """Return what a person wrote with something else in place of authors' names and uris."""
    given = {name for name in names if name}
    # @pat@town.example and pat.town.example are also called @pat and pat.
    parts = {name.rpartition("/")[2].lstrip("@") for name in given if not name.startswith("did:")}
    short = {re.split(r"[@.]", part)[0] for part in parts if re.search(r"[@.]", part)}
    every = given | {name.lstrip("@") for name in given} | {one for one in short if len(one) > 2}
    for name in sorted(every, key=len, reverse=True):
        if len(name) > 1:
            text = re.sub(rf"(?<!\w)@?{re.escape(name)}(?!\w)", instead, text, flags=re.IGNORECASE)
    return text


def reason_alone(
    organisation_id: int, reason: str, uris: Sequence[str], authors: Sequence[str]
) -> str:
    """Return a reason to forget, which is kept for years, without whom it speaks of."""
    theirs = Q(uri__in=list(uris)) | Q(author__in=list(authors))
    known = Mention.objects.filter(theirs, organisation_id=organisation_id)
    pairs = known.values_list("author", "author_name").distinct()
    names = {name or "" for pair in pairs for name in pair}
    return without_names(reason, {*uris, *authors, *names}, "…")


def bury(
    cursor: CursorWrapper,
    organisation_id: int,
    buried: Sequence[Buried],
    *,
    reason: str,
    asked: bool,
) -> None:
    """Keep tombstones, so that what comes again isn't kept again."""
    adapt = connection.ops.adapt_datetimefield_value
    cursor.executemany(
        BURY,
        [
            (
                organisation_id,
                one.digest,
                adapt(one.at),
                reason[:200],
                asked,
                adapt(one.until),
                one.cleaned,
            )
            for one in buried
        ],
    )


def lift(organisation_id: int, authors: Sequence[str]) -> None:
    """Let authors in again who are back at their source; what they had said stays away."""
    Tombstone.objects.filter(
        organisation_id=organisation_id, digest__in=digests("author", authors), asked=False
    ).update(lifted=True)


def drop_old(organisation_id: int, now: datetime) -> int:
    """Drop the tombstones that nothing needs any more; return how many."""
    old = Tombstone.objects.filter(organisation_id=organisation_id, until__lt=now)
    return old.delete()[0]


def not_replayed(organisation_id: int, left: Mapping[str, datetime]) -> dict[str, datetime]:
    """Return the authors who left, without those who came back since, by what is known.

    A source that is read again tells of both once more, one after the other; what the author
    said in between must not go.
    """
    marks = dict(zip(digests("author", left), left, strict=True))
    back = Tombstone.objects.filter(
        organisation_id=organisation_id, digest__in=list(marks), lifted=True
    ).values_list("digest", "at")
    again = {marks[bytes(mark)] for mark, at in back if left[marks[bytes(mark)]] <= at}
    return {name: at for name, at in left.items() if name not in again}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graves:
    """Which of some uris and authors are buried.

    Attributes
    ----------
    whole : set of bytes
        Digests that nothing comes back from.
    lifted : dict
        Digests of authors who are back: to the microsecond up to which they are buried.
    """

    whole: set[bytes] = field(default_factory=set)
    lifted: dict[bytes, int] = field(default_factory=dict)

    def hold(self, uri: bytes, author: bytes, at_us: int) -> bool:
        """Return whether what an author said at a moment is buried."""
        if uri in self.whole or author in self.whole:
            return True
        return author in self.lifted and at_us <= self.lifted[author]


def graves(cursor: CursorWrapper, organisation_id: int, asked: Iterable[bytes]) -> Graves:
    """Return which of these digests are buried."""
    wanted = set(asked)
    if not wanted:
        return Graves()
    cursor.execute(
        "SELECT digest, lifted FROM listening_tombstone "
        f"WHERE organisation_id = %s AND {among_bytes('digest')}",
        [organisation_id, byte_values(wanted)],
    )
    rows = [(bytes(mark), lifted) for mark, lifted in cursor.fetchall()]
    back = [mark for mark, lifted in rows if lifted]
    found = Tombstone.objects.filter(organisation_id=organisation_id, digest__in=back)
    moments = found.values_list("digest", "at") if back else ()
    return Graves(
        whole={mark for mark, lifted in rows if not lifted},
        lifted={bytes(mark): to_us(at) for mark, at in moments},
    )


def alive(cursor: CursorWrapper, organisation_id: int, posts: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which posts' uris and authors were not forgotten."""
    if not posts.num_rows or (posts.num_rows > MANY and not _any(organisation_id)):
        return np.ones(posts.num_rows, bool)
    uris = digests("uri", posts.column("uri").to_pylist())
    authors = digests("author", posts.column("author").to_pylist())
    buried = graves(cursor, organisation_id, {*uris, *authors})
    if not (buried.whole or buried.lifted):
        return np.ones(posts.num_rows, bool)
    created = moments_us(posts.column("created_at")).tolist()
    rows = zip(uris, authors, created, strict=True)
    return np.fromiter((not buried.hold(*row) for row in rows), bool, posts.num_rows)


def living(cursor: CursorWrapper, organisation_id: int, posts: pa.Table, hits: Hits) -> Hits:
    """Return the hits on posts that were not forgotten."""
    rows = np.unique(hits.post)
    keep = np.zeros(posts.num_rows, bool)
    chosen = posts.select(["uri", "author", "created_at"]).take(rows)
    keep[rows] = alive(cursor, organisation_id, chosen)
    return hits.where(keep[hits.post])


def _any(organisation_id: int) -> bool:
    return Tombstone.objects.filter(organisation_id=organisation_id).exists()


class Kept(NamedTuple):
    """A mention that is to go."""

    id: int
    uri: str
    author: str | None


def kept_of(
    cursor: CursorWrapper, organisation_id: int, column: str, names: Sequence[str]
) -> list[Kept]:
    """Return the mentions of these uris (`uri`) or authors (`author`)."""
    if not names:
        return []
    cursor.execute(
        "SELECT id, uri, author FROM listening_mention "
        f"WHERE organisation_id = %s AND {among(column)}",
        [organisation_id, values(names)],
    )
    return [Kept(*row) for row in cursor.fetchall()]


def drop_excerpts(organisation_id: int, names: Sequence[str], *, live_only: bool = False) -> int:
    """Remove the excerpts of unreadable records that name a forgotten uri or author.

    Parameters
    ----------
    live_only : bool
        Look at live sources alone: they keep few, and take back all the time.
    """
    lines = BrokenLine.objects.filter(source__organisation_id=organisation_id).exclude(excerpt="")
    if live_only:
        lines = lines.filter(source__live=True)
    rows = list(lines.values_list("pk", "excerpt"))
    everything = "\n".join(excerpt for _, excerpt in rows)
    # An undecoded frame names a post by the last part of its uri.
    parts = {part for name in names for part in (name, name.rpartition("/")[2]) if len(part) > 7}
    parts |= set(names)
    found = [part for part in parts if part and part in everything]
    naming = [pk for pk, excerpt in rows if any(part in excerpt for part in found)] if found else []
    return BrokenLine.objects.filter(pk__in=naming).update(excerpt="") if naming else 0
