"""What is planted in the town's days: where, when, how it swells and fades."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from auscult.engine.simulate.draws import Floats

BURST, RUMOUR, RAMP, FLAT = "burst", "rumour", "ramp", "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A share of an event: who writes what, how many hours after the onset, how it fades.

    `rise` and `fade` are hours. For a burst, the time constants of its two sides; for a
    rumour, the hour at which half have heard of it, and the time constant after its peak;
    for a ramp, the hours it grows and the time constant after them.
    """

    community: str
    topic: str
    weight: float
    lag: float = 0.0
    shape: str = BURST
    rise: float = 4.0
    fade: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """An event before it is drawn; `day` counts from 0 in a hundred-day period."""

    key: str
    kind: str
    about: str
    day: float
    share: float
    parts: tuple[Part, ...]
    origin: tuple[str, str] = ("", "")
    sunday: bool = False


def swell(part: Part, hours: Floats) -> Floats:
    """Give the weight of each hour after the onset; 0 before it."""
    since = hours - part.lag
    after = np.maximum(since, 0.0)
    if part.shape == BURST:
        shape = (1 - np.exp(-(after + 0.5) / part.rise)) * np.exp(-after / part.fade)
    elif part.shape == RUMOUR:
        heard = 1 / (1 + np.exp(-(after - part.rise) / (part.rise / 5)))
        shape = heard * np.exp(-np.maximum(after - 1.5 * part.rise, 0) / part.fade)
    elif part.shape == RAMP:
        grown = np.minimum(after / part.rise, 1.0) ** 1.5 + 0.05
        shape = grown * np.exp(-np.maximum(after - part.rise, 0) / part.fade)
    else:
        shape = np.where(after < part.rise, 1.0, 0.0)
    return np.asarray(np.where(since >= 0, shape, 0.0))


def _storm() -> Planted:
    rows = (
        ("town", "storm_complaint", 30, 1, 5, 30), ("town", "storm_question", 8, 2, 5, 30),
        ("square", "storm_complaint", 9, 3, 6, 30), ("square", "storm_question", 3, 3, 6, 30),
        ("parents", "storm_complaint", 8, 8, 8, 36), ("parents", "storm_question", 5, 6, 8, 36),
        ("politics", "storm_politics", 12, 14, 10, 60), ("nurses", "storm_staff", 5, 6, 8, 40),
        ("seniors", "storm_complaint", 5, 16, 10, 48), ("town", "storm_troll", 2, 6, 5, 40),
        ("students", "storm_complaint", 3, 4, 5, 20), ("news", "storm_news_body", 2.5, 7, 6, 50),
        ("town", "h_safety", 0.8, 5, 5, 30), ("reviews", "review_bad", 3, 10, 10, 60),
        ("vecinos", "storm_complaint", 4, 8, 8, 40), ("diwan", "storm_complaint", 0.6, 10, 8, 40),
        ("hospital", "official_storm", 0.5, 11, 6, 50), ("hupan", "storm_complaint", 0.6, 9, 8, 40),
        ("stammtisch", "storm_complaint", 1.2, 9, 8, 40), ("que", "storm_complaint", 0.7, 9, 8, 40),
        ("komsular", "storm_complaint", 0.7, 9, 8, 40),
    )  # fmt: skip
    return Planted(
        key="waiting-storm", kind="crisis", day=27, share=0.024, origin=("town", "storm_origin"),
        about="A daughter's post about a night in the emergency department sets off a storm.",
        parts=tuple(Part(community=c, topic=t, weight=w, lag=lag, rise=rise, fade=fade)
                    for c, t, w, lag, rise, fade in rows),
    )  # fmt: skip


def _rumour() -> Planted:
    rows = (
        ("parents", "rumour_spread", 16, 0, 70, 60), ("parents", "rumour_ask", 10, 6, 70, 70),
        ("vecinos", "rumour_spread", 6, 30, 60, 60), ("vecinos", "rumour_ask", 4, 34, 60, 60),
        ("politics", "rumour_spread", 8, 40, 50, 60), ("town", "rumour_spread", 8, 48, 50, 50),
        ("town", "rumour_ask", 5, 50, 50, 50), ("que", "rumour_ask", 2, 40, 50, 50),
        ("diwan", "rumour_ask", 1.5, 44, 50, 50), ("parents", "rumour_correct", 7, 60, 50, 90),
        ("nurses", "rumour_correct", 6, 55, 40, 90), ("diabetes", "rumour_correct", 4, 70, 40, 90),
        ("square", "rumour_correct", 4, 66, 40, 90), ("town", "rumour_correct", 4, 70, 40, 90),
        ("vecinos", "rumour_correct", 2, 84, 40, 90), ("hospital", "official_rumour", 0.6, 72, 30, 90),
        ("news", "rumour_news_body", 1.6, 80, 30, 70),
    )  # fmt: skip
    return Planted(
        key="vaccine-rumour", kind="rumour", day=55, share=0.02, origin=("parents", "rumour_origin"),
        about="A false story of fainting children creeps from the parents' group to others; "
              "nurses, the hospital and the news answer it.",
        parts=tuple(Part(community=c, topic=t, weight=w, lag=lag, shape=RUMOUR, rise=rise, fade=fade)
                    for c, t, w, lag, rise, fade in rows),
    )  # fmt: skip


