"""What can go wrong with people and their rights.

::

    Correctable
        NotAllowed      the actor's role doesn't reach that far
        TokenTooNarrow  the role would, but the token wasn't given that scope
        TokenUnknown    no token or secret address of this person has that number
        TokenRefused    a token like this can't be made
        NotAMember      the person doesn't belong to the organisation
        AlreadySetUp    the archive has its first owner
        PersonUnknown   the organisation has no such member, team or invitation
        PersonRefused   a member, team, invitation or organisation can't be like this
        LastOwner       an organisation keeps one owner at least
        InvitationOver  the invitation was used, withdrawn, or is too old
        SignInRefused   the house's rules of signing in say otherwise
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


class PersonUnknown(Correctable):
    """The organisation has no such member, team or invitation."""

    def __init__(self, kind: str, given: object) -> None:
        super().__init__(
            f"Your organisation has no {kind} {given}.",
            code="person-unknown",
            field=kind,
            hint="It may have been removed; look at the list again.",
        )


class PersonRefused(Correctable):
    """A member, a team, an invitation or an organisation can't be like this."""

    def __init__(self, field: str, given: object, valid: str, *, hint: str = "") -> None:
        super().__init__(
            f"{field} is {given!r}, but must be {valid}.",
            code="person-refused",
            field=field,
            hint=hint or "Change it and save again.",
        )


class LastOwner(Correctable):
    """Without an owner nobody could invite people or change rights any more."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"{person} is the last owner, and an organisation keeps one at least.",
            code="last-owner",
            field="role",
            hint="Make somebody else an owner first.",
        )


class InvitationOver(Correctable):
    """The invitation was used, withdrawn, replaced by a newer one, or is too old."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation was used, withdrawn, replaced by a newer one, or is too old.",
            code="invitation-over",
            field="invitation",
            hint="Ask the person who invited you to send it again.",
        )


class SignInRefused(Correctable):
    """The rules of the house say how its people sign in."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why, code="not-allowed", field="sign-in", hint=hint)
