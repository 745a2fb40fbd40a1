"""Search, lists, volumes and previews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from auscult.engine.connectors.base import Covered
from auscult.engine.query.parse import parse
from auscult.web.accounts.models import Actor
from auscult.web.listening import queries, search, volumes
from auscult.web.listening.actions import save_watch
from auscult.web.listening.database import is_sqlite
from auscult.web.listening.errors import SearchRefused, WatchUnknown
from auscult.web.listening.models import HourlyCount, Watch
from auscult.web.listening.reading import Filters
from auscult.web.sources.actions import commit_progress
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db

Post = Callable[..., dict[str, Any]]
Record = Callable[..., Any]

TEXTS = (
    "the flu is here", "a #flu shot for Pat", "bird flu in town", "café at the o'neil clinic",
    "long wait, long wait", "😷 masks again", "vaccination day", "the shot hurt", "cafe closed",
    "Flu, flu and flu",
)  # fmt: skip


@pytest.fixture
def town(owner: Actor, record: Record, post: Post) -> dict[str, Watch]:
    """Forty posts, ten texts in turn, the last is the newest; a watch for all, one for flu."""
    watches = {
        "all": save_watch(owner, name="all", query="flu OR shot OR caf? OR wait OR 😷 OR vacc*"),
        "flu": save_watch(owner, name="flu", query="flu"),
    }
    languages = ("en", "en-GB", "de")
    record(*[post(n, TEXTS[n % 10], language=languages[n % 3]) for n in range(40)])
    return watches


def numbers(page: search.Page) -> list[int]:
    return [int(hit.uri.rpartition("/")[2]) for hit in page.hits]


def those(*texts: int) -> list[int]:
    return [n for n in range(39, -1, -1) if n % 10 in texts]


@pytest.mark.parametrize("walked", [(2, 2), (500, 1500)])
@pytest.mark.parametrize(
    ("query", "texts"),
    [
        ("flu", (0, 1, 2, 9)),
        ("#flu", (1,)),
        ("flu NOT bird", (0, 1, 9)),
        ("cafe", (3, 8)),
        ("café", (3,)),
        ("o'neil", (3,)),
        ('"long wait"', (4,)),
        ("ATLEAST/3(flu)", (9,)),
        ("{Flu}", (9,)),
        ("vacc*", (6,)),
        ("vacc*tion OR 😷", (5, 6)),
        ("raw:Flu,", (9,)),
        ("flu AND shot", (1,)),
        ("nothing", ()),
    ],
)
def test_search_speaks_the_whole_language(
    owner: Actor, town: dict[str, Watch], monkeypatch: pytest.MonkeyPatch,
    query: str, texts: tuple[int, ...], walked: tuple[int, ...],
) -> None:  # fmt: skip
    monkeypatch.setattr(search, "WALKED", walked)  # few: the index has to nominate
    page = queries.search(owner, parse(query))
    assert numbers(page) == those(*texts)
    assert (page.total, page.exact, page.after) == (len(those(*texts)), True, None)
    assert queries.count(owner, parse(query)).count == len(those(*texts))


@pytest.mark.parametrize("walked", [(2, 2), (500, 1500)])
def test_pages_follow_one_another(
    owner: Actor, town: dict[str, Watch], monkeypatch: pytest.MonkeyPatch, walked: tuple[int, ...]
) -> None:
    monkeypatch.setattr(search, "WALKED", walked)
    seen: list[int] = []
    after: int | None = None
    while True:
        page = queries.search(owner, parse("flu"), limit=3, after=after)
        seen += numbers(page)
        after = page.after
        if after is None:
            break
    assert seen == those(0, 1, 2, 9)
    latest: list[int] = []
    while True:
        page = queries.latest(owner, limit=7, after=after)
        latest += numbers(page)
        after = page.after
        if after is None:
            break
    assert latest == list(range(39, -1, -1))


@pytest.mark.parametrize("walked", [(2, 2), (500, 1500)])
def test_filters_narrow(
    owner: Actor, town: dict[str, Watch], source: Source, post: Post,
    monkeypatch: pytest.MonkeyPatch, walked: tuple[int, ...],
) -> None:  # fmt: skip
    monkeypatch.setattr(search, "WALKED", walked)
    monkeypatch.setattr(queries, "FEW", 10)
    noon = post(0, "")["created_at"]
    wanted = {
        Filters(language="en"): [n for n in those(1, 7) if n % 3 < 2],
        Filters(language="en-GB"): [n for n in those(1, 7) if n % 3 == 1],
        Filters(watch=town["flu"].pk): those(1),
        Filters(source=source.pk): those(1, 7),
        Filters(source=source.pk + 1): [],
        Filters(since=noon + timedelta(minutes=17)): [n for n in those(1, 7) if n >= 17],
        Filters(until=noon + timedelta(minutes=17)): [n for n in those(1, 7) if n < 17],
    }
    for filters, expected in wanted.items():
        assert numbers(queries.search(owner, parse("shot"), filters=filters)) == expected
        assert queries.count(owner, parse("shot"), filters=filters).count == len(expected)
    flu = queries.latest(owner, filters=Filters(watch=town["flu"].pk, language="de"))
    assert numbers(flu) == [n for n in those(0, 1, 2, 9) if n % 3 == 2]
    assert queries.count_of_watch(owner, town["flu"]) == 16


def test_hits_say_where(owner: Actor, town: dict[str, Watch]) -> None:
    hit = queries.search(owner, parse("flu OR shot"), limit=20).hits[-2]
    assert hit.text == TEXTS[1]
    assert [hit.text[start:end] for _, start, end in hit.spans] == ["#flu", "shot"]
    assert hit.watches == (town["all"].pk, town["flu"].pk)


def test_relevance_puts_what_is_said_most_and_is_rarest_first(
    owner: Actor, town: dict[str, Watch]
) -> None:
    page = queries.search(owner, parse("flu"), order="relevance", limit=5)
    assert [hit.text for hit in page.hits[:4]] == [TEXTS[9]] * 4
    scores = [hit.score for hit in page.hits]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    rare = queries.search(owner, parse("flu OR bird"), order="relevance", limit=1)
    assert rare.hits[0].text == TEXTS[2]


def test_a_search_that_runs_out_of_time_says_how_far_it_came(
    owner: Actor, town: dict[str, Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "SECONDS", -1.0)
    monkeypatch.setattr(search, "WALKED", (5,))
    page = queries.search(owner, parse("vacc*"), limit=5)
    assert not page.exact
    assert page.looked_back_to is not None
    found = [*page.hits]
    while page.after is not None:
        page = queries.search(owner, parse("vacc*"), limit=5, after=page.after)
        found += page.hits
    assert len(found) == 4


def test_volumes_come_from_the_rollups_with_gaps(
    owner: Actor, town: dict[str, Watch], post: Post, batch: Callable[..., Any], source: Source
) -> None:
    noon = post(0, "")["created_at"]
    hour = timedelta(hours=1)
    gap = Covered(community="", since=noon - hour, until=noon, reason="no network")
    commit_progress(owner, source=source, batch=batch(coverage=(gap,)), kept=0)
    told = volumes.volumes(
        owner, watches=[town["flu"], town["all"]], since=noon - hour, until=noon + hour
    )
    assert [(s.name, s.counts) for s in told.series] == [("flu", (0, 16)), ("all", (0, 40))]
    assert [g.reason for g in told.gaps] == ["no network"]
    days = volumes.volumes(owner, watches=[town["flu"]], since=noon, until=noon + hour, step="day")
    assert days.series[0].counts == (16,)
    assert days.since.hour == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_last_weeks_of_watches_are_what_one_counts_by_hand(
    owner: Actor,
    stranger: Actor,
    town: dict[str, Watch],
    post: Post,
    source: Source,
    seed: int,
) -> None:
    random = Random(seed)
    until = post(0, "")["created_at"] + timedelta(minutes=random.randrange(3000))
    HourlyCount.objects.all().delete()
    first = until.replace(minute=0) - timedelta(days=40)
    given = {
        name: {first + timedelta(hours=at): random.randrange(1, 9) for at in sample}
        for name in town
        for sample in [random.sample(range(41 * 24), 300)]
    }
    for name, hours in given.items():
        for hour, count in hours.items():
            HourlyCount.objects.create(watch=town[name], source=source, hour=hour, count=count)
    rows = [town["flu"], town["all"]]
    end = -(-until.timestamp() // 3600) * 3600
    last_day = -(-until.timestamp() // 86_400)
    for told, row in zip(
        volumes.recent(owner, watches=rows, until=until, days=28), rows, strict=True
    ):
        hours = {moment.timestamp(): count for moment, count in given[row.name].items()}
        assert told.total == sum(hours.values())
        age = {moment: (end - moment) / 86_400 for moment in hours}
        assert told.week == sum(n for at, n in hours.items() if 0 < age[at] <= 7)
        assert told.week_before == sum(n for at, n in hours.items() if 7 < age[at] <= 14)
        by_day = Counter[float]()
        for at, n in hours.items():
            by_day[at // 86_400] += n
        assert told.by_day == tuple(by_day[last_day - back] for back in range(28, 0, -1))
    assert volumes.recent(stranger, watches=rows, until=until, days=28) == []


def test_strangers_see_and_count_nothing(
    owner: Actor, stranger: Actor, town: dict[str, Watch], post: Post
) -> None:
    noon = post(0, "")["created_at"]
    assert queries.search(stranger, parse("flu")).hits == ()
    assert queries.count(stranger, parse("flu")).count == 0
    assert queries.latest(stranger).hits == ()
    assert not queries.watches(stranger).exists()
    assert queries.count_of_watch(stranger, town["flu"]) == 0
    told = volumes.volumes(
        stranger, watches=[town["flu"]], since=noon, until=noon + timedelta(hours=1)
    )
    assert told.series == ()
    assert queries.preview(stranger, parse("flu")).hits == ()
    with pytest.raises(WatchUnknown):
        queries.search(stranger, parse("flu"), filters=Filters(watch=town["flu"].pk))


def test_an_onlooker_may_read(onlooker: Actor, town: dict[str, Watch]) -> None:
    assert queries.search(onlooker, parse("flu")).total == 16


def test_what_cannot_be_asked_is_refused(owner: Actor, post: Post) -> None:
    noon = post(0, "")["created_at"]
    with pytest.raises(SearchRefused, match="limit is 0, but must be from 1 to 1000"):
        queries.search(owner, parse("x"), limit=0)
    with pytest.raises(SearchRefused, match="a moment with its time zone"):
        queries.search(owner, parse("x"), filters=Filters(since=noon.replace(tzinfo=None)))
    with pytest.raises(SearchRefused, match="newest or relevance"):
        queries.search(owner, parse("x"), order="oldest")  # type: ignore[arg-type]
    with pytest.raises(SearchRefused, match="until is"):
        volumes.volumes(owner, watches=[], since=noon, until=noon)
    with pytest.raises(SearchRefused, match="hour or day"):
        volumes.volumes(
            owner,
            watches=[],
            since=noon,
            until=noon + timedelta(hours=1),
            step="year",  # type: ignore[arg-type]
        )


def test_a_preview_tells_volume_and_basis(
    owner: Actor, town: dict[str, Watch], record: Record, post: Post, source: Source
) -> None:
    told = queries.preview(owner, parse("shot"))
    assert told.per_day == 8
    assert len(told.hits) == 8
    assert "posts that no watch found were not kept" in told.basis
    source.sample_share = 1.0
    source.save()
    record(*[post(n * 60, "new thing") for n in range(100, 173)])
    told = queries.preview(owner, parse("new"))
    assert told.per_day == pytest.approx(73 / 3)
    assert told.basis == "a sample of 73 posts over 3 days, scaled to all posts"


def test_an_empty_archive_has_no_expectation(owner: Actor) -> None:
    assert queries.preview(owner, parse("flu")).per_day is None
    assert queries.count(owner, parse("raw:x")).count == 0


def test_the_archive_knows_how_many_words_a_stem_has(town: dict[str, Watch]) -> None:
    words = queries.vocabulary()
    if not is_sqlite():
        assert words is None
        return
    assert words is not None
    assert words.expansions("ca*", 150) == 1
    assert words.expansions("sh?t", 150) == 1
    assert words.expansions("zz*", 150) == 0
    warned = parse("fl*", vocabulary=words)
    assert warned.tree == parse("fl*", vocabulary=words).tree


def test_pseudonyms_are_stable_and_differ_by_organisation() -> None:
    one = queries.pseudonym(1, "did:plc:abc")
    assert one == queries.pseudonym(1, "did:plc:abc")
    assert one != queries.pseudonym(2, "did:plc:abc")
    assert "abc" not in one
