"""What GDELT is asked for, and how often."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from auscult.engine.connectors.base import Settings

ADDRESS = "https://api.gdeltproject.org/api/v2/doc/doc"
PAUSE = 5.0  # seconds between two requests, by GDELT's rules
_THEIRS = "gdeltproject.org"


class GdeltConfig(Settings):
    """A search of GDELT's.

    Attributes
    ----------
    enabled : bool
        GDELT is off until you switch it on: it is told what you search for.
    query : str
        What to search for, as GDELT wants it: alternatives joined by OR in brackets, phrases in
        quotes, `("lakeside hospital" OR "lakeside clinic") sourcelang:english`.
    every_minutes : int
        How many minutes lie between two searches; GDELT itself looks at the news every 15
        minutes.
    history_days : int
        How many days back the first search goes; GDELT keeps three months.
    address : str
        Where GDELT is asked. Leave it as it is, unless your house has a relay of its own.
    pause : float
        How many seconds lie between two questions to GDELT, of all your searches together;
        GDELT wants 5 or more.
    """

    enabled: bool = Field(default=False, validate_default=True)
    query: str = Field(min_length=3, max_length=2_000)
    every_minutes: int = Field(default=15, ge=15, le=1_440)
    history_days: int = Field(default=1, ge=0, le=90)
    address: str = ADDRESS
    pause: float = Field(default=PAUSE, ge=0, le=3_600)

    @field_validator("enabled")
    @classmethod
    def _switched_on(cls, value: bool) -> bool:  # noqa: FBT001 - pydantic calls it so
        if not value:
            raise ValueError(
                "GDELT is off until you switch it on, since it is told what you search for; "
                "write enabled: true to do so"
            )
        return value

    @model_validator(mode="after")
    def _polite(self) -> Self:
        host = urlsplit(self.address).hostname or ""
        if self.pause < PAUSE and (host == _THEIRS or host.endswith(f".{_THEIRS}")):
            raise ValueError(
                f"GDELT allows one request in {PAUSE:.0f} seconds, so pause is 5 or more"
            )
        return self
