"""`auscult plan reply`: a check-in that came by mail."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

from auscult.terminal.archives import owner_of
from auscult.terminal.printing import people, plain, write_json


def read(*, archive: Path | None, as_json: bool) -> None:
    """Take the mail on standard input, and say what became of it."""
    clock = owner_of(archive).clock
    from auscult.web.planning.answering import take_reply
    from auscult.web.planning.replies import MOST_BYTES

    outcome = take_reply(sys.stdin.buffer.read(MOST_BYTES + 1), clock=clock)
    if as_json:
        write_json(dataclasses.asdict(outcome))
        return
    about = outcome.said or ", ".join(outcome.bets)
    people.print(f"{outcome.state}: {plain(about)}")
