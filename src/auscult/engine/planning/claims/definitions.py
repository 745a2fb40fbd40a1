"""What a claim says: two groups of posts, and what the one is said to get more of.

::

    Claim ── one:   Conditions on Features   ("a video")
         └── other: Conditions on Features   ("no media"; nothing means every other post)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from auscult.engine.kernel.errors import Correctable
from auscult.engine.signals.hours import zone_named


class Feature(StrEnum):
    """What can be counted or measured of a post before anybody has answered it."""

    HOUR = "hour"  # 0 to 23, by the clock of the claim's zone
    WEEKDAY = "weekday"  # 0 Monday to 6 Sunday, by the same clock
    HASHTAGS = "hashtags"
    MEDIA = "media"  # of any kind
    IMAGES = "images"
    VIDEOS = "videos"
    LENGTH = "length"  # characters of the text
    LINKS = "links"
    MENTIONS = "mentions"
    QUESTION = "question"  # 1 if there is a question mark outside of addresses


class Outcome(StrEnum):
    """What is counted afterwards."""

    ENGAGEMENT = "engagement"  # likes, reposts and replies together
    LIKES = "likes"
    REPOSTS = "reposts"
    REPLIES = "replies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A feature within bounds, both included.

    Raises
    ------
    Correctable
        There is no bound, or no value lies within them.
    """

    feature: Feature
    at_least: float = -math.inf
    at_most: float = math.inf

    def __post_init__(self) -> None:
        """Refuse bounds that every post keeps, or none."""
        endless = self.at_least == -math.inf and self.at_most == math.inf
        if endless or not self.at_least <= self.at_most:
            raise Correctable(
                f"'{self.feature}' is bounded by {self.at_least} and {self.at_most}.",
                field=self.feature,
                code="bad-condition",
                hint="Give at_least, at_most, or both, with at_least no greater than at_most.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Posts of the one group get more than those of the other.

    Attributes
    ----------
    key : str
        A short name, as it stands in exports.
    one : tuple of Condition
        What the praised posts keep, all of it.
    other : tuple of Condition
        What they are held against; empty: every post that isn't of the one group. A post
        of both groups is left out.
    outcome : Outcome
    zone : str
        Whose clock hours, weekdays and days follow.
    alike : tuple of Feature
        Compared posts have or lack these alike (of LENGTH: the same hundred characters).
    worthwhile : float
        The smallest ratio that anybody would change a habit for, above 1: 1.2 is a fifth more.

    Raises
    ------
    Correctable
        There is no condition, `worthwhile` isn't above 1, a feature is to be alike and
        different at once, or the zone is unknown.
    """

    key: str
    one: tuple[Condition, ...]
    other: tuple[Condition, ...] = ()
    outcome: Outcome = Outcome.ENGAGEMENT
    zone: str = "UTC"
    alike: tuple[Feature, ...] = ()
    worthwhile: float = 1.2

    def __post_init__(self) -> None:
        """Refuse what can't be tested."""
        if not self.one:
            raise _refused("one", "has no condition", "Say what the praised posts have.")
        if not 1 < self.worthwhile < math.inf:
            raise _refused(
                "worthwhile", f"is {self.worthwhile}", "Give a ratio above 1, as 1.2 for a fifth."
            )
        if both := self.compared & set(self.alike):
            raise _refused(
                "alike",
                f"names '{min(both)}', in which the groups differ",
                "Leave it out of alike, or out of the conditions.",
            )
        zone_named(self.zone)

    @property
    def compared(self) -> frozenset[Feature]:
        """The features in which the groups differ."""
        return frozenset(condition.feature for condition in self.one + self.other)

    def as_data(self) -> dict[str, Any]:
        """Give values that JSON can hold; `from_data` reads them back."""
        return {
            "key": self.key,
            "one": [_bounds(condition) for condition in self.one],
            "other": [_bounds(condition) for condition in self.other],
            "outcome": self.outcome.value,
            "zone": self.zone,
            "alike": [feature.value for feature in self.alike],
            "worthwhile": self.worthwhile,
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Claim:
        """Read what `as_data` gave."""
        return cls(
            key=data["key"],
            one=tuple(_condition(bounds) for bounds in data["one"]),
            other=tuple(_condition(bounds) for bounds in data["other"]),
            outcome=Outcome(data["outcome"]),
            zone=data["zone"],
            alike=tuple(Feature(name) for name in data["alike"]),
            worthwhile=data["worthwhile"],
        )


def post_at(hour: int, zone: str) -> Claim:
    """Give "post at nine": that hour against all others."""
    at = Condition(feature=Feature.HOUR, at_least=hour, at_most=hour)
    return Claim(key=f"post-at-{hour}", one=(at,), zone=zone)


def post_on(weekday: int, zone: str) -> Claim:
    """Give "post on Tuesdays" (Monday is 0): that weekday against all others."""
    on = Condition(feature=Feature.WEEKDAY, at_least=weekday, at_most=weekday)
    return Claim(key=f"post-on-{weekday}", one=(on,), zone=zone)


def always_hashtags(number: int) -> Claim:
    """Give "always three hashtags": that many against any other number."""
    tags = Condition(feature=Feature.HASHTAGS, at_least=number, at_most=number)
    return Claim(key=f"hashtags-{number}", one=(tags,))


def media_beat_none() -> Claim:
    """Give "posts with media get more engagement"."""
    return Claim(key="media-beat-none", one=(Condition(feature=Feature.MEDIA, at_least=1),))


def video_beats_text() -> Claim:
    """Give "video beats text": a video against no media at all."""
    return Claim(
        key="video-beats-text",
        one=(Condition(feature=Feature.VIDEOS, at_least=1),),
        other=(Condition(feature=Feature.MEDIA, at_most=0),),
    )


def short_beats_long(characters: int = 100) -> Claim:
    """Give "short beats long": texts of at most so many characters against longer ones."""
    short = Condition(feature=Feature.LENGTH, at_most=characters)
    return Claim(key="short-beats-long", one=(short,), alike=(Feature.MEDIA, Feature.LINKS))


def questions_get_answers() -> Claim:
    """Give "questions get more answers"; answers are replies."""
    asks = Condition(feature=Feature.QUESTION, at_least=1)
    return Claim(key="questions-get-answers", one=(asks,), outcome=Outcome.REPLIES)


def _bounds(condition: Condition) -> dict[str, Any]:
    low, high = condition.at_least, condition.at_most
    return {
        "feature": condition.feature.value,
        "at_least": None if low == -math.inf else low,
        "at_most": None if high == math.inf else high,
    }


def _condition(data: dict[str, Any]) -> Condition:
    low, high = data["at_least"], data["at_most"]
    return Condition(
        feature=Feature(data["feature"]),
        at_least=-math.inf if low is None else low,
        at_most=math.inf if high is None else high,
    )


def _refused(field: str, what: str, hint: str) -> Correctable:
    return Correctable(f"The claim's '{field}' {what}.", field=field, code="bad-claim", hint=hint)
