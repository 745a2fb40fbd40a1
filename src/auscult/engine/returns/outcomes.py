"""What the house wanted and what happened, with the touches before it; nothing is counted twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.columns import (
    Codes,
    Days,
    Floats,
    amounts_column,
    coded,
    firsts,
    is_missing,
    moments_column,
    same_length,
    texts_column,
)
from auscult.engine.returns.reasons import Reason, Why

Keys = NDArray[np.str_] | NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Outcomes, one row each.

    Attributes
    ----------
    kinds : tuple of str
        Appointments, calls, sign-ups and the like.
    kind : array of int, shape (rows,)
        Which of `kinds`.
    at : array of datetime64[s], shape (rows,)
    value : array of float, shape (rows,)
        In one currency; not a number where none is known.
    keys : mapping of str to array of str or int, each of shape (rows,)
        By which two rows may be known to be the same outcome: an order number, a visitor. An
        empty text, or 0 among numbers, is unknown, and like nothing.
    """

    kinds: tuple[str, ...]
    kind: Codes
    at: Days
    value: Floats
    keys: Mapping[str, Keys] = field(default_factory=dict)

    def __len__(self) -> int:
        """Count them."""
        return len(self.at)

    @property
    def unvalued(self) -> int:
        """How many have no value."""
        return int(np.isnan(self.value).sum())

    def some(self, chosen: NDArray[Any]) -> Outcomes:
        """Give some of the rows, by their numbers or by a column of truths."""
        return Outcomes(
            kinds=self.kinds,
            kind=self.kind[chosen],
            at=self.at[chosen],
            value=self.value[chosen],
            keys={name: column[chosen] for name, column in self.keys.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Touches:
    """Contacts before outcomes, one row each.

    Attributes
    ----------
    channels : tuple of str
        Networks, campaigns, ambassadors: what outcomes are to be credited to.
    channel : array of int, shape (rows,)
        Which of `channels`.
    outcome : array of int, shape (rows,)
        Row of the outcome that it came before.
    at : array of datetime64[s], shape (rows,)
    """

    channels: tuple[str, ...]
    channel: Codes
    outcome: Codes
    at: Days


def outcomes_of(
    *, kinds: Any, at: Any, values: Any = None, keys: Mapping[str, Any] | None = None
) -> Outcomes:
    """Read outcomes from columns: lists, numpy, columns of pandas or Polars.

    Parameters
    ----------
    kinds : column of str
    at : column of date or moment
        Of dates without a time their last second is meant, so that touches of the same day count.
    values : column of float, optional
        In one currency; None or not a number where none is known.
    keys : mapping of str to column of str, optional
        Empty or None where unknown.

    Raises
    ------
    Correctable
        Columns differ in length, or hold what they can't.
    """
    keys = keys or {}
    values = np.full(len(at), np.nan) if values is None else values
    same_length(kinds=kinds, at=at, values=values, **keys)
    names, kind = coded(kinds)
    return Outcomes(
        kinds=names,
        kind=kind,
        at=moments_column(at, "at", ends=True),
        value=_values(values),
        keys={name: texts_column(column) for name, column in keys.items()},
    )


def touches_of(*, outcome: Any, channels: Any, at: Any, outcomes: int) -> Touches:
    """Read touches from columns.

    Parameters
    ----------
    outcome : column of int
        Row of the outcome that each came before, counted from 0.
    channels : column of str
    at : column of date or moment
    outcomes : int
        How many outcomes there are.

    Raises
    ------
    Correctable
        Columns differ in length, hold what they can't, or name an outcome that isn't there.
    """
    same_length(outcome=outcome, channels=channels, at=at)
    rows = amounts_column(outcome, "outcome")
    strangers = rows[(rows < 0) | (rows >= outcomes) | (rows != np.floor(rows))]
    if strangers.size:
        raise Correctable(
            f"A touch belongs to outcome {strangers[0]:g}, and there are {outcomes}.",
            field="outcome",
            code="unknown-outcome",
            hint=f"Give the row of the outcome, from 0 to {outcomes - 1}."
            if outcomes
            else "Give the outcomes first.",
        )
    names, channel = coded(channels)
    return Touches(
        channels=names, channel=channel, outcome=rows.astype(np.intp), at=moments_column(at, "at")
    )


def _values(values: Any) -> Floats:
    known = [np.nan if is_missing(one) else one for one in values]
    try:
        found = np.array(known, np.float64)
    except (TypeError, ValueError) as wrong:
        raise Correctable(
            f"The values hold what is no number: {wrong}.",
            field="values",
            code="no-number",
            hint="Give a number, or None where no value is known.",
        ) from wrong
    if np.isinf(found).any():
        raise Correctable(
            "A value is infinite.",
            field="values",
            code="no-number",
            hint="Give a number, or None where no value is known.",
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SameBy:
    """A rule by which two rows are the same outcome.

    They are when they are of the same kind, all these keys are known and agree, no more than so
    many days lie between one and the next, and nothing tells them apart.

    Attributes
    ----------
    keys : tuple of str
    within_days : float or None
        None is however long.
    unless : tuple of str
        Keys that tell rows apart where both are known and differ: a visitor with two order numbers
        ordered twice.
    """

    keys: tuple[str, ...]
    within_days: float | None = None
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """Outcomes without doubles, and what was merged.

    Attributes
    ----------
    outcomes : Outcomes
        The first of those that are the same, in order of time.
    touches : Touches or None
        Of all of them, now before the one that is kept.
    kept : array of int, shape (outcomes,)
        The row that each had before.
    into : array of int, shape (rows before,)
        The row that each went into.
    by_rule : tuple of int
        How many would have gone by each rule alone.
    reasons : tuple of Reason
    """

    outcomes: Outcomes
    touches: Touches | None
    kept: Codes
    into: Codes
    by_rule: tuple[int, ...]
    reasons: tuple[Reason, ...]


def merge(outcomes: Outcomes, rules: Sequence[SameBy], touches: Touches | None = None) -> Merged:
    """Count each outcome once.

    Rules count side by side, and pass on: if a phone list and a form agree by number, and the form
    and a tracked visit by visitor, all three are one outcome. Which source is right isn't asked: the
    first row stays, with the first value that is known.

    Parameters
    ----------
    outcomes : Outcomes
    rules : sequence of SameBy
    touches : Touches, optional

    Raises
    ------
    Correctable
        A rule names a key that the outcomes don't have, or no key.
    """
    order = np.argsort(outcomes.at, kind="stable")
    count = len(outcomes)
    links = [_links(outcomes, rule, order) for rule in rules]
    one = np.concatenate([np.empty(0, np.intp), *(first for first, _ in links)])
    other = np.concatenate([np.empty(0, np.intp), *(second for _, second in links)])
    graph = coo_array((np.ones(len(one), np.int8), (one, other)), shape=(count, count))
    groups, group = connected_components(graph, directed=False)
    kept = _first_of_each(group, groups, order)
    # Groups in order of the rows that they keep, so that the rest of the house finds its order.
    rank = np.empty(groups, np.intp)
    rank[np.argsort(kept, kind="stable")] = np.arange(groups)
    into, kept = rank[group], np.sort(kept)
    value, differ = _first_values(outcomes.value, into, groups, order)
    left = outcomes.some(kept)
    return Merged(
        outcomes=Outcomes(
            kinds=left.kinds, kind=left.kind, at=left.at, value=value, keys=left.keys
        ),
        touches=None if touches is None else _moved(touches, into),
        kept=kept,
        into=into,
        by_rule=tuple(len(first) for first, _ in links),
        reasons=_told(count - groups, differ),
    )


def _links(outcomes: Outcomes, rule: SameBy, order: Codes) -> tuple[Codes, Codes]:
    """Give pairs of neighbouring rows that a rule calls the same."""
    unknown = [name for name in (*rule.keys, *rule.unless) if name not in outcomes.keys]
    if unknown or not rule.keys:
        raise Correctable(
            f"The outcomes have no key '{unknown[0]}'." if unknown else "A rule has no key.",
            field="keys",
            code="unknown-key",
            hint=f"Known are: {', '.join(outcomes.keys) or 'none'}.",
        )
    known = np.all([is_known(outcomes.keys[name]) for name in rule.keys], axis=0)
    rows = order[known[order]]
    columns = [_numbers(outcomes.keys[name][rows]) for name in rule.keys]
    columns.append(outcomes.kind[rows])
    # By kind and keys, and within them by time, for the sort is stable.
    place = np.lexsort(columns)
    rows = rows[place]
    same = np.ones(max(len(rows) - 1, 0), np.bool_)
    for column in (one[place] for one in columns):
        same &= column[1:] == column[:-1]
    if rule.within_days is not None:
        gap = (outcomes.at[rows[1:]] - outcomes.at[rows[:-1]]).astype(np.int64)
        same &= gap <= rule.within_days * 86_400
    for apart in (outcomes.keys[name][rows] for name in rule.unless):
        known = is_known(apart)
        same &= ~known[1:] | ~known[:-1] | (apart[1:] == apart[:-1])
    return rows[:-1][same], rows[1:][same]


def is_known(keys: Keys) -> NDArray[np.bool_]:
    """Say which keys are known: texts that aren't empty, numbers that aren't 0."""
    return np.asarray(keys != keys.dtype.type())


def _numbers(keys: Keys) -> NDArray[np.int64]:
    """Give keys as numbers, for these sort several times as fast as texts."""
    if keys.dtype.kind == "i":
        return np.asarray(keys, np.int64)
    return np.unique(keys, return_inverse=True)[1]


def _first_of_each(group: Codes, groups: int, order: Codes) -> Codes:
    """Give the earliest row of each group."""
    first = np.empty(groups, np.intp)
    first[group[order[::-1]]] = order[::-1]  # the last that is written stays
    return first


def _first_values(value: Floats, into: Codes, groups: int, order: Codes) -> tuple[Floats, int]:
    """Give each group's first known value, and in how many values differ."""
    known = order[~np.isnan(value[order])]
    found = np.full(groups, np.nan)
    found[into[known[::-1]]] = value[known[::-1]]
    differing = into[known][value[known] != found[into[known]]]
    return found, len(np.unique(differing))


def _moved(touches: Touches, into: Codes) -> Touches:
    """Give touches their outcome's new row; one told twice counts once."""
    outcome = into[touches.outcome]
    kept = firsts(touches.channel, touches.at, outcome)
    return Touches(
        channels=touches.channels,
        channel=touches.channel[kept],
        outcome=outcome[kept],
        at=touches.at[kept],
    )


def _told(gone: int, differ: int) -> tuple[Reason, ...]:
    said = []
    if gone:
        said.append(Reason(why=Why.MERGED, numbers=(("merged", gone),)))
    if differ:
        said.append(Reason(why=Why.VALUES_DIFFER, numbers=(("differ", differ),)))
    return tuple(said)
