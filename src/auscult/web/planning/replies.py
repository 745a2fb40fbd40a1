"""Reading mails in which people check in: four lines for a bet, in English or German.

What is read here comes from anybody: nothing of it is believed but the mark in the address, which
`marks.py` looks at, and nothing of it makes the reader fail.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser, BytesParser
from email.policy import EmailPolicy, compat32
from email.utils import parseaddr

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from auscult.engine.connectors.html_text import to_text
from auscult.web.planning.errors import ReplyRefused
from auscult.web.planning.review_actions import Report

MOST_BYTES = 1_000_000
LONGEST_HEADER = 4_000  # characters; Python's parser takes time by the square of it
LONGEST_LINE = 500  # characters in which the end of what somebody wrote is looked for
# What Python takes for character sets and no mail is written in: they are slow, or make halves
# of characters.
NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})
FIELDS = ("progress", "confidence", "hours", "blockers", "bet")
# What a line may begin with; the first language's words stand in its mails.
WORDS = {
    "en": dict(zip(FIELDS, FIELDS, strict=True)),
    "de": dict(
        zip(
            FIELDS, ("fortschritt", "zuversicht", "stunden", "hindernisse", "vorhaben"), strict=True
        )
    ),
}
_MEANT = {word: field for words in WORDS.values() for field, word in words.items()}
_LINE = re.compile(
    rf"[\s*_]*(?P<word>{'|'.join(_MEANT)})[\s*_]*[:\uff1a][\s*_]*(?P<value>.*)", re.IGNORECASE
)
# Where what somebody writes ends and what she answers to, or her signature, begins.
_END = re.compile(
    r"""--\s*$ | _{5,} | -{2,}\s*\w+[ ]\w+.*-{2,}\s*$
    | (?:from|von|sent|gesendet)[ ]?:\s | (?:sent[ ]from|gesendet[ ]von|von[ ]meinem)\b
    | (?:on|am)\b.{4,200}\b(?:wrote|schrieb)\b.{0,200}:\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER = {
    "progress": re.compile(r"(\d{1,3})\s*(?:%|percent|prozent)?", re.IGNORECASE),
    "confidence": re.compile(r"(\d)\s*(?:(?:/|of|von)\s*5)?", re.IGNORECASE),
    "hours": re.compile(
        r"(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:h|hours?|std\.?|stunden?)?", re.IGNORECASE
    ),
    "bet": re.compile(r"(\d{1,6})\b.*"),
}
_WHERE = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")


def words() -> dict[str, str]:
    """Return what a line begins with in the active language, by field."""
    return WORDS.get((get_language() or "en")[:2], WORDS["en"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as far as it concerns us.

    Attributes
    ----------
    recipients : str
        Everything that its headers say of where it went.
    digest : str
        Of its Message-ID; of the whole mail where it has none.
    automatic : bool
        A program wrote it; it must not be answered (RFC 3834).
    text : str or None
        What it says; None: it is larger than is read.
    """

    recipients: str
    sender: str
    digest: str
    automatic: bool
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a mail says of a bet, by its number in the plan; None: it names none."""

    bet: int | None
    report: Report


class _Short(EmailPolicy):
    """Python's way of reading mails, with headers of a bounded length."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        """Return a header's name and value, the value cut where it is too long."""
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:LONGEST_HEADER]


def read_mail(raw: bytes) -> Mail:
    """Return what a mail says; any bytes are read.

    Only its first megabyte is looked at: a larger one has headers, and no text.
    """
    message = _parsed(raw[:MOST_BYTES])
    own = _headers(message, ("message-id",)) or None
    return Mail(
        recipients="\n".join(_headers(message, _WHERE)),
        sender=_sender(message),
        digest=hashlib.sha256("".join(own).strip().encode() if own else raw).hexdigest(),
        automatic=_automatic(message),
        text=None if len(raw) > MOST_BYTES else _text(message),
    )


def _parsed(raw: bytes) -> Message:
    try:
        return BytesParser(policy=_Short()).parsebytes(raw)
    except RecursionError:  # something within itself, a thousand deep: no person wrote it
        return BytesHeaderParser(policy=compat32).parsebytes(raw)


def _sender(message: Message) -> str:
    try:
        return parseaddr("".join(_headers(message, ("from",))))[1]
    except RecursionError:  # comments within comments
        return ""


def _headers(message: Message, names: Iterable[str]) -> list[str]:
    """Return headers as they were sent: reading them by their grammar fails on broken ones."""
    wanted = set(names)
    found = [value for name, value in message.raw_items() if name.lower() in wanted]
    return [str(value).encode("utf-8", "replace").decode() for value in found]


def _automatic(message: Message) -> bool:
    kept = [one.strip().lower() for one in _headers(message, ("auto-submitted",))]
    bulk = [one.strip().lower() for one in _headers(message, ("precedence",))]
    path = [one.strip() for one in _headers(message, ("return-path",))]
    lists = _headers(message, ("list-id", "list-unsubscribe"))
    return (
        any(one != "no" for one in kept)
        or any(one in {"bulk", "junk", "list"} for one in bulk)
        or "<>" in path
        or bool(lists)
    )


def _text(message: Message) -> str:
    try:
        return _body(message)
    except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return ""  # its parts are declared in a way that no reader understands


def _body(message: Message) -> str:
    part = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes):
        return ""
    text = _decoded(payload, part)
    return to_text(text).text if part.get_content_subtype() == "html" else text


