"""A house with a cycle's costs and outcomes: run with AUSCULT_ARCHIVE set, it fills that."""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

from datetime import timedelta

import board_rows
from browser.planning_house import fill as found


def fill() -> None:
    """Write down a cycle that ends today, and keep its page."""
    found()
    from auscult.web.accounts.queries import actor_for
    from auscult.web.returns import editions, queries
    from auscult.web.returns.telling_types import Question
    from auscult.web.shell.first_run import owner as first

    owner = actor_for(first())
    today = queries.today(owner)
    begun = today - timedelta(days=99)
    kind = board_rows.fill(owner, first=begun)
    asked = Question(kind=kind.pk, first=begun, last=today)
    editions.keep_edition(owner, title="For the board, autumn", asked=asked)


if __name__ == "__main__":
    fill()
