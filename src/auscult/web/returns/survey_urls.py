"""Addresses of the room Returns: surveys."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import survey_views as views

urlpatterns = [
    path("", views.surveys, name="surveys"),
    path("add/", views.add_survey, name="add-survey"),
    path("<int:number>/", views.survey, name="survey"),
    path("<int:number>/change/", views.change_survey, name="change-survey"),
    path("<int:number>/answers/", views.answers, name="survey-answers"),
    path("<int:number>/shares.csv", views.shares_as_csv, name="survey-csv"),
    path("<int:number>/answers.csv", views.answers_as_csv, name="survey-answers-csv"),
]
