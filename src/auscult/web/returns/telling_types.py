"""What is told of a period: the facts behind the board's page, its PDF, kept editions and the API.

Plain values alone, so that they can be kept and read again (`as_data`, `from_data`). No sentence is
in them: what has to be said beside a figure is a `Note`, a code with numbers, and becomes a sentence
where it is shown (`telling_words.said`). Numbers are finite; what isn't known is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auscult.web.returns.telling_data import as_data, from_data

__all__ = [
    "ChannelFacts",
    "ComparatorFacts",
    "CostFacts",
    "CurveFacts",
    "EquivalencyFacts",
    "EvidenceFacts",
    "Facts",
    "FallingFacts",
    "Figure",
    "FiguresFacts",
    "GroupFacts",
    "GroupingFacts",
    "KindFacts",
    "MoreFacts",
    "Note",
    "OutcomeFacts",
    "PaybackFacts",
    "PlaneFacts",
    "Question",
    "ShareFacts",
    "StepFacts",
    "SurveyFacts",
    "UncostedFacts",
    "WorthFacts",
    "as_data",
    "from_data",
]

TRACKED, INCREMENTAL = "tracked", "incremental"  # FiguresFacts.basis
GROUPINGS = ("objective", "bet", "function", "network", "campaign", "ambassadors", "cycle")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked.

    Attributes
    ----------
    kind : int or None
        Number of a kind of outcome; None: only what it cost is told.
    first, last : date
    rule : str or None
        One of `cost_models.AttributionRule`; None: the ledger's.
    with_given : bool
        Whether figures count the time of volunteers and ambassadors as cost. The cost is told both
        ways in any case.
    """

    kind: int | None
    first: date
    last: date
    rule: str | None = None
    with_given: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What has to be said: a code with the numbers of its sentence.

    Attributes
    ----------
    code : str
        One of `engine.returns.reasons.Why`, or the code of what the engine refused.
    numbers : tuple of (str, float)
    text : str
        Of what was refused: the engine's own words, in English. Empty for the codes of `Why`.
    """

    code: str
    numbers: tuple[tuple[str, float], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number with its interval, as far as there is one.

    Attributes
    ----------
    value, low, high : float or None
    bound : str
        One of `engine.returns.ratio.Bound`: "bounded", "at least", "at most", "without bounds",
        "undefined" (then there is no value) or "refused" (a value without an interval).
    notes : tuple of Note
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    bound: str = "refused"
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindFacts:
    """The kind of outcome that is told of."""

    number: int
    name: str
    slug: str
    what: str  # one of outcome_models.What
    objective: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFacts:
    """A step of the waterfall of costs: a bar from `start` to `end`."""

    kind: str  # one of engine.returns.costs.Kind
    given: bool
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UncostedFacts:
    """Something that isn't free, although nothing was reckoned for it."""

    what: str  # a role, a thing, or a bet's title
    bet: int | None  # its number in the archive, where it is one
    missing: str  # one of engine.returns.costed.Missing
    minutes: float
    given: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostFacts:
    """What the period cost; None as a whole where it can't be reckoned, with the reason.

    Attributes
    ----------
    paid, given : float
        What the house pays, and what the time of volunteers and ambassadors would have cost.
    minutes : float
        Worked, whoever pays.
    steps : tuple of StepFacts
    uncosted : tuple of UncostedFacts
    bets : int
        How many bets the period touches.
    """

    paid: float
    given: float
    minutes: float
    steps: tuple[StepFacts, ...]
    uncosted: tuple[UncostedFacts, ...]
    bets: int
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """What a channel is credited with by the rule. See `engine.returns.attribution.Credit`."""

    channel: str
    outcomes: float
    value: float
    touched: int
    assisted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeFacts:
    """What happened, and where it came from.

    Attributes
    ----------
    told : int
        As often as anybody said so.
    counted : int
        Once each.
    merged : int
        Told more than once: `told - counted`.
    dark, assisted, untracked : int
        Of those counted: without any touch; with touches of at least two channels; dark by their
        own choice (they asked not to be tracked), which is a part of the dark ones.
    channels : tuple of ChannelFacts
        Most outcomes first.
    gained : float or None
        Money that came in with them, where any did, in the ledger's currency.
    """

    told: int
    counted: int
    merged: int
    dark: int
    assisted: int
    untracked: int
    channels: tuple[ChannelFacts, ...]
    gained: float | None
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareFacts:
    """An answer's share, from 0 to 1. See `engine.returns.surveys.Share`."""

    answer: str
    value: float
    low: float
    high: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyFacts:
    """What people answered to 'how did you hear of us?'."""

    number: int
    title: str
    question: str
    asked: int
    answered: int
    shares: tuple[ShareFacts, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthFacts:
    """What one outcome is worth, and who says so."""

    amount: float
    currency: str
    source: str
    day: date


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
class EvidenceFacts:
    """A finished study that covers a part of the period."""

    number: int
    title: str
    method: str
    verdict: str
    effect: Figure  # incremental outcomes
    level: float  # of its interval
    first: date
    last: date
    address: str


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
    """

    skill: str
    hours: float
    gain: Figure
    starts: tuple[str, ...]
    gains: tuple[tuple[str, float, str], ...]
    cycle: int
    asked_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that is told of a period.

    Attributes
    ----------
    asked : Question
    kind : KindFacts or None
    currency : str
        The ledger's; of all sums.
    rule : str
        By which outcomes were attributed.
    window_days : int
    level : float
        Of the intervals.
    cost : CostFacts or None
    outcomes : OutcomeFacts or None
    surveys : tuple of SurveyFacts
    worth : WorthFacts or None
        None also where amounts came in and take its place.
    figures : tuple of FiguresFacts
        Those to be told first come first: incremental ones, then tracked ones.
    other_way : FiguresFacts or None
        The tracked figures with given time counted, where they were asked for without, and the other
        way round; None where nobody gave time.
    payback : PaybackFacts or None
    comparators : tuple of ComparatorFacts
    equivalencies : tuple of EquivalencyFacts
    groupings : tuple of GroupingFacts
        In the order of `GROUPINGS`.
    evidence : tuple of EvidenceFacts
    more : MoreFacts or None
    notes : tuple of Note
        Also why something above is None.
    """

    asked: Question
    kind: KindFacts | None
    currency: str
    rule: str
    window_days: int
    level: float
    cost: CostFacts | None
    outcomes: OutcomeFacts | None
    surveys: tuple[SurveyFacts, ...]
    worth: WorthFacts | None
    figures: tuple[FiguresFacts, ...]
    other_way: FiguresFacts | None
    payback: PaybackFacts | None
    comparators: tuple[ComparatorFacts, ...]
    equivalencies: tuple[EquivalencyFacts, ...]
    groupings: tuple[GroupingFacts, ...]
    evidence: tuple[EvidenceFacts, ...]
    more: MoreFacts | None
    notes: tuple[Note, ...]

    @property
    def told_first(self) -> FiguresFacts | None:
        """The figures that head a page."""
        return self.figures[0] if self.figures else None
