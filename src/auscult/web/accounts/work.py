"""What the runner does again and again for each organisation: each application declares its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from auscult.web.accounts.models import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that no person starts.

    What is due stands in the database, claimed by a conditional UPDATE; so several runners may
    do the same job, and one that was killed loses nothing.

    Attributes
    ----------
    name : str
        Unique; names the system actor in the audit trail.
    every : timedelta
        How long the runner waits between two calls; no promise, and never kept on disk.
    run : callable
        Does one slice of at most a few seconds as the given actor; returns whether there is
        more to do at once.
    share : float
        The most of the runner's time that it may take in the long run: after a slice it rests
        for as long as that asks for, also where there is more to do.
    waits : bool
        Whether it waits for other machines: then the runner does it beside the listening, in a
        thread of its own.
    """

    name: str
    every: timedelta
    run: Callable[[Actor], bool]
    share: float = 1.0
    waits: bool = False
