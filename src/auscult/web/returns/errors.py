"""What can go wrong with the book of costs and outcomes.

::

    Correctable
        ReturnsUnknown   the organisation has no such row
        ReturnsRefused   a value that a row can't have
        IntakeRefused    a file that can't be read in; says of each row what is wrong
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class ReturnsUnknown(Correctable):
    """No such row; `what` is marked for translation where it is named ("charge", "study")."""

    def __init__(self, what: str, given: object) -> None:
        super().__init__(
            _("There is no %(what)s %(given)s in your organisation's returns.")
            % {"what": _(what), "given": str(given)[:40]},
            code=f"{what.replace(' ', '-')}-unknown",
            field="number",
            hint=_("The room Returns lists what is there."),
        )


class ReturnsRefused(Correctable):
    """A value that can't be kept."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code="returns-refused",
            field=field,
            hint=_("Change it and save again."),
        )


class Wrong(NamedTuple):
    """What is wrong with a row of a file; 0: with the file itself."""

    row: int
    said: str

    def __str__(self) -> str:
        return _("row %(row)s: %(said)s") % self._asdict() if self.row else self.said


class IntakeRefused(Correctable):
    """A file that can't be read in; nothing of it was kept."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        more = _(" and %(more)s more") % {"more": len(wrong) - 3} if len(wrong) > 3 else ""
        super().__init__(
            _("The file can't be read in: %(wrong)s%(more)s.")
            % {"wrong": "; ".join(str(one).rstrip(".") for one in wrong[:3]), "more": more},
            code="intake-refused",
            field="file",
            hint=_("Nothing of it was kept. Correct the file, and read it in again."),
        )
