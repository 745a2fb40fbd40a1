"""What can be read of an instance, and the spelling in which a person says it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from auscult.engine.kernel.words import gettext as _

SPELLINGS = "public, local, #hashtag, list:number, @name@instance"
_HASHTAG = re.compile(r"#\w+")
_LIST = re.compile(r"list:\s*([\w-]+)")
_ACCOUNT = re.compile(r"@?([\w.-]+)(?:@([\w.:-]+))?")


class Kind(StrEnum):
    """Kinds of timelines."""

    PUBLIC = "public"  # all that the instance knows of
    LOCAL = "local"  # of its own accounts
    HASHTAG = "hashtag"
    LIST = "list"  # of the account that signed in
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One timeline.

    Attributes
    ----------
    kind : Kind
    of : str
        The hashtag without its sign, the list's number, the account as `name@instance`
        (or `name`); empty for the public ones.
    """

    kind: Kind
    of: str = ""

    def __str__(self) -> str:
        """Return its spelling, by which it is also known in snapshots."""
        match self.kind:
            case Kind.HASHTAG:
                return f"#{self.of}"
            case Kind.LIST:
                return f"list:{self.of}"
            case Kind.ACCOUNT:
                return f"@{self.of}"
            case _:
                return self.kind.value

    def described(self, instance: str) -> str:
        """Say in words what it is."""
        match self.kind:
            case Kind.PUBLIC:
                return _("all public posts that {instance} knows of").format(instance=instance)
            case Kind.LOCAL:
                return _("public posts of the accounts of {instance}").format(instance=instance)
            case Kind.HASHTAG:
                return _("public posts with #{tag} that {instance} knows of").format(
                    tag=self.of, instance=instance
                )
            case Kind.LIST:
                return _("the list {number} of your account at {instance}").format(
                    number=self.of, instance=instance
                )
            case Kind.ACCOUNT:
                return _("public posts of @{account}").format(account=self.of)

    def community(self, instance: str) -> str:
        """Return its name where what was covered is told."""
        return f"{self} at {instance}"

    def path(self, account_id: str = "") -> str:
        """Return where it is asked for."""
        match self.kind:
            case Kind.HASHTAG:
                return f"/api/v1/timelines/tag/{quote(self.of)}"
            case Kind.LIST:
                return f"/api/v1/timelines/list/{quote(self.of)}"
            case Kind.ACCOUNT:
                return f"/api/v1/accounts/{quote(account_id)}/statuses"
            case _:
                return "/api/v1/timelines/public"

    @property
    def params(self) -> dict[str, Any]:
        """What is asked along with every page."""
        return {"local": "true"} if self.kind is Kind.LOCAL else {}

    @property
    def stream(self) -> tuple[str, dict[str, str]] | None:
        """Path and parameters of its stream; None: it has none, and is asked for again."""
        match self.kind:
            case Kind.PUBLIC:
                return "/api/v1/streaming/public", {}
            case Kind.LOCAL:
                return "/api/v1/streaming/public/local", {}
            case Kind.HASHTAG:
                return "/api/v1/streaming/hashtag", {"tag": self.of}
            case Kind.LIST:
                return "/api/v1/streaming/list", {"list": self.of}
            case Kind.ACCOUNT:
                return None

    @property
    def access(self) -> tuple[str, tuple[str, ...]] | None:
        """The instance's switch for it (`configuration.timelines_access`), and its parts."""
        match self.kind:
            case Kind.PUBLIC:
                return "live_feeds", ("local", "remote")
            case Kind.LOCAL:
                return "live_feeds", ("local",)
            case Kind.HASHTAG:
                return "hashtag_feeds", ("local", "remote")
            case _:
                return None


def read_timeline(text: str) -> Timeline:
    """Read a timeline as a person writes it.

    Raises
    ------
    ValueError
        It isn't one.

    Examples
    --------
    >>> str(read_timeline(" #Grippe "))
    '#Grippe'
    >>> read_timeline("@klinik@example.social").of
    'klinik@example.social'
    """
    bare = text.strip()
    if bare.lower() in {Kind.PUBLIC.value, Kind.LOCAL.value}:
        return Timeline(kind=Kind(bare.lower()))
    if _HASHTAG.fullmatch(bare):
        return Timeline(kind=Kind.HASHTAG, of=bare[1:])
    if found := _LIST.fullmatch(bare):
        return Timeline(kind=Kind.LIST, of=found[1])
    if bare.startswith("@") and (found := _ACCOUNT.fullmatch(bare)):
        return Timeline(kind=Kind.ACCOUNT, of="@".join(part for part in found.groups() if part))
    raise ValueError(f"'{text}' is no timeline. Write one of: {SPELLINGS}")
