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


def sheet(
    actor: Actor, name: str, data: Mapping[str, Any], *, folder: Path = FOLDER, before: str = ""
) -> bytes:
    """Return what `name`.typ makes of data as PDF on A4, in the language that is active.

    Parameters
    ----------
    name : str
        Of a file in `folder`; every sheet begins with what stands in `sheet.typ` here.
    before : str
        Of another one there, which comes between: what several sheets draw with.
    data : Mapping
        With a `title`, and `about` for the foot of each page.
    """
    names = [before, name] if before else [name]
    files = [FOLDER / "sheet.typ", *(folder / f"{one}.typ" for one in names)]
    source = "\n".join(one.read_text(encoding="utf-8") for one in files)
    house = organisation(actor).name
    language = (get_language() or "en")[:2]
    return STUDIO.document(source, {**data, "organisation": house, "language": language})
