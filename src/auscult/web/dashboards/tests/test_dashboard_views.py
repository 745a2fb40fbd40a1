"""Every page of dashboards, for each role, a stranger and nobody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.models import AuditEntry, User
from auscult.web.dashboards.actions import add_schedule, save_dashboard
from auscult.web.dashboards.content import PANELS, Content
from auscult.web.dashboards.models import Dashboard, Rhythm, Schedule
from auscult.web.listening.actions import save_watch
from auscult.web.listening.queries import pseudonym

pytestmark = pytest.mark.django_db

PAGES = [
    "/dashboards/",
    "/dashboards/overview/",
    "/dashboards/overview/?range=7d",
    "/dashboards/overview/?since=2026-11-01&until=2026-11-20",
    "/dashboards/overview/compare/",
    "/dashboards/{shared}/",
    "/dashboards/{shared}/compare/?other_since=2026-11-01&other_until=2026-11-02",
    "/dashboards/{shared}/volume.svg?theme=dark",
]
FILES = ["/dashboards/{shared}/authors.csv", "/dashboards/{shared}/volume.csv"]
FORMS = [
    "/dashboards/add/",
    "/dashboards/{shared}/change/",
    "/dashboards/{shared}/remove/",
    "/dashboards/{shared}/mail/",
]


def signed_in(actor: Any) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


@pytest.fixture
def shared(owner: Any, watch: Any) -> Dashboard:
    return save_dashboard(owner, name="Ours", shared=True, content=Content().as_data())


@pytest.fixture
def filled(watch: Any, record: Callable[..., Any], post: Any) -> None:
    record(
        *(
            post(number, hashtags=["care"], links=["https://news.example/a"])
            for number in range(1, 9)
        )
    )


@pytest.fixture
def address(shared: Dashboard) -> Callable[[str], str]:
    return lambda page: page.format(shared=shared.pk)


@pytest.mark.parametrize("page", PAGES)
def test_everybody_of_the_house_sees_figures(
    persons: dict[str, Any], page: str, address: Callable[[str], str], filled: None
) -> None:
    for person in persons.values():
        answer = signed_in(person).get(address(page))

        assert answer.status_code == 200, person.role
        assert "default-src 'none'" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("page", FILES)
def test_files_are_for_those_who_may_export_and_are_written_down(
    persons: dict[str, Any], page: str, address: Callable[[str], str], filled: None
) -> None:
    for role, person in persons.items():
        before = AuditEntry.objects.filter(action="export-figures").count()
        answer = signed_in(person).get(address(page))

        may = role in {"owner", "editor", "analyst", "privacy"}
        assert answer.status_code == (200 if may else 403), role
        assert AuditEntry.objects.filter(action="export-figures").count() == before + may


@pytest.mark.parametrize("page", FORMS)
def test_forms_are_for_those_who_may_edit_dashboards(
    persons: dict[str, Any], page: str, address: Callable[[str], str]
) -> None:
    for role, person in persons.items():
        answer = signed_in(person).get(address(page))

        may = {"owner", "editor", "approver", "analyst", "privacy"}
        assert answer.status_code == (200 if role in may else 403), role


@pytest.mark.parametrize("page", [*PAGES, *FILES, *FORMS])
def test_a_stranger_sees_nothing_of_it(
    stranger: Any, page: str, address: Callable[[str], str], filled: None
) -> None:
    answer = signed_in(stranger).get(address(page))

    assert answer.status_code == (404 if "{" in page else 200)
    assert b"Ours" not in answer.content
    assert b"care" not in answer.content


@pytest.mark.parametrize("page", [*PAGES, *FILES, *FORMS])
def test_nobody_is_asked_to_sign_in(page: str, address: Callable[[str], str]) -> None:
    answer = Client().get(address(page))

    assert answer.status_code == 302
    assert "sign-in" in answer["Location"] or "login" in answer["Location"]


def test_a_dashboard_that_is_not_shared_is_its_makers(
    owner: Any, teammate: Any, watch: Any
) -> None:
    mine = save_dashboard(teammate, name="Mine", shared=False, content=Content().as_data())
    page = f"/dashboards/{mine.pk}/"

    assert signed_in(teammate).get(page).status_code == 200
    assert signed_in(owner).get(page).status_code == 404
    assert b"Mine" not in signed_in(owner).get("/dashboards/").content


def test_the_page_shows_figures_with_tables_and_pseudonyms(owner: Any, filled: None) -> None:
    page = signed_in(owner).get("/dashboards/overview/?range=7d").content.decode()

    assert "8 mentions" in page
    assert "#care" in page
    assert "news.example" in page
    assert pseudonym(owner.organisation_id, "person1") in page
    assert "person1" not in page
    assert page.count("<picture>") >= 8


def test_a_dashboard_is_made_changed_and_removed_by_forms(owner: Any, watch: Any) -> None:
    rival = save_watch(owner, name="Hilltop", query="hilltop")
    client = signed_in(owner)
    given = {
        "name": "Flu season",
        "shared": "on",
        "range": "90d",
        "watches": [watch.pk],
        "rivals": [rival.pk],
        "panels": ["share", "volume"],
    }

    client.post("/dashboards/add/", given)
    made = Dashboard.objects.get()
    assert made.content == {
        "watches": [watch.pk],
        "rivals": [rival.pk],
        "panels": ["volume", "share"],
        "range": "90d",
    }
    page = client.get(f"/dashboards/{made.pk}/").content.decode()
    assert "Hilltop" in page
    client.post(f"/dashboards/{made.pk}/change/", {**given, "name": "Season"})
    made.refresh_from_db()
    assert made.name == "Season"
    refused = client.post("/dashboards/add/", {**given, "rivals": [watch.pk], "name": "x"})
    assert b"not both" in refused.content
    client.post(f"/dashboards/{made.pk}/remove/")
    assert not Dashboard.objects.exists()


def test_a_mail_is_planned_and_stopped_by_forms(
    owner: Any, teammate: Any, shared: Dashboard
) -> None:
    User.objects.filter(pk=teammate.user_id).update(email="mate@lakeside.example")
    client = signed_in(owner)
    page = f"/dashboards/{shared.pk}/mail/"
    client.post(
        page, {"rhythm": "weekly", "weekday": 4, "hour": 7, "recipients": [teammate.user_id]}
    )
    made = Schedule.objects.get()
    assert b"Every Friday at 07:00" in client.get(page).content
    client.post(f"{page}{made.pk}/remove/")
    assert not Schedule.objects.exists()


def test_a_stranger_stops_no_mail(owner: Any, stranger: Any, shared: Dashboard) -> None:
    User.objects.filter(pk=owner.user_id).update(email="owner@lakeside.example")
    made = add_schedule(
        owner,
        dashboard=shared,
        rhythm=Rhythm.DAILY,
        weekday=0,
        hour=7,
        recipients=[User.objects.get(pk=owner.user_id)],
    )
    answer = signed_in(stranger).post(f"/dashboards/{shared.pk}/mail/{made.pk}/remove/")

    assert answer.status_code == 404
    assert Schedule.objects.exists()


@pytest.mark.parametrize("name", [name for name in PANELS if name != "peers"])
def test_csv_has_the_numbers_of_each_panel(
    owner: Any, shared: Dashboard, filled: None, name: str
) -> None:
    answer = signed_in(owner).get(f"/dashboards/{shared.pk}/{name}.csv?range=7d")

    lines = answer.content.decode().split("\r\n")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(lines) > 2
    assert f"ours-{name}-2026-11-" in answer["Content-Disposition"]


def test_a_wrong_range_says_what_is_right(owner: Any, watch: Any) -> None:
    client = signed_in(owner)
    for given in ("range=9d", "since=x&until=2026-11-20", "since=2026-11-20&until=2026-11-01"):
        answer = client.get(f"/dashboards/overview/?{given}")

        assert answer.status_code == 400
        assert b"must be" in answer.content


def test_without_watches_the_page_teaches(owner: Any) -> None:
    page = signed_in(owner).get("/dashboards/overview/").content.decode()

    assert "No watch listens yet" in page
