"""What can go wrong with alerts.

::

    Correctable
        AlertUnknown   no alert of this organisation has that number
        AlertMoved     it isn't where the wish supposes, over already for example
        RuleUnknown    no rule of this organisation has that number
        RuleRefused    a value of it can't be used
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class AlertUnknown(Correctable):
    """No alert of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no alert '%(given)s' in your organisation.") % {"given": given},
            code="alert-unknown",
            field="alert",
            hint=_("The page Alerts lists them."),
        )


class AlertMoved(Correctable):
    """An alert can't go where it is wished from where it is."""

    def __init__(self, state: str, wish: str) -> None:
        super().__init__(
            _("The alert is %(state)s, so it can't be %(wish)s.") % {"state": state, "wish": wish},
            code="alert-moved",
            field="alert",
            hint=_("Somebody else may have been quicker: load the page again."),
        )


class RuleUnknown(Correctable):
    """No rule of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no rule '%(given)s' in your organisation.") % {"given": given},
            code="rule-unknown",
            field="rule",
            hint=_("The page Rules lists them."),
        )


class RuleRefused(Correctable):
    """A value of a rule can't be used."""

    def __init__(self, field: str, value: object, valid: str, *, hint: str = "") -> None:
        super().__init__(
            _("The rule's %(field)s is %(value)r; it must be %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code="rule-refused",
            field=field,
            hint=hint,
        )
