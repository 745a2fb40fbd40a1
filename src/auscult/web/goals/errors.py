"""What can go wrong with what a house is and wants.

::

    Correctable
        GoalRefused        a value that a priority, an objective or the house can't have
        PriorityUnknown    no priority of this organisation has that number
        ObjectiveUnknown   no objective of this organisation has that number
        ReadingUnknown     no reading of this organisation has that number
        LinkUnknown        no link, or nothing to link, is the one asked for
        ObjectiveClosed    what is closed takes no readings and no links
        ReadingsRefused    lines of a file that can't be read; it names each
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from auscult.engine.kernel.errors import Correctable


class GoalRefused(Correctable):
    """A value that can't be kept."""

    def __init__(self, field: str, value: object, valid: str, *, hint: str = "") -> None:
        super().__init__(
            _("The %(field)s can't be %(value)r; valid is %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code=f"goal-{field}",
            field=field,
            hint=hint or _("Correct it and save again."),
        )


class PriorityUnknown(Correctable):
    """No priority of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no priority '%(given)s' in your organisation.") % {"given": given},
            code="priority-unknown",
            field="priority",
            hint=_("The page Goals lists them."),
        )


class ObjectiveUnknown(Correctable):
    """No objective of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no objective '%(given)s' in your organisation.") % {"given": given},
            code="objective-unknown",
            field="objective",
            hint=_("The page Goals lists them."),
        )


class ReadingUnknown(Correctable):
    """No reading of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no reading '%(given)s' in your organisation.") % {"given": given},
            code="reading-unknown",
            field="reading",
            hint=_("The page of the objective lists them."),
        )


class LinkUnknown(Correctable):
    """No link, or nothing that could be linked, is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no '%(given)s' that could be linked, or that is linked.")
            % {"given": given},
            code="link-unknown",
            field="link",
            hint=_("Choose one of the list; it may have been removed meanwhile."),
        )


class ObjectiveClosed(Correctable):
    """The objective is closed: its series and links stay as they were."""

    def __init__(self, title: str) -> None:
        super().__init__(
            _("The objective “%(title)s” is closed.") % {"title": title},
            code="objective-closed",
            field="objective",
            hint=_("Open it again first, on its page."),
        )


class Line(NamedTuple):
    """A line of a file that can't be read, and why; lines count from 1."""

    number: int
    text: str
    why: str


class ReadingsRefused(Correctable):
    """Lines of a file that can't be read; nothing of the file was saved."""

    def __init__(self, lines: Sequence[Line]) -> None:
        first = lines[0]
        super().__init__(
            ngettext(
                "A line can't be read: line %(number)s, “%(text)s”: %(why)s.",
                "%(count)s lines can't be read, the first is line %(number)s, “%(text)s”: %(why)s.",
                len(lines),
            )
            % {
                "count": len(lines),
                "number": first.number,
                "text": first.text[:60],
                "why": first.why,
            },
            code="readings-refused",
            field="file",
            hint=_("Nothing was saved. Correct the lines, or save those that can be read."),
        )
        self.lines = tuple(lines)
