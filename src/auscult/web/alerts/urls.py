"""Addresses of alerts: the list, an alert, the rules, quiet hours and the feed."""

from __future__ import annotations

from django.urls import path

from auscult.web.alerts import rule_views, views

app_name = "alerts"

urlpatterns = [
    path("", views.room, name="room"),
    path("<int:number>/", views.alert, name="alert"),
    path("<int:number>/acknowledge/", views.acknowledge, name="acknowledge"),
    path("<int:number>/snooze/", views.snooze, name="snooze"),
    path("feed/", views.make_feed, name="make-feed"),
    path("feed/<str:secret>/", views.feed, name="feed"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/add/", rule_views.add_rule, name="add-rule"),
    path("rules/<int:number>/", rule_views.change_rule, name="rule"),
    path("rules/<int:number>/switch/", rule_views.switch_rule, name="switch-rule"),
    path("rules/<int:number>/remove/", rule_views.remove_rule, name="remove-rule"),
    path("quiet-hours/", rule_views.quiet_hours, name="quiet-hours"),
]
