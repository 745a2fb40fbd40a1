"""What each role may do: one table, which every action and query asks and owners can read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from auscult.web.accounts.errors import NotAllowed, TokenTooNarrow
from auscult.web.accounts.models import Actor, Role


class Right(models.TextChoices):
    """Something that a role may do or not."""

    SEE_FIGURES = "see-figures", _("see figures, dashboards and briefs")
    READ_MENTIONS = "read-mentions", _("read and search mentions, with pseudonyms")
    REVEAL_AUTHORS = "reveal-authors", _("see who wrote a mention, with a reason")
    EXPORT = "export", _("take mentions and figures away as files")
    EXPORT_AUTHORS = "export-authors", _("take authors' names and accounts away as files")
    EDIT_WATCHES = "edit-watches", _("change watches, peers and what is listened to")
    EDIT_SOURCES = "edit-sources", _("connect, change and pause sources")
    REMOVE_SOURCES = "remove-sources", _("remove sources with their posts")
    FORGET = "forget", _("forget posts and authors for ever")
    HANDLE_ALERTS = "handle-alerts", _("acknowledge and snooze alerts")
    EDIT_ALERTS = "edit-alerts", _("change alert rules and where they are sent")
    EDIT_DASHBOARDS = "edit-dashboards", _("make, share and schedule dashboards")
    EDIT_PLAN = "edit-plan", _("change cycles, bets and tasks of the plan")
    CHECK_IN = "check-in", _("say how the plan goes, change tasks of one's own")
    DECIDE_ACCOUNTS = "decide-accounts", _("decide on requests for accounts of the house")
    SEE_COSTS = "see-costs", _("see rates, times and invoices behind the costs")
    EDIT_RETURNS = "edit-returns", _("record costs, outcomes and what they are compared with")
    EDIT_GOALS = "edit-goals", _("change priorities and objectives")
    USE_INTERFACES = "use-interfaces", _("make tokens and secret addresses for programs")
    EDIT_INTERFACES = "edit-interfaces", _("change webhooks of the house")
    MANAGE_PEOPLE = "manage-people", _("invite people, change roles, end sessions")
    MANAGE_HOUSE = "manage-house", _("change the organisation, its teams and sign-in rules")
    SET_RETENTION = "set-retention", _("decide how long data is kept")
    SEE_AUDIT = "see-audit", _("read, filter and export the audit trail")
    TAKE_OUT = "take-out", _("export everything, import it, back up")
    WORK = "work", _("record what sources bring, and other work that no person starts")


O, E, P, A, V, B, G = (  # noqa: E741 - columns of the table below
    Role.OWNER,
    Role.EDITOR,
    Role.APPROVER,
    Role.ANALYST,
    Role.PRIVACY,
    Role.AMBASSADOR,
    Role.GUEST,
)
IN_PLURAL = MappingProxyType(
    {
        O: _("owners"),
        E: _("editors"),
        P: _("approvers"),
        A: _("analysts"),
        V: _("privacy officers"),
        B: _("ambassadors"),
        G: _("guests"),
    }
)
# Who may what; work that no person starts (Role.SYSTEM) may everything.
TABLE: Mapping[Right, frozenset[Role]] = MappingProxyType(
    {
        Right.SEE_FIGURES: frozenset({O, E, P, A, V, B, G}),
        Right.READ_MENTIONS: frozenset({O, E, P, A, V}),
        Right.REVEAL_AUTHORS: frozenset({O, E, V}),
        Right.EXPORT: frozenset({O, E, A, V}),
        Right.EXPORT_AUTHORS: frozenset({O, V}),
        Right.EDIT_WATCHES: frozenset({O, E}),
        Right.EDIT_SOURCES: frozenset({O, E}),
        Right.REMOVE_SOURCES: frozenset({O}),
        Right.FORGET: frozenset({O, E, V}),
        Right.HANDLE_ALERTS: frozenset({O, E, P, A, V}),
        Right.EDIT_ALERTS: frozenset({O, E, A}),
        Right.EDIT_DASHBOARDS: frozenset({O, E, P, A, V}),
        Right.EDIT_PLAN: frozenset({O, E}),
        Right.CHECK_IN: frozenset({O, E, P, A, B}),
        Right.DECIDE_ACCOUNTS: frozenset({O, P}),
        Right.SEE_COSTS: frozenset({O, E, P, A}),
        Right.EDIT_RETURNS: frozenset({O, E, A}),
        Right.EDIT_GOALS: frozenset({O, E}),
        Right.USE_INTERFACES: frozenset({O, E, P, A, V}),
        Right.EDIT_INTERFACES: frozenset({O, E}),
        Right.MANAGE_PEOPLE: frozenset({O}),
        Right.MANAGE_HOUSE: frozenset({O}),
        Right.SET_RETENTION: frozenset({O, V}),
        Right.SEE_AUDIT: frozenset({O, V}),
        Right.TAKE_OUT: frozenset({O}),
        Right.WORK: frozenset({O, E}),
    }
)


def may(actor: Actor, right: Right) -> bool:
    """Return whether the actor has a right: her role's, and her token's where she uses one."""
    held = actor.role is Role.SYSTEM or actor.role in TABLE[right]
    return held and (actor.only is None or right in actor.only)


def require(actor: Actor, right: Right, action: str) -> None:
    """Raise NotAllowed unless the actor has the right; `action` completes "may not ..."."""
    if actor.role in TABLE[right] and not may(actor, right):
        raise TokenTooNarrow(action)
    if not may(actor, right):
        raise NotAllowed(str(actor.role.label), action, who_may(right))


def who_may(right: Right) -> str:
    """Return the roles with a right, in words: "owners and editors"."""
    *names, last = [str(IN_PLURAL[role]) for role in Role if role in TABLE[right]]
    if not names:
        return last
    return gettext("%(some)s and %(last)s") % {"some": ", ".join(names), "last": last}
