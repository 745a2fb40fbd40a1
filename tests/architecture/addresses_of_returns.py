"""The addresses of the room Returns: see `addresses.py`."""

from __future__ import annotations

from dataclasses import replace

from architecture.who_may import ByToken, Needs, Public
from auscult.web.accounts.policies import Right

BOTH = "GET POST"
SEE = Needs(Right.SEE_FIGURES)
EDIT_SURVEYS = Needs(Right.EDIT_RETURNS, methods=BOTH)

RETURNS: dict[str, Needs | Public | ByToken] = {
    "returns/": SEE,
    "returns/surveys/": SEE,
    "returns/surveys/add/": EDIT_SURVEYS,
    "returns/surveys/<int:number>/": replace(SEE, row="survey"),
    "returns/surveys/<int:number>/change/": replace(EDIT_SURVEYS, row="survey"),
    "returns/surveys/<int:number>/answers/": replace(EDIT_SURVEYS, row="survey"),
    "returns/surveys/<int:number>/shares.csv": Needs(Right.EXPORT, row="survey"),
    "returns/surveys/<int:number>/answers.csv": Needs(Right.EXPORT, row="survey"),
}
