"""Members, roles, teams and the organisation: changed by owners, and by them alone."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client

from auscult.web.accounts import people, people_actions, queries
from auscult.web.accounts.errors import LastOwner, NotAllowed, PersonRefused, PersonUnknown
from auscult.web.accounts.models import Actor, Membership, Organisation, Role, Team, User
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.accounts.teams import first_teams

pytestmark = pytest.mark.django_db
PASSWORD = "gravel lantern walrus pumice"


def member_of(actor: Actor) -> Membership:
    return Membership.objects.get(user__username=actor.name, organisation_id=actor.organisation_id)


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def last_action(actor: Actor) -> str:
    entry = queries.audit_entries(actor).order_by("-number").first()
    assert entry is not None
    return entry.action


def test_a_new_organisation_has_its_teams(owner: Actor, stranger: Actor) -> None:
    assert sorted(team.name for team in people.teams(owner)) == sorted(first_teams())
    assert not people.teams(owner) & people.teams(stranger)


def test_an_owner_changes_role_and_teams(owner: Actor, teammate: Actor) -> None:
    research = people.teams(owner).get(name="Research")

    people_actions.change_member(
        owner, member=member_of(teammate), role=Role.APPROVER, teams=[research]
    )

    changed = member_of(teammate)
    assert changed.role == Role.APPROVER
    assert list(changed.teams.all()) == [research]
    assert last_action(owner) == "change-member"


def test_teams_of_others_are_not_given(owner: Actor, teammate: Actor, stranger: Actor) -> None:
    theirs = people.teams(stranger)
    people_actions.change_member(
        owner, member=member_of(teammate), role=Role.EDITOR, teams=list(theirs)
    )
    assert not member_of(teammate).teams.exists()


@pytest.mark.parametrize("change", ["role", "remove"])
def test_the_last_owner_stays(owner: Actor, teammate: Actor, change: str) -> None:
    def go(member: Membership) -> None:
        if change == "role":
            people_actions.change_member(owner, member=member, role=Role.GUEST)
        else:
            people_actions.remove_member(owner, member=member)

    with pytest.raises(LastOwner, match="owner is the last owner, and an organisation keeps one"):
        go(member_of(owner))
    people_actions.change_member(owner, member=member_of(teammate), role=Role.OWNER)
    go(member_of(owner))
    assert Membership.objects.filter(role=Role.OWNER).count() == 1


def test_who_is_removed_is_signed_out_and_stays_out(owner: Actor, teammate: Actor) -> None:
    client = signed_in(teammate)
    assert client.get("/account/").status_code == 200
    assert UserSession.objects.filter(user__username=teammate.name).count() == 1

    people_actions.remove_member(owner, member=member_of(teammate))

    assert client.get("/account/")["Location"].startswith("/sign-in/")
    assert last_action(owner) == "remove-member"


def test_an_owner_ends_sessions_of_a_member_only(
    owner: Actor, teammate: Actor, onlooker: Actor
) -> None:
    theirs, others = [signed_in(teammate), signed_in(teammate)], signed_in(onlooker)
    for client in [*theirs, others]:
        client.get("/account/")

    answer = signed_in(owner).post(f"/people/{member_of(teammate).pk}/end-sessions/", follow=True)

    assert b"teammate: 2 sessions have ended." in answer.content
    assert [client.get("/account/").status_code for client in theirs] == [302, 302]
    assert others.get("/account/").status_code == 200


def test_an_owner_takes_a_lost_factor_away_once_she_has_shown_who_she_is(
    owner: Actor, teammate: Actor, onlooker: Actor, stranger: Actor
) -> None:
    hers = member_of(teammate)
    TOTP.activate(hers.user, generate_totp_secret())
    address = f"/people/{hers.pk}/remove-factors/"
    boss = member_of(owner).user
    boss.set_password(PASSWORD)
    boss.save()
    client, there = signed_in(owner), signed_in(teammate)
    assert there.get("/account/").status_code == 200
    assert address in client.get(f"/people/{hers.pk}/").content.decode()

    assert signed_in(onlooker).post(address).status_code == 403
    assert signed_in(stranger).post(address).status_code in {403, 404}
    assert client.post(address)["Location"].startswith("/account/reauthenticate/")
    assert Authenticator.objects.filter(user=hers.user).exists()
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD, "next": address})
    # allauth does what was asked, once it knows.
    assert answer["Location"] == "/people/"

    assert not Authenticator.objects.filter(user=hers.user).exists()
    assert there.get("/account/").status_code == 302
    assert last_action(owner) == "remove-factors"
    with pytest.raises(PersonRefused, match="must be somebody else than yourself"):
        people_actions.remove_factors(owner, member=member_of(owner))


def test_a_person_ends_one_of_her_sessions(owner: Actor, stranger: Actor) -> None:
    here, there, foreign = signed_in(owner), signed_in(owner), signed_in(stranger)
    for client in (here, there, foreign):
        client.get("/account/")
    number = UserSession.objects.get(session_key=there.session.session_key).pk
    assert foreign.post(f"/account/sessions/{number}/end/").status_code == 404

    answer = here.post(f"/account/sessions/{number}/end/", follow=True)

    assert b"That session has ended." in answer.content
    assert there.get("/account/").status_code == 302
    assert here.get("/account/sessions/").status_code == 200
    assert last_action(owner) == "end-session"


def test_teams_are_added_renamed_filled_and_removed(owner: Actor, teammate: Actor) -> None:
    client = signed_in(owner)
    client.post("/organisation/teams/add/", {"name": "Stroke unit"})
    team = Team.objects.get(name="Stroke unit")

    client.post(
        f"/organisation/teams/{team.pk}/",
        {"name": "Neurology", "members": [member_of(teammate).pk]},
    )

    team.refresh_from_db()
    assert team.name == "Neurology"
    assert list(team.memberships.all()) == [member_of(teammate)]
    again = client.post("/organisation/teams/add/", {"name": "neurology"})
    assert b"one that no other team has" in again.content
    client.post(f"/organisation/teams/{team.pk}/remove/")
    assert not Team.objects.filter(pk=team.pk).exists()
    assert member_of(teammate).role == Role.EDITOR


def test_members_of_others_join_no_team(owner: Actor, stranger: Actor) -> None:
    team = people.teams(owner)[0]
    with pytest.raises(PersonUnknown, match="has no member"):
        people_actions.set_team_members(owner, team=team, members=[member_of(stranger)])


def test_the_organisation_has_a_name_and_a_time_zone(owner: Actor, stranger: Actor) -> None:
    client = signed_in(owner)
    client.post("/organisation/", {"name": "Lakeside", "time_zone": "Europe/Berlin"})
    place = Organisation.objects.get(pk=owner.organisation_id)
    assert (place.name, place.time_zone) == ("Lakeside", "Europe/Berlin")
    assert last_action(owner) == "change-organisation"

    taken = client.post("/organisation/", {"name": "Hilltop Clinic", "time_zone": ""})
    assert b"one that no other organisation of this archive has" in taken.content
    with pytest.raises(PersonRefused, match=r"time_zone is 'Mars', but must be a time zone's name"):
        people_actions.change_organisation(owner, name="Lakeside", time_zone="Mars")


def test_only_owners_change_people(persons: dict[str, Actor]) -> None:
    target = member_of(persons["guest"])
    for name, actor in persons.items():
        if name == "owner":
            continue
        for go in (
            lambda: people_actions.change_member(actor, member=target, role=Role.OWNER),  # noqa: B023
            lambda: people_actions.remove_member(actor, member=target),  # noqa: B023
            lambda: people_actions.end_sessions(actor, member=target),  # noqa: B023
            lambda: people_actions.save_team(actor, name="New"),  # noqa: B023
            lambda: people_actions.change_organisation(actor, name="New", time_zone=""),  # noqa: B023
        ):
            with pytest.raises(NotAllowed, match="owners may"):
                go()


def test_owners_see_the_whole_table_and_others_their_column(persons: dict[str, Actor]) -> None:
    whole = signed_in(persons["owner"]).get("/people/policies/").content.decode()
    own = signed_in(persons["guest"]).get("/people/policies/").content.decode()

    assert whole.count('<th scope="row">') == len(TABLE) == len(Right)
    assert "privacy officer" in whole
    assert "privacy officer" not in own
    assert own.count('<th scope="row">') == len(TABLE)


def test_the_page_of_people_says_who_was_seen(owner: Actor, persons: dict[str, Actor]) -> None:
    signed_in(persons["guest"]).get("/account/")
    page: Any = signed_in(owner).get("/people/")
    seen = {one.user.get_username(): one.last_seen for one in page.context["members"]}
    assert seen["the-guest"] is not None
    assert seen["the-editor"] is None
