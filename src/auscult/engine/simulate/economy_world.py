"""What is true of the money of Lakeside: what work costs, what a bet may bring, who would come anyway.

Bets are drawn from one and the same world, so that "bets like these" has a meaning and a mean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auscult.engine.simulate.draws import Floats, Rows, generator

CURRENCY = "EUR"
KINDS = ("appointment", "call", "sign-up", "donation")
WORTHS = {"appointment": 85.0, "call": 14.0, "sign-up": 6.0}  # donations bring their own amount
DONATION_LOG_MEAN, DONATION_LOG_SPREAD = 3.7, 0.9

CYCLE = 100  # days
BETS_A_CYCLE = 6
LEAST_ROOM = 45  # days of a cycle, below which nothing is begun in it
LONGEST_ECHO = 21  # days after which nobody comes any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who works: what an hour truly costs, and whether the house has said so."""

    name: str
    hourly: float
    share: float  # of a bet's minutes
    rated: bool = True
    given: bool = False


ROLES = (
    Role(name="editor", hourly=46, share=0.50),
    Role(name="designer", hourly=52, share=0.22),
    Role(name="nurse", hourly=44, share=0.08, rated=False),
    Role(name="volunteer", hourly=18, share=0.20, given=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overhead:
    """Something that is paid for all bets alike, each month; what isn't known is found out late."""

    what: str
    monthly: float
    known: bool = True


OVERHEADS = (
    Overhead(what="Scheduling tool", monthly=49),
    Overhead(what="Picture library", monthly=29),
    Overhead(what="Subtitling tool", monthly=19, known=False),
)
CAMERA_PRICE, CAMERA_RESIDUAL, CAMERA_MONTHS = 1_440.0, 240.0, 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Traditional:
    """A traditional channel.

    Attributes
    ----------
    name : str
    cost : float
        Of a year of 365 days.
    caused : float
        Appointments of such a year that wouldn't have been without it, on the mean.
    anyway : float
        Share of those whom it met who would have come anyway.
    told : float
        Chance that it is known of one of them, by its own telephone number.
    """

    name: str
    cost: float
    caused: float
    anyway: float
    told: float


TRADITIONAL = (
    Traditional(name="television", cost=11_800, caused=96, anyway=0.45, told=0.35),
    Traditional(name="print", cost=5_600, caused=40, anyway=0.40, told=0.50),
    Traditional(name="mail", cost=3_900, caused=52, anyway=0.30, told=0.70),
    Traditional(name="press", cost=1_450, caused=34, anyway=0.35, told=0.30),
)
DAILY = {"appointment": 2.6, "call": 3.4, "sign-up": 0.5, "donation": 0.3}  # who met nothing

# What one bet without money causes, on the mean, and by how much luck varies it: one bet of the
# worst tenth brings an eighth of what one of the best tenth does.
CAUSED = np.array([11.0, 7.0, 15.0, 4.0])
LUCK = 0.8
MINUTES_SHAPE, MINUTES_SCALE = 4.0, 220.0
PAID, MONEY_LOG_MEAN, MONEY_LOG_SPREAD = 0.45, 5.8, 0.8
DOUBLES_AT = 1_000.0  # so much money doubles what a bet causes
MINUTES_TOLD = 0.92

ANYWAY = 0.30  # of those who met a bet and came
TRACKED, DO_NOT_TRACK = 0.58, 0.12  # of them; the others came by a way that nobody saw
ANOTHER_BET, NEWSLETTER_FIRST, SEARCH_LAST = 0.35, 0.12, 0.18
ALSO_BY_PHONE = 0.15  # of tracked appointments: told by the form and by the phone list

BETS = (
    ("Questions of new parents", "instagram"), ("The knee, step by step", "youtube"),
    ("Night nurses", "mastodon"), ("Giving blood in ten minutes", "facebook"),
    ("A day at the burn unit", "youtube"), ("Ask the pharmacist", "bluesky"),
    ("Healing hearts", "facebook"), ("Skin checks before summer", "instagram"),
    ("First week as a trainee", "linkedin"), ("Stroke: minutes count", "mastodon"),
    ("The run along the lake", "facebook"), ("Vaccines, your questions", "bluesky"),
    ("Sleep well", "instagram"), ("Our oldest volunteer", "facebook"),
    ("What a hospice is", "youtube"), ("Diabetes on a Tuesday", "mastodon"),
    ("Why we are late", "bluesky"), ("Trial for migraine", "linkedin"),
    ("Hands that deliver", "youtube"), ("Back pain myths", "instagram"),
    ("Letters of thanks", "mastodon"), ("Dialysis on holiday", "facebook"),
    ("The eye clinic moves", "bluesky"), ("Work with us", "linkedin"),
)  # fmt: skip
AMBASSADORS_EVERY = 6  # each sixth bet goes through employees who speak for the house


@dataclass(frozen=True, slots=True, kw_only=True)
class Bets:
    """Bets of a period; arrays of the shape (bets,) but for the last.

    Attributes
    ----------
    names, networks : tuple of str
    cycle : array of int
        Counted from 0.
    begins, lasts : array of int
        Days since the first, and how many.
    ambassadors : array of bool
    money : array of float
        Spent on advertising or production; 0 for more than half of them.
    minutes : array of float
        Truly worked.
    told : array of bool
        Whether anybody wrote down its minutes.
    caused : array of float, shape (bets, kinds)
        What it causes on the mean, given its luck and its money.
    """

    names: tuple[str, ...]
    networks: tuple[str, ...]
    cycle: Rows
    begins: Rows
    lasts: Rows
    ambassadors: NDArray[np.bool_]
    money: Floats
    minutes: Floats
    told: NDArray[np.bool_]
    caused: Floats

    def __len__(self) -> int:
        """Count them."""
        return len(self.names)


def cycles(days: int) -> int:
    """Count the cycles of a period in which something is begun."""
    return days // CYCLE + (days % CYCLE >= LEAST_ROOM)


def draw_bets(seed: int, days: int) -> Bets:
    """Draw the bets of a period: each cycle has six, and none ends so late that echoes are cut."""
    count = BETS_A_CYCLE * cycles(days)
    cycle = np.arange(count) // BETS_A_CYCLE
    rng = generator(seed, "economy", "bets")
    lasts = rng.integers(10, LEAST_ROOM - LONGEST_ECHO, count)
    room = np.minimum(CYCLE, days - cycle * CYCLE) - LONGEST_ECHO - lasts
    begins = cycle * CYCLE + (rng.random(count) * room).astype(np.int64)
    luck = np.exp(LUCK * rng.standard_normal(count) - LUCK**2 / 2)
    spent = np.exp(MONEY_LOG_MEAN + MONEY_LOG_SPREAD * rng.standard_normal(count))
    money = np.where(rng.random(count) < PAID, spent.round(2), 0.0)
    named = [(*BETS[at % len(BETS)], at // len(BETS)) for at in range(count)]
    return Bets(
        names=tuple(title if not again else f"{title} {again + 1}" for title, _, again in named),
        networks=tuple(network for _, network, _ in named),
        cycle=cycle,
        begins=begins,
        lasts=lasts,
        ambassadors=np.arange(count) % AMBASSADORS_EVERY == AMBASSADORS_EVERY - 1,
        money=money,
        minutes=rng.gamma(MINUTES_SHAPE, MINUTES_SCALE, count),
        told=rng.random(count) < MINUTES_TOLD,
        caused=(luck * (1 + money / DOUBLES_AT))[:, None] * CAUSED,
    )


def mean_money() -> float:
    """Give what a bet costs in money, on the mean of bets like these."""
    return float(PAID * np.exp(MONEY_LOG_MEAN + MONEY_LOG_SPREAD**2 / 2))


def mean_minutes() -> float:
    """Give the minutes that a bet takes, on the mean of bets like these."""
    return MINUTES_SHAPE * MINUTES_SCALE


def mean_caused() -> Floats:
    """Give what a bet causes of each kind, on the mean of bets like these."""
    return CAUSED * (1 + mean_money() / DOUBLES_AT)


def mean_donation() -> float:
    """Give a donation's amount on the mean."""
    return float(np.exp(DONATION_LOG_MEAN + DONATION_LOG_SPREAD**2 / 2))
