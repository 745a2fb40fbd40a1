"""Reading an instance of the tests' own: what comes, from before, now and late."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from servers.mastodon import FakeMastodon, Fault, fake_mastodon
from servers.mastodon_desk import PATIENCE, Desk

Make = Callable[..., Desk]


def test_what_was_said_before_and_what_is_said_now(fake: FakeMastodon, desk: Make) -> None:
    for number in range(100):
        fake.post(
            f"old {number}", quiet=True, at=datetime.now(UTC) - timedelta(minutes=200 - number)
        )
    one = desk()
    one.until_live()
    one.until(lambda: len(one.texts) == 100)
    fake.post("new")
    one.until(lambda: "new" in one.said)
    assert one.versions == 101
    assert one.status.last_event is not None
    assert one.status.lag is not None
    assert one.status.lag < 2
    assert one.status.quota is not None
    assert not one.status.notes


def test_edits_and_deletions_by_the_stream(fake: FakeMastodon, desk: Make) -> None:
    first, second = fake.post("first"), fake.post("second")
    one = desk()
    one.until_live()
    fake.edit(first, "first, changed")
    one.until(lambda: one.said == ["first, changed", "second"])
    fake.delete(second)
    one.until(lambda: one.said == ["first, changed"])
    assert one.tombstones == {second["uri"]}


def test_a_deletion_that_overtakes_its_post(fake: FakeMastodon, desk: Make) -> None:
    one = desk()
    one.until_live()
    ghost = fake.post("ghost", quiet=True)
    fake.delete(ghost)
    fake.tell("update", ghost)
    fake.post("end")
    one.until(lambda: "end" in one.said)
    assert one.said == ["end"]
    assert ghost["uri"] in one.tombstones


def test_a_deletion_of_a_post_that_no_reader_remembers(fake: FakeMastodon, desk: Make) -> None:
    kept = fake.post("kept", by="bob@two.example")
    one = desk()
    one.until_live()
    one.reader.close()
    # The next reader begins above it, and never sees it.
    one.snapshot["timelines"]["public"]["min_id"] = str(int(kept["id"]) + (1 << 40))
    one.open()
    one.until(lambda: one.status.doing == "live")
    fake.delete(kept)
    one.until(lambda: not one.texts)
    assert one.aliases[kept["id"]] == kept["uri"]


def test_nothing_is_lost_while_streams_are_cut(fake: FakeMastodon, desk: Make) -> None:
    one = desk(timelines=["public", "local", "#flu"])
    one.until_live()
    for number in range(60):
        fake.post(f"post {number} #flu", by="ann" if number % 2 else "bob@two.example")
        if number % 20 == 19:
            fake.cut()
            fake.post(f"while cut {number} #flu")
    one.until(lambda: len(one.texts) == 63 and one.status.doing == "live")
    # However many timelines have it, it is one post.
    assert one.versions == 63


def test_what_is_said_while_it_catches_up_is_not_held_back(fake: FakeMastodon, desk: Make) -> None:
    fake.post("start")
    one = desk()
    one.until_live()
    one.reader.close()
    for number in range(400):
        fake.post(f"missed {number}", quiet=True)
    fake.faults.append(Fault(r"/api/v1/timelines/public.*min_id", status=200, body=b"[]", times=0))
    one.open()
    one.until(lambda: fake.streams)
    fake.post("said now")
    one.until(lambda: len(one.texts) == 402)
    one.until_live()
    assert not one.gaps()


def test_a_crash_in_the_middle_of_catching_up_loses_nothing(fake: FakeMastodon, desk: Make) -> None:
    fake.post("start")
    one = desk()
    one.until_live()
    one.reader.close()
    for number in range(200):
        fake.post(f"missed {number}", quiet=True)
    for _ in range(4):
        one.open()
        one.until(lambda: fake.asked("/api/v1/timelines/public?limit=40&min_id="))
        fake.requests.clear()
        one.reader.close()
    one.open()
    one.until(lambda: len(one.texts) == 201)


def test_posts_of_others_that_arrive_late_are_found_by_a_look(
    fake: FakeMastodon, desk: Make
) -> None:
    one = desk(streaming=False)
    fake.post("newest", quiet=True)
    one.until(lambda: "newest" in one.said)
    # It gets an id of a minute ago.
    fake.post("late", quiet=True, by="bob@two.example", at=datetime.now(UTC) - timedelta(minutes=1))
    one.until(lambda: "late" in one.said)


def test_who_was_away_for_too_long_begins_anew_and_says_so(fake: FakeMastodon, desk: Make) -> None:
    fake.post("now", quiet=True)
    long_ago = (datetime.now(UTC) - timedelta(days=20)).isoformat()
    one = desk()
    one.reader.close()
    one.snapshot = {"timelines": {"public": {"min_id": "1", "at": long_ago}}}
    one.open()
    one.until(lambda: one.said == ["now"])
    (gap,) = one.gaps()
    assert gap.startswith("Nothing was read for more than 7 days")
    covered = sorted(one.coverage, key=lambda stretch: stretch.since)
    assert covered[0].since == datetime.fromisoformat(long_ago)
    assert all(a.until == b.since for a, b in pairwise(covered))


def test_how_far_back_it_reads_has_an_end_that_is_told(
    fake: FakeMastodon, desk: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auscult.engine.connectors.mastodon.looks.BACK", 2)
    for number in range(120):
        fake.post(
            f"old {number}", quiet=True, at=datetime.now(UTC) - timedelta(minutes=200 - number)
        )
    one = desk()
    one.until(lambda: len(one.texts) == 80 and one.gaps())
    assert one.gaps() == ["Only the newest 80 posts were read back."]


def test_timelines_that_have_no_stream_are_asked_for(fake: FakeMastodon, desk: Make) -> None:
    original = fake.post("of bob", by="bob@two.example")
    fake.post("of ann")
    fake.boost(original, by="ann")
    one = desk(timelines=["@ann", f"@ann@{fake.host}"], history_days=0.0)
    one.until(lambda: one.said == ["of ann", "of bob"])
    fake.post("more of ann")
    fake.post("more of bob", by="bob@two.example")
    one.until(lambda: "more of ann" in one.said)
    assert one.said == ["more of ann", "of ann", "of bob"]
    assert one.versions == 3
    assert one.status.doing == "asking"
    assert one.status.next_fetch is not None


def test_who_does_not_want_to_be_found_is_counted_and_not_kept(
    fake: FakeMastodon, desk: Make
) -> None:
    fake.post("private person", account=fake.account("bea", indexable=False))
    fake.post("our own", account=fake.account("clinic", indexable=False))
    one = desk(own_accounts=[f"@Clinic@{fake.host}"])
    one.until_live()
    assert one.said == ["our own"]
    assert "don't want to be found by searches: 1." in one.notes()


def test_who_changes_her_mind_is_forgotten(fake: FakeMastodon, desk: Make) -> None:
    said = fake.post("once public")
    one = desk()
    one.until_live()
    assert one.said == ["once public"]
    said["account"]["indexable"] = False
    fake.edit(said, "once public, edited")
    one.until(lambda: one.said == [])


def test_the_first_version_of_the_interface_will_do(fake: FakeMastodon, desk: Make) -> None:
    fake.second_version, fake.streaming = False, False
    fake.post("old server")
    one = desk()
    one.until(lambda: one.said == ["old server"])
    fake.post("more")
    one.until(lambda: "more" in one.said)
    assert one.status.doing == "asking"
    assert not one.status.notes


def test_rechecks_find_deletions_and_changes(fake: FakeMastodon, desk: Make) -> None:
    standing, edited, gone = fake.post("standing"), fake.post("edited"), fake.post("gone")
    far = fake.post("far", by="bob@two.example")
    one = desk()
    one.until_live()
    fake.edit(edited, "edited quietly", quiet=True)
    fake.delete(gone, quiet=True)
    asked = [post["uri"] for post in (standing, edited, gone, far)]
    one.reopen()
    one.until_live()
    aliases = {uri: alias for alias, uri in one.aliases.items()}
    one.reader.recheck(asked, aliases)
    one.until(lambda: len(one.confirmed) == 3 and len(one.texts) == 3)
    assert one.said == ["edited quietly", "far", "standing"]
    assert fake.asked("/api/v1/statuses?id")


@pytest.mark.parametrize("many", [True, False])
def test_rechecks_without_aliases(fake: FakeMastodon, desk: Make, many: bool) -> None:
    fake.many = many
    standing, gone = fake.post("standing"), fake.post("gone")
    one = desk()
    one.until_live()
    fake.delete(gone, quiet=True)
    one.reader.close()
    one.snapshot["timelines"]["public"]["min_id"] = str(max(fake.statuses) + (1 << 40))
    one.open()
    one.until(lambda: one.status.doing == "live")
    one.reader.recheck([standing["uri"], gone["uri"], f"{fake.url}/objects/77", "at://no"])
    one.until(lambda: one.said == ["standing"] and one.confirmed)
    one.until(lambda: f"{fake.url}/objects/77" in one.tombstones)
    assert one.confirmed == {standing["uri"]}


def test_rechecks_rest_when_an_instance_asks_for_it(fake: FakeMastodon, desk: Make) -> None:
    fake.many = False
    posts = [fake.post(f"post {number}") for number in range(30)]
    one = desk()
    one.until(lambda: one.status.doing == "live" and len(one.texts) == 30)
    busy = {"Retry-After": "600"}
    fake.faults.append(Fault("/api/v1/statuses", status=503, headers=busy, times=99))
    one.reader.recheck([post["uri"] for post in posts])
    one.until(lambda: fake.asked("/api/v1/statuses"))
    for number in range(5):  # rounds in which it could ask
        fake.post(f"later {number}")
        one.until(lambda: f"later {number}" in one.said)  # noqa: B023
    assert len(fake.asked("/api/v1/statuses")) == 1
    assert not one.tombstones


def test_what_an_instance_forgot_stands_for_as_long_as_at_home(
    fake: FakeMastodon, desk: Make
) -> None:
    with fake_mastodon() as home:
        far, gone = home.post("far"), home.post("gone")
        for one in (far, gone):
            fake.post(one["content"], by="bob@two.example", uri=one["uri"])
        reader = desk()
        reader.until_live()
        home.delete(gone)
        for one in list(fake.statuses.values()):
            fake.delete(one, quiet=True)
        aliases = {uri: alias for alias, uri in reader.aliases.items()}
        reader.reader.recheck([far["uri"], gone["uri"]], aliases)
        reader.until(lambda: reader.tombstones)
        reader.until(lambda: reader.confirmed == {far["uri"]})
        assert reader.tombstones == {gone["uri"]}


def test_closing_ends_threads_and_streams(fake: FakeMastodon, desk: Make) -> None:
    one = desk(timelines=["public", "local", "#flu"])
    one.until_live()
    assert fake.streams == 3
    begun = time.monotonic()
    one.reader.close()
    assert time.monotonic() - begun < 3
    deadline = time.monotonic() + PATIENCE
    while fake.streams and time.monotonic() < deadline:
        time.sleep(0.01)
    assert fake.streams == 0


def test_a_slow_archive_holds_the_stream_back(fake: FakeMastodon, desk: Make) -> None:
    one = desk()
    one.until_live()
    for number in range(3_000):
        fake.post(f"post {number} {'x' * 4_000}")
    seen = -1
    deadline = time.monotonic() + PATIENCE
    while one.status.frames != seen and time.monotonic() < deadline:  # until nothing moves
        seen = one.status.frames
        time.sleep(0.5)
    # Most of it waits at the other side, or in the sockets between.
    assert seen < 2_800
    one.until(lambda: len(one.texts) == 3_000)
    assert not one.gaps()
