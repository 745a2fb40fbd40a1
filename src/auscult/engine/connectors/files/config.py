"""What a person says of the files to read; everything but the paths is guessed if left out."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from auscult.engine.connectors.base import Settings
from auscult.engine.connectors.files.names import TARGETS
from auscult.engine.kernel.errors import Correctable


class FilesConfig(Settings):
    """Files, or folders of files, and corrections of what is guessed about them.

    Attributes
    ----------
    paths : tuple of Path
        Files on this machine, or folders whose files are read by name (not those of folders
        inside).
    columns : dict
        Which column of the file is what, where it isn't guessed rightly:
        `{"text": "body", "created_at": "date"}`. An empty name takes a guessed column away. A
        file without a header has columns named `1`, `2`, ...; parts of a JSON object are named
        with dots: `user.screen_name`.
    source : str
        Which network posts are said to come from, where the file doesn't say.
    community : str
        Which community posts are said to come from, where the file doesn't say; empty: the
        file's name.
    delimiter : str
        What parts the columns of a text file, `;` say; empty: it is found out.
    encoding : str
        How the file's letters are written, `utf-8` or `cp1252` say; empty: it is found out.
    quoted : bool
        Whether `"` stands around texts that hold the delimiter; empty: it is found out.
    header : bool
        Whether the first line names the columns; empty: it is found out.
    day_first : bool
        Whether `03/04/2026` is the third of April; empty: it is found out.
    timezone : str
        The zone of times that name none, `Europe/Berlin` say.
    block_size : int
        How many bytes are read at a time. Leave it as it is.
    """

    paths: tuple[Path, ...] = Field(min_length=1)
    columns: dict[str, str] = Field(default_factory=dict)
    source: str = "files"
    community: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = None
    quoted: bool | None = None
    header: bool | None = None
    day_first: bool | None = None
    timezone: str = "UTC"
    block_size: int = Field(default=8 << 20, ge=1, le=1 << 30)

    @field_validator("columns")
    @classmethod
    def _known_targets(cls, columns: dict[str, str]) -> dict[str, str]:
        for target in columns:
            if target not in TARGETS:
                raise ValueError(f"a post has no column '{target}'; it has {', '.join(TARGETS)}")
        return columns

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str | None) -> str | None:
        if encoding is not None:
            try:
                "".encode(encoding)
            except LookupError:
                raise ValueError("no such encoding; write utf-8, utf-16 or cp1252") from None
        return encoding

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, timezone: str) -> str:
        try:
            ZoneInfo(timezone)
        except (OSError, ValueError):
            raise ValueError("no such time zone; write one like Europe/Berlin or UTC") from None
        return timezone


def parse_columns(assignments: list[str]) -> dict[str, str]:
    """Read `text=body,created_at=date`, given once or several times.

    Raises
    ------
    Correctable
        A part isn't `column=name`.
    """
    from_parts: dict[str, str] = {}
    for part in ",".join(assignments).split(","):
        target, sign, column = part.partition("=")
        if part.strip() and not sign:
            raise Correctable(
                f"'{part}' doesn't say which column is which.",
                field="--map",
                code="not-an-assignment",
                hint="Write the post's column, =, the file's column: text=body,created_at=date.",
            )
        if sign:
            from_parts[target.strip()] = column.strip()
    return from_parts
