"""What can go wrong with alerts.

::

    Correctable
        AlertUnknown   no alert of this organisation has that number
        AlertMoved     it isn't where the wish supposes, over already for example
        RuleUnknown    no rule of this organisation has that number
        RuleRefused    a value of it can't be used
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class AlertUnknown(Correctable):
    """No alert of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no alert '{given}' in your organisation.",
            code="alert-unknown",
            field="alert",
            hint="The page Alerts lists them.",
        )


class AlertMoved(Correctable):
    """An alert can't go where it is wished from where it is."""

    def __init__(self, state: str, wish: str) -> None:
        super().__init__(
            f"The alert is {state}, so it can't be {wish}.",
            code="alert-moved",
            field="alert",
            hint="Somebody else may have been quicker: load the page again.",
        )


class RuleUnknown(Correctable):
    """No rule of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no rule '{given}' in your organisation.",
            code="rule-unknown",
            field="rule",
            hint="The page Rules lists them.",
        )


class RuleRefused(Correctable):
    """A value of a rule can't be used."""

    def __init__(self, field: str, value: object, valid: str, *, hint: str = "") -> None:
        super().__init__(
            f"The rule's {field} is {value!r}; it must be {valid}.",
            code="rule-refused",
            field=field,
            hint=hint,
        )
