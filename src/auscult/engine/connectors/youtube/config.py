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
        A key for the "YouTube Data API v3", made in Google's console; without one YouTube is
        off.
    searches : tuple of str
        Words as in YouTube's own search, one search a line; `|` means or, a leading `-` means
        without.
    channels : tuple of str
        Channels of which everything is read, by their ids: `UC` and 22 more signs, at the end
        of a channel's address.
    videos : tuple of str
        Single videos, by their ids: the 11 signs behind `v=` in a video's address.
    comments : bool
        Read the comments below these videos, and the replies to them.
    every_minutes : int
        How many minutes lie between two looks; each of your searches takes one of the day's
        searches every time.
    history_days : int
        How many days back the first look goes.
    follow_days : int
        For how many days after its publication the comments of a video are read.
    region : str or None
        Search as from this country, `DE` say; empty: from none.
    language : str or None
        Prefer results in this language, `de` say; empty: in none.
    searches_a_day : int
        How many searches may be spent a day; Google's day ends at midnight in California. A new
        key has 100.
    units_a_day : int
        How many of Google's units may be spent on everything else a day. A new key has 10,000.
    address : str
        Where YouTube is asked. Leave it as it is, unless your house has a relay of its own.
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
