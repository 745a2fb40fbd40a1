"""What can go wrong with a plan.

::

    Correctable
        CycleUnknown    the organisation has no such cycle
        BetUnknown      nor such a bet
        TaskUnknown     nor such a task
        PlanUnknown     nor another part of a plan with this number
        PlanRefused     a value that a part of a plan can't have
        MoveRefused     a state that can't follow the one before
        DaysRefused     days that a task can't be moved to
        MovedMeanwhile  a task that stands elsewhere than its mover saw it
        Circular        bets or tasks that would wait for each other
        TemplateBroken  a template that can't be read
        ReplyRefused    a mail that can't be taken as a check-in
        PlanFileRefused a file with a plan that can't be read in
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.kernel.errors import Correctable


class PlanUnknown(Correctable):
    """No such part of a plan."""

    def __init__(self, what: str, given: object) -> None:
        super().__init__(
            _("There is no %(what)s %(given)s in your organisation's plans.")
            % {"what": _(what), "given": given},
            code=f"{what.replace(' ', '-')}-unknown",
            field="number",
            hint=_("The room Plan lists what is there."),
        )


class CycleUnknown(PlanUnknown):
    """No such cycle."""

    def __init__(self, given: object) -> None:
        super().__init__(gettext_noop("cycle"), given)


class BetUnknown(PlanUnknown):
    """No such bet."""

    def __init__(self, given: object) -> None:
        super().__init__("bet", given)


class TaskUnknown(PlanUnknown):
    """No such task."""

    def __init__(self, given: object) -> None:
        super().__init__("task", given)


class PlanRefused(Correctable):
    """A value that can't be kept."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code="plan-refused",
            field=field,
            hint=_("Change it and save again."),
        )


class MoveRefused(Correctable):
    """A state that can't follow."""

    def __init__(self, what: str, before: str, after: str, allowed: Iterable[str]) -> None:
        choices = ", ".join(allowed) or _("nothing: it is over")
        super().__init__(
            _(
                "“%(what)s” is %(before)s and can't become %(after)s; what can follow is %(allowed)s."
            )
            % {"what": what, "before": before, "after": after, "allowed": choices},
            code="move-refused",
            field="state",
            hint=_("Load the page again: somebody else may have changed it."),
        )


class DaysRefused(Correctable):
    """Days that a task can't be moved to; the message says why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(
            message,
            code="days-refused",
            field=field,
            hint=_("The page of a task changes its days, and what it waits for."),
        )


class MovedMeanwhile(Correctable):
    """A task that somebody else moved since its mover looked."""

    def __init__(self, title: str, first: str, last: str) -> None:
        super().__init__(
            _("“%(title)s” was moved meanwhile: it runs from %(first)s to %(last)s.")
            % {"title": title, "first": first, "last": last},
            code="moved-meanwhile",
            field="first_day",
            hint=_("Move it again if it should stand elsewhere."),
        )


class Circular(Correctable):
    """Things that would wait for each other for ever."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(
            _("These would wait for each other: %(names)s.") % {"names": " → ".join(names)},
            code="circular",
            field="depends_on",
            hint=_("Take one of them out of what it depends on."),
        )


class TemplateBroken(Correctable):
    """A template that can't be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            _("The template “%(name)s” can't be used: %(why)s.") % {"name": name, "why": why},
            code="template-broken",
            field="template",
            hint=_("Begin with an empty cycle, or choose another template."),
        )


class ReplyRefused(Correctable):
    """A mail that can't be taken; the message says why."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(
            message,
            code=code,
            field="mail",
            hint=_("Answer the newest mail with the week's plan again, or check in on the page."),
        )


class Wrong(NamedTuple):
    """What is wrong with a part of a file: where it stands (empty: nowhere in it), and why."""

    place: str
    said: str

    def __str__(self) -> str:
        return f"{self.place}: {self.said}" if self.place else self.said


class PlanFileRefused(Correctable):
    """A plan that can't be read in; `wrong` says of each part what is wrong with it."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        more = _(" and %(more)s more") % {"more": len(wrong) - 3} if len(wrong) > 3 else ""
        super().__init__(
            _("The file can't be read in: %(wrong)s%(more)s.")
            % {"wrong": "; ".join(str(one).rstrip(".") for one in wrong[:3]), "more": more},
            code="plan-file-refused",
            field=wrong[0].place or "file",
            hint=_("Nothing of it was kept. Correct the file, and read it in again."),
        )
