"""The addresses of the room Returns: see `addresses.py`."""

from __future__ import annotations

from architecture.who_may import ByToken, Needs, Public
from auscult.web.accounts.policies import Right

SEE = Needs(Right.SEE_FIGURES)

RETURNS: dict[str, Needs | Public | ByToken] = {
    "returns/": SEE,
}
