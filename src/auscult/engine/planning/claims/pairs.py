"""Pairs of posts that are compared: neighbours in time of one author, one of each group.

A post of the one group stands beside the next or the last post of its author that is of the
other group, written on the same kind of day, in the same part of it, within four weeks. So
nobody is compared with anybody else, growth and seasons are the same for both, and a run of
posts of one group (a campaign) counts by its two ends only. What an author's pairs of one week
have in common (good days, a story that everybody reads) makes them one piece of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa

from auscult.engine.planning.claims import features
from auscult.engine.planning.claims.definitions import Claim, Feature
from auscult.engine.planning.claims.evidence import Units
from auscult.engine.planning.claims.features import Flags, Floats, Whole

NEAR = timedelta(days=28)
SETTLED = timedelta(days=2)
_PART_OF_DAY = 6  # hours
_LENGTH_STEP = 100  # characters
_SATURDAY = 5
_MONDAY = 4  # days from 1 January 1970 to the first Monday
_DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """How many posts were left out, and why."""

    neither: int = 0  # answers, reposts, and posts of no group or of both
    unsettled: int = 0  # read too soon after they were written
    uncounted: int = 0  # the source gave no counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Compared posts.

    Attributes
    ----------
    units : Units
        An author's weeks, in the order in which they were over: the sum of a week's
        differences over the square root of their number, which is the week's weight. The
        running week is left out until a post of a later one is there. A difference is the
        logarithm of (count + 1) of the post of the one group, less that of its neighbour; per
        follower where both posts say how many their author had.
    at : array of int, shape (units,)
        When each week was over and its last posts settled, microseconds since 1970, taking
        the claim's clock for that of UTC.
    by_author : array of int, shape (authors,)
        Pairs of each author who has any.
    zeros : int
        Compared posts with a count of 0.
    per_follower : int
        Pairs with a known audience.
    one, other : int
        Posts of either group that could be compared.
    left : Left
    span : tuple of int, or None
        First and last moment of the posts that could be compared.
    """

    units: Units
    at: Whole
    by_author: Whole
    zeros: int
    per_follower: int
    one: int
    other: int
    left: Left
    span: tuple[int, int] | None

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return int(self.by_author.sum())

    @property
    def posts(self) -> int:
        """How many posts could be compared."""
        return self.one + self.other


def pair(posts: pa.Table, claim: Claim, *, after: timedelta = SETTLED) -> Pairs:
    """Pair the posts that a claim compares.

    Parameters
    ----------
    posts : Table of `engine.kernel.posts.SCHEMA`
    claim : Claim
    after : timedelta
        Counts that were read sooner after the post are left out.
    """
    one, other = features.groups(claim, posts)
    counted = features.counts(claim.outcome, posts)
    talked = (one | other) & features.own_words(posts)
    ripe = talked & features.settled(posts, after)
    rows = np.flatnonzero(ripe & np.isfinite(counted))
    left = Left(
        neither=int((~talked).sum()),
        unsettled=int(talked.sum() - ripe.sum()),
        uncounted=int(ripe.sum() - rows.size),
    )
    taken = posts.take(pa.array(rows))
    return _paired(taken, claim, one[rows], counted[rows], after, left)


def _paired(
    posts: pa.Table, claim: Claim, one: Flags, counted: Floats, after: timedelta, left: Left
) -> Pairs:
    praised, plain, week = _matched(posts, claim, one)
    outcome, audience = np.log1p(counted), np.log(features.followers(posts))
    shared = audience[praised] - audience[plain]
    authors = features.codes(posts, "source", "author")[praised]
    units, weeks = weekly(outcome[praised] - outcome[plain] - np.nan_to_num(shared), authors, week)
    moments = features.moments(posts)
    return Pairs(
        units=units,
        at=(weeks * 7 + 7 + _MONDAY) * _DAY + after // timedelta(microseconds=1),
        by_author=np.unique(authors, return_counts=True)[1],
        zeros=int((counted[praised] == 0).sum() + (counted[plain] == 0).sum()),
        per_follower=int(np.isfinite(shared).sum()),
        one=int(one.sum()),
        other=int((~one).sum()),
        left=left,
        span=(int(moments.min()), int(moments.max())) if moments.size else None,
    )


