"""`auscult audit`: the record of what was done, printed and checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auscult.engine.kernel.errors import Correctable
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import people, plain, write_json, write_json_lines

if TYPE_CHECKING:
    from auscult.web.accounts.audit import Asked


def show(asked: Asked, *, limit: int, archive: Path | None, as_json: bool) -> None:
    """Print the newest entries that are wanted."""
    actor = owner_of(archive)
    from auscult.web.accounts import audit
    from auscult.web.accounts.actions import record_audit

    found = audit.page(actor, asked, limit=limit).entries
    if as_json:
        details = {"asked": asked.as_details(), "entries": len(found)}
        record_audit(actor, action="export-audit", target="standard output", details=details)
        write_json_lines([audit.as_data(entry) for entry in found])
        return
    for entry in found:
        people.print(
            f"{entry.number:>6}  {entry.at:%Y-%m-%d %H:%M}  {plain(entry.actor)}: "
            f"{plain(entry.action)} {plain(entry.target)}"
        )


def head(*, archive: Path | None, as_json: bool) -> None:
    """Print the end of the chain."""
    actor = owner_of(archive)
    from auscult.web.accounts import audit

    end = audit.head(actor)
    if as_json:
        write_json({"number": end.number, "digest": end.digest})
        return
    people.print(str(end), markup=False)


def verify(noted: str | None, *, archive: Path | None, as_json: bool) -> None:
    """Check the chain, and fail where it breaks."""
    actor = owner_of(archive)
    from auscult.web.accounts import audit

    done = audit.check(actor, noted=audit.noted_head(noted) if noted is not None else None)
    if done.broken is not None:
        raise Correctable(
            done.broken.message,
            code=f"audit-{done.broken.code}",
            field=str(done.broken.number),
            hint="Compare with a back-up, and look for who could write to the database.",
        )
    if as_json:
        end = {"number": done.head.number, "digest": done.head.digest}
        write_json({"entries": done.entries, "removed": done.removed, "head": end})
        return
    people.print(f"The audit trail holds: {done.entries} entries, head {done.head}.", markup=False)
