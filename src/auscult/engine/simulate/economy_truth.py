"""What is true of Lakeside's money: what the figures of a ledger estimate, and what one wants to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from auscult.engine.simulate.draws import Floats, Rows
from auscult.engine.simulate.economy_costs import MeanCost
from auscult.engine.simulate.economy_people import (
    DARK_FATE,
    TRACKED_FATE,
    UNTRACKED_FATE,
    Moved,
    Others,
)
from auscult.engine.simulate.economy_world import (
    ANYWAY,
    KINDS,
    SEARCH_LAST,
    TRACKED,
    TRADITIONAL,
    WORTHS,
    Bets,
    mean_caused,
    mean_donation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueFigures:
    """Figures without an interval, for nothing about them is unknown.

    Attributes
    ----------
    outcomes, cost, worth : float
        The worth is that of one outcome.
    """

    outcomes: float
    cost: float
    worth: float

    @property
    def cost_per_outcome(self) -> float:
        """What one cost."""
        return self.cost / self.outcomes

    @property
    def outcomes_per_1000(self) -> float:
        """How many 1,000 brought."""
        return 1000 * self.outcomes / self.cost

    @property
    def break_even(self) -> float:
        """The largest cost at which it would have paid."""
        return self.worth * self.outcomes

    @property
    def net_benefit(self) -> float:
        """Gain less cost."""
        return self.break_even - self.cost

    @property
    def roi(self) -> float:
        """(gain - cost) / cost."""
        return self.net_benefit / self.cost


@dataclass(frozen=True, slots=True, kw_only=True)
class Fates:
    """How many of a kind met a bet and came, by what is true of them."""

    caused: int
    anyway: int
    tracked: int
    untracked: int
    dark: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueChannel:
    """A traditional channel: appointments that it caused, that its own number told, and its cost."""

    cost: float
    caused: int
    told: int
    mean_caused: float
    mean_told: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What was planted, and what came of it.

    Attributes
    ----------
    bets : Bets
    cost : MeanCost
        Of as many bets like these, on the mean.
    paid : float
        What these bets truly cost, fully loaded.
    fates : dict of str to Fates
        By kind of outcome.
    by_bet : array of int, shape (bets, kinds)
        What each bet truly caused.
    channels : dict of str to TrueChannel
    social_share : float
        Share of all appointments of people who met a bet, on the mean: what a survey asks for.
    effects : dict of str to float
        What the campaigns of `services`, `districts` and `trial` brought, and in the `experiment`
        all bets of the period.
    brought : dict of str to float
        What each channel of the mix brought.
    doubles : int
        Outcomes that are told twice.
    """

    bets: Bets
    cost: MeanCost
    paid: float
    fates: Mapping[str, Fates]
    by_bet: Rows
    channels: Mapping[str, TrueChannel]
    social_share: float
    effects: Mapping[str, float]
    brought: Mapping[str, float]
    doubles: int

    def counted(self, kind: str = "appointment") -> TrueFigures:
        """Give what the ledger's figures estimate: what last touches credit to bets like these.

        Those who would have come anyway are among them, those who came unseen aren't, and of the
        cost only what was written down.
        """
        mean = float(self._mean(kind) / (1 - ANYWAY) * TRACKED * (1 - SEARCH_LAST))
        return TrueFigures(outcomes=mean, cost=self.cost.known, worth=worth_of(kind))

    def caused(self, kind: str = "appointment") -> TrueFigures:
        """Give what one wants to know: what bets like these cause, and what they truly cost."""
        mean = self._mean(kind)
        return TrueFigures(outcomes=mean, cost=self.cost.true, worth=worth_of(kind))

    def happened(self, kind: str = "appointment") -> TrueFigures:
        """Give what these bets did cause, and did cost: luck and all."""
        return TrueFigures(
            outcomes=float(self.fates[kind].caused), cost=self.paid, worth=worth_of(kind)
        )

    def _mean(self, kind: str) -> float:
        return float(len(self.bets) * mean_caused()[KINDS.index(kind)])


def worth_of(kind: str) -> float:
    """Give what one outcome of a kind is worth to the house: of a donation, its mean amount."""
    return WORTHS.get(kind, mean_donation())


def fates(moved: Moved) -> dict[str, Fates]:
    """Count those who met a bet and came, by kind."""
    found = {}
    for at, kind in enumerate(KINDS):
        mine = moved.kind == at
        fate = np.bincount(moved.fate[mine], minlength=3)
        caused = int(moved.caused[mine].sum())
        found[kind] = Fates(
            caused=caused,
            anyway=int(mine.sum()) - caused,
            tracked=int(fate[TRACKED_FATE]),
            untracked=int(fate[UNTRACKED_FATE]),
            dark=int(fate[DARK_FATE]),
        )
    return found


def by_bet(bets: Bets, moved: Moved) -> Rows:
    """Count what each bet truly caused, shape (bets, kinds)."""
    cells = (moved.bet * len(KINDS) + moved.kind)[moved.caused]
    counts = np.bincount(cells, minlength=len(bets) * len(KINDS))
    return np.asarray(counts.reshape(len(bets), len(KINDS)), np.int64)


def channels(others: Others, days: int) -> dict[str, TrueChannel]:
    """Give what is true of each traditional channel."""
    found = {}
    for at, one in enumerate(TRADITIONAL):
        mine = others.channel == at
        mean = one.caused * days / 365
        found[one.name] = TrueChannel(
            cost=round(one.cost * days / 365, 2),
            caused=int((mine & others.caused).sum()),
            told=int((mine & others.told).sum()),
            mean_caused=mean,
            mean_told=mean / (1 - one.anyway) * one.told,
        )
    return found


def mean_met(bets: int, days: int) -> Floats:
    """Give appointments on the mean: of those who met a bet, each traditional channel, nothing."""
    from_bets = bets * mean_caused()[KINDS.index("appointment")] / (1 - ANYWAY)
    from_channels = [one.caused / (1 - one.anyway) * days / 365 for one in TRADITIONAL]
    return np.array([from_bets, *from_channels])
