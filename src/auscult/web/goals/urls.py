"""Addresses of goals: the tree, priorities, objectives, readings, links, orphans, changes."""

from __future__ import annotations

from django.urls import path

from auscult.web.goals import link_views, objective_views, reading_views, source_views, views

app_name = "goals"

urlpatterns = [
    path("", views.room, name="room"),
    path("priorities/add/", views.add_priority, name="add-priority"),
    path("priorities/<int:number>/", views.priority, name="priority"),
    path("priorities/<int:number>/change/", views.change_priority, name="change-priority"),
    path("priorities/<int:number>/end/", views.end_priority, name="end-priority"),
    path("priorities/<int:number>/move/", views.move_priority, name="move-priority"),
    path("objectives/add/", objective_views.add_objective, name="add-objective"),
    path("objectives/<int:number>/", objective_views.objective, name="objective"),
    path(
        "objectives/<int:number>/change/", objective_views.change_objective, name="change-objective"
    ),
    path("objectives/<int:number>/close/", objective_views.close_objective, name="close-objective"),
    path(
        "objectives/<int:number>/reopen/", objective_views.reopen_objective, name="reopen-objective"
    ),
    path("objectives/<int:number>/readings/", objective_views.save_reading, name="save-reading"),
    path("objectives/<int:number>/readings/file/", reading_views.upload, name="upload"),
    path("readings/<int:number>/remove/", reading_views.remove_reading, name="remove-reading"),
    path("objectives/<int:number>/source/", source_views.source, name="source"),
    path("objectives/<int:number>/switch/", source_views.switch_asking, name="switch-asking"),
    path("objectives/<int:number>/links/", link_views.add_link, name="add-link"),
    path("links/<int:number>/remove/", link_views.remove_link, name="remove-link"),
    path("link/", link_views.link, name="link"),
    path("orphans/", link_views.orphans, name="orphans"),
    path("changes/", link_views.changes, name="changes"),
]
