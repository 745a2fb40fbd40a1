"""Addresses of the room Returns; each part has its own list."""

from __future__ import annotations

from django.urls import include, path

app_name = "returns"

urlpatterns = [
    path("", include("auscult.web.returns.board_urls")),
    path("costs/", include("auscult.web.returns.cost_urls")),
    path("outcomes/", include("auscult.web.returns.outcome_urls")),
    path("links/", include("auscult.web.returns.link_urls")),
    path("files/", include("auscult.web.returns.intake_urls")),
    path("surveys/", include("auscult.web.returns.survey_urls")),
    path("figures/", include("auscult.web.returns.figure_urls")),
    path("studies/", include("auscult.web.returns.study_urls")),
]
