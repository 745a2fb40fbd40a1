"""Addresses of the room Plan; `?cycle=2` shows another cycle than the one that runs."""

from __future__ import annotations

from django.urls import include, path

from auscult.web.planning import editing_views, file_views, review_views, timeline_views, views

app_name = "planning"

urlpatterns = [
    path("", views.room, name="room"),
    path("board/", views.board, name="board"),
    path("timeline/", timeline_views.timeline, name="timeline"),
    path("calendar/", views.calendar, name="calendar"),
    path("people/", views.people, name="people"),
    path("functions/", views.functions, name="functions"),
    path("page/", views.page, name="page"),
    path("page/plan.pdf", file_views.printed, name="printed"),
    path("page/plan.json", file_views.as_json, name="as-json"),
    path("page/bets.csv", file_views.bets_as_csv, name="bets-as-csv"),
    path("page/tasks.csv", file_views.as_csv, name="as-csv"),
    path("versions/", views.versions, name="versions"),
    path("", include("auscult.web.planning.resource_urls")),
    path("lessons/", views.lessons, name="lessons"),
    path("digest/", review_views.subscribe, name="subscribe"),
    path("cycles/", views.cycles, name="cycles"),
    path("claims/", include("auscult.web.planning.claims_urls")),
    path("cycles/add/", editing_views.add_cycle, name="add-cycle"),
    path("cycles/<int:number>/change/", editing_views.change_cycle, name="change-cycle"),
    path("cycles/<int:number>/start/", editing_views.start_cycle, name="start-cycle"),
    path("cycles/<int:number>/close/", review_views.close_cycle, name="close-cycle"),
    path("cycles/<int:number>/review/<slug:kind>/", review_views.review, name="review"),
    path("cycles/<int:number>/lessons/add/", review_views.add_lesson, name="add-lesson"),
    path("cycles/<int:number>/bets/add/", editing_views.add_bet, name="add-bet"),
    path(
        "cycles/<int:number>/assumptions/add/", editing_views.add_assumption, name="add-assumption"
    ),
    path("assumptions/<int:number>/", editing_views.assumption, name="assumption"),
    path("assumptions/<int:number>/judge/", editing_views.judge_assumption, name="judge"),
    path("bets/<int:number>/", views.bet, name="bet"),
    path("bets/<int:number>/change/", editing_views.change_bet, name="change-bet"),
    path("bets/<int:number>/move/", editing_views.move_bet, name="move-bet"),
    path("bets/<int:number>/estimate/drop/", editing_views.drop_estimate, name="drop-estimate"),
    path("bets/<int:number>/check-in/", review_views.check_in, name="check-in"),
    path("bets/<int:number>/tasks/add/", editing_views.add_task, name="add-task"),
    path("tasks/<int:number>/", editing_views.task, name="task"),
    path("tasks/<int:number>/move/", editing_views.move_task, name="move-task"),
    path("tasks/<int:number>/shift/", timeline_views.shift_task, name="shift-task"),
    path("", include("auscult.web.planning.people_urls")),
]
