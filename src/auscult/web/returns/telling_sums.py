"""Parts of the facts: figures, groups, other ways. See `telling_types`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auscult.web.returns.telling_parts import Figure, Note

TRACKED, INCREMENTAL = "tracked", "incremental"  # FiguresFacts.basis
GROUPINGS = ("objective", "bet", "function", "network", "campaign", "ambassadors", "cycle")


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveFacts:
    """How sure it is that it pays (from 0 to 1), as the value of an outcome varies."""

    values: tuple[float, ...]
    chance: tuple[float, ...]
    even: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FallingFacts:
    """The return as the imputed cost of a minute falls."""

    minute: tuple[float, ...]
    investment: tuple[float, ...]
    roi: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresFacts:
    """All figures, in the order in which they are told.

    Attributes
    ----------
    basis : str
        `INCREMENTAL` where a study told the outcomes, else `TRACKED`.
    evidence : int or None
        The number of that study.
    campaigns : int or None
        None where a study told the outcomes.
    first, last : date
        The days that they are of; those of a study may be a part of the period asked for.
    with_given : bool
    break_even, net_benefit, chance, roi
        None where no value is known.
    curve, falling
        None where they can't be drawn; `notes` say why.
    """

    basis: str
    evidence: int | None
    campaigns: int | None
    first: date
    last: date
    with_given: bool
    outcomes: Figure
    cost: float
    break_even: Figure | None
    net_benefit: Figure | None
    chance: float | None
    cost_per_outcome: Figure
    outcomes_per_1000: Figure
    roi: Figure | None
    curve: CurveFacts | None
    falling: FallingFacts | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaybackFacts:
    """When what came in had paid for what went out.

    Attributes
    ----------
    day : int or None
        Of the period, from 1; None: not yet.
    lowest : float
        The most that lay out at any time, as a number of at most 0.
    balance : tuple of float
        At evenly spaced days, the last of the period among them.
    days : tuple of int
        Which days these are, from 1.
    """

    day: int | None
    lowest: float
    balance: tuple[float, ...]
    days: tuple[int, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaneFacts:
    """The cost-effectiveness plane: what ours brought and cost more than the other.

    Attributes
    ----------
    outcomes, cost : tuple of float
        Some of the differences that the data allow.
    shares : tuple of (str, float)
        How many of all lie in each quarter (`engine.returns.comparing.Quarter`), from 0 to 1.
    """

    outcomes: tuple[float, ...]
    cost: tuple[float, ...]
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparatorFacts:
    """The same outcome by another way, held against ours where that is allowed.

    Attributes
    ----------
    basis : str
        "own" or "published".
    incremental : bool
    theirs, theirs_per_1000 : Figure
        Cost per outcome, and outcomes per 1,000 spent, their way.
    ours, ours_per_1000 : Figure or None
        The same our way, counted alike; None where the two can't be compared: `notes` say why.
    cheaper : float or None
        How probable it is that an outcome costs less our way, from 0 to 1.
    times : Figure or None
        How many times as much an outcome costs their way.
    """

    number: int
    channel: str
    basis: str
    incremental: bool
    currency: str
    first: date
    last: date
    source: str
    source_day: date
    theirs: Figure
    theirs_per_1000: Figure
    ours: Figure | None
    ours_per_1000: Figure | None
    cheaper: float | None
    times: Figure | None
    plane: PlaneFacts | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EquivalencyFacts:
    """What an exposure would have cost if bought: an assumption, apart from every return."""

    number: int
    what: str
    impressions: int
    per_1000: float
    would_have_cost: float
    currency: str
    source: str
    source_day: date
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFacts:
    """What one group cost and brought.

    Attributes
    ----------
    key : str
        A number, or the name of a network or campaign; "" is what belongs to none.
    name : str
        Empty for what belongs to none.
    paid, given, minutes : float
        Fully loaded.
    outcomes : float
    cost_per_outcome : Figure
        Fully loaded, as `with_given` has it.
    net_benefit : Figure or None
    campaigns : int
        Bets in it.
    """

    key: str
    name: str
    paid: float
    given: float
    minutes: float
    outcomes: float
    cost_per_outcome: Figure
    net_benefit: Figure | None
    campaigns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingFacts:
    """Costs and outcomes of a period, put together in one way.

    Attributes
    ----------
    by : str
        One of `GROUPINGS`.
    groups : tuple of GroupFacts
        Most cost first; what belongs to none comes last.
    notes : tuple of Note
        Also the convention by which costs were shared, where one was needed.
    """

    by: str
    groups: tuple[GroupFacts, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreFacts:
    """What ten hours a week more would bring, where a response is known.

    Attributes
    ----------
    skill : str
    hours : float
        A week.
    gain : Figure
        Points of all objectives, by their weights.
    starts : tuple of str
        Bets that it lets begin.
    gains : tuple of (str, float, str)
        Objective, how much nearer its target, unit.
    cycle : int
        Its number; the plan's page "What more could bring" shows the rest.
    asked_at : str
        When it was worked out, as ISO 8601.
    outdated : bool
        The plan was changed since.
    enough : float or None
        Hours that bring as much already, where fewer do.
    """

    skill: str
    hours: float
    gain: Figure
    starts: tuple[str, ...]
    gains: tuple[tuple[str, float, str], ...]
    cycle: int
    asked_at: str
    outdated: bool
    enough: float | None = None
