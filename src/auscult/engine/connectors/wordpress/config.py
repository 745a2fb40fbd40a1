"""Which site, what of it, how often, and as whom."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from auscult.engine.connectors.base import Settings

_THIS_MACHINE = {"localhost", "127.0.0.1", "::1"}


class WordPressConfig(Settings):
    """A site made with WordPress.

    Attributes
    ----------
    address : str
        The site's address, as in a browser.
    posts : bool
        Read what the site publishes.
    comments : bool
        Read the comments of its visitors.
    since : date or None
        The first day that is read, by when something was last changed; empty: everything.
    every_minutes : int
        How many minutes lie between two looks.
    language : str or None
        The language of the site, `de` or `en` say; WordPress doesn't tell it.
    user : str
        Only for sites that show nothing to strangers: a user without special rights. What
        strangers can't read isn't read with it either: no drafts, no comments that wait.
    password : SecretStr or None
        An application password of this user's, made on the user's profile page in WordPress;
        never the password for signing in.
    """

    says_what: ClassVar = frozenset({"since", "language"})

    address: str
    posts: bool = True
    comments: bool = True
    since: date | None = None
    every_minutes: int = Field(default=10, ge=1, le=1_440)
    language: str | None = None
    user: str = ""
    password: SecretStr | None = None

    @field_validator("address")
    @classmethod
    def _with_scheme(cls, value: str) -> str:
        address = value.strip()
        return address if "://" in address else f"https://{address}"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not (self.posts or self.comments):
            raise ValueError("neither posts nor comments are to be read; leave one of them on")
        if bool(self.user) != (self.password is not None):
            raise ValueError("a user and an application password are given together, or neither")
        parts = urlsplit(self.address)
        if self.password and parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
            raise ValueError(
                "a password is sent to an https:// address only, so that nobody on the way reads it"
            )
        return self