def _matched(posts: pa.Table, claim: Claim, one: Flags) -> tuple[Whole, Whole, Whole]:
    """Give the rows of the praised and the plain posts of all pairs, and the pairs' weeks."""
    moments, stratum = features.moments(posts), strata(posts, claim)
    order = np.lexsort((moments, stratum))
    first, second = neighbours(stratum[order], one[order], moments[order])
    first, second = order[first], order[second]
    weeks = (features.local_days(posts, claim.zone) - _MONDAY) // 7
    over = weeks[second] < weeks.max(initial=0)
    first, second = first[over], second[over]
    return (
        np.where(one[first], first, second),
        np.where(one[first], second, first),
        weeks[second],
    )


def weekly(differences: Floats, authors: Whole, weeks: Whole) -> tuple[Units, Whole]:
    """Make one unit of an author's differences of a week, in the order of weeks.

    Returns
    -------
    Units, array of int
        The units and their weeks.
    """
    cells = np.stack([weeks, authors])
    distinct, place = np.unique(cells, axis=1, return_inverse=True)
    place = place.ravel()
    weights = np.sqrt(np.bincount(place, minlength=distinct.shape[1]).astype(np.float64))
    sums = np.bincount(place, differences, minlength=distinct.shape[1])
    return Units(values=sums / np.maximum(weights, 1), weights=weights), distinct[0]


def strata(posts: pa.Table, claim: Claim) -> Whole:
    """Give a number to what compared posts share: author, kind of day, part of day, and `alike`."""
    found = features.codes(posts, "source", "author")
    shared: list[Floats] = []
    if Feature.WEEKDAY not in claim.compared:
        weekday = features.values(Feature.WEEKDAY, posts, claim.zone)
        shared.append(np.asarray(weekday >= _SATURDAY, np.float64))
    if Feature.HOUR not in claim.compared:
        shared.append(features.values(Feature.HOUR, posts, claim.zone) // _PART_OF_DAY)
    for feature in claim.alike:
        value = features.values(feature, posts, claim.zone)
        shared.append(_level(feature, value))
    for level in shared:
        distinct, code = np.unique(level, return_inverse=True)
        found = found * max(distinct.size, 1) + code
    return found


def _level(feature: Feature, value: Floats) -> Floats:
    if feature is Feature.LENGTH:
        return np.asarray(value // _LENGTH_STEP)
    if feature in (Feature.HOUR, Feature.WEEKDAY):
        return value
    return np.asarray(value > 0, np.float64)


def neighbours(
    stratum: Whole, one: Flags, moments: Whole, near: timedelta = NEAR
) -> tuple[Whole, Whole]:
    """Find pairs of neighbours that differ, each post in at most one of them.

    From the start of each stratum on, two posts in succession that differ are a pair, unless
    the first is already in one or they are further apart than `near`. So later posts never
    change earlier pairs, and looking every day sees the same pairs grow.

    Parameters
    ----------
    stratum, one, moments : arrays, shape (posts,)
        Sorted by stratum, then by moment.

    Returns
    -------
    first, second : arrays of int, shape (pairs,)
        Places of the earlier and the later post.
    """
    differs = (
        (stratum[1:] == stratum[:-1])
        & (one[1:] != one[:-1])
        & (moments[1:] - moments[:-1] <= near // timedelta(microseconds=1))
    )
    place = np.arange(differs.size)
    # In a chain of successive differences every second one is a pair: the others would take
    # a post twice.
    begins = differs & ~np.concatenate([[False], differs[:-1]])
    chain = np.maximum.accumulate(np.where(begins, place, 0)) if place.size else place
    first = np.flatnonzero(differs & ((place - chain) % 2 == 0))
    return first, first + 1
