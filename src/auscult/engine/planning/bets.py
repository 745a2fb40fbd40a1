"""What a plan is made of: objectives, bets and what a bet needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """Something that bets should bring nearer.

    Attributes
    ----------
    key : str
        Its name for programs.
    weight : float
        How much one whole attainment of it counts, above 0.
    room : float
        Attainment that still counts: 1 less what is attained already. More than that brings
        nothing more, however many bets are made on it.
    """

    key: str
    weight: float = 1.0
    room: float = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """Hours of a skill that a bet takes.

    Attributes
    ----------
    skills : tuple of str
        The skill, or several of which each will do; the plan chooses how many hours of which.
    hours : float
        Hours a week at scale 1, on average over the bet's weeks.
    fixed : float
        Hours a week that are needed at any scale, once the bet is made.
    peak : float or None
        At most so many hours in any week; None is twice what the bet takes at its largest.
    """

    skills: tuple[str, ...]
    hours: float
    fixed: float = 0.0
    peak: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bet:
    """Something that may be done for an objective, at a scale that is to be chosen.

    Attributes
    ----------
    key, objective, function : str
        Its name, the objective that it serves, and the business function that it extends ("" for
        none).
    needs : tuple of Need
        Hours by skill.
    money : float
        Spent over the cycle at scale 1.
    money_fixed : float
        Spent at any scale, once the bet is made.
    least, most : float
        The bet is either not made, or its scale lies between these two.
    first, last : int or None
        Weeks of the cycle in which its hours may lie, counted from 1; None is the last week.
    length : float or None
        For how many weeks `hours` are meant; None is from first to last. It is more than that
        when a part of the bet is done already.
    steady : bool
        The same hours in each of its weeks; otherwise they are laid where people have time.
    must : bool
        It is made in any case.
    after : tuple of str
        Bets without which this one isn't made.
    rivals : str
        Name of an either-or group: at most one bet of a group is made.
    """

    key: str
    objective: str
    function: str = ""
    needs: tuple[Need, ...] = ()
    money: float = 0.0
    money_fixed: float = 0.0
    least: float = 0.0
    most: float = 1.0
    first: int = 1
    last: int | None = None
    length: float | None = None
    steady: bool = False
    must: bool = False
    after: tuple[str, ...] = ()
    rivals: str = ""
