"""What a batch leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auscult.engine.connectors.base import Broken, Covered, Deletion
from auscult.engine.query.parse import parse
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor
from auscult.web.listening import moments, rows
from auscult.web.listening.actions import record_batch, remove_watch, save_watch, update_engagement
from auscult.web.listening.errors import WatchNameTaken, WatchRefused, WatchUnknown
from auscult.web.listening.models import HourlyCount, Match, Mention, Watch
from auscult.web.listening.queries import latest, search
from auscult.web.listening.standing import StandingWatches
from auscult.web.sources.coverage import gaps
from auscult.web.sources.health import source_health
from auscult.web.sources.models import BrokenLine, Coverage, Source

pytestmark = pytest.mark.django_db

Post = Callable[..., dict[str, Any]]
Record = Callable[..., Any]


@pytest.fixture
def flu(owner: Actor) -> Watch:
    return save_watch(owner, name="flu", query="flu OR influenza")


def test_only_what_a_watch_finds_is_kept(
    owner: Actor, flu: Watch, record: Record, post: Post, source: Source
) -> None:
    said = record(post(1, "Flu season"), post(2, "Sunny day"), post(3, "my flu is flu"))
    assert (said.received, said.kept, said.matches) == (3, 2, 2)
    page = latest(owner)
    assert [hit.uri for hit in page.hits] == ["at://town/3", "at://town/1"]
    assert page.hits[0].spans == (("text", 3, 6), ("text", 10, 13))
    assert page.hits[0].watches == (flu.pk,)
    source.refresh_from_db()
    assert (source.received, source.kept, source.snapshot) == (3, 2, {"at": "at://town/3"})


def test_every_column_comes_back(owner: Actor, flu: Watch, record: Record, post: Post) -> None:
    whole = post(
        1, "flu", title="Title", community="c", author_followers=5, hashtags=["a", "b"],
        mentions=[], links=["https://x.example"], media=[{"kind": "image", "alt": "é", "url": None}],
        in_reply_to="r", quote_of="q", engagement={"likes": 3, "views": 9}, country="gbr",
        rating=4.5, raw_hash="ab", repost_of="p", root="o", author_verified=True,
        region="usa.fl", tags=["t"],
    )  # fmt: skip
    record(whole)
    (hit,) = latest(owner).hits
    for name, value in whole.items():
        got = getattr(hit, name)
        if isinstance(got, tuple):
            got = list(got)
        assert got == value, name


def test_a_post_that_comes_again_is_renewed_and_never_doubled(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu", engagement={"likes": 1}))
    again = record(post(1, "flu", engagement={"likes": 2}))
    assert (again.kept, again.changed, again.matches) == (0, 1, 0)
    (hit,) = latest(owner).hits
    assert hit.engagement == {"likes": 2}
    assert HourlyCount.objects.get().count == 1


def test_an_edit_moves_matches_counts_and_words(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    sun = save_watch(owner, name="sun", query="sunny")
    record(post(1, "flu"))
    record(post(1, "sunny"))
    assert list(Match.objects.values_list("watch_id", flat=True)) == [sun.pk]
    assert list(HourlyCount.objects.values_list("watch_id", "count")) == [(sun.pk, 1)]
    assert search(owner, parse("flu")).hits == ()
    assert search(owner, parse("sunny")).total == 1
    record(post(1, "neither"))
    assert not Match.objects.exists()
    assert not HourlyCount.objects.exists()
    assert search(owner, parse("neither")).total == 1


def test_keys_order_by_time_also_when_a_second_is_full(
    owner: Actor, flu: Watch, record: Record, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (moments, rows):
        monkeypatch.setattr(module, "KEYS_A_SECOND", 4)
    same = {"created_at": post(0, "")["created_at"]}
    record(*[post(n, "flu", **same) for n in range(6)])
    record(*[post(n, "flu", **same) for n in range(6, 11)])
    first = moments.to_us(same["created_at"]) // moments.SECOND_US * 4
    keys = sorted(Mention.objects.values_list("pk", flat=True))
    assert keys == list(range(first, first + 11))


def test_posts_before_1970_and_far_ahead_are_kept_in_order(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    times = [timedelta(days=-365 * 90), timedelta(0), timedelta(days=365 * 2000)]
    noon = post(0, "")["created_at"]
    record(*[post(n, "flu", created_at=noon + away) for n, away in enumerate(times)])
    assert [hit.created_at - noon for hit in latest(owner).hits] == times[::-1]
    assert [hit.created_at - noon for hit in search(owner, parse("flu")).hits] == times[::-1]


def test_unreadable_lines_coverage_and_gaps_come_with_the_batch(
    owner: Actor, record: Record, post: Post, source: Source
) -> None:
    noon = post(0, "")["created_at"]
    hour = timedelta(hours=1)
    line = Broken(location="a.csv", line=7, reason="no date", excerpt="x|y")
    for _ in range(2):  # a batch that is read again brings the same
        record(broken=(line,), coverage=(Covered(community="", since=noon, until=noon + hour),))
    record(
        coverage=(
            Covered(community="", since=noon + hour, until=noon + 2 * hour),
            Covered(community="", since=noon - hour, until=noon, reason="closed socket"),
        )
    )
    assert BrokenLine.objects.count() == 1
    assert Coverage.objects.filter(reason="").get().until == noon + 2 * hour
    assert [gap.reason for gap in gaps(owner)] == ["closed socket"]
    (health,) = source_health(owner)
    assert (health.health, health.broken, health.since) == ("well", 2, noon)


def test_what_a_source_takes_back_goes_and_stays_away(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu"), post(2, "flu"), post(9, "flu"))
    said = record(deleted=(Deletion(uri="at://town/1"), Deletion(author="person2")))
    assert said.removed == 3  # 2 and 9 are person2's
    record(post(1, "flu again"), post(16, "flu"), post(3, "flu"))
    assert [hit.uri for hit in latest(owner).hits] == ["at://town/3"]
    assert HourlyCount.objects.get().count == 1


def test_nul_characters_become_replacement_characters(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu\0shot", author_name="P\0"))
    (hit,) = latest(owner).hits
    assert (hit.text, hit.author_name) == ("flu\ufffdshot", "P\ufffd")


def test_engagement_is_brought_up_to_date(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu"))
    update_engagement(owner, counts={"at://town/1": {"likes": 5}, "at://town/2": {"likes": 1}})
    assert latest(owner).hits[0].engagement == {"likes": 5}
    with pytest.raises(WatchRefused, match="engagement is 'at://town/1: hearts'"):
        update_engagement(owner, counts={"at://town/1": {"hearts": 5}})


def test_watches_are_named_once_and_belong_to_their_organisation(
    owner: Actor, teammate: Actor, onlooker: Actor, stranger: Actor, flu: Watch
) -> None:
    with pytest.raises(WatchNameTaken, match="already called 'flu'"):
        save_watch(teammate, name="flu", query="x")
    with pytest.raises(WatchRefused, match="name is ' '"):
        save_watch(teammate, name=" ", query="x")
    with pytest.raises(NotAllowed):
        save_watch(onlooker, name="other", query="x")
    with pytest.raises(WatchUnknown):
        save_watch(stranger, name="flu", query="x", watch=flu)
    with pytest.raises(WatchUnknown):
        remove_watch(stranger, watch=flu)
    with pytest.raises(NotAllowed):
        remove_watch(onlooker, watch=flu)
    assert save_watch(stranger, name="flu", query="x").organisation_id != flu.organisation_id


def test_removing_a_watch_keeps_the_mentions(
    owner: Actor, flu: Watch, record: Record, post: Post
) -> None:
    record(post(1, "flu"))
    remove_watch(owner, watch=flu)
    assert not Match.objects.exists()
    assert not HourlyCount.objects.exists()
    assert search(owner, parse("flu")).total == 1
    assert record(post(2, "flu")).kept == 0


def test_two_organisations_keep_their_own(
    owner: Actor, stranger: Actor, flu: Watch, record: Record, post: Post,
    make_source: Callable[..., Source], batch: Callable[..., Any],
) -> None:  # fmt: skip
    record(post(1, "flu"))
    save_watch(stranger, name="all", query="flu")
    theirs = make_source(stranger, "theirs")
    record_batch(
        stranger,
        source=theirs,
        batch=batch(post(1, "flu"), post(2, "flu")),
        watch_set=StandingWatches(stranger),
    )
    assert [hit.uri for hit in latest(owner).hits] == ["at://town/1"]
    assert [hit.uri for hit in search(stranger, parse("flu")).hits] == [
        "at://town/2",
        "at://town/1",
    ]
