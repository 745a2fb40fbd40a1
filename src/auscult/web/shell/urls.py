"""Addresses: one line for each application."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from auscult.web.shell import probes, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("auscult.web.accounts.urls")),
    path("language/", login_not_required(set_language), name="language"),
    path("listening/", include("auscult.web.listening.urls")),
    path("go/", views.go, name="go"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("design/", views.design, name="design"),
    path("lakeside/leave/", views.leave_lakeside, name="leave-lakeside"),
    path("sources/", include("auscult.web.sources.urls")),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.figures, name="metrics"),
]
