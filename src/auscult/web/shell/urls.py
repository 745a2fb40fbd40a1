"""Addresses: one line for each application."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from auscult.web.returns.link_follow import follow
from auscult.web.returns.site_receiving import conversions
from auscult.web.shell import api_document, calendar, probes, retention_views, set_up_views, views
from auscult.web.shell.api import guarded_patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("auscult.web.accounts.urls")),
    path("", include("auscult.web.accounts.allauth_urls")),
    path("language/", login_not_required(set_language), name="language"),
    path("settings/", include("auscult.web.delivery.urls")),
    path("plan/", include("auscult.web.planning.urls")),
    path("returns/", include("auscult.web.returns.urls")),
    path("l/<slug:slug>", follow, name="follow"),
    path("conversions/<slug:key>/", conversions, name="conversions"),
    path("alerts/", include("auscult.web.alerts.urls")),
    path("briefs/", include("auscult.web.briefs.urls")),
    path("dashboards/", include("auscult.web.dashboards.urls")),
    path("goals/", include("auscult.web.goals.urls")),
    path("listening/", include("auscult.web.listening.urls")),
    path("go/", views.go, name="go"),
    path("shortcuts/", views.shortcuts, name="shortcuts"),
    path("design/", views.design, name="design"),
    path("set-up/", set_up_views.overview_page, name="set-up"),
    path("set-up/proposals/", set_up_views.proposals, name="set-up-proposals"),
    path("set-up/end/", set_up_views.end, name="end-set-up"),
    path("set-up/<slug:step>/", set_up_views.step_page, name="set-up-step"),
    path("retention/", retention_views.keeping, name="retention"),
    path("lakeside/leave/", views.leave_lakeside, name="leave-lakeside"),
    path("calendar/", calendar.make_calendar, name="make-calendar"),
    path("calendar/<str:secret>/auscult.ics", calendar.calendar, name="calendar"),
    path("api/", api_document.page, name="api"),
    path("api/v1/openapi.json", api_document.openapi, name="openapi"),
    path("api/v1/", include((guarded_patterns(), "api"))),
    path("sources/", include("auscult.web.sources.urls")),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.figures, name="metrics"),
]
