"""A year of Lakeside General in costs and outcomes, whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from auscult.engine.kernel.errors import Correctable
from auscult.engine.returns.costs import Spent
from auscult.engine.returns.outcomes import Outcomes, Touches, outcomes_of, touches_of
from auscult.engine.simulate import economy_costs as costs
from auscult.engine.simulate import economy_experiment as experiments
from auscult.engine.simulate import economy_people as people
from auscult.engine.simulate import economy_series as series
from auscult.engine.simulate import economy_truth as truths
from auscult.engine.simulate.draws import generator
from auscult.engine.simulate.economy_world import (
    ANYWAY,
    CURRENCY,
    DAILY,
    DO_NOT_TRACK,
    TRADITIONAL,
    Bets,
    draw_bets,
)

START = date(2026, 1, 1)
FEWEST_DAYS, MOST_DAYS = 150, 1_000
VISITS_EACH = 14  # visits by a bet's link for each who met it and came
ASKED = 700  # of those who came, in the survey
GROUPS = {"under 50": 0.45, "50 and older": 0.55}  # of all who come
SOCIAL_BY_GROUP = {"under 50": 1.35, "50 and older": (1 - 0.45 * 1.35) / 0.55}  # times that of all
SOCIAL = "social media"  # the answer of those who met a bet
ANSWERS_BY_GROUP = {"under 50": 0.30, "50 and older": 0.50}
Columns = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A period of Lakeside General, as columns.

    Attributes
    ----------
    first : date
    days : int
    currency : str
    bets : Bets
    work : dict of str to array
        `days`, `roles`, `minutes`, `purposes`, and whether anybody `told` them.
    outcomes, touches : dict of str to array
        See `economy_people.Seen`.
    visits : dict of str to array
        `links`, `days`, `visits`, and of them `untracked`.
    answers : dict of str to array
        `groups` and `said`, of those who answered the survey; 700 were asked.
    mix : Mixed
    services, districts, trial : Planted
    experiment : Experiment
        Where those live who came for an appointment, of whom half saw what the house posted.
    """

    seed: int
    first: date
    days: int
    currency: str
    bets: Bets
    work: Columns
    outcomes: Columns
    touches: Columns
    visits: Columns
    answers: Columns
    mix: series.Mixed
    services: series.Planted
    districts: series.Planted
    trial: series.Planted
    experiment: experiments.Experiment
    moved: people.Moved
    others: people.Others
    doubles: int

    @property
    def last(self) -> date:
        """The last day."""
        return self.first + timedelta(days=self.days - 1)

    def spent(self, *, gaps: bool = True) -> Spent:
        """Give what was spent: what the house wrote down, or without gaps all of it."""
        return costs.spent(self.work, self.bets, self.first, gaps=gaps)

    def told(self, kind: str, *, by: str = "bets") -> tuple[Outcomes, Touches]:
        """Give the outcomes of a kind as they were told, doubles too, one row each.

        Parameters
        ----------
        kind : str
            One of `economy_world.KINDS`.
        by : str
            What stands before them: `bets`, `channels` or `links`. Touches of none are the channel "".
        """
        mine = np.flatnonzero(self.outcomes["kinds"] == kind)
        rows = np.repeat(mine, self.outcomes["count"][mine].astype(np.int64))
        at = self.outcomes["at"].astype("datetime64[s]")[rows]
        whole_day = np.where(self.outcomes["only_day"][rows].astype(bool), 86_399, 0)
        outcomes = outcomes_of(
            kinds=self.outcomes["kinds"][rows],
            at=at + whole_day.astype("timedelta64[s]"),
            values=self.outcomes["values"][rows],
            keys={name: self.outcomes[name][rows] for name in ("order", "visitor", "caller")},
        )
        # Rows with touches are single ones, so that each has one place among the repeated.
        place = np.full(len(self.outcomes["kinds"]), -1)
        place[rows] = np.arange(len(rows))
        chosen = place[self.touches["outcome"].astype(np.int64)] >= 0
        return outcomes, touches_of(
            outcome=place[self.touches["outcome"].astype(np.int64)[chosen]],
            channels=self.touches[by][chosen],
            at=self.touches["at"][chosen],
            outcomes=len(rows),
        )

    def truth(self) -> truths.Truth:
        """Give what was planted."""
        count = len(self.bets)
        met = truths.mean_met(count, self.days)
        nothing = DAILY["appointment"] * self.days
        return truths.Truth(
            bets=self.bets,
            cost=costs.mean_cost(count, self.first, self.days),
            paid=costs.paid(self.work, self.bets, self.first, self.days),
            fates=truths.fates(self.moved),
            by_bet=truths.by_bet(self.bets, self.moved),
            channels=truths.channels(self.others, self.days),
            social_share=float(met[0] / (met.sum() + nothing)),
            effects={
                "services": self.services.effect,
                "districts": self.districts.effect,
                "trial": self.trial.effect,
                "experiment": float(self.experiment.effect),
            },
            brought=self.mix.brought,
            doubles=self.doubles,
        )


