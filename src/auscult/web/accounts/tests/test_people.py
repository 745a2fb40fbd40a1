"""Persons, their rights, and the record of what they did."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from auscult.web.accounts import policies, queries
from auscult.web.accounts.actions import add_member, first_owner, record_audit
from auscult.web.accounts.errors import AlreadySetUp, NotAllowed, NotAMember
from auscult.web.accounts.models import Actor, AuditEntry, Membership, Organisation, Role, User

pytestmark = pytest.mark.django_db


def test_the_first_owner_founds_the_organisation(owner: Actor) -> None:
    assert owner.role is Role.OWNER
    assert Organisation.objects.get().name == "Lakeside Hospital"
    assert not User.objects.get().has_usable_password()
    assert [entry.action for entry in queries.audit_entries(owner)] == ["found-organisation"]


def test_an_archive_has_one_first_owner(owner: Actor) -> None:
    with pytest.raises(AlreadySetUp, match="already belongs to the organisation 'Lakeside Hosp"):
        first_owner(organisation="Other", username="other")


def test_an_owner_invites_and_changes_roles(owner: Actor) -> None:
    add_member(owner, username="kim", role=Role.ANALYST)
    user = add_member(owner, username="kim", role=Role.EDITOR)
    assert queries.actor_for(user).role is Role.EDITOR
    assert Membership.objects.filter(user=user).count() == 1


def test_a_teammate_may_edit_but_not_invite(teammate: Actor) -> None:
    policies.require(teammate, policies.Right.EDIT_WATCHES, "change watches")
    with pytest.raises(NotAllowed, match="Your role, editor, may not invite people; owners may"):
        add_member(teammate, username="kim")


def test_an_onlooker_may_only_look(onlooker: Actor) -> None:
    assert not policies.may(onlooker, policies.Right.EDIT_WATCHES)
    with pytest.raises(NotAllowed, match="owners and editors may"):
        policies.require(onlooker, policies.Right.EDIT_WATCHES, "change watches")


def test_a_stranger_gets_no_actor_and_no_audit_entries(owner: Actor, stranger: Actor) -> None:
    user = User.objects.get(username="stranger")
    with pytest.raises(NotAMember, match="stranger belongs to no such organisation"):
        queries.actor_for(user, owner.organisation_id)
    entries = queries.audit_entries(stranger)
    assert {entry.organisation_id for entry in entries} == {stranger.organisation_id}


def test_work_without_a_person_acts_as_the_system(owner: Actor) -> None:
    listener = queries.system_actor(owner.organisation_id, "listener")
    assert policies.may(listener, policies.Right.WORK)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            organisation_id=owner.organisation_id,
            user=User.objects.create_user(username="robot"),
            role=Role.SYSTEM,
        )


def test_the_record_only_grows(owner: Actor) -> None:
    entry = record_audit(owner, action="look", target="x" * 300, details={"a": 1})
    assert len(AuditEntry.objects.get(pk=entry.pk).target) == 200
    entry.action = "other"
    for change in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="other"),
    ):
        with pytest.raises(TypeError, match="audit entries are never"):
            change()
    assert str(entry).startswith("2026-11-20 12:00 owner: other")
