"""What a person says of an instance to read."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr, field_validator

from auscult.engine.connectors.base import Settings
from auscult.engine.connectors.mastodon.timelines import Timeline, read_timeline
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.http import read_address

AT_MOST = 20  # timelines of one source; each of them has a stream of its own


class MastodonConfig(Settings):
    """One instance, and what is read of it.

    Attributes
    ----------
    instance : str
        The address of a Mastodon server: `example.social`.
    timelines : tuple of str
        What is read there, one a line: `public` (all that the server knows of), `local` (its
        own people), `#hashtag`, `@name@instance`, or `list:number` (a list of your account).
    access_token : SecretStr or None
        Given by your account there when you sign in; most servers ask for it before they show
        anything live, and for lists.
    own_accounts : tuple of str
        Accounts of your own house, `@name@instance`: their posts are kept in any case, also
        when they are set not to be found by searches.
    streaming : bool
        Have posts sent as they are written; else the server is asked from time to time.
    silent_after : float
        After how many seconds without a sign of life a connection counts as broken, and is made
        anew. Mastodon gives a sign every 15 seconds.
    poll_every : float
        How many seconds lie between two looks where nothing is sent live.
    history_days : float
        How many days back reading begins; at most 2,000 posts.
    """

    says_what: ClassVar = frozenset({"timelines", "own_accounts"})
    begins_anew: ClassVar = frozenset({"instance"})  # each timeline has a place of its own

    instance: str
    timelines: tuple[str, ...] = ("local",)
    access_token: SecretStr | None = None
    own_accounts: tuple[str, ...] = ()
    streaming: bool = True
    silent_after: Annotated[float, Field(gt=0, le=600)] = 45.0
    poll_every: Annotated[float, Field(gt=0, le=86_400)] = 60.0
    history_days: Annotated[float, Field(ge=0, le=30)] = 1.0

    @field_validator("instance")
    @classmethod
    def _origin(cls, value: str) -> str:
        bare = value.strip()
        try:
            target = read_address(bare if "://" in bare else f"https://{bare}")
        except Correctable as error:
            raise ValueError(str(error)) from error
        if target.scheme not in {"http", "https"}:
            raise ValueError("write the instance's name, for example example.social")
        return f"{target.scheme}://{target.authority}"

    @field_validator("timelines")
    @classmethod
    def _canonical(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(str(read_timeline(one)) for one in value))
        if not found:
            raise ValueError("name at least one timeline")
        if len(found) > AT_MOST:
            raise ValueError(f"at most {AT_MOST} timelines in one source")
        return found

    @field_validator("own_accounts")
    @classmethod
    def _bare(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.strip().lstrip("@").lower() for one in value))

    @field_validator("access_token")
    @classmethod
    def _given(cls, value: SecretStr | None) -> SecretStr | None:
        bare = value.get_secret_value().strip() if value else ""
        return SecretStr(bare) if bare else None

    @property
    def read(self) -> tuple[Timeline, ...]:
        """The timelines, as values."""
        return tuple(read_timeline(one) for one in self.timelines)

    @property
    def host(self) -> str:
        """The instance without its scheme, as a person knows it."""
        return self.instance.partition("://")[2]

    @property
    def token(self) -> str | None:
        """The access token in the clear."""
        return self.access_token.get_secret_value() if self.access_token else None