class Economy:
    """What Lakeside General does to be known, and what comes of it.

    Parameters
    ----------
    seed : int
        0 or more; the same seed is the same year, byte for byte.

    Raises
    ------
    Correctable
        If `seed` is out of range.

    Examples
    --------
    >>> year = Economy(seed=7).simulate()
    >>> len(year.bets), int((year.bets.money == 0).sum())
    (24, 17)
    """

    def __init__(self, seed: int = 1) -> None:
        _check("seed", seed, 0, 2**31 - 1)
        self.seed = seed

    def simulate(self, days: int = 365, first: date = START) -> Year:
        """Draw a period.

        Parameters
        ----------
        days : int
            150 to 1,000. Six bets are begun in each hundred days of which 45 are left.
        first : date
            The first day.

        Raises
        ------
        Correctable
            If `days` is out of range.
        """
        _check("days", days, FEWEST_DAYS, MOST_DAYS)
        seed, bets = self.seed, draw_bets(self.seed, days)
        last = first + timedelta(days=days - 1)
        moved = people.draw_moved(seed, bets)
        others = people.draw_others(seed, days)
        seen = people.see(seed, bets, moved, others, first)
        return Year(
            seed=seed,
            first=first,
            days=days,
            currency=CURRENCY,
            bets=bets,
            work=costs.worked(seed, bets, first),
            outcomes=seen.outcomes,
            touches=seen.touches,
            visits=_visits(seed, bets, first),
            answers=_answers(seed, truths.mean_met(len(bets), days), days),
            mix=series.mixed(seed, days),
            services=series.services(seed, last),
            districts=series.districts(seed, last),
            trial=series.trial(seed, last),
            experiment=experiments.experiment(seed, bets, moved, others, first, days),
            moved=moved,
            others=others,
            doubles=seen.doubles,
        )


def _visits(seed: int, bets: Bets, first: date) -> Columns:
    """Draw how often the link of each bet was followed on each of its days."""
    rng = generator(seed, "economy", "visits")
    bet = np.repeat(np.arange(len(bets)), bets.lasts)
    into = np.concatenate([np.arange(one) for one in bets.lasts])
    a_day = bets.caused.sum(axis=1) / (1 - ANYWAY) * VISITS_EACH / bets.lasts
    visits = rng.poisson(a_day[bet])
    return {
        "links": np.char.add("lakeside-", (bet + 1).astype(np.str_)),
        "days": np.datetime64(first, "D") + (bets.begins[bet] + into),
        "visits": visits,
        "untracked": rng.binomial(visits, DO_NOT_TRACK),
    }


def _answers(seed: int, met: NDArray[np.float64], days: int) -> Columns:
    """Ask people who came how they had heard of the house; the young answer less often."""
    rng = generator(seed, "economy", "survey")
    names = np.array([SOCIAL, *(one.name for one in TRADITIONAL), "a friend"])
    shares = np.append(met, DAILY["appointment"] * days)
    shares = shares / shares.sum()
    groups, said = [], []
    for group, size in GROUPS.items():
        social = shares[0] * SOCIAL_BY_GROUP[group]
        asked = round(ASKED * size)
        answered = int((rng.random(asked) < ANSWERS_BY_GROUP[group]).sum())
        others = shares[1:] / shares[1:].sum() * (1 - social)
        said.append(rng.choice(names, answered, p=np.append(social, others)))
        groups.append(np.full(answered, group))
    return {"groups": np.concatenate(groups), "said": np.concatenate(said)}


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Correctable(
            f"{name} is {value:,}; it can be {low:,} to {high:,}.",
            code="out-of-range",
            field=name,
            hint=f"Give {name} a number in that range.",
        )
