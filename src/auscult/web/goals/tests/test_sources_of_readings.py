"""Readings from figures and from addresses: what comes in, what is said when it doesn't."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.http import AddressRefused
from auscult.engine.kernel.http.testing import Asking, Server
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import system_actor
from auscult.web.goals import queries, wording
from auscult.web.goals.collecting import claim, due, take_readings
from auscult.web.goals.errors import GoalRefused
from auscult.web.goals.models import Change, Objective, Origin, SourceKind
from auscult.web.goals.pointing import NotThere, number_at, steps
from auscult.web.goals.reading_actions import Given, save_readings
from auscult.web.goals.source_actions import SourceWish, save_source, switch_asking
from auscult.web.listening.actions import remove_watch, save_watch
from auscult.web.listening.day_counts import mentions_by_day, mentions_by_week
from auscult.web.listening.models import HourlyCount, Watch
from auscult.web.sources.models import Coverage, Source
from programs import user_of

NAMES = st.text(max_size=5).filter(lambda name: not name.startswith("-"))


@given(st.lists(st.one_of(NAMES, st.integers(0, 3)), min_size=1, max_size=5), st.integers())
def test_a_pointer_leads_through_objects_and_lists(path: list[Any], number: int) -> None:
    answer: Any = number
    for step in reversed(path):
        answer = {step: answer} if isinstance(step, str) else [None] * step + [answer]
    escaped = [str(step).replace("~", "~0").replace("/", "~1") for step in path]
    assert number_at(answer, "/" + "/".join(escaped)) == float(number)


@given(st.lists(st.text(st.characters(exclude_characters="./"), max_size=5), max_size=5))
def test_a_path_with_dots_has_a_step_between_any_two(path: list[str]) -> None:
    if path != [""]:
        assert steps(".".join(path)) == path


@pytest.mark.parametrize(
    ("answer", "path", "value"),
    [
        ({"data": [{"value": 7}]}, "data.0.value", 7),
        ({"data": [1, 2, 3]}, "data.-1", 3),
        ({"a.b": {"c": "41.5"}}, "/a.b/c", 41.5),
        (12, "", 12),
    ],
)
def test_paths_that_people_write(answer: Any, path: str, value: float) -> None:
    assert number_at(answer, path) == value


@pytest.mark.parametrize(
    ("answer", "path", "said"),
    [
        ({"data": {"count": 3, "total": 4}}, "data.sum", "“sum” isn't there, but count, total"),
        ({"data": [1]}, "data.1", "“1” is none of a list of 1"),
        ({"data": None}, "data", "there is nothing (null)"),
        ({"data": 1}, "data.x", "before “x” there is a number"),
        ({"data": True}, "data", "true or false"),
        ({"data": "many"}, "data", "the text “many”"),
        ({"data": {}}, "data", "an object"),
        ({}, "data", "but nothing"),
        ([1], "", "a list"),
        (10**400, "", "too great"),
    ],
)
def test_a_path_that_leads_nowhere_says_where_it_ended(answer: Any, path: str, said: str) -> None:
    with pytest.raises(NotThere) as error:
        number_at(answer, path)
    assert said in str(error.value)


@pytest.fixture
def server() -> Iterator[Server]:
    """Answer with what `server.answers` holds for a path."""

    def answer(asking: Asking) -> None:
        known = {
            "/good?key=abc": orjson.dumps({"data": {"value": 44.5}}),
            "/text": b"<html>",
            "/other": orjson.dumps({"count": 1}),
        }
        if asking.path in known:
            asking.answer(known[asking.path])
        else:
            asking.answer(status="503 Busy")

    running = Server(answer)
    yield running
    running.stop()


@pytest.fixture
def runner(owner: Actor) -> Actor:
    return system_actor(owner.organisation_id, "readings", clock=owner.clock)


@pytest.fixture
def intranet(settings: Any) -> None:
    reach = {"reach": ("127.0.0.0/8",)}
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, **reach)


def web(server: Server, path: str = "/good?key=abc", at: str = "data.value") -> SourceWish:
    return SourceWish(kind=SourceKind.WEB, address=server.url + path, path=at)


@pytest.mark.django_db
def test_an_address_is_asked_once_an_owner_says_so(
    teammate: Actor, owner: Actor, runner: Actor, objective: Objective, server: Server,
    intranet: None, clock: FixedClock,
) -> None:  # fmt: skip
    save_source(teammate, objective=objective, wish=web(server))
    assert not take_readings(runner)
    assert server.asked == []
    with pytest.raises(NotAllowed):
        switch_asking(teammate, objective=objective, on=True)
    switch_asking(owner, objective=objective, on=True)
    take_readings(runner)
    kept = queries.readings(owner, objective).get()
    assert (kept.day, kept.value, kept.origin) == (date(2026, 11, 20), 44.5, Origin.WEB)
    objective.refresh_from_db()
    assert objective.next_attempt == datetime(2026, 11, 21, 1, tzinfo=clock.now().tzinfo)
    take_readings(runner)
    assert len(server.asked) == 1  # once a day
    clock.advance(timedelta(days=1))
    take_readings(runner)
    assert queries.readings(owner, objective).count() == 2


@pytest.mark.django_db
def test_another_address_needs_the_owner_again(
    teammate: Actor, owner: Actor, objective: Objective, server: Server
) -> None:
    save_source(teammate, objective=objective, wish=web(server))
    switch_asking(owner, objective=objective, on=True)
    save_source(teammate, objective=objective, wish=web(server))
    assert objective.may_ask
    save_source(teammate, objective=objective, wish=web(server, "/other"))
    assert not objective.may_ask
    assert objective.next_attempt is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "at", "said", "hours"),
    [
        ("/busy", "x", "503", 1),
        ("/text", "x", "not JSON", 13),
        ("/other", "sum", "“sum” isn't there, but count. Correct the path", 13),
    ],
)
def test_what_fails_is_said_with_the_next_step(
    owner: Actor, runner: Actor, objective: Objective, server: Server, intranet: None,
    path: str, at: str, said: str, hours: int,
) -> None:  # fmt: skip
    save_source(owner, objective=objective, wish=web(server, path, at))
    switch_asking(owner, objective=objective, on=True)
    take_readings(runner)
    objective.refresh_from_db()
    assert said in objective.source_error
    assert objective.next_attempt is not None
    assert objective.next_attempt <= owner.clock.now() + timedelta(hours=hours)
    client = Client()
    client.force_login(user_of(owner))
    page = client.get(f"/goals/objectives/{objective.pk}/").content.decode()
    assert "It is tried again on" in page
    assert not queries.readings(owner, objective).exists()


@pytest.mark.django_db
def test_an_address_inside_the_house_is_refused_unless_it_is_opened(
    owner: Actor, runner: Actor, objective: Objective, server: Server
) -> None:
    save_source(owner, objective=objective, wish=web(server))
    switch_asking(owner, objective=objective, on=True)
    take_readings(runner)
    objective.refresh_from_db()
    assert "AUSCULT_REACH" in objective.source_error
    assert server.asked == []


@pytest.mark.django_db
def test_the_secret_of_an_address_stays_out_of_sight(
    owner: Actor, onlooker: Actor, objective: Objective, server: Server
) -> None:
    save_source(owner, objective=objective, wish=web(server, "/x?api_key=hunter2"))
    assert "hunter2" not in wording.source_in_words(onlooker, objective)
    assert "hunter2" not in str(list(Change.objects.values("before", "after")))
    client = Client()
    client.force_login(user_of(onlooker))
    assert b"hunter2" not in client.get(f"/goals/objectives/{objective.pk}/").content


@pytest.fixture
def watch(owner: Actor) -> Watch:
    return save_watch(owner, name="Births", query="birth")


@pytest.fixture
def heard(owner: Actor, watch: Watch) -> Callable[[datetime, int], None]:
    """Count mentions of an hour."""
    now = owner.clock.now()
    source = Source.objects.create(
        organisation_id=owner.organisation_id, name="s", connector="files", config={},
        next_attempt=now, created_at=now,
    )  # fmt: skip

    def count(hour: datetime, number: int) -> None:
        row = HourlyCount(watch=watch, source=source, hour=hour, count=number)
        row.save(force_insert=True)

    return count


@pytest.mark.django_db
def test_a_figure_counts_by_day_and_by_whole_week(
    owner: Actor, stranger: Actor, watch: Watch, heard: Callable[..., None]
) -> None:
    monday = owner.clock.now().replace(day=2, hour=0)  # 2 November 2026
    for place in range(18):
        heard(monday + timedelta(days=place, hours=23), 1 + place)
    heard(monday + timedelta(hours=3), 10)
    span = (watch.pk, date(2026, 10, 20), date(2026, 11, 19))
    days = mentions_by_day(owner, *span)
    assert min(days) == date(2026, 11, 2)
    assert [days[date(2026, 11, day)] for day in (2, 3, 19)] == [11, 2, 18]
    weeks = mentions_by_week(owner, *span)
    assert dict(weeks) == {date(2026, 11, 8): 38, date(2026, 11, 15): 77}
    assert mentions_by_day(stranger, *span) == {}


@pytest.mark.django_db
def test_days_that_nobody_read_are_missing_and_no_zero(
    owner: Actor, watch: Watch, heard: Callable[..., None]
) -> None:
    midnight = owner.clock.now().replace(hour=0)
    for back in range(2, 20):
        heard(midnight - timedelta(days=back, hours=-12), back)
    source = Source.objects.get()

    def gap(back: int, hours: int, community: str = "") -> None:
        since = midnight - timedelta(days=back)
        Coverage.objects.create(
            source=source, community=community, since=since,
            until=since + timedelta(hours=hours), reason="failed",
        )  # fmt: skip

    gap(5, 24)
    gap(6, 11)
    gap(8, 36)  # the whole day, and half of the next: exactly half still counts
    days = mentions_by_day(owner, watch.pk, date(2026, 11, 4), date(2026, 11, 18))
    assert set(range(4, 19)) - {day.day for day in days} == {12, 15}
    weeks = mentions_by_week(owner, watch.pk, date(2026, 11, 4), date(2026, 11, 18))
    assert {sunday.day for sunday in weeks} == {8}


@pytest.mark.django_db
def test_a_figure_is_taken_each_night_and_leaves_what_people_say(
    owner: Actor, runner: Actor, objective: Objective, watch: Watch,
    heard: Callable[..., None], clock: FixedClock,
) -> None:  # fmt: skip
    noon = clock.now()
    for back in range(1, 11):
        heard(noon - timedelta(days=back), back)
    by_hand = Given(day=date(2026, 11, 18), value=99)
    save_readings(owner, objective=objective, given=[by_hand], origin=Origin.TYPED)
    wish = SourceWish(kind=SourceKind.FIGURE, figure="mentions-a-day", of=watch.pk)
    save_source(owner, objective=objective, wish=wish)
    assert not take_readings(runner)
    values = {one.day.day: one.value for one in queries.readings(owner, objective)}
    assert values == {day: 99 if day == 18 else 20 - day for day in range(10, 20)}
    heard(noon - timedelta(days=2, hours=1), 5)  # a mention that comes late
    heard(noon, 3)
    clock.advance(timedelta(days=1))
    take_readings(runner)
    values = {one.day.day: one.value for one in queries.readings(owner, objective)}
    assert (values[18], values[19], values[20]) == (99, 1, 3)
    assert values[17] == 3
    remove_watch(owner, watch=watch)
    clock.advance(timedelta(days=1))
    take_readings(runner)
    objective.refresh_from_db()
    assert "is gone" in objective.source_error


@pytest.mark.django_db
def test_two_runners_take_an_objective_once(
    owner: Actor, runner: Actor, objective: Objective, watch: Watch
) -> None:
    wish = SourceWish(kind=SourceKind.FIGURE, figure="mentions-a-day", of=watch.pk)
    save_source(owner, objective=objective, wish=wish)
    seen = due(runner).get()
    assert claim(runner, seen)
    assert not claim(runner, seen)
    assert not due(runner).exists()


@pytest.mark.django_db
def test_what_cannot_be_a_source_is_refused(
    owner: Actor, stranger: Actor, objective: Objective
) -> None:
    theirs = save_watch(stranger, name="Theirs", query="x")
    for of, figure in ((theirs.pk, "mentions-a-day"), (0, "unheard")):
        wish = SourceWish(kind=SourceKind.FIGURE, figure=figure, of=of)
        with pytest.raises(GoalRefused, match="of your organisation"):
            save_source(owner, objective=objective, wish=wish)
    for address in ("ftp://x.example/", "https://me:pw@x.example/", ""):
        wish = SourceWish(kind=SourceKind.WEB, address=address)
        with pytest.raises(AddressRefused):
            save_source(owner, objective=objective, wish=wish)


@pytest.mark.django_db
def test_the_page_of_a_source(
    teammate: Actor, owner: Actor, objective: Objective, watch: Watch
) -> None:
    client = Client()
    client.force_login(user_of(teammate))
    place = f"/goals/objectives/{objective.pk}/"
    page = client.get(place + "source/").content.decode()
    assert '<optgroup label="mentions a week">' in page
    client.post(place + "source/", {"kind": "figure", "figure": f"mentions-a-week:{watch.pk}"})
    assert "mentions a week: Births" in client.get(place).content.decode()
    answer = client.post(place + "source/", {"kind": "web", "address": "nonsense"})
    assert "begin with https://" in answer.content.decode()
    client.post(place + "source/", {"kind": "web", "address": "https://x.example/n", "path": "a"})
    page = client.get(place).content.decode()
    assert "unless an owner of the house switches it on" in page
    assert "Switch on" not in page
    assert client.post(place + "switch/", {"on": "1"}).status_code == 403
    client.force_login(user_of(owner))
    seen = re.search(r'name="seen" value="(\w+)"', client.get(place).content.decode())
    assert seen is not None
    client.post(place + "switch/", {"on": "1", "seen": seen[1]})
    objective.refresh_from_db()
    assert objective.may_ask
