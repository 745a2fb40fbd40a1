"""Addresses of signing in and out, people, teams, the organisation, invitations and the trail."""

from __future__ import annotations

from django.urls import path

from auscult.web.accounts import (
    audit_views,
    invitation_views,
    people_views,
    tokens_views,
    views,
)

app_name = "accounts"

urlpatterns = [
    path("audit/", audit_views.trail, name="audit"),
    path("audit/file/", audit_views.take_along, name="audit-file"),
    path("programs/", tokens_views.programs, name="programs"),
    path("programs/tokens/<int:number>/revoke/", tokens_views.revoke_token, name="revoke-token"),
    path(
        "programs/addresses/<int:number>/revoke/",
        tokens_views.revoke_address,
        name="revoke-address",
    ),
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("account/", people_views.account, name="account"),
    path("account/second-factor-needed/", people_views.second_factor, name="second-factor"),
    path(
        "account/sessions/<int:number>/end/", people_views.end_own_session, name="end-own-session"
    ),
    path("people/", people_views.room, name="people"),
    path("people/policies/", people_views.policies, name="policies"),
    path("people/invite/", invitation_views.invite, name="invite"),
    path("people/invitations/<int:number>/resend/", invitation_views.resend, name="resend"),
    path("people/invitations/<int:number>/revoke/", invitation_views.revoke, name="revoke"),
    path("people/<int:number>/", people_views.member, name="member"),
    path("people/<int:number>/remove/", people_views.remove_member, name="remove-member"),
    path("people/<int:number>/end-sessions/", people_views.end_sessions, name="end-sessions"),
    path("people/<int:number>/remove-factors/", people_views.remove_factors, name="remove-factors"),
    path("organisation/", people_views.house, name="house"),
    path("organisation/teams/add/", people_views.add_team, name="add-team"),
    path("organisation/teams/<int:number>/", people_views.team, name="team"),
    path("organisation/teams/<int:number>/remove/", people_views.remove_team, name="remove-team"),
    path("invitation/<str:secret>/", invitation_views.join, name="join"),
]
