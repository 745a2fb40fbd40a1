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

from django.utils.translation import gettext as _

from auscult.engine.kernel.errors import Correctable


class NotAllowed(Correctable):
    """The actor's role doesn't allow an action."""

    def __init__(self, role: str, action: str, allowed: str) -> None:
        super().__init__(
            _("Your role, %(role)s, may not %(action)s; %(allowed)s may.")
            % {"role": role, "action": _(action), "allowed": allowed},
            code="not-allowed",
            field="role",
            hint=_("Ask an owner of your organisation."),
        )


class TokenTooNarrow(Correctable):
    """The person may, but not by this token."""

    def __init__(self, action: str) -> None:
        super().__init__(
            _("This token may not %(action)s.") % {"action": _(action)},
            code="token-too-narrow",
            field="token",
            hint=_(
                "Make a token with the scope for it; GET /api/v1/scopes says which scope it is."
            ),
        )


class TokenUnknown(Correctable):
    """No token or secret address of the actor is the one asked for."""

    def __init__(self, given: object) -> None:
        super().__init__(
            _("You have no token and no secret address '%(given)s'.") % {"given": given},
            code="token-unknown",
            field="token",
            hint=_("The page Programs lists what you made."),
        )


class TokenRefused(Correctable):
    """A token's value lies outside what is possible."""

    def __init__(self, field: str, value: object, valid: str) -> None:
        super().__init__(
            _("%(field)s is %(value)r, but must be %(valid)s.")
            % {"field": field, "value": value, "valid": _(valid)},
            code="token-refused",
            field=field,
            hint=_("Change it and try again."),
        )


class NotAMember(Correctable):
    """A person asks for an organisation that she doesn't belong to."""

    def __init__(self, person: str) -> None:
        super().__init__(
            _("%(person)s belongs to no such organisation.") % {"person": person},
            code="not-a-member",
            field="organisation",
            hint=_("Ask an owner of the organisation for an invitation."),
        )


class AlreadySetUp(Correctable):
    """The first owner was made before."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("This archive already belongs to the organisation '%(name)s'.") % {"name": name},
            code="already-set-up",
            field="organisation",
            hint=_("Sign in as one of its owners."),
        )


class PersonUnknown(Correctable):
    """The organisation has no such member, team or invitation."""

    def __init__(self, kind: str, given: object) -> None:
        super().__init__(
            _("Your organisation has no %(kind)s %(given)s.") % {"kind": _(kind), "given": given},
            code="person-unknown",
            field=kind,
            hint=_("It may have been removed; look at the list again."),
        )


class PersonRefused(Correctable):
    """A member, a team, an invitation or an organisation can't be like this."""

    def __init__(self, field: str, given: object, valid: str, *, hint: str = "") -> None:
        super().__init__(
            _("%(field)s is %(given)r, but must be %(valid)s.")
            % {"field": field, "given": given, "valid": _(valid)},
            code="person-refused",
            field=field,
            hint=hint or _("Change it and save again."),
        )


class LastOwner(Correctable):
    """Without an owner nobody could invite people or change rights any more."""

    def __init__(self, person: str) -> None:
        super().__init__(
            _("%(person)s is the last owner, and an organisation keeps one at least.")
            % {"person": person},
            code="last-owner",
            field="role",
            hint=_("Make somebody else an owner first."),
        )


class InvitationOver(Correctable):
    """The invitation was used, withdrawn, replaced by a newer one, or is too old."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation was used, withdrawn, replaced by a newer one, or is too old."),
            code="invitation-over",
            field="invitation",
            hint=_("Ask the person who invited you to send it again."),
        )


class SignInRefused(Correctable):
    """The rules of the house say how its people sign in."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why, code="not-allowed", field="sign-in", hint=hint)
