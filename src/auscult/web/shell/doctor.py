"""What `auscult doctor` looks at, and what it says: every finding with the way to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from auscult.engine.kernel.clock import Clock
from auscult.web.shell.options import Options


class State(StrEnum):
    """How bad a finding is."""

    WELL = "well"
    NOTE = "note"  # works, but somebody should know
    PROBLEM = "problem"  # doesn't work, or isn't safe


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    check : str
        Which one: `disk`.
    said : str
        What is so, with the figure.
    mend : str
        What to do; empty where all is well.
    """

    check: str
    state: State
    said: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What is looked at, by which clock."""

    options: Options
    clock: Clock


Check = Callable[[Examined], Iterator[Finding]]


def well(check: str, said: str) -> Finding:
    """Return that all is well."""
    return Finding(check=check, state=State.WELL, said=said)


def note(check: str, said: str, mend: str) -> Finding:
    """Return something that somebody should know."""
    return Finding(check=check, state=State.NOTE, said=said, mend=mend)


def problem(check: str, said: str, mend: str) -> Finding:
    """Return something that has to be mended."""
    return Finding(check=check, state=State.PROBLEM, said=said, mend=mend)


def examine(examined: Examined, checks: Sequence[tuple[str, Check]]) -> Iterator[Finding]:
    """Do one check after the other; one that breaks is itself a finding, and stops no other."""
    for name, check in checks:
        try:
            yield from check(examined)
        except Exception as error:  # noqa: BLE001 - what can't be looked at is what is sought
            yield problem(
                name,
                f"This could not be looked at: {type(error).__name__}: {error}",
                "Mend what the other findings name first, then ask again; if it stays, "
                "report it with this line.",
            )
