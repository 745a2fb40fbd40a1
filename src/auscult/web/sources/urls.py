"""Addresses of sources."""

from __future__ import annotations

from django.urls import path

from auscult.web.sources import views

app_name = "sources"

urlpatterns = [
    path("<int:number>/", views.source, name="source"),
]
