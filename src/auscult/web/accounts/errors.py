"""What can go wrong with people and their rights.

::

    Correctable
        NotAllowed      the actor's role doesn't reach that far
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
