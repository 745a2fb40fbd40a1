"""`auscult doctor`: what is amiss, and how to mend it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

from auscult.engine.kernel.clock import SystemClock
from auscult.terminal.printing import people, plain, write_json
from auscult.web.shell.start import start

MARKS = {
    "well": "[green]well[/]   ",
    "note": "[yellow]note[/]   ",
    "problem": "[bold red]problem[/]",
}


def examine(*, archive: Path | None, as_json: bool) -> None:
    """Print every finding; exit with 2 where something has to be mended."""
    options = start(archive)
    from auscult.web.shell import doctor_rounds

    found = list(doctor_rounds.findings(options, SystemClock()))
    if as_json:
        write_json([asdict(one) for one in found])
    else:
        for one in found:
            people.print(f"{MARKS[one.state]}  {one.check:<12} {plain(one.said)}")
            if one.mend:
                people.print(f"{'':<22}{plain(one.mend)}")
    if any(one.state == "problem" for one in found):
        sys.exit(2)
