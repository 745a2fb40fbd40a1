"""What can go wrong with people and their rights.

::

    Correctable
        NotAllowed      the actor's role doesn't reach that far
        TokenTooNarrow  the role would, but the token wasn't given that scope
        TokenUnknown    no token or secret address of this person has that number
        TokenRefused    a token like this can't be made
        NotAMember      the person doesn't belong to the organisation
        AlreadySetUp    the archive has its first owner
"""

from __future__ import annotations

from auscult.engine.kernel.errors import Correctable


class NotAllowed(Correctable):
    """The actor's role doesn't allow an action."""

    def __init__(self, role: str, action: str, allowed: str) -> None:
        super().__init__(
            f"Your role, {role}, may not {action}; {allowed} may.",
            code="not-allowed",
            field="role",
            hint="Ask an owner of your organisation.",
        )


class TokenTooNarrow(Correctable):
    """The person may, but not by this token."""

    def __init__(self, action: str) -> None:
        super().__init__(
            f"This token may not {action}.",
            code="token-too-narrow",
            field="token",
            hint="Make a token with the scope for it; GET /api/v1/scopes says which scope it is.",
        )


class TokenUnknown(Correctable):
    """No token or secret address of the actor is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            f"You have no token and no secret address '{given}'.",
            code="token-unknown",
            field="token",
            hint="The page Programs lists what you made.",
        )


class TokenRefused(Correctable):
    """A token's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            f"{field} is {value!r}, but must be {valid}.",
            code="token-refused",
            field=field,
            hint="Change it and try again.",
        )


class NotAMember(Correctable):
    """A person asks for an organisation that she doesn't belong to."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person} belongs to no such organisation.",
            code="not-a-member",
            field="organisation",
            hint="Ask an owner of the organisation for an invitation.",
        )


class AlreadySetUp(Correctable):
    """The first owner was made before."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"This archive already belongs to the organisation '{name}'.",
            code="already-set-up",
            field="organisation",
            hint="Sign in as one of its owners.",
        )
