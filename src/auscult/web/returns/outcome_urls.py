"""Addresses of the room Returns: outcomes, the house's website, and ways here."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import kind_views, outcome_views, path_views, site_views

urlpatterns = [
    path("", outcome_views.outcomes, name="outcomes"),
    path("add/", outcome_views.add_outcome, name="add-outcome"),
    path("<int:number>/remove/", outcome_views.remove_outcome, name="remove-outcome"),
    path("kinds/add/", kind_views.add_kind, name="add-kind"),
    path("kinds/<int:number>/", kind_views.kind, name="kind"),
    path("kinds/<int:number>/change/", kind_views.change_kind, name="change-kind"),
    path("kinds/<int:number>/remove/", kind_views.remove_kind, name="remove-kind"),
    path("kinds/<int:number>/worth/", kind_views.add_worth, name="add-worth"),
    path("worths/<int:number>/remove/", kind_views.remove_worth, name="remove-worth"),
    path("site/", site_views.site, name="site"),
    path("site/websites/", site_views.save_sites, name="save-sites"),
    path("site/key/", site_views.renew_key, name="renew-key"),
    path("paths/", path_views.paths, name="paths"),
    path("paths/rule/", path_views.choose_rule, name="choose-rule"),
]
