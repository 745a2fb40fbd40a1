"""Which column of a file is which of a post: as data, to be shown and corrected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auscult.engine.connectors.files.dates import DateForm


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One column of the file, taken for one of the post.

    Attributes
    ----------
    target : str
        The post's column; `id` for what becomes the uri; `likes` and its like for counts.
    column : str
        The file's column: its name, its dotted path, or its number from 1.
    why : str
        `name`: it is called so; `content`: it looks so; `given`: a person said so.
    """

    target: str
    column: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """How the columns of a file become those of a post.

    Attributes
    ----------
    uses : tuple of Use
        One for each column of the post that the file fills.
    form : DateForm or None
        How its dates are written; None: the file has none, and its own time is taken.
    ours : bool
        The file is in our exchange format.
    unused : tuple of str
        Columns of the file that nothing is taken from.
    notes : tuple of str
        What a person should know about these guesses.
    """

    uses: tuple[Use, ...]
    form: DateForm | None
    ours: bool = False
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def column(self, target: str) -> str | None:
        """Return the file's column for a post's, or None."""
        return next((use.column for use in self.uses if use.target == target), None)

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's columns that are needed, each once."""
        return tuple(dict.fromkeys(use.column for use in self.uses))

    def describe(self) -> dict[str, Any]:
        """Return all of it as data for JSON, a table or a form.

        >>> Mapping(uses=(Use(target="text", column="body", why="name"),), form=None).describe()
        ... # doctest: +NORMALIZE_WHITESPACE
        {'columns': [{'post': 'text', 'file': 'body', 'why': 'name'}], 'dates': None,
         'unused': [], 'notes': []}
        """
        form = self.form
        dates = {"form": form.name, "timezone": form.zone, "note": form.note} if form else None
        return {
            "columns": [{"post": u.target, "file": u.column, "why": u.why} for u in self.uses],
            "dates": dates,
            "unused": list(self.unused),
            "notes": list(self.notes),
        }
