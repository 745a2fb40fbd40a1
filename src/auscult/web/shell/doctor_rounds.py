"""The doctor's rounds: every check in its order, those of the machine first."""

from __future__ import annotations

from collections.abc import Iterator

from auscult.engine.kernel.clock import Clock
from auscult.web.shell import doctor_data, doctor_machine
from auscult.web.shell.doctor import Check, Examined, Finding, examine
from auscult.web.shell.options import Options

CHECKS: tuple[tuple[str, Check], ...] = (
    ("python", doctor_machine.python),
    ("packages", doctor_machine.packages),
    ("archive", doctor_machine.archive),
    ("disk", doctor_machine.disk),
    ("keys", doctor_machine.keys),
    ("clock", doctor_machine.clock),
    ("addresses", doctor_machine.addresses),
    ("mail", doctor_machine.mail),
    ("database", doctor_data.database),
    ("migrations", doctor_data.migrations),
    ("runner", doctor_data.runner),
    ("lake", doctor_data.lake),
    ("credentials", doctor_data.credentials),
    ("sources", doctor_data.sources),
    ("outbox", doctor_data.outbox),
    ("audit", doctor_data.trail),
)


def findings(options: Options, clock: Clock) -> Iterator[Finding]:
    """Look at everything; nothing is changed, and nothing is sent."""
    yield from examine(Examined(options=options, clock=clock), CHECKS)
