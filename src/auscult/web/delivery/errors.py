"""What can go wrong with the outbox and with webhooks.

::

    Correctable
        LetterUnknown   the organisation's outbox has no such letter
        LetterMoved     it isn't where the wish supposes, sent already for example
        HookUnknown     the organisation has no such webhook
        HookRefused     a value of it can't be used
        NoMailbox       the person who asks for a mail has no address
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class LetterUnknown(Correctable):
    """No letter of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no letter '{given}' in the outbox of your organisation.",
            code="letter-unknown",
            field="letter",
            hint="Letters are removed 30 days after they were written.",
        )


class LetterMoved(Correctable):
    """A letter can't be sent again from where it is."""

    def __init__(self, subject: str, state: str) -> None:
        super().__init__(
            f"'{subject}' is {state}; only what was given up can be sent again.",
            code="letter-moved",
            field="letter",
            hint="What waits or failed is sent by itself.",
        )


class HookUnknown(Correctable):
    """No webhook of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"There is no webhook '{given}' in your organisation.",
            code="hook-unknown",
            field="hook",
            hint="The page Webhooks of the settings lists them.",
        )


class HookRefused(Correctable):
    """A value of a webhook can't be used."""

    def __init__(self, field: str, value: str, valid: str) -> None:
        super().__init__(
            f"The webhook's {field} is {value!r}; it must be {valid}.",
            code="hook-refused",
            field=field,
        )


class NoMailbox(Correctable):
    """A person wants a mail, but has no address."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person} has no mail address, so no test can be sent there.",
            code="no-mailbox",
            field="email",
            hint="Add an address to your account first.",
        )
