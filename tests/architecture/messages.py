"""Gathers the strings that people read into the catalogues: `make messages`, and its test.

Beside what Django looks for these are

- what completes a sentence of an error where it is raised: `require(actor, right, "add peers")`;
- what is said at once beside what is said lazily: `_now("an empty plan")`;
- what a connector's configuration says of its fields, which its docstring holds;
- the sentences of tests of claims, of studies and of returns, as the engine knows nothing of
  translation.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from django.core.management.commands import makemessages

from auscult.engine.connectors.base import find, names
from auscult.engine.connectors.fields import fields_of
from auscult.engine.planning.claims import SENTENCES
from auscult.engine.returns.intervention.words import SENTENCES as OF_STUDIES
from auscult.engine.returns.reasons import SENTENCES as OF_RETURNS

# The argument of each that is looked up where the error is made.
COMPLETIONS = {
    "require": 3,
    "NotAllowed": 2,
    "PersonRefused": 3,
    "PersonUnknown": 1,
    "TokenRefused": 3,
    "WatchRefused": 3,
    "SearchRefused": 3,
    "DashboardRefused": 3,
    "RangeRefused": 3,
    "SourceRefused": 3,
    "CredentialsAgain": 2,
    "PlanUnknown": 1,
}
# Of a catalogue's head: the time, which would change it at every run.
UNTOLD = ('"POT-Creation-Date', '"Report-Msgid-Bugs-To')


class Command(makemessages.Command):
    """`makemessages` that also finds what completes a sentence."""

    xgettext_options = [  # noqa: RUF012 - as Django has it
        *makemessages.Command.xgettext_options,
        *(f"--keyword={name}:{place}" for name, place in COMPLETIONS.items()),
        "--keyword=_now",
    ]


def told() -> list[str]:
    """Return what pages say of the fields of sources that a page can connect."""
    found: dict[str, None] = {}
    for connector in map(find, sorted(names())):
        if connector.capabilities.network:
            for field in fields_of(connector.Config):
                found |= dict.fromkeys(text for text in (field.label, field.help) if text)
    return list(found)


# Files that are there while strings are gathered.
GATHERED = {
    Path("connector_fields.py"): told,
    Path("claim_sentences.py"): lambda: list(SENTENCES.values()),
    Path("study_sentences.py"): lambda: list(OF_STUDIES.values()),
    Path("return_sentences.py"): lambda: list(OF_RETURNS.values()),
}


def gather(package: Path, *options: str) -> None:
    """Bring the catalogues of a package up to date."""
    os.chdir(package)
    for path, texts in GATHERED.items():
        path.write_text("".join(f"_({text!r})\n" for text in texts()), encoding="utf-8")
    try:
        Command().run_from_argv(
            ["django-admin", "makemessages", "--all", "--no-obsolete", "--no-wrap", *options]
        )
    finally:
        for path in GATHERED:
            path.unlink()
    for catalogue in Path("locale").glob("*/LC_MESSAGES/*.po"):
        lines = catalogue.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(UNTOLD)]
        catalogue.write_text("".join(kept), encoding="utf-8")


if __name__ == "__main__":
    gather(Path(sys.argv[1]), *sys.argv[2:])
