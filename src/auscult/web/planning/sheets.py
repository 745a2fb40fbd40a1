"""Sheets of paper that a plan is taken along on, set by Typst."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from auscult.web.accounts.models import Actor
from auscult.web.accounts.people import organisation
from auscult.web.dashboards.drawing import STUDIO

FOLDER = Path(__file__).parent / "templates" / "planning"


def sheet(actor: Actor, name: str, data: Mapping[str, Any], *, folder: Path = FOLDER) -> bytes:
    """Return what `name`.typ makes of data as PDF on A4, in the language that is active.

    Parameters
    ----------
    name : str
        Of a file in `folder`; every sheet begins with what stands in `sheet.typ` here.
    data : Mapping
        With a `title`, and `about` for the foot of each page.
    """
    source = "\n".join(
        one.read_text(encoding="utf-8") for one in (FOLDER / "sheet.typ", folder / f"{name}.typ")
    )
    house = organisation(actor).name
    language = (get_language() or "en")[:2]
    return STUDIO.document(source, {**data, "organisation": house, "language": language})
