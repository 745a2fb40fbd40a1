"""What each role may do."""

from __future__ import annotations

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, Role

WRITERS = frozenset({Role.OWNER, Role.EDITOR, Role.SYSTEM})
OWNERS = frozenset({Role.OWNER, Role.SYSTEM})


def may_edit(actor: Actor) -> bool:
    """Return whether the actor may change what her organisation listens to."""
    return actor.role in WRITERS


def may_own(actor: Actor) -> bool:
    """Return whether the actor may decide for her organisation."""
    return actor.role in OWNERS


def require_editor(actor: Actor, action: str) -> None:
    """Raise NotAllowed unless the actor may edit; `action` completes "may not ..."."""
    if not may_edit(actor):
        raise NotAllowed(actor.role.value, action, "owners and editors")


def require_owner(actor: Actor, action: str) -> None:
    """Raise NotAllowed unless the actor is an owner; `action` completes "may not ..."."""
    if not may_own(actor):
        raise NotAllowed(actor.role.value, action, "owners")