def _decoded(payload: bytes, part: Message) -> str:
    """Return a text that a database can keep, whatever character set it claims to be in."""
    try:
        charset = codecs.lookup(part.get_content_charset("utf-8")).name.replace("_", "-")
        text = payload.decode("utf-8" if charset in NO_CHARSETS else charset, "replace")
    except (LookupError, TypeError, ValueError):
        text = payload.decode("utf-8", "replace")
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def said(text: str) -> list[Said]:
    """Return what the text of a mail says, bet by bet.

    Raises
    ------
    ReplyRefused
        Nothing is said, something is missing, said twice or no number.
    """
    blocks = [block for block in _blocks(_own_lines(text)) if block.keys() - {"bet"}]
    if not blocks:
        raise ReplyRefused(_("No line of your mail says how a bet goes."), code="reply-empty")
    return [_said(block) for block in blocks]


def _own_lines(text: str) -> Iterator[str]:
    """Yield the lines that a person wrote, without what she answers to and her signature."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line.lstrip().startswith(">"):
            continue
        # Some programs break the line that says whom they quote.
        begun = line.strip()[:LONGEST_LINE]
        if _END.match(begun) or _END.match(f"{begun} {following.strip()}"[:LONGEST_LINE]):
            return
        yield line


def _blocks(lines: Iterable[str]) -> list[dict[str, str]]:
    blocks: list[dict[str, str]] = [{}]
    going_on = False  # what stands in the way may take several lines
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            going_on = going_on and bool(line.strip())
            if going_on:
                blocks[-1]["blockers"] += "\n" + line.strip()
            continue
        field, value = _MEANT[found["word"].lower()], found["value"].strip(" \t*_")
        if field == "bet":
            blocks.append({})
        if field in blocks[-1] and value:
            refused = _("“%(word)s” is said twice for the same bet.") % {"word": found["word"]}
            raise ReplyRefused(refused, code="reply-twice")
        if value:
            blocks[-1][field] = value
        going_on = field == "blockers" and bool(value)
    return blocks


def _said(block: dict[str, str]) -> Said:
    for field in ("progress", "confidence", "hours"):
        if field not in block:
            missing = _("The line “%(field)s:” is missing.") % {"field": words()[field]}
            raise ReplyRefused(missing, code="reply-missing")
    report = Report(
        progress=int(_number(block, "progress")),
        confidence=int(_number(block, "confidence")),
        hours=float(_number(block, "hours").replace(",", ".")),
        blockers=block.get("blockers", ""),
    )
    return Said(bet=int(_number(block, "bet")) if "bet" in block else None, report=report)


def _number(block: dict[str, str], field: str) -> str:
    found = _NUMBER[field].fullmatch(block[field])
    if found is None or not found[1].isascii():
        given = {"field": words()[field], "value": block[field][:40]}
        refused = _("“%(field)s: %(value)s” is no number that can be read.") % given
        raise ReplyRefused(refused, code="reply-number")
    return found[1]
