"""Addresses of Purists' corner, under `/plan/claims/`."""

from __future__ import annotations

from django.urls import path

from auscult.web.planning import claims_trial_views, claims_views

urlpatterns = [
    path("", claims_views.claims, name="claims"),
    path("add/<slug:kind>/", claims_views.add_claim, name="add-claim"),
    path("<int:number>/", claims_views.claim, name="claim"),
    path("<int:number>/move/", claims_views.move_claim, name="move-claim"),
    path("<int:number>/remove/", claims_views.remove_claim, name="remove-claim"),
    path("<int:number>/draw/", claims_trial_views.draw_trial, name="draw-trial"),
    path("trials/<int:number>/", claims_trial_views.trial, name="trial"),
    path("trials/<int:number>/stop/", claims_trial_views.stop_trial, name="stop-trial"),
    path("trials/<int:number>/days.csv", claims_trial_views.as_csv, name="trial-csv"),
    path("trials/<int:number>/days.ics", claims_trial_views.as_ical, name="trial-ical"),
]
