"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from auscult.web.accounts import audit_views, tokens_views, views

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
]
