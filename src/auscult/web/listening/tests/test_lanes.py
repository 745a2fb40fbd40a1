"""Strips of coverage: what was read lies where it was read, and no gap vanishes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.connectors.base import Covered
from auscult.web.accounts.models import User
from auscult.web.listening.actions import save_watch
from auscult.web.listening.charts import WIDTH
from auscult.web.listening.lanes import LINES, MOST_FOLDED, Lanes, covered_time, draw
from auscult.web.listening.templatetags.coverage import lane_name, lane_words, mark_words, percent
from auscult.web.sources.coverage import Stretch

DAY = timedelta(days=1)
START = datetime(2026, 8, 1, tzinfo=UTC)
END = START + 10 * DAY


def stretch(since: float, until: float, reason: str = "", **more: Any) -> Stretch:
    given = {"source_id": 1, "source": "Town", "community": "", "sampled": 1.0, **more}
    return Stretch(since=START + since * DAY, until=START + until * DAY, reason=reason, **given)


def drawn(*stretches: Stretch, now: datetime = END) -> Lanes:
    return draw(stretches, since=START, until=END, now=now)


def test_read_sampled_and_missing_time_lie_in_their_places() -> None:
    (lane,) = drawn(
        stretch(0, 4), stretch(3, 5, "the server was away"), stretch(5, 8, sampled=0.1)
    ).shown

    assert [(mark.kind, mark.x, mark.width) for mark in lane.marks] == [
        ("sampled", "500.0", "300.0"),
        ("read", "0.0", "400.0"),
        ("gap", "300.0", "200.0"),
    ]
    assert lane.share == pytest.approx(0.7)
    assert (
        lane_words(lane) == "read 70 % of the time, a sample of 10 % to 100 % of the posts, 1 gap"
    )
    assert mark_words(lane.marks[2]) == "Not read: the server was away"


def test_a_minute_in_ten_days_is_still_seen() -> None:
    minute = 1 / 24 / 60
    lane = drawn(stretch(0, 10), stretch(5, 5 + minute, "cut")).shown[0]

    gap = lane.marks[-1]
    assert (gap.kind, gap.x, gap.width) == ("gap", "500.0", "2.0")
    assert lane.share == 1.0


def test_what_comes_after_now_counts_in_no_share() -> None:
    (lane,) = drawn(stretch(0, 5), now=START + 5 * DAY).shown

    assert lane.share == 1.0


def test_what_lies_outside_is_cut_away() -> None:
    (lane,) = drawn(stretch(-5, 1), stretch(-9, -8, "before"), stretch(11, 12, "after")).shown

    assert [(mark.x, mark.width) for mark in lane.marks] == [("0.0", "100.0")]
    assert lane.gaps == ()


def test_many_communities_lie_over_each_other_and_are_folded() -> None:
    feeds = [stretch(0, 10, source_id=1, source="Feeds", community=f"f{n:03}") for n in range(120)]
    lanes = drawn(*feeds, stretch(0, 2, source_id=2, source="Town"))

    assert [lane_name(lane) for lane in lanes.shown] == [
        "Feeds: 120 parts, one over the other",
        "Town",
    ]
    assert len(lanes.folded) == MOST_FOLDED
    assert lanes.left_out == 20
    assert lane_name(lanes.folded[0]) == "Feeds: f000"


def test_as_many_as_fit_stand_side_by_side() -> None:
    lanes = drawn(*(stretch(0, 1, community=f"c{n}") for n in range(LINES)))

    assert len(lanes.shown) == LINES
    assert lanes.folded == ()


@given(
    st.lists(
        st.tuples(st.integers(-50, 150), st.integers(0, 80), st.sampled_from(["", "cut", "away"])),
        max_size=40,
    )
)
def test_marks_stay_inside_cover_every_stretch_and_never_overlap_their_kind(
    given: list[tuple[int, int, str]],
) -> None:
    stretches = sorted(
        (stretch(at / 10, (at + long) / 10, reason) for at, long, reason in given),
        key=lambda one: one.since,
    )
    lanes = drawn(*stretches)

    inside = [one for one in stretches if one.until > START and one.since < END]
    inside = [one for one in inside if one.until > one.since]
    assert len(lanes.stretches) == len(inside)
    for lane in lanes.shown:
        assert sum(len(mark.stretches) for mark in lane.marks) == len(inside)
        assert 0 <= lane.share <= 1
        for kind in ("read", "gap"):
            spans = [
                (float(mark.x), float(mark.x) + float(mark.width))
                for mark in lane.marks
                if mark.kind == kind
            ]
            assert all(0 <= first < last <= WIDTH + 0.11 for first, last in spans)
            assert spans == sorted(spans)
            ends = [last for _, last in spans]
            assert all(
                first >= end - 0.11 for (first, _), end in zip(spans[1:], ends, strict=False)
            )


def test_time_that_two_stretches_cover_counts_once() -> None:
    spans = [(START, START + 2 * DAY), (START + DAY, START + 3 * DAY), (START + 5 * DAY, END)]

    assert covered_time(spans) == 8 * DAY


def test_a_share_is_never_rounded_to_all_or_nothing() -> None:
    shares = [percent(share) for share in (1.0, 0.9999, 0.5, 0.015, 0.00001, 0.0)]

    assert shares == ["100 %", "99.9 %", "50 %", "1.5 %", "under 0.1 %", "0 %"]


@pytest.mark.django_db
def test_strips_stand_under_the_chart_of_the_room(
    owner: Any, stranger: Any, record: Callable[..., Any], post: Callable[..., dict[str, Any]]
) -> None:
    save_watch(owner, name="flu", query="flu")
    noon = datetime(2026, 10, 20, 12, tzinfo=UTC)
    covered = (
        Covered(community="", since=noon - DAY, until=noon - DAY / 2),
        Covered(
            community="",
            since=noon - DAY / 2,
            until=noon - DAY / 4,
            reason="<b>the feed</b> was closed",
        ),
        Covered(community="", since=noon - DAY / 4, until=noon, sampled=0.5),
    )
    record(post(1, "flu", created_at=noon), coverage=covered)

    def page(actor: Any) -> str:
        client = Client()
        client.force_login(User.objects.get(pk=actor.user_id))
        return client.get("/listening/").content.decode()

    seen = page(owner)
    assert "What was read of this time" in seen
    assert "&lt;b&gt;the feed&lt;/b&gt; was closed" in seen
    assert "<b>the feed" not in seen
    assert "A sample: 50 % of the posts" in seen
    assert 'class="gap"' in seen
    assert "the feed" not in page(stranger)
