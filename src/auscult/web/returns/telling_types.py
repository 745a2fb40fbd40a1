"""What is told of a period: the facts behind the board's page, its PDF, kept editions and the API.

Plain values alone, so that they can be kept and read again (`as_data`, `from_data`). No sentence is
in them: what has to be said beside a figure is a `Note`, a code with numbers, and becomes a sentence
where it is shown (`telling_words.said`). Numbers are finite; what isn't known is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from auscult.web.returns.telling_data import as_data, from_data
from auscult.web.returns.telling_parts import (
    ChannelFacts,
    CostFacts,
    EvidenceFacts,
    Figure,
    KindFacts,
    Note,
    OutcomeFacts,
    ShareFacts,
    StepFacts,
    SurveyFacts,
    UncostedFacts,
    WorthFacts,
)
from auscult.web.returns.telling_sums import (
    GROUPINGS,
    INCREMENTAL,
    TRACKED,
    ComparatorFacts,
    CurveFacts,
    EquivalencyFacts,
    FallingFacts,
    FiguresFacts,
    GroupFacts,
    GroupingFacts,
    MoreFacts,
    PaybackFacts,
    PlaneFacts,
)

__all__ = [
    "GROUPINGS",
    "INCREMENTAL",
    "TRACKED",
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
        The figures that are told first with given time counted, where they were asked for without,
        and the other way round; None where nobody gave time.
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
