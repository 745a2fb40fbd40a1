"""Addresses of the room Returns: short links."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import link_views

urlpatterns = [
    path("", link_views.links, name="links"),
    path("add/", link_views.add_link, name="add-link"),
    path("<int:number>/", link_views.link, name="link"),
    path("<int:number>/change/", link_views.change_link, name="change-link"),
    path("<int:number>/end/", link_views.end_link, name="end-link"),
]
