"""Parts of the facts: what it cost, what it brought, what people said. See `telling_types`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


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
    """What people answered to 'how did you hear of us?'.

    Attributes
    ----------
    asked, answered : int
        0 where the answers couldn't be reckoned with; then `notes` say why.
    shares : tuple of ShareFacts
        Of the answers as they were given, the largest first.
    channels : tuple of ShareFacts
        Of the channels that the answers stand for; empty where nobody said for which.
    """

    number: int
    title: str
    question: str
    asked: int
    answered: int
    shares: tuple[ShareFacts, ...]
    channels: tuple[ShareFacts, ...]
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthFacts:
    """What one outcome is worth, and who says so."""

    amount: float
    currency: str
    source: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFacts:
    """A finished study that covers a part of the period."""

    number: int
    title: str
    method: str
    verdict: str
    effect: Figure  # incremental outcomes
    level: float  # of its interval: how often it is meant to hold
    first: date
    last: date
    address: str
    bet: int | None  # that it is about; None: all that the house does
    channels: tuple[str, ...]  # of a mix: what brought them
