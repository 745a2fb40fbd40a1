"""Addresses of sources."""

from __future__ import annotations

from django.urls import path

from auscult.web.sources import views

app_name = "sources"

urlpatterns = [
    path("", views.room, name="room"),
    path("connect/", views.connect, name="connect"),
    path("connect/<slug:kind>/", views.add, name="add"),
    path("connect/<slug:kind>/sign-in/", views.sign_in, name="sign-in"),
    path("connect/<slug:kind>/code/", views.take_code, name="code"),
    path("connect/<slug:kind>/accept/", views.accept, name="accept"),
    path("feeds/", views.take_list, name="take-list"),
    path("feeds.opml", views.give_list, name="give-list"),
    path("<int:number>/", views.source, name="source"),
    path("<int:number>/now/", views.now, name="now"),
    path("<int:number>/change/", views.change, name="change"),
    path("<int:number>/pause/", views.move, {"how": "pause"}, name="pause"),
    path("<int:number>/resume/", views.move, {"how": "resume"}, name="resume"),
]
