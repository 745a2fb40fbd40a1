"""Claims held against posts that are there already."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from auscult.engine.planning.claims import evidence, judging
from auscult.engine.planning.claims.definitions import Claim
from auscult.engine.planning.claims.features import Floats, Whole
from auscult.engine.planning.claims.findings import Finding, Kind, Reason, Why
from auscult.engine.planning.claims.judging import Judged
from auscult.engine.planning.claims.pairs import SETTLED, Pairs, pair
from auscult.engine.planning.claims.power import units_needed

_MANY = 0.5  # share of posts without any answer, or of pairs of one author, that is told


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What one would have seen, looking whenever an author's week was over.

    Attributes
    ----------
    at : array of int, shape (units,)
        Microseconds since 1970.
    evidence : array of float, shape (units,)
        Logarithm of the evidence that the effect is above 0 by then.
    reverse : array of float, shape (units,)
        Logarithm of the evidence that it is below 0.
    """

    at: Whole
    evidence: Floats
    reverse: Floats


def observe(
    posts: pa.Table, claim: Claim, *, level: float = 0.05, after: timedelta = SETTLED
) -> Finding:
    """Hold one claim against posts.

    Parameters
    ----------
    posts : Table of `engine.kernel.posts.SCHEMA`
    claim : Claim
    level : float
        How often the interval may miss a constant effect, however often one looks.
    after : timedelta
        Posts whose counts were read sooner than that after they were written are left out.

    Raises
    ------
    Correctable
        `level` isn't between 0 and 1.

    Notes
    -----
    Source of method and guarantee: docs/explanation/claims.md.
    """
    return observe_all(posts, [claim], level=level, after=after)[0]


def observe_all(
    posts: pa.Table, claims: Sequence[Claim], *, level: float = 0.05, after: timedelta = SETTLED
) -> tuple[Finding, ...]:
    """Hold all claims of a page against posts, and correct for their number.

    Of the verdicts "holds here" and "doesn't" on the page, a share of at most `level` is
    wrong on average, however much the claims have to do with one another.
    """
    return observe_each(((posts, claim) for claim in claims), level=level, after=after)


def observe_each(
    asked: Iterable[tuple[pa.Table, Claim]], *, level: float = 0.05, after: timedelta = SETTLED
) -> tuple[Finding, ...]:
    """Hold each claim against posts of its own; otherwise as `observe_all`."""
    judging.check_level(level)
    compared = [(claim, pair(posts, claim, after=after)) for posts, claim in asked]
    judged, share = judging.together(
        [(found.units, claim.worthwhile) for claim, found in compared], level
    )
    return tuple(
        _finding(claim, found, said, share, len(compared))
        for (claim, found), said in zip(compared, judged, strict=True)
    )


def looks(posts: pa.Table, claim: Claim, *, after: timedelta = SETTLED) -> Looks:
    """Give the evidence as it grew, to draw it or to see when a verdict could have been had."""
    found = pair(posts, claim, after=after)
    return Looks(
        at=found.at,
        evidence=evidence.running(found.units),
        reverse=evidence.running(found.units, above=False),
    )


def _finding(claim: Claim, found: Pairs, said: Judged, level: float, claims: int) -> Finding:
    needed = _needed(found, claim, level)
    since, until = (None, None) if found.span is None else map(_moment, found.span)
    return Finding(
        claim=claim.key,
        kind=Kind.OBSERVED,
        verdict=said.verdict,
        ratio=said.ratio,
        low=said.low,
        high=said.high,
        level=level,
        worthwhile=claim.worthwhile,
        one=found.one,
        other=found.other,
        pairs=found.pairs,
        authors=found.by_author.size,
        evidence=said.evidence,
        against=said.against,
        needed=needed,
        since=since,
        until=until,
        reasons=(
            *judging.reasons(said, claim.worthwhile, needed, found.posts, Kind.OBSERVED),
            Reason(why=Why.CHOSEN),
            Reason(why=Why.COMPARED_WITHIN),
            Reason(why=Why.THESE_AUTHORS, numbers=(("authors", found.by_author.size),)),
            *_about(found),
            *judging.of_looks(level, claims),
        ),
    )


def _needed(found: Pairs, claim: Claim, level: float) -> int | None:
    """Give the posts that it takes: units needed, times the posts that one unit took so far."""
    if found.units.size < judging.FEWEST:
        return None
    units = units_needed(found.units, math.log(claim.worthwhile), level=level)
    return None if units is None else judging.rounded(units * found.posts / found.units.size)


def _about(found: Pairs) -> list[Reason]:
    """Say what a reader should know about these posts."""
    told, pairs = [], found.pairs
    most = int(found.by_author.max(initial=0))
    if found.by_author.size > 1 and most > _MANY * pairs:
        told.append(Reason(why=Why.ONE_AUTHOR, numbers=(("percent", round(100 * most / pairs)),)))
    if pairs and found.zeros > _MANY * 2 * pairs:
        share = round(50 * found.zeros / pairs)
        told.append(Reason(why=Why.MANY_ZEROS, numbers=(("percent", share),)))
    if found.per_follower < pairs:
        told.append(
            Reason(why=Why.AUDIENCE_UNKNOWN, numbers=(("pairs", pairs - found.per_follower),))
        )
    for why, posts in (
        (Why.UNSETTLED, found.left.unsettled),
        (Why.UNCOUNTED, found.left.uncounted),
    ):
        if posts:
            told.append(Reason(why=why, numbers=(("posts", posts),)))
    return told


def _moment(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
