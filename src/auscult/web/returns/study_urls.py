"""Addresses of the room Returns: studies."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import mix_views
from auscult.web.returns import study_views as views

urlpatterns = [
    path("", views.studies, name="studies"),
    path("ask/", views.ways, name="study-ways"),
    path("ask/mix/", mix_views.begin, name="ask-mix"),
    path("ask/<slug:method>/", views.ask, name="ask-study"),
    path("<int:number>/", views.study, name="study"),
    path("<int:number>/bring/", views.bring, name="bring-study"),
    path("<int:number>/channels/", mix_views.channels, name="mix-channels"),
    path("<int:number>/channels/<int:channel>/use/", mix_views.use, name="use-in-plan"),
    path("<int:number>/again/", views.again, name="study-again"),
    path("<int:number>/remove/", views.remove, name="remove-study"),
    path("<int:number>/data.parquet", views.as_parquet, name="study-parquet"),
    path("<int:number>/data.csv", views.as_csv, name="study-csv"),
    path("<int:number>/again.ipynb", views.as_notebook, name="study-notebook"),
]
