"""Guesses which column is which, from names and from the values of a sample.

A name alone is never enough where values can speak against it: an `id` that isn't unique,
a `date` that can't be read and a `comment` that is a number are passed over.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping as Map
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from auscult.engine.connectors.files.config import FilesConfig
from auscult.engine.connectors.files.dates import DateForm, find_form
from auscult.engine.connectors.files.mapping import Mapping, Use
from auscult.engine.connectors.files.names import ENGAGEMENT, NAMES, ONLY_IN_OUR_FORMAT, normal
from auscult.engine.kernel.errors import Correctable

_NUMERIC = (*ENGAGEMENT, "author_followers", "rating")
_NUMBER = re.compile(r"\s*[-+]?\d[\d.,]*\s*")
_LISTS = ("hashtags", "mentions", "links", "tags", "media")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The first records of a file: a list of values for each column, in the file's order."""

    values: Map[str, Sequence[Any]]
    headed: bool = True  # the columns have names, not numbers

    def given(self, column: str) -> list[Any]:
        """Return the values that are there."""
        return [value for value in self.values[column] if value is not None and value != ""]


@dataclass(slots=True)
class _Guess:
    sample: Sample
    config: FilesConfig
    uses: dict[str, Use] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    form: DateForm | None = None

    def take(self, target: str, column: str, why: str) -> None:
        self.uses[target] = Use(target=target, column=column, why=why)

    def free(self) -> list[str]:
        taken = {use.column for use in self.uses.values()}
        return [column for column in self.sample.values if column not in taken]


def guess(sample: Sample, config: FilesConfig) -> Mapping:
    """Return the mapping for a file of which this is the start.

    Raises
    ------
    Correctable
        A column that was given isn't there, or none looks like text.
    """
    state = _Guess(sample, config)
    ours = {"uri", "text", "created_at"} <= set(sample.values)
    _take_given(state)
    _take_dates(state)
    if sample.headed:
        _take_names(state, ours=ours)
    _take_text(state)
    if not sample.headed:
        _take_id(state)
    return Mapping(
        uses=tuple(state.uses[target] for target in NAMES if target in state.uses),
        form=state.form,
        ours=ours,
        unused=tuple(state.free()),
        notes=tuple(state.notes),
    )


def _take_given(state: _Guess) -> None:
    for target, column in state.config.columns.items():
        if not column:
            continue
        if column not in state.sample.values:
            raise _no_such_column(column, target, list(state.sample.values))
        state.take(target, column, "given")


def _take_dates(state: _Guess) -> None:
    chosen = state.uses.get("created_at")
    names = [chosen.column] if chosen else _date_columns(state)
    for column in names:
        form, share = find_form(
            state.sample.given(column),
            zone=state.config.timezone,
            day_first=state.config.day_first,
        )
        if chosen or share >= 0.8:
            state.form = form
            if not chosen:
                called = state.sample.headed and normal(column) in NAMES["created_at"]
                state.take("created_at", column, "name" if called else "content")
            if form.note:
                state.notes.append(f"{column}: dates are read as {form.name}, {form.note}")
            return
    if "created_at" not in state.config.columns and not chosen:
        state.notes.append("no column has dates: the file's own time is taken for every post")


def _date_columns(state: _Guess) -> list[str]:
    if state.config.columns.get("created_at") == "":
        return []
    called = _called(state, "created_at") if state.sample.headed else []
    return called + [c for c in state.free() if c not in called and _maybe_date(state, c)]


def _maybe_date(state: _Guess, column: str) -> bool:
    # Plain numbers are dates only where a name says so: too many things are numbers.
    values = state.sample.given(column)[:20]
    texts = [value for value in values if isinstance(value, str)]
    return bool(texts) and not any(_NUMBER.fullmatch(text) for text in texts)


def _take_names(state: _Guess, *, ours: bool) -> None:
    for target in NAMES:
        settled = target in state.uses or target in state.config.columns
        if settled or target == "created_at" or (target == "id" and "uri" in state.uses):
            continue
        if target in ONLY_IN_OUR_FORMAT and not ours and target not in {"tags", "community"}:
            continue
        for column in _called(state, target):
            why_not = _against(state, target, column)
            if not why_not:
                state.take(target, column, "name")
                break
            state.notes.append(f"{column}: not taken for {target}, {why_not}")


def _called(state: _Guess, target: str) -> list[str]:
    """Return free columns that have a name of this target, best name first."""
    names = {name: rank for rank, name in enumerate(NAMES[target])}
    ranked = [(names.get(normal(column), -1), column) for column in state.free()]
    return [column for rank, column in sorted(ranked) if rank >= 0]


def _against(state: _Guess, target: str, column: str) -> str:
    """Return why the values speak against a name; empty: they don't."""
    values = state.sample.given(column)
    lists = any(isinstance(value, list | dict) for value in values)
    if lists and target not in _LISTS:
        return "it holds lists"
    if target == "id":
        return _against_id(state, column, values)
    if target == "text" and values and all(_is_number(value) for value in values):
        return "it holds numbers"
    if target in _NUMERIC and not all(_is_number(value) for value in values):
        return "it doesn't hold numbers"
    return ""


def _against_id(state: _Guess, column: str, values: list[Any]) -> str:
    if len(values) < len(state.sample.values[column]):
        return "it is empty in places"
    return "" if len(set(map(str, values))) == len(values) else "its values occur more than once"


def _take_text(state: _Guess) -> None:
    if "text" in state.uses:
        return
    sized = [(_text_size(state.sample.given(column)), column) for column in state.free()]
    size, column = max(sized, default=(0.0, ""))
    if size < 10:
        raise Correctable(
            f"No column looks like the text of posts; there are: {_listed(state.sample.values)}.",
            field="columns",
            code="no-text",
            hint="Say which it is: --map text=COLUMN.",
        )
    state.take("text", column, "content")


def _text_size(values: list[Any]) -> float:
    """Return the mean length of values that are words, 0 for what isn't text."""
    texts = [value for value in values if isinstance(value, str)]
    if not texts or len(texts) < len(values) or all(_is_number(text) for text in texts):
        return 0.0
    wordy = sum(" " in text.strip() for text in texts) / len(texts)
    return sum(map(len, texts)) / len(texts) if wordy >= 0.3 else 0.0


def _take_id(state: _Guess) -> None:
    if "id" in state.config.columns or "uri" in state.uses:
        return
    for column in state.free():
        values = state.sample.given(column)
        tokens = values and all(re.fullmatch(r"[\w:/.@-]{1,80}", str(v)) for v in values)
        if tokens and not _against_id(state, column, values):
            state.take("id", column, "content")
            return


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float)


def _no_such_column(column: str, target: str, columns: list[str]) -> Correctable:
    near = difflib.get_close_matches(column, columns, 1)
    meant = f"Did you mean '{near[0]}'? " if near else ""
    return Correctable(
        f"The file has no column '{column}' to take {target} from.",
        field=f"--map {target}",
        code="no-such-column",
        hint=f"{meant}It has: {_listed(columns)}.",
    )


def _listed(columns: Any) -> str:
    names = list(columns)
    return ", ".join(names[:30]) + (f" and {len(names) - 30} more" if len(names) > 30 else "")
