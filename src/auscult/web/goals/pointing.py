"""Finding a number in JSON by a path: `data.0.value`, or by JSON Pointer (RFC 6901): `/data/0/value`."""

from __future__ import annotations

import math
import re
from typing import Any

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable

MOST_NAMED = 8  # names that a refusal lists
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)


class NotThere(Correctable):
    """An answer has no number at a path."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(
            _("The answer has no number at “%(path)s”: %(why)s.") % {"path": path, "why": why},
            code="goal-path",
            field="path",
            hint=_("Correct the path to the number."),
        )


def steps(path: str) -> list[str]:
    """Return the steps of a path; an empty path has none, and means the whole answer.

    Examples
    --------
    >>> steps("data.0.value"), steps("/a.b/0/c~1d"), steps("")
    (['data', '0', 'value'], ['a.b', '0', 'c/d'], [])
    """
    if not path:
        return []
    if path.startswith("/"):
        return [step.replace("~1", "/").replace("~0", "~") for step in path[1:].split("/")]
    return path.split(".")


def number_at(answer: Any, path: str) -> float:
    """Return the number that a path leads to; a text that is a number counts.

    Raises
    ------
    NotThere
        It leads nowhere, or to something else; the message says where it ended and what there is.
    """
    here = answer
    for step in steps(path):
        here = _step(here, step, path)
    if isinstance(here, str) and NUMBER.fullmatch(here.strip()):
        here = float(here)
    if isinstance(here, bool) or not isinstance(here, int | float):
        raise NotThere(path, _("there is %(what)s") % {"what": _what(here)})
    value = float(here) if abs(here) < 10**300 else math.inf
    if not math.isfinite(value):
        raise NotThere(path, _("the number is too great"))
    return value


def _step(here: Any, step: str, path: str) -> Any:
    if isinstance(here, dict) and step in here:
        return here[step]
    if isinstance(here, list):
        # -1 is the last one: series are often written the oldest first.
        place = int(step) if re.fullmatch(r"-?\d{1,9}", step, re.ASCII) else len(here)
        if -len(here) <= place < len(here):
            return here[place]
        raise NotThere(
            path,
            _("“%(step)s” is none of a list of %(n)s, counted from 0")
            % {"step": step, "n": len(here)},
        )
    if isinstance(here, dict):
        names = ", ".join(str(name)[:40] for name in list(here)[:MOST_NAMED]) or _("nothing")
        raise NotThere(
            path, _("“%(step)s” isn't there, but %(names)s") % {"step": step, "names": names}
        )
    raise NotThere(
        path, _("before “%(step)s” there is %(what)s") % {"step": step, "what": _what(here)}
    )


def _what(value: Any) -> str:
    match value:
        case None:
            return _("nothing (null)")
        case bool():
            return _("true or false")
        case dict():
            return _("an object")
        case list():
            return _("a list")
        case str():
            return _("the text “%(text)s”") % {"text": value[:40]}
    return _("a number")
