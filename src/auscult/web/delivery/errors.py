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

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class LetterUnknown(Correctable):
    """No letter of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no letter '%(given)s' in the outbox of your organisation.")
            % {"given": given},
            code="letter-unknown",
            field="letter",
            hint=_("Letters are removed 30 days after they were written."),
        )


class LetterMoved(Correctable):
    """A letter can't be sent again from where it is."""

    def __init__(self, subject: str, state: str) -> None:
        super().__init__(
            _("'%(subject)s' is %(state)s; only what was given up can be sent again.")
            % {"subject": subject, "state": state},
            code="letter-moved",
            field="letter",
            hint=_("What waits or failed is sent by itself."),
        )


class HookUnknown(Correctable):
    """No webhook of the actor's organisation is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("There is no webhook '%(given)s' in your organisation.") % {"given": given},
            code="hook-unknown",
            field="hook",
            hint=_("The page Webhooks of the settings lists them."),
        )


class HookRefused(Correctable):
    """A value of a webhook can't be used."""

    def __init__(self, field: str, value: str, valid: str) -> None:
        super().__init__(
            _("The webhook's %(field)s is %(value)r; it must be %(valid)s.")
            % {"field": field, "value": value, "valid": valid},
            code="hook-refused",
            field=field,
        )


class NoMailbox(Correctable):
    """A person wants a mail, but has no address."""

    def __init__(self, person: str) -> None:
        super().__init__(
            _("%(person)s has no mail address, so no test can be sent there.") % {"person": person},
            code="no-mailbox",
            field="email",
            hint=_("Add an address to your account first."),
        )
