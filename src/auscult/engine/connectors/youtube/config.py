"""What of YouTube is read, with which key, and how much of its quota may be spent."""

from __future__ import annotations

import re
from typing import ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from auscult.engine.connectors.base import Settings

ADDRESS = "https://www.googleapis.com/youtube/v3"
CHANNEL = re.compile(r"UC[A-Za-z0-9_-]{22}")
VIDEO = re.compile(r"[A-Za-z0-9_-]{11}")


class YouTubeConfig(Settings):
    """Searches, channels and videos.

    Attributes
    ----------
    key : SecretStr
        Of the YouTube Data API v3, from Google's console; without one YouTube is off.
    searches : tuple of str
        Words as in YouTube's own search; `|` means or, a leading `-` without.
    channels : tuple of str
        Channels' ids (`UC...`): all that they publish.
    videos : tuple of str
        Videos' ids.
    comments : bool
        Whether comments and replies below these videos are read.
    every_minutes : int
        Minutes from one round to the next; each search takes one of the day's searches then.
    history_days : int
        How many days back the first round goes.
    follow_days : int
        For how many days after its publication a video's comments are followed.
    region : str or None
        A country, for the searches: `DE`.
    language : str or None
        A language that the searches prefer: `de`.
    searches_a_day : int
        How many of the key's searches may be spent until midnight Pacific time.
    units_a_day : int
        How many of the key's other units may be spent until then.
    address : str
        Of the interface, or of a relay of your own.
    """

    says_what: ClassVar = frozenset({"searches", "channels", "videos", "region", "language"})

    key: SecretStr | None = None
    searches: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    comments: bool = True
    every_minutes: int = Field(default=60, ge=5, le=1_440)
    history_days: int = Field(default=7, ge=0, le=365)
    follow_days: int = Field(default=30, ge=1, le=365)
    region: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    language: str | None = Field(default=None, min_length=2, max_length=10)
    searches_a_day: int = Field(default=100, ge=0, le=1_000_000)
    units_a_day: int = Field(default=10_000, ge=100, le=100_000_000)
    address: str = ADDRESS

    @field_validator("key")
    @classmethod
    def _no_blanks(cls, value: SecretStr | None) -> SecretStr | None:
        return value if value is not None and value.get_secret_value().strip() else None

    @field_validator("channels")
    @classmethod
    def _channel_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not CHANNEL.fullmatch(one):
                raise ValueError(f"'{one}' is no channel id; it begins with UC and has 24 signs")
        return value

    @field_validator("videos")
    @classmethod
    def _video_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not VIDEO.fullmatch(one):
                raise ValueError(f"'{one}' is no video id; it has 11 signs")
        return value

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.searches or self.channels or self.videos):
            raise ValueError("there is nothing to read; give searches, channels or videos")
        return self