def _nurse() -> Planted:
    rows = (
        ("town", "nurse_praise", 14, 2, 8, 40), ("town", "nurse_quote", 16, 1, 6, 34),
        ("nurses", "nurse_praise", 9, 6, 10, 50), ("square", "nurse_praise", 7, 5, 10, 40),
        ("parents", "nurse_praise", 5, 10, 10, 40), ("seniors", "nurse_praise", 6, 16, 12, 60),
        ("runners", "nurse_praise", 2, 12, 8, 30), ("pets", "nurse_praise", 2, 12, 8, 30),
        ("vecinos", "nurse_praise", 5, 12, 10, 40), ("stammtisch", "nurse_praise", 2, 14, 10, 40),
        ("komsular", "nurse_praise", 1, 14, 10, 40), ("hupan", "nurse_praise", 1, 14, 10, 40),
        ("news", "nurse_news_body", 2, 20, 8, 50), ("que", "nurse_praise", 1, 14, 10, 40),
        ("diwan", "nurse_praise", 1, 14, 10, 40),
    )  # fmt: skip
    return Planted(
        key="nurse-story", kind="story", day=44, share=0.016, origin=("town", "nurse_origin"),
        about="A night nurse sang to a dying man; his daughter's post travels through the town.",
        parts=tuple(Part(community=c, topic=t, weight=w, lag=lag, rise=rise, fade=fade)
                    for c, t, w, lag, rise, fade in rows),
    )  # fmt: skip


def _run() -> Planted:
    ramp = (
        ("hospital", "run_call", 1.2), ("runners", "run_train", 20), ("town", "run_train", 12),
        ("nurses", "run_train", 4), ("square", "run_train", 4), ("diabetes", "run_train", 2),
        ("vecinos", "run_day", 1.5),
    )  # fmt: skip
    day = (
        ("runners", "run_day", 16), ("town", "run_day", 18), ("square", "run_day", 6),
        ("nurses", "run_day", 4), ("students", "run_day", 3), ("parents", "run_day", 3),
        ("vecinos", "run_day", 3), ("stammtisch", "run_day", 2), ("pets", "run_day", 1.5),
    )  # fmt: skip
    race = 14 * 24 + 9.0  # hours from the call to the start
    parts = [
        Part(community=c, topic=t, weight=w, shape=RAMP, rise=race - 12, fade=6) for c, t, w in ramp
    ]
    parts += [Part(community=c, topic=t, weight=w, lag=race, rise=2, fade=9) for c, t, w in day]
    parts += [
        Part(community="town", topic="run_thanks", weight=3, lag=race + 20, rise=3, fade=24),
        Part(community="runners", topic="run_thanks", weight=3, lag=race + 20, rise=3, fade=24),
        Part(community="hospital", topic="run_thanks", weight=0.5, lag=race + 24, rise=3, fade=20),
        Part(community="news", topic="run_news_body", weight=1.6, lag=race + 3, rise=4, fade=16),
    ]
    return Planted(
        key="fund-raising-run", kind="campaign", day=64, share=0.018, sunday=True,
        about="A run along the lake for the hospital: two weeks of training, the day, the thanks.",
        origin=("hospital", "run_call"), parts=tuple(parts),
    )  # fmt: skip


def _background() -> tuple[Planted, ...]:
    def parts(topic: str, rise: float, fade: float) -> tuple[Part, ...]:
        shares = {"town": 10, "square": 3, "pets": 0.6, "students": 2, "runners": 0.6}
        return tuple(
            Part(community=c, topic=topic, weight=w, rise=rise, fade=fade)
            for c, w in shares.items()
        )

    about = "Only the town cares: a peak of talk that isn't about the hospital."
    return (
        Planted(key="thunderstorm", kind="background", about=about, day=11.8, share=0.009,
                parts=parts("bg_thunder", 1.5, 7)),
        Planted(key="derby", kind="background", about=about, day=20.6, share=0.010,
                parts=parts("bg_derby", 1.5, 6)),
        Planted(key="lantern-festival", kind="background", about=about, day=50.75, share=0.006,
                parts=parts("bg_festival", 3, 16)),
    )  # fmt: skip


def _copies() -> tuple[Planted, ...]:
    rows = (
        ("copied-petition", "copy_petition", "town", 34.0, 0.0014, 40.0),
        ("copied-cream", "copy_cream", "spam", 39.0, 0.0014, 90.0),
        ("copied-letter", "copy_letter", "nurses", 30.0, 0.0010, 60.0),
        ("copied-closure", "copy_closure", "town", 72.0, 0.0009, 16.0),
        ("copied-cream-again", "copy_cream", "spam", 81.0, 0.0008, 60.0),
    )
    return tuple(
        Planted(key=key, kind="copies", day=day, share=share,
                about="One text, copied and pasted with small edits.",
                parts=(Part(community=community, topic=topic, weight=1, rise=3, fade=fade),))
        for key, topic, community, day, share, fade in rows
    )  # fmt: skip


QUIET_DAY, QUIET_DAYS = 87.0, 7.0
PLANTED: tuple[Planted, ...] = (
    _storm(), _nurse(), _rumour(), _run(), *_background(), *_copies(),
)  # fmt: skip
