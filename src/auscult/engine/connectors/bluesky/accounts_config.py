"""What a person says of accounts and threads to be read."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from pydantic import Field, field_validator, model_validator

from auscult.engine.connectors.base import Settings
from auscult.engine.connectors.bluesky.identifiers import account_in, post_in

HOST = "https://public.api.bsky.app"


class AccountsConfig(Settings):
    """Some accounts, and some threads, asked for from time to time.

    Attributes
    ----------
    accounts : tuple of str
        Accounts to read: their handles (`@clinic.bsky.social`), or the addresses of their
        profiles.
    threads : tuple of str
        Posts whose replies are read: their addresses, copied from bsky.app.
    since : date or None
        The first day that is read; empty: the newest hundred posts of each account.
    every_minutes : float
        How many minutes lie between two looks; up to four times as many while nothing new is
        said.
    host : str
        The server that is asked. Leave it as it is, unless your network has one of its own.
    """

    begins_anew: ClassVar = frozenset({"since", "host"})  # each account has a place of its own

    accounts: tuple[str, ...] = Field(default=(), max_length=500)
    threads: tuple[str, ...] = Field(default=(), max_length=500)
    since: date | None = None
    every_minutes: float = Field(default=15.0, ge=1.0, le=10_080.0)
    host: str = HOST

    @field_validator("accounts", "threads", mode="before")
    @classmethod
    def _several(cls, value: object) -> object:
        return [part for part in value.split(",") if part] if isinstance(value, str) else value

    @field_validator("accounts")
    @classmethod
    def _names(cls, accounts: tuple[str, ...]) -> tuple[str, ...]:
        for account in accounts:
            if not account_in(account):
                raise ValueError(f"{account!r} is no account, such as @mayoclinic.bsky.social")
        return tuple(dict.fromkeys(account_in(account) for account in accounts))

    @field_validator("threads")
    @classmethod
    def _posts(cls, threads: tuple[str, ...]) -> tuple[str, ...]:
        for thread in threads:
            if not post_in(thread):
                raise ValueError(f"{thread!r} is no post; copy its address from bsky.app")
        return tuple(dict.fromkeys(post_in(thread) for thread in threads))

    @field_validator("host")
    @classmethod
    def _host(cls, host: str) -> str:
        if not host.startswith(("https://", "http://")):
            raise ValueError(f"{host!r} is no address of a server, such as {HOST}")
        return host.rstrip("/")

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.accounts and not self.threads:
            raise ValueError("name at least one of accounts and threads")
        return self
