"""`auscult secrets`: the keys that encrypt the credentials of sources."""

from __future__ import annotations

from pathlib import Path

from auscult.engine.kernel.secrets import new_key
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import aside, people, plain, write_json


def rotate(*, archive: Path | None, as_json: bool) -> None:
    """Encrypt all credentials of the archive under a new key."""
    actor = owner_of(archive)
    from auscult.web.sources.secrets import rotate_secrets

    done = rotate_secrets(clock=actor.clock)
    if as_json:
        write_json({"renewed": done.renewed, "lost": list(done.lost)})
        return
    people.print(f"Credentials encrypted under the new key: {done.renewed}.")
    for name in done.lost:
        aside.print(
            f"[bold]Next:[/] enter the credentials of '{plain(name)}' again: their key is lost."
        )


def key(*, as_json: bool) -> None:
    """Print a new key."""
    made = new_key()
    if as_json:
        write_json({"key": made})
        return
    people.print(made, markup=False)
