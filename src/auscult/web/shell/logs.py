"""What is logged, and how: one line each, as text or JSON, with nothing of a person in it.

A message is its template with the numbers in it. Every other argument is left out, unless it is
one of the words in `FIELDS`; of an error the kind, the code and the places in Auscult are told,
never its own message, which may quote a post, a query or a name. Who looks for a defect on her own
machine sets AUSCULT_DEBUG and sees everything.
"""

from __future__ import annotations

import contextvars
import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

# The request that is being answered in this thread; it is in every line that is logged meanwhile.
request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

FIELDS = ("page", "method", "status", "ms", "job", "source", "kind", "round", "person", "token")
# `%s` and its kin in a template.
_PLACE = re.compile(r"%(?:\((\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?[diouxXeEfFgGcrsa%]")
# In a message that is no template: whatever could name somebody, or open something.
_TELLING = re.compile(
    r"""[\w.+-]+@[\w.-]+      # a mailbox
    | \bhttps?://\S+           # an address
    | (?<=[/=\s'"])[\w~.-]*[\w-]{20,}  # a token
    | '[^']*' | "[^"]*"        # a quotation
    """,
    re.VERBOSE,
)
LEFT_OUT = "[...]"


def plain(record: logging.LogRecord) -> str:
    """Return a record's message with everything left out that isn't a number or known word."""
    template = str(record.msg) if isinstance(record.msg, str) else type(record.msg).__name__
    values = record.args
    if not values:
        own = record.name.partition(".")[0] == "auscult"
        # Of others a text was put together already; from the second line on it is a traceback.
        return template if own else _TELLING.sub(LEFT_OUT, template.partition("\n")[0])
    given = iter(() if isinstance(values, dict) else values)

    def filled(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = values.get(found[1]) if isinstance(values, dict) else next(given, None)
        return _shown(value)

    return _PLACE.sub(filled, template)


def _shown(value: object) -> str:
    if isinstance(value, BaseException):
        code = getattr(value, "code", "")
        return (
            f"{type(value).__name__} ({code})"
            if isinstance(code, str) and code
            else type(value).__name__
        )
    if isinstance(value, bool | int | float) or value is None:
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    return LEFT_OUT


def places(error: BaseException) -> list[str]:
    """Return an error's kind and the places it came through, innermost last; those that caused it first."""
    causes: list[str] = []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        causes = [*places(cause), "then"]
    frames = traceback.extract_tb(error.__traceback__)
    return [*causes, *(f"{f.filename}:{f.lineno} {f.name}" for f in frames), _shown(error)]


def told(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record as what may be written of it."""
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    line: dict[str, Any] = {"at": at, "level": record.levelname, "logger": record.name}
    line["message"] = plain(record)
    request = getattr(record, "request_id", "") or request_id.get()
    if request:
        line["request"] = request
    for field in FIELDS:
        if field in record.__dict__:
            line[field] = record.__dict__[field]
    if record.exc_info and record.exc_info[1] is not None:
        line["error"] = places(record.exc_info[1])
    return line


class Lines(logging.Formatter):
    """A line of text for each record; an error's places below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = told(record)
        words = [line.pop(key) for key in ("at", "level", "logger")]
        below = "".join(f"\n  {place}" for place in line.pop("error", ()))
        message = line.pop("message")
        rest = "".join(f" {key}={value}" for key, value in line.items())
        return f"{words[0]} {words[1]} {words[2]}: {message}{rest}{below}"


class Json(logging.Formatter):
    """A JSON object for each record, in one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(told(record), ensure_ascii=False, default=str)


def logging_settings(*, form: str, requests: bool, debug: bool) -> dict[str, Any]:
    """Return what `logging.config` is given.

    Parameters
    ----------
    form : str
        `lines` or `json`.
    requests : bool
        Whether each request gets a line.
    debug : bool
        Write everything as it is; for a developer's own machine.
    """
    kinds = {"lines": Lines, "json": Json}
    written: dict[str, Any] = {"()": kinds[form]}
    if debug:
        written = {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"written": written},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "written"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            # A page that isn't there is nobody's business but the reader's; of one that broke
            # our own middleware tells.
            "django.request": {"level": "ERROR" if debug else "CRITICAL"},
            "django": {"handlers": [], "level": "WARNING"},
            "auscult.requests": {"level": "INFO" if requests else "WARNING"},
            "_granian": {"handlers": [], "level": "WARNING", "propagate": True},
        },
    }
