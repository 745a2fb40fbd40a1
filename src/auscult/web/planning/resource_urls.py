"""Addresses of what a house has, and of what more could bring: a part of `urls.py`."""

from __future__ import annotations

from django.urls import path

from auscult.web.planning import outlook_views, resource_views

urlpatterns = [
    path("have/", resource_views.have, name="have"),
    path("have/skills/add/", resource_views.add_skill, name="add-skill"),
    path("have/skills/<int:number>/", resource_views.skill, name="skill"),
    path("have/hours/add/", resource_views.add_capacity, name="add-capacity"),
    path("have/hours/<int:number>/", resource_views.capacity, name="capacity"),
    path("have/absences/add/", resource_views.add_absence, name="add-absence"),
    path("have/absences/<int:number>/", resource_views.absence, name="absence"),
    path("have/assets/add/", resource_views.add_asset, name="add-asset"),
    path("have/assets/<int:number>/", resource_views.asset, name="asset"),
    path("more/", outlook_views.more, name="more"),
    path("more/ask/", outlook_views.ask, name="ask-planner"),
    path("more/leaders/", outlook_views.leaders, name="leaders"),
    path("more/leaders/ask.pdf", outlook_views.leaders_printed, name="leaders-printed"),
]
