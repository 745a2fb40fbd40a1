"""Addresses of the room Returns: what it cost."""

from __future__ import annotations

from django.urls import path

from auscult.web.returns import cost_views, exchange_views, rate_views, time_views

urlpatterns = [
    path("", cost_views.costs, name="costs"),
    path("add/", cost_views.add_charge, name="add-charge"),
    path("<int:number>/", cost_views.charge, name="charge"),
    path("charges.csv", cost_views.charges_as_csv, name="charges-as-csv"),
    path("read-in/", cost_views.read_charges, name="read-charges"),
    path("time/", time_views.time, name="time"),
    path("time/add/", time_views.add_time, name="add-time"),
    path("time/<int:number>/", time_views.row, name="time-row"),
    path("time/timer/start/", time_views.start_timer, name="start-timer"),
    path("time/timer/stop/", time_views.stop_timer, name="stop-timer"),
    path("time/time.csv", time_views.times_as_csv, name="times-as-csv"),
    path("time/read-in/", time_views.read_times, name="read-times"),
    path("rates/", rate_views.rates, name="rates"),
    path("rates/roles/add/", rate_views.add_role, name="add-role"),
    path("rates/roles/<int:number>/", rate_views.role, name="role"),
    path("rates/add/", rate_views.add_rate, name="add-rate"),
    path("rates/<int:number>/", rate_views.rate, name="rate"),
    path("rates/people/", rate_views.workers, name="workers"),
    path("exchange/", exchange_views.exchange, name="exchange"),
    path("exchange/currency/", exchange_views.currency, name="currency"),
    path("exchange/add/", exchange_views.add_rate, name="add-exchange"),
    path("exchange/<int:number>/", exchange_views.rate, name="exchange-rate"),
]
