"""Accounts that a network knows: what a search for a name finds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account of a network.

    Attributes
    ----------
    author : str
        As posts name it in their column `author`.
    handle : str
        As people write it, with its sign.
    name : str
        As it is displayed; the handle where it has no other.
    about : str
        What it says of itself, plain text, at most 300 characters.
    followers, posts : int or None
        How many; None where the network doesn't say.
    """

    author: str
    handle: str
    name: str
    about: str = ""
    followers: int | None = None
    posts: int | None = None
