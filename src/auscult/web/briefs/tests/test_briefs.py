"""Briefs: what they say of planted weeks, to whom, and once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor, AuditEntry, Organisation, User
from auscult.web.accounts.policies import TABLE, Right
from auscult.web.alerts.models import Alert, Kind
from auscult.web.briefs import actions, composing, jobs, queries, wording
from auscult.web.briefs.composing import HAPPENED, LISTS, NEEDS, NEW, Sentence
from auscult.web.briefs.models import Brief, Reader
from auscult.web.briefs.weeks import whole
from auscult.web.delivery.actions import save_hook
from auscult.web.delivery.models import Event, Letter
from auscult.web.delivery.sealing import unsealed
from auscult.web.listening.actions import forget
from auscult.web.listening.models import Watch
from auscult.web.listening.queries import watch

WEEK = date(2026, 11, 9)  # a Monday; the tests' clock stands on Friday, 20 November
pytestmark = pytest.mark.django_db


def sentences(owner: Actor, code: str) -> list[Sentence]:
    return [one for one in composing.compose(owner, whole(WEEK)) if one.code == code]


def test_a_week_that_stands_out_is_said_with_its_day_and_its_evidence(
    owner: Actor, town: Any, client: Client
) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5, 6, 5, 4], before=WEEK)
    town.post("flu", 40, datetime(2026, 11, 11, 9, tzinfo=UTC))
    town.post("flu", 4, datetime(2026, 11, 13, 9, tzinfo=UTC))
    (said,) = sentences(owner, "watch-more-on-a-day")
    assert said.values["count"] == 44
    assert (said.values["day"], said.values["top"]) == ("2026-11-11", 40)
    assert said.values["low"] <= 5 <= said.values["high"] < 44
    client.force_login(User.objects.get(username=owner.name))
    page = client.get(said.link).content.decode()
    assert re.search(r"\b44\b", page), "the evidence has as many mentions as the sentence says"


def test_weeks_like_others_are_as_usual(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5, 6, 5, 4], before=WEEK)
    town.post("flu", 6, datetime(2026, 11, 11, 9, tzinfo=UTC))
    codes = [one.code for one in composing.compose(owner, whole(WEEK))]
    assert "whole-as-usual" in codes
    assert not any(code.startswith("watch-more") for code in codes)


def test_three_weeks_say_how_many_are_still_waited_for(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4], before=WEEK)
    town.post("flu", 60, datetime(2026, 11, 11, 9, tzinfo=UTC))
    (said,) = sentences(owner, "whole-first")
    assert said.values == {"count": 60, "weeks": 3}


def test_weeks_that_were_not_read_teach_nothing(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5, 0, 0, 0], before=WEEK, read=5)
    town.post("flu", 6, datetime(2026, 11, 11, 9, tzinfo=UTC))
    (said,) = sentences(owner, "whole-as-usual")
    assert said.values["low"] > 0, "weeks of nothing would have made nothing usual"


def test_a_new_community_is_new_once(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7], before=WEEK)
    town.post("flu", 5, datetime(2026, 11, 10, 9, tzinfo=UTC), community="nurses.example")
    town.post("flu", 4, datetime(2026, 11, 10, 10, tzinfo=UTC), community="too.few.example")
    (said,) = sentences(owner, "community")
    assert (said.part, said.values["community"], said.values["count"]) == (NEW, "nurses.example", 5)
    following = [one.code for one in composing.compose(owner, whole(WEEK + timedelta(days=7)))]
    assert "community" not in following


def test_a_gap_and_a_watch_without_mentions_need_somebody(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5], before=WEEK)
    town.post("flu", 5, datetime(2026, 11, 10, 9, tzinfo=UTC))
    since = datetime(2026, 11, 12, tzinfo=UTC)
    town.gap(since, since + timedelta(hours=30))
    Watch.objects.update(created_at=datetime(2026, 9, 1, tzinfo=UTC))
    (gap,) = sentences(owner, "unread")
    assert (gap.part, gap.values) == (NEEDS, {"source": "town", "hours": 30})
    (part,) = sentences(owner, "read-in-part")
    assert part.values["percent"] == 82
    silent = {one.values["watch"] for one in sentences(owner, "watch-silent")}
    assert silent == {"parking", "vaccine"}


def test_the_gaps_of_a_source_add_up(owner: Actor, town: Any) -> None:
    for day in (10, 12):
        since = datetime(2026, 11, day, tzinfo=UTC)
        town.gap(since, since + timedelta(hours=20))
    (gap,) = sentences(owner, "unread")
    assert gap.values["hours"] == 40


def test_weeks_before_a_watch_was_made_teach_nothing_about_it(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5, 6, 5, 4], before=WEEK)
    made = datetime(2026, 11, 8, 12, tzinfo=UTC)
    Watch.objects.filter(name__in=["parking", "vaccine"]).update(created_at=made)
    town.post("parking", 30, datetime(2026, 11, 10, 9, tzinfo=UTC))
    codes = [one.code for one in composing.compose(owner, whole(WEEK))]
    assert not {"watch-more", "watch-more-on-a-day", "watch-silent"} & set(codes)


def test_a_phrase_that_nobody_used_before_is_new(owner: Actor, town: Any) -> None:
    town.weeks("flu", [20, 22, 19, 21], before=WEEK)
    town.post("flu", 20, datetime(2026, 11, 10, 9, tzinfo=UTC))
    town.post("flu and norovirus on the ward", 12, datetime(2026, 11, 11, 9, tzinfo=UTC))
    said = sentences(owner, "phrase-new")
    assert any("norovirus" in one.values["phrase"] for one in said)
    assert all(one.part == NEW and one.values["watch"] == "flu" for one in said)
    assert {one.values["count"] for one in said} == {12}


def test_what_many_posted_alike_is_a_campaign(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7], before=WEEK)
    petition = "flu jabs for everybody who works at a school or a kindergarten, sign here today"
    town.post(petition, 9, datetime(2026, 11, 11, 9, tzinfo=UTC), text=petition)
    (said,) = sentences(owner, "copies")
    assert (said.part, said.values) == (NEW, {"count": 9, "authors": 9})


def test_alerts_that_wait_need_somebody(owner: Actor, town: Any) -> None:
    now = owner.clock.now()
    Alert.objects.create(
        organisation_id=owner.organisation_id, name="flu", kind=Kind.VOLUME, key="flu", since=now,
        raised_at=now, last_at=now, turned_at=now,
    )  # fmt: skip
    (said,) = sentences(owner, "alerts")
    assert (said.part, said.values["count"]) == (NEEDS, 1)


def test_what_was_forgotten_is_counted_and_not_named(owner: Actor, town: Any) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5], before=WEEK)
    uris = town.post("flu", 5, datetime(2026, 11, 10, 9, tzinfo=UTC))
    forget(owner, uris=uris[:2], reason="asked by mail")
    (said,) = sentences(owner, "taken-back")
    assert said.values == {"count": 2}


def test_a_list_ends_and_says_what_it_left_out(owner: Actor) -> None:
    many = [Sentence(part=NEEDS, code="watch-silent", weight=float(one)) for one in range(10)]
    kept = composing._most(NEEDS, many)
    assert [one.weight for one in kept[:-1]] == [9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0]
    assert kept[-1].values == {"count": 3}


SAMPLE: dict[str, Any] = {
    "count": 1_234, "low": 1, "high": 2_000, "weeks": 3, "percent": 80, "watch": "flu",
    "day": "2026-11-11", "top": 700, "community": "nurses.example", "source": "town", "hours": 30,
    "phrase": "norovirus", "authors": 20,
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("code", wording.WORDINGS)
def test_every_sentence_can_be_said_with_its_numbers(code: str, language: str) -> None:
    with translation.override(language):
        said = wording.say(Sentence(part=HAPPENED, code=code, values=SAMPLE))
        assert "%(" not in said
        assert all(wording.title(part) and wording.nothing(part) for part in LISTS)
    assert said


@pytest.fixture
def mailed(owner: Actor, persons: dict[str, Actor]) -> dict[str, Actor]:
    """Let everybody have an address; owner, guest and analyst want the brief."""
    for name, actor in persons.items():
        User.objects.filter(username=actor.name).update(email=f"{name}@hospital.example")
    for name in ("owner", "guest", "analyst"):
        actions.subscribe(persons[name], wanted=True)
    actions.subscribe(persons["analyst"], wanted=False)
    return persons


def _work(owner: Actor) -> None:
    (job,) = jobs.JOBS
    job.run(owner)


def test_the_brief_is_made_and_mailed_once(
    owner: Actor, town: Any, mailed: dict[str, Actor], clock: FixedClock
) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5], before=WEEK)
    _work(owner)
    _work(owner)
    made = Brief.objects.get()
    assert made.week == WEEK
    letters = Letter.objects.order_by("recipient")
    assert [one.recipient for one in letters] == [
        "guest@hospital.example",
        "owner@hospital.example",
    ]
    assert actions.make_brief(owner, week=WEEK) is None
    assert AuditEntry.objects.filter(action="make-brief").count() == 1
    clock.advance(timedelta(days=2, hours=18, minutes=59))  # Monday, 6:59
    _work(owner)
    assert Brief.objects.count() == 1
    clock.advance(timedelta(minutes=2))
    _work(owner)
    assert Brief.objects.order_by("-week")[0].week == WEEK + timedelta(days=7)


def test_machines_are_told_that_a_brief_is_ready_in_numbers_alone(owner: Actor, town: Any) -> None:
    hook, _secret = save_hook(
        owner, name="wiki", address="https://wiki.example/in", events=[Event.BRIEF_READY]
    )
    town.post("flu", 7, datetime(2026, 11, 10, 9, tzinfo=UTC))
    actions.make_brief(owner, week=WEEK)
    actions.make_brief(owner, week=WEEK)
    told = Letter.objects.get(hook=hook)
    data = orjson.loads(unsealed(told.body)["json"])["data"]
    numbers = data.pop("sentences")
    assert list(numbers) == list(LISTS)
    assert all(isinstance(number, int) for number in numbers.values())
    page = data.pop("page")
    assert page.endswith(f"/briefs/{WEEK}/")
    assert data == {"week": "2026-11-09", "mentions": 7}


@pytest.mark.parametrize(
    ("zone", "now", "week"),
    [
        # In Auckland it is Monday long before the week is over by UTC: it comes when it is.
        ("Pacific/Auckland", datetime(2026, 11, 22, 23, 30, tzinfo=UTC), None),
        ("Pacific/Auckland", datetime(2026, 11, 23, 0, 1, tzinfo=UTC), date(2026, 11, 16)),
        ("America/Chicago", datetime(2026, 11, 23, 12, 59, tzinfo=UTC), None),
        ("America/Chicago", datetime(2026, 11, 23, 13, 1, tzinfo=UTC), date(2026, 11, 16)),
    ],
)
@pytest.mark.usefixtures("heard")
def test_it_is_the_week_that_is_over_wherever_the_house_is(
    owner: Actor, clock: FixedClock, zone: str, now: datetime, week: date | None
) -> None:
    Organisation.objects.update(time_zone=zone)
    Brief.objects.create(organisation_id=owner.organisation_id, week=WEEK, made_at=clock.now())
    clock.advance(now - clock.now())
    assert queries.due_week(owner) == week


def test_a_house_that_began_after_a_week_has_no_brief_of_it(
    owner: Actor, town: Any, clock: FixedClock
) -> None:
    assert queries.due_week(owner) is None
    town.post("flu", 1, datetime(2026, 11, 16, 0, 5, tzinfo=UTC))
    assert queries.due_week(owner) is None
    town.post("flu", 1, datetime(2026, 11, 15, 23, 55, tzinfo=UTC))
    assert queries.due_week(owner) == WEEK


@pytest.mark.usefixtures("heard")
def test_it_comes_when_the_house_wants_it(owner: Actor, clock: FixedClock) -> None:
    actions.plan_briefs(owner, weekday=2, hour=13)
    assert queries.due_week(owner) == WEEK
    Brief.objects.create(organisation_id=owner.organisation_id, week=WEEK, made_at=clock.now())
    clock.advance(timedelta(days=5))  # Wednesday noon
    assert queries.due_week(owner) is None
    clock.advance(timedelta(hours=1))
    assert queries.due_week(owner) == WEEK + timedelta(days=7)
    Organisation.objects.update(time_zone="America/Chicago")  # it is seven in the morning there
    assert queries.due_week(owner) is None


def test_who_left_gets_no_more_mails(owner: Actor, mailed: dict[str, Actor]) -> None:
    assert len(queries.readers(owner)) == 2
    User.objects.get(username=mailed["guest"].name).memberships.all().delete()
    assert [one.email for one in queries.readers(owner)] == ["owner@hospital.example"]


@pytest.mark.parametrize("role", ["owner", "guest", "ambassador"])
def test_a_person_sees_the_brief_and_evidence_that_she_may_open(
    persons: dict[str, Actor], town: Any, client: Client, role: str
) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5], before=WEEK)
    actions.make_brief(persons["owner"], week=WEEK)
    client.force_login(User.objects.get(username=persons[role].name))
    page = client.get(f"/briefs/{WEEK}/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "What needs you" in main
    may_read = persons[role].role in TABLE[Right.READ_MENTIONS]
    assert ('href="/listening/' in main) is may_read


def test_a_brief_on_paper_says_the_same(owner: Actor, town: Any, client: Client) -> None:
    town.weeks("flu", [5, 6, 4, 7, 5], before=WEEK)
    actions.make_brief(owner, week=WEEK)
    client.force_login(User.objects.get(username=owner.name))
    answer = client.get(f"/briefs/{WEEK}/brief.pdf")
    assert answer["Content-Type"] == "application/pdf"
    paper = PdfReader(io.BytesIO(answer.content))
    words = " ".join(page.extract_text() for page in paper.pages).replace("\n", " ")
    for part in queries.brief(owner, WEEK).parts:
        assert part.title in words
        for one in part.sentences:
            assert one.text[:20] in words


def test_another_house_sees_none_of_it(
    owner: Actor, stranger: Actor, town: Any, client: Client
) -> None:
    actions.make_brief(owner, week=WEEK)
    client.force_login(User.objects.get(username=stranger.name))
    answer = client.get(f"/briefs/{WEEK}/")
    assert answer.status_code == 404
    assert "There is no brief of the week" in answer.content.decode()
    assert client.get("/briefs/2026-13-40/").status_code == 404


def test_subscribing_and_planning_by_the_page(owner: Actor, client: Client) -> None:
    client.force_login(User.objects.get(username=owner.name))
    client.post("/briefs/subscribe/", {"wanted": "yes"})
    assert Reader.objects.filter(user__username=owner.name).exists()
    assert "Stop the mails" in client.get("/briefs/").content.decode()
    refused = client.post("/briefs/plan/", {"weekday": "1", "hour": "24"}).content.decode()
    assert "less than or equal to 23" in refused
    client.post("/briefs/plan/", {"weekday": "1", "hour": "6"})
    assert "Made each Tuesday at 6:00" in client.get("/briefs/").content.decode()


def test_the_page_of_an_empty_house_says_what_is_missing(
    owner: Actor, client: Client, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client.force_login(User.objects.get(username=owner.name))
    with django_assert_max_num_queries(60):
        page = client.get("/briefs/").content.decode()
    assert "Your watches found 0 mentions" in page


def test_the_week_so_far_has_the_phrases_of_its_alerts(owner: Actor, town: Any) -> None:
    now = owner.clock.now()
    told = {"text": "norovirus", "count": 7, "new": True, "probability": 1e-9}
    for key in ("one", "two"):
        Alert.objects.create(
            organisation_id=owner.organisation_id, name="new", kind=Kind.PHRASE, key=key, since=now,
            raised_at=now - timedelta(hours=3), last_at=now, turned_at=now,
            watch=watch(owner, "flu"), facts={"phrases": [told]},
        )  # fmt: skip
    (new,) = (part for part in queries.current(owner).parts if part.code == NEW)
    assert [one.text for one in new.sentences] == ["“norovirus” is new in “flu”: 7 voices used it."]
