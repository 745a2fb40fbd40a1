"""Addresses of dashboards; `overview` stands for the ready-made one, a number for another."""

from __future__ import annotations

from django.urls import path

from auscult.web.dashboards import comparing_views, editing_views, views

app_name = "dashboards"

urlpatterns = [
    path("", views.dashboards, name="dashboards"),
    path("add/", editing_views.add, name="add"),
    path("<slug:which>/", views.dashboard, name="dashboard"),
    path("<slug:which>/compare/", comparing_views.compare, name="compare"),
    path("<slug:which>/pdf/", views.printed, name="printed"),
    path("<slug:which>/change/", editing_views.change, name="change"),
    path("<slug:which>/remove/", editing_views.remove, name="remove"),
    path("<slug:which>/mail/", editing_views.schedules, name="schedules"),
    path(
        "<slug:which>/mail/<int:number>/remove/",
        editing_views.remove_schedule,
        name="remove-schedule",
    ),
    path("<slug:which>/<slug:name>.csv", views.table, name="table"),
    path("<slug:which>/<slug:name>.<slug:form>", views.picture, name="picture"),
]
