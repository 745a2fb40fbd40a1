"""The doctor's look at what is kept: database, lake, credentials, sources, audit, runner."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from auscult.engine.archive.layout import Folder
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import organisations, system_actor
from auscult.web.delivery.models import Letter
from auscult.web.delivery.models import State as LetterState
from auscult.web.shell.doctor import Examined, Finding, note, problem, well
from auscult.web.shell.health import STUCK, missing_migrations, since_heartbeat
from auscult.web.sources.models import Source, SourceState
from auscult.web.sources.secrets import opened_config

RESTORE = "Stop Auscult, and restore the last backup (`auscult restore`)."


def _actors(examined: Examined) -> list[Actor]:
    return [system_actor(one.pk, "doctor", clock=examined.clock) for one in organisations()]


def database(_examined: Examined) -> Iterator[Finding]:
    """Read the whole database, and let it check itself where it can."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA quick_check(5)")
            wrong = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
            cursor.execute("PRAGMA foreign_key_check")
            loose = cursor.fetchall()
        else:
            cursor.execute("SELECT 1")
            wrong, loose = [], []
    if wrong:
        yield problem("database", f"The database is damaged: {'; '.join(wrong)}.", RESTORE)
    if loose:
        said = f"{len(loose)} rows point to rows that are gone, first in {loose[0][0]}."
        yield problem("database", said, RESTORE)
    if not wrong and not loose:
        yield well("database", f"{connection.vendor}: it answers, and nothing in it is damaged.")


def migrations(_examined: Examined) -> Iterator[Finding]:
    """Look whether the database is of this version."""
    missing = missing_migrations()
    if missing:
        said = f"{len(missing)} changes of the database are missing, first {missing[0]}."
        yield problem("migrations", said, "Start `auscult up` once: it makes them.")
    else:
        yield well("migrations", "The database is of this version.")


def runner(examined: Examined) -> Iterator[Finding]:
    """Look when the runner last moved."""
    since = since_heartbeat(examined.options, examined.clock)
    if since is None:
        yield note("runner", "The runner hasn't run on this archive.", "Start `auscult up`.")
    elif since > STUCK:
        said = f"The runner last moved {since:.0f} s ago."
        mend = "Restart `auscult up` (systemctl restart auscult), and read its log."
        yield problem("runner", said, mend)
    else:
        yield well("runner", f"The runner moved {max(0.0, since):.0f} s ago.")


def lake(examined: Examined) -> Iterator[Finding]:
    """Look for every file that the lake's books name."""
    files = missing = 0
    for actor in _actors(examined):
        folder = Folder(examined.options.lake / str(actor.organisation_id))
        for segment in folder.read().segments:
            for name in segment.files():
                files += 1
                missing += not (folder.segments / name).is_file()
    if missing:
        yield problem("lake", f"{missing} of {files} files of the lake are missing.", RESTORE)
    else:
        yield well("lake", f"All {files} files of the lake are there.")


def credentials(_examined: Examined) -> Iterator[Finding]:
    """Open the credentials of every source."""
    lost = []
    kept = Source.objects.exclude(secrets="").exclude(state=SourceState.REMOVED)
    for source in kept:
        try:
            opened_config(source)
        except Correctable:
            lost.append(source)
    if lost:
        yield problem(
            "credentials",
            f"The credentials of {len(lost)} sources can't be opened: "
            + ", ".join(f"source {source.pk}" for source in lost)
            + ".",
            "Put back the key that they were kept under (AUSCULT_SECRETS_KEY or secrets.key), "
            "or give them anew on the source's page.",
        )
    else:
        yield well("credentials", f"The credentials of {kept.count()} sources can be opened.")


def sources(examined: Examined) -> Iterator[Finding]:
    """Look how each source is doing."""
    now = examined.clock.now()
    rows = list(Source.objects.exclude(state=SourceState.REMOVED).order_by("pk"))
    ill = {source: source.health(now) for source in rows}
    for source, word in ill.items():
        if word in {"failed", "failing", "silent"}:
            yield note(
                "sources",
                f"Source {source.pk} ({source.connector}) is {word}.",
                f"Its page says why and what to do: /sources/{source.pk}/",
            )
    if not {"failed", "failing", "silent"} & set(ill.values()):
        yield well("sources", f"All {len(rows)} sources are well.")


def outbox(_examined: Examined) -> Iterator[Finding]:
    """Look for mails and messages that could not be brought to anybody."""
    lost = Letter.objects.filter(state=LetterState.GIVEN_UP).count()
    failed = Letter.objects.filter(state=LetterState.FAILED).count()
    if lost or failed:
        said = f"{failed} mails and messages failed and are tried again; {lost} were given up."
        yield note("outbox", said, "The page of the outbox says why, and sends them again.")
    else:
        yield well("outbox", "No mail or message has failed.")


def trail(examined: Examined) -> Iterator[Finding]:
    """Check the chain of each organisation's audit trail."""
    entries = 0
    broken = []
    for actor in _actors(examined):
        checked = audit.check(actor)
        entries += checked.entries
        if checked.broken is not None:
            broken.append(f"organisation {actor.organisation_id} at {checked.broken.number}")
    if broken:
        yield problem(
            "audit",
            f"The chain of the audit trail is broken: {', '.join(broken)}.",
            "Somebody changed the record outside Auscult. Keep the archive as it is, compare "
            "it with a backup, and tell your privacy officer.",
        )
    else:
        yield well("audit", f"The chain holds over {entries} entries.")
