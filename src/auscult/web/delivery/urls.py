"""Addresses of the outbox and of webhooks, among the settings."""

from __future__ import annotations

from django.urls import path

from auscult.web.delivery import views

app_name = "delivery"

urlpatterns = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/test/", views.test_mail, name="test-mail"),
    path("outbox/<int:number>/again/", views.again, name="again"),
    path("webhooks/", views.hooks, name="hooks"),
    path("webhooks/add/", views.add_hook, name="add-hook"),
    path("webhooks/<int:number>/", views.change_hook, name="hook"),
    path("webhooks/<int:number>/switch/", views.switch_hook, name="switch-hook"),
    path("webhooks/<int:number>/test/", views.test_hook, name="test-hook"),
    path("webhooks/<int:number>/remove/", views.remove_hook, name="remove-hook"),
]
