"""Reading the audit trail: filtered, page by page, as a file, and whether its chain holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import chain
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, AuditEntry, AuditHead
from auscult.web.accounts.policies import Right, require

SHOWN = 50  # entries on a page
AT_ONCE = 1_000  # entries read from the database at once
FORMS = ("csv", "jsonl")
COLUMNS = ("number", "at", "actor", "action", "target", "details", "previous", "digest")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would execute


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries are wanted; empty and None: all.

    Attributes
    ----------
    actor : str
        The name of who did it, whole.
    action : str
        What was done, whole: `save-watch`.
    target : str
        Part of what it was done to.
    since, until : datetime or None
        From this moment, and before that one.
    """

    actor: str = ""
    action: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def as_details(self) -> dict[str, Any]:
        """Return what was asked for, as an audit entry keeps it."""
        names = ("actor", "action", "target", "since", "until")
        return {name: str(getattr(self, name)) for name in names if getattr(self, name)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some entries, the newest first.

    Attributes
    ----------
    before : int or None
        Ask for the entries before this number next; None: these are the oldest.
    """

    entries: list[AuditEntry]
    before: int | None


def entries(actor: Actor, asked: Asked | None = None) -> QuerySet[AuditEntry]:
    """Return the entries of the actor's organisation that are wanted, newest first."""
    require(actor, Right.SEE_AUDIT, "read the audit trail")
    asked = asked or Asked()
    wanted = Q(organisation_id=actor.organisation_id)
    for name, value in (
        ("actor", asked.actor),
        ("action", asked.action),
        ("target__icontains", asked.target),
        ("at__gte", asked.since),
        ("at__lt", asked.until),
    ):
        if value:
            wanted &= Q(**{name: value})
    return AuditEntry.objects.filter(wanted).order_by("-number")


def page(
    actor: Actor, asked: Asked | None = None, *, before: int | None = None, limit: int = SHOWN
) -> Page:
    """Return the newest entries that are wanted, or those before a number."""
    found = entries(actor, asked)
    if before is not None:
        found = found.filter(number__lt=before)
    rows = list(found[: limit + 1])
    return Page(entries=rows[:limit], before=rows[limit - 1].number if rows[limit:] else None)


def said(actor: Actor) -> tuple[list[str], list[str]]:
    """Return the names of who did something, and of what was done: for a form to choose from."""
    found = entries(actor).order_by()
    return tuple(  # type: ignore[return-value]
        sorted(found.values_list(name, flat=True).distinct()) for name in ("actor", "action")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: note it elsewhere, and nobody can change what lies before it.

    Attributes
    ----------
    number : int
        Of the newest entry; 0 where there is none.
    digest : str
        Its digest, 64 hexadecimal digits.
    """

    number: int
    digest: str

    def __str__(self) -> str:
        return f"{self.number} {self.digest}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """Where a chain breaks.

    Attributes
    ----------
    number : int
        The first entry that is wrong or missing.
    code : str
        One of `WORDS`.
    """

    number: int
    code: str

    @property
    def message(self) -> str:
        """Say it in words."""
        return str(WORDS[self.code]) % {"number": self.number}


WORDS = {
    "changed": _("Entry %(number)s was changed after it was written."),
    "missing": _("Entry %(number)s is missing."),
    "not-linked": _("Entry %(number)s doesn't follow the entry before it."),
    "cut": _("The end of the trail, from entry %(number)s on, is missing."),
    "added": _("Entry %(number)s was put in: the head of the chain doesn't know it."),
    "head": _("The head of the chain doesn't belong to entry %(number)s."),
    "noted": _("Entry %(number)s isn't the one that was noted."),
    "start": _("The entries up to %(number)s were removed without an entry that says so."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of the chain found.

    Attributes
    ----------
    entries : int
        How many were looked at.
    head : Head
        As it stands.
    removed : int
        Entries whose time was over; the chain begins after them.
    broken : Broken or None
        The first place where the chain breaks; None: it holds.
    """

    entries: int
    head: Head
    removed: int
    broken: Broken | None


def head(actor: Actor) -> Head:
    """Return the end of the organisation's chain."""
    require(actor, Right.SEE_AUDIT, "read the audit trail")
    found = AuditHead.objects.filter(pk=actor.organisation_id).first()
    return Head(number=found.number, digest=found.digest) if found else Head(number=0, digest="")


def noted_head(text: str) -> Head:
    """Read a head as `auscult audit head` printed it: its number and its digest.

    Raises
    ------
    Correctable
        It is something else.
    """
    number, digest = (*text.split(maxsplit=1), "", "")[:2]
    digest = digest.strip().lower()
    if not number.isdecimal() or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise Correctable(
            f"'{text}' is no head of an audit trail.",
            code="audit-head",
            field="head",
            hint="Give what `auscult audit head` printed: a number, a space, 64 digits.",
        )
    return Head(number=int(number), digest=digest)


@transaction.atomic
def check(actor: Actor, *, noted: Head | None = None) -> Checked:
    """Go through the whole chain, from its first entry to its head.

    About 50,000 entries a second of one core.

    Parameters
    ----------
    noted : Head or None
        As it was noted elsewhere before: then also what came after a change is caught where
        somebody computed the whole chain anew.
    """
    require(actor, Right.SEE_AUDIT, "check the audit trail")
    found = AuditHead.objects.filter(pk=actor.organisation_id).first()
    if found is None:
        lone = AuditEntry.objects.filter(organisation_id=actor.organisation_id).first()
        broken = Broken(number=lone.number, code="added") if lone else None
        return Checked(entries=0, head=Head(number=0, digest=""), removed=0, broken=broken)
    walk = _Walk(found, noted)
    walk.go()
    return Checked(
        entries=walk.seen,
        head=Head(number=found.number, digest=found.digest),
        removed=found.kept_after,
        broken=walk.broken,
    )


class _Walk:
    """One way along a chain, up to the first break."""

    def __init__(self, end: AuditHead, noted: Head | None) -> None:
        self.end, self.noted = end, noted
        self.number, self.digest = end.kept_after, end.kept_after_digest
        self.seen = 0
        # What was removed because its time was over has an entry that names where it ended.
        self.explained = end.kept_after == 0 and self.digest == chain.start_of(end.name)
        self.broken: Broken | None = None

    def go(self) -> None:
        rows = AuditEntry.objects.filter(organisation_id=self.end.pk).order_by("number")
        for row in rows.iterator(AT_ONCE):
            code = self._wrong(row)
            if code:
                number = self.number + 1 if code == "missing" else row.number
                self.broken = Broken(number=number, code=code)
                return
            self.number, self.digest = row.number, row.digest
            self.seen += 1
        self.broken = self._wrong_end()

    def _wrong(self, row: AuditEntry) -> str:
        """Return what is wrong with the next entry; empty: nothing."""
        if row.number > self.number + 1:
            return "missing" if row.number <= self.end.number else "added"
        if row.number > self.end.number or row.number <= self.number:
            return "added"
        if row.digest != _digest(row):
            return "changed"
        if row.previous != self.digest:
            return "not-linked"
        if self.noted and row.number == self.noted.number and row.digest != self.noted.digest:
            return "noted"
        self.explained = self.explained or (
            row.action == "expire-audit"
            and row.details.get("up_to") == self.end.kept_after
            and row.details.get("digest") == self.end.kept_after_digest
        )
        return ""

    def _wrong_end(self) -> Broken | None:
        if self.number < self.end.number:
            return Broken(number=self.number + 1, code="cut")
        if self.digest != self.end.digest:
            return Broken(number=self.number, code="head")
        if self.noted and self.noted.number > self.number:
            return Broken(number=self.number + 1, code="cut")
        if not self.explained:
            return Broken(number=self.end.kept_after, code="start")
        return None


def _digest(row: AuditEntry) -> str:
    return chain.digest_of(
        number=row.number,
        previous=row.previous,
        at=row.at,
        actor=row.actor,
        action=row.action,
        target=row.target,
        details=row.details,
    )


def as_data(entry: AuditEntry) -> dict[str, Any]:
    """Return an entry as JSON has it, with all that its digest covers."""
    return {name: getattr(entry, name) for name in COLUMNS}


def export(actor: Actor, asked: Asked, *, form: str) -> Iterator[bytes]:
    """Write who took the trail along, and return the entries, oldest first, as a file's parts.

    Parameters
    ----------
    form : str
        `csv` or `jsonl`.
    """
    if form not in FORMS:
        raise Correctable(
            f"An audit trail isn't written as '{form}'.",
            code="audit-form",
            field="form",
            hint=f"Ask for {' or '.join(FORMS)}.",
        )
    wanted = entries(actor, asked)
    record_audit(
        actor,
        action="export-audit",
        target=form,
        details={"asked": asked.as_details(), "entries": wanted.count()},
    )
    rows = wanted.order_by("number").iterator(AT_ONCE)
    return _as_csv(rows) if form == "csv" else _as_jsonl(rows)


def _as_jsonl(rows: Iterator[AuditEntry]) -> Iterator[bytes]:
    option = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    return (orjson.dumps(as_data(row), option=option) for row in rows)


def _as_csv(rows: Iterator[AuditEntry]) -> Iterator[bytes]:
    yield "\ufeff".encode() + _line(COLUMNS)  # the mark tells spreadsheets that it is UTF-8
    for row in rows:
        yield _line([_cell(value) for value in as_data(row).values()])


def _line(cells: Any) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, dict):
        return orjson.dumps(value).decode()
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
