"""Addresses of the room Returns: figures, other ways, reach."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import comparing_views, exposure_views, figure_views

urlpatterns = [
    path("", figure_views.figures, name="figures"),
    path("ways/", comparing_views.comparators, name="comparators"),
    path("ways/add/", comparing_views.add_comparator, name="add-comparator"),
    path("ways/<int:number>/", comparing_views.comparator, name="comparator"),
    path("ways/ways.csv", comparing_views.comparators_as_csv, name="comparators-as-csv"),
    path("ways/read-in/", comparing_views.read_comparators, name="read-comparators"),
    path("reach/", exposure_views.exposure, name="exposure"),
    path("reach/add/", exposure_views.add_equivalency, name="add-equivalency"),
    path("reach/<int:number>/", exposure_views.equivalency, name="equivalency"),
]
