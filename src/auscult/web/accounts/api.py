"""API: who one is, what tokens may do, people, and the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Field, Query, Router, Schema

from auscult.web.accounts import queries
from auscult.web.accounts.interfaces import ApiRequest, Cursor, Limit, Listed, Moment, Text, listed
from auscult.web.accounts.models import AuditEntry, Membership, Organisation
from auscult.web.accounts.policies import Right, may, require
from auscult.web.accounts.tokens import REACH, Scope

router = Router()


class Me(Schema):
    """Who asks, and what she may."""

    name: str
    role: str
    organisation: str
    rights: list[str] = Field(description="What the role allows, and the token where one is used.")
    token: str | None = Field(None, description="The first characters of the token.")
    scopes: list[str] | None = None
    expires_at: datetime | None = None


class ScopeShown(Schema):
    """What a token can be made for."""

    scope: str
    about: str
    rights: list[str]


class Person(Schema):
    """A member of the organisation."""

    id: int
    name: str
    email: str
    role: str


class Entry(Schema):
    """One row of the audit trail; its digest covers it and the digest before."""

    number: int
    at: datetime
    actor: str
    action: str
    target: str
    details: dict[str, Any]
    digest: str


@router.get("/me", response=Me, operation_id="me", summary="Say who asks", tags=["you"])
def me(request: ApiRequest) -> dict[str, Any]:
    """Tells the name, the role and the rights of who asks; of a token, its scopes as well."""
    actor, token = request.actor, request.token
    return {
        "name": actor.name,
        "role": actor.role.value,
        "organisation": Organisation.objects.get(pk=actor.organisation_id).name,
        "rights": [right.value for right in Right if may(actor, right)],
        "token": token.prefix if token else None,
        "scopes": token.scopes if token else None,
        "expires_at": token.expires_at if token else None,
    }


@router.get(
    "/scopes",
    response=Listed[ScopeShown],
    operation_id="scopes",
    summary="List the scopes of tokens",
    tags=["you"],
)
def scopes(request: ApiRequest) -> dict[str, Any]:
    """Tells which rights each scope opens. A token never opens more than its person's role."""
    shown = [
        {
            "scope": scope.value,
            "about": str(scope.label),
            "rights": [right.value for right in Right if right in REACH[scope]],
        }
        for scope in Scope
    ]
    return {"items": shown}


@router.get(
    "/people",
    response=Listed[Person],
    operation_id="people",
    summary="List the people",
    tags=["people"],
)
def people(request: ApiRequest, limit: Limit = 50, cursor: Cursor = None) -> dict[str, Any]:
    """Lists the members of the organisation with their roles."""
    require(request.actor, Right.MANAGE_PEOPLE, "see who belongs to the organisation")
    rows = Membership.objects.filter(organisation_id=request.actor.organisation_id)
    return listed(
        rows.select_related("user"), kind="person", cursor=cursor, limit=limit, show=_person
    )


def _person(row: Membership) -> dict[str, Any]:
    user = row.user
    return {"id": user.pk, "name": user.get_username(), "email": user.email, "role": row.role}


@router.get(
    "/audit",
    response=Listed[Entry],
    operation_id="audit",
    summary="Read the audit trail",
    tags=["audit"],
)
def audit(
    request: ApiRequest,
    action: Annotated[Text | None, Query(max_length=50, description="As `save-watch`.")] = None,
    since: Annotated[Moment | None, Query(description="From this moment.")] = None,
    until: Annotated[Moment | None, Query(description="Before this moment.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Lists who did what, newest first. Reading it by a program isn't written down again."""
    require(request.actor, Right.SEE_AUDIT, "read the audit trail")
    rows = queries.audit_entries(request.actor)
    if action is not None:
        rows = rows.filter(action=action)
    if since is not None:
        rows = rows.filter(at__gte=since)
    if until is not None:
        rows = rows.filter(at__lt=until)
    return listed(rows, kind="audit", cursor=cursor, limit=limit, show=_entry, newest_first=True)


def _entry(row: AuditEntry) -> dict[str, Any]:
    return {name: getattr(row, name) for name in Entry.model_fields}
