"""Instances that fail, refuse or fall silent: what is kept, and what a person is told."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from auscult.engine.connectors.mastodon.api import Api
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.connectors.mastodon.instance import Instance
from auscult.engine.connectors.mastodon.listening import SLOWEST, Listening
from auscult.engine.connectors.mastodon.timelines import read_timeline
from auscult.engine.connectors.mastodon.track import Track
from auscult.engine.kernel.clock import SystemClock
from auscult.engine.kernel.errors import Remote
from auscult.engine.kernel.http import Network
from servers.mastodon import FakeMastodon, Fault
from servers.mastodon_desk import Desk

Make = Callable[..., Desk]


def _fails(one: Desk) -> Remote:
    with pytest.raises(Remote) as error:
        one.until(lambda: False)
    return error.value


def test_a_token_that_is_not_accepted_needs_a_person(fake: FakeMastodon, desk: Make) -> None:
    error = _fails(desk(access_token="revoked"))
    assert error.needs_login
    assert "doesn't accept the access token" in error.message
    assert "revoked" not in error.message.replace("it was revoked", "")


def test_a_token_that_is_revoked_later(fake: FakeMastodon, desk: Make) -> None:
    one = desk()
    one.until_live()
    fake.tokens.clear()
    fake.cut()
    assert _fails(one).needs_login


def test_no_instance_at_this_address(fake: FakeMastodon, desk: Make) -> None:
    fake.faults.append(Fault("/api/", status=404, body=b"<h1>Not here</h1>", times=99))
    error = _fails(desk())
    assert error.permanent
    assert "no Mastodon API" in error.message


def test_a_wall_of_html_is_said_to_be_one(fake: FakeMastodon, desk: Make) -> None:
    page = {"Content-Type": "text/html"}
    fake.faults.append(Fault("/api/", status=200, headers=page, body=b"<html>wait", times=99))
    error = _fails(desk())
    assert "web page instead of data" in error.message
    assert not error.permanent


@pytest.mark.parametrize("token", ["good", None])
def test_a_wall_that_says_403_passes(fake: FakeMastodon, desk: Make, token: str | None) -> None:
    page = {"Content-Type": "text/html; charset=UTF-8"}
    fake.faults.append(Fault("/api/", status=403, headers=page, body=b"<html>no", times=99))
    error = _fails(desk(access_token=token))
    assert "keeps programs out" in error.message
    assert (error.permanent, error.needs_login) == (False, False)


@pytest.mark.parametrize("body", [b"{broken", b'{"error": "odd"}', b"null", b"7", b""])
def test_answers_that_are_no_lists(fake: FakeMastodon, desk: Make, body: bytes) -> None:
    fake.faults.append(Fault("/api/v1/timelines", status=200, body=body, times=99))
    error = _fails(desk(streaming=False))
    assert fake.host in error.message


@pytest.mark.parametrize("status", [429, 503])
def test_how_long_to_wait_is_handed_on(fake: FakeMastodon, desk: Make, status: int) -> None:
    headers = {"Retry-After": "17"}
    fake.faults.append(Fault("/api/v1/timelines", status=status, headers=headers, times=99))
    assert _fails(desk(streaming=False)).retry_after == 17


def test_a_limit_without_retry_after_says_when_it_ends(fake: FakeMastodon, desk: Make) -> None:
    until = (datetime.now(UTC) + timedelta(seconds=90)).isoformat()
    headers = {"X-RateLimit-Reset": until}
    fake.faults.append(Fault("/api/v1/timelines", status=429, headers=headers, times=99))
    error = _fails(desk(streaming=False))
    assert error.retry_after == pytest.approx(90, abs=20)


def test_failures_of_rest_do_not_end_a_live_stream(fake: FakeMastodon, desk: Make) -> None:
    fake.post("before")
    one = desk(timelines=["public", "@ann"])
    one.until(lambda: one.said == ["before"] and one.status.doing == "live and asking")
    fake.faults.append(Fault("/api/v1/accounts", status=503, times=99))
    one.until(lambda: "the stream goes on" in one.notes())
    fake.post("said meanwhile")
    one.until(lambda: "said meanwhile" in one.said)


def test_a_stream_that_is_refused_is_tried_again(fake: FakeMastodon, desk: Make) -> None:
    fake.faults.append(Fault("/api/v1/streaming", status=502, body=b"<html>", times=1))
    one = desk()
    one.until(lambda: "502" in one.notes())
    one.until_live()


@pytest.mark.parametrize("failures", [0, 9, 2_000])
def test_pauses_grow_and_end_at_five_minutes(failures: int) -> None:
    network = Network(random=Random(0))
    api = Api("https://example.social", None, network=network, clock=SystemClock())
    config = MastodonConfig(instance="example.social")
    listening = Listening(api, Instance(base="", domain=""), config, network)
    for why in (Remote("502"), Remote("503", retry_after=0.0), Remote("503", retry_after=600.0)):
        track = Track(timeline=read_timeline("public"), failures=failures)
        begun = time.monotonic()
        track.listening_since = begun
        listening.ended(track, why)
        pause = track.listen_at - begun
        usual = min(SLOWEST, 2.0 ** min(failures, 9))
        assert max(0.5 * usual, why.retry_after or 0.0) <= pause < max(1.5 * usual, 600.0) + 1
    api.close()


def test_connections_that_end_without_a_word(fake: FakeMastodon, desk: Make) -> None:
    fake.post("through")
    fake.faults.append(Fault("/api/v1/timelines", status=0, times=4))
    one = desk(streaming=False)
    with pytest.raises(Remote, match=r"127\.0\.0\.1") as error:
        one.until(lambda: one.said)
    assert not error.value.permanent
    fake.faults.clear()
    one.reopen()
    one.until(lambda: one.said == ["through"])


def test_a_body_that_is_cut_in_the_middle(fake: FakeMastodon, desk: Make) -> None:
    headers = {"Content-Length": "5000"}
    fake.faults.append(Fault("/api/v1/timelines", status=200, headers=headers, body=b'[{"id":'))
    assert not _fails(desk(streaming=False)).permanent


def test_frames_that_are_garbage_are_counted_and_shown(fake: FakeMastodon, desk: Make) -> None:
    one = desk()
    one.until_live()
    fake.push(b"event: update\ndata: {broken\n\n")
    fake.push(b"event: update\ndata: []\n\nevent: update\ndata: {}\n\n")
    fake.push(b"\xff\xfe\x00garbage\n\nevent: surprise\ndata: {}\n\nevent: delete\ndata: \n\n")
    fake.push(b'event: update\ndata: {"id": "1", "uri": "half \\ud800"}\n\n')
    fake.post("after the garbage")
    one.until(lambda: "after the garbage" in one.said)
    assert one.broken == 4
    assert one.status.unreadable == 4


def test_what_would_stop_a_careless_reader_stops_nothing(fake: FakeMastodon, desk: Make) -> None:
    one = desk()
    one.until_live()
    status = fake.post("before")
    deep = b"[" * 1_000 + b"]" * 1_000
    nested = json.dumps(status).encode()[:-1] + b', "x": ' + deep + b"}"
    for data in (b"[" * 200_000, deep, nested):
        fake.push(b"event: update\ndata: " + data + b"\n\n")
    fake.post("after")
    one.until(lambda: one.said == ["after", "before"])
    one.until(lambda: one.broken == 2)


def test_numbers_that_are_none(fake: FakeMastodon, desk: Make) -> None:
    status = fake.post("squared")
    headers = {"X-RateLimit-Limit": "\u00b3\u00b2", "X-RateLimit-Remaining": "\u00b2"}
    page = json.dumps([{**status, "id": "\u00b2"}]).encode()
    fake.faults.append(Fault("/api/v1/timelines", status=200, headers=headers, body=page, times=3))
    one = desk(streaming=False)
    one.until(lambda: one.said == ["squared"])
    one.until(lambda: len(fake.asked("/api/v1/timelines")) > 4)
    fake.post("later")
    one.until(lambda: "later" in one.said)


def test_the_limit_of_an_instance_is_kept_to(fake: FakeMastodon, desk: Make) -> None:
    fake.limit, fake.left = 300, 36  # of which a tenth is left to people
    for number in range(400):
        at = datetime.now(UTC) - timedelta(minutes=500 - number)
        fake.post(f"old {number}", quiet=True, at=at)
    one = desk(streaming=False)
    one.until(lambda: "limit" in one.status.doing)
    assert fake.left == 30
    assert one.status.quota is not None
    assert (one.status.quota.spent, one.status.quota.budget) == (270, 300)
    fake.left = 300
    one.until(lambda: len(one.texts) == 400)


def test_a_stream_that_falls_silent_is_given_up(fake: FakeMastodon, desk: Make) -> None:
    one = desk(silent_after=0.5)
    one.until_live()
    fake.heartbeat = None
    fake.push(b":thump\n")  # from the next wait on nothing comes
    one.until(lambda: "Asked for instead of streamed: public." in one.notes())
    fake.post("meanwhile", quiet=True)
    one.until(lambda: "meanwhile" in one.said)
    fake.heartbeat = 0.1
    one.until_live()
    fake.post("back")
    one.until(lambda: "back" in one.said)


def test_lists_need_a_sign_in(fake: FakeMastodon, desk: Make) -> None:
    fake.post("listed")
    one = desk(timelines=["list:1"])
    one.until_live()
    assert one.said == ["listed"]
    other = desk(timelines=["list:1", "public"], access_token=None)
    other.until(lambda: "list:1 can't be read" in other.notes())
    assert "sign in to read it" in other.notes()
    other.until(lambda: other.said == ["listed"])


def test_without_a_token_it_asks_and_says_why(fake: FakeMastodon, desk: Make) -> None:
    fake.post("open to all")
    one = desk(access_token=None)
    one.until(lambda: "Asked for instead of streamed: public." in one.notes() and one.said)
    assert one.said == ["open to all"]
    assert "sign in to read it" in one.notes()
    fake.post("more")
    one.until(lambda: "more" in one.said)


@pytest.mark.parametrize("who", ["disabled", "authenticated"])
def test_a_closed_timeline_is_a_gap_with_its_reason(
    fake: FakeMastodon, desk: Make, who: str
) -> None:
    fake.access = {"live_feeds": {"local": who, "remote": who}}
    fake.post("hidden #flu", quiet=True)
    fake.empty = True
    one = desk(timelines=["local", "#flu"], access_token=None, streaming=False)
    one.until(lambda: "local can't be read" in one.notes())
    word = "closed" if who == "disabled" else "signed in"
    assert word in one.notes()
    # Later its stretch is a gap.
    one.until(lambda: one.snapshot)
    one.reader.close()
    one.open()
    one.until(lambda: any(word in gap for gap in one.gaps()))
    assert not fake.asked("/api/v1/timelines/public")
    fake.empty = False
    one.until(lambda: one.said == ["hidden #flu"])


def test_an_empty_list_instead_of_an_error(fake: FakeMastodon, desk: Make) -> None:
    fake.post("there")
    one = desk(timelines=["public", "local"], streaming=False)
    one.until(lambda: one.snapshot and one.said == ["there"])
    # What was never read to its end isn't known to have had posts.
    one.until(lambda: all(part["min_id"] for part in one.snapshot["timelines"].values()))
    one.reader.close()
    fake.empty = True
    one.open()
    one.until(lambda: "it may be closed" in one.notes())
    one.until(lambda: len([gap for gap in one.gaps() if "empty list" in gap]) > 2)
    # It is looked at all the same, and as soon as something comes it isn't in doubt any more.
    fake.empty = False
    fake.post("more")
    one.until(lambda: "more" in one.said and not one.notes())


def test_a_list_that_does_not_go_back_far_enough_has_a_gap(fake: FakeMastodon, desk: Make) -> None:
    fake.post("first")
    one = desk(timelines=["list:1"])
    one.until_live()
    one.reader.close()
    fake.list_keeps = 5
    for number in range(9):
        fake.post(f"later {number}", quiet=True)
    one.open()
    one.until(lambda: len(one.texts) == 6)
    one.until(one.gaps)
    assert one.gaps()[0].startswith("The list keeps only its newest posts")
    assert "later 3" not in one.said


def test_everything_closed_for_want_of_a_sign_in_waits_for_a_person(
    fake: FakeMastodon, desk: Make
) -> None:
    fake.access = {"live_feeds": {"local": "authenticated", "remote": "authenticated"}}
    one = desk(access_token=None)
    with pytest.raises(Remote, match="only to who is signed in") as error:
        one.until(lambda: False)
    assert error.value.needs_login


def test_a_list_without_a_sign_in_waits_for_a_person(fake: FakeMastodon, desk: Make) -> None:
    error = _fails(desk(timelines=["list:1"], access_token=None, streaming=False))
    assert error.needs_login
    assert "sign in to read it" in error.message


def test_a_part_of_a_timeline_may_be_closed(fake: FakeMastodon, desk: Make) -> None:
    fake.access = {"live_feeds": {"local": "public", "remote": "disabled"}}
    fake.post("open")
    one = desk()
    one.until(lambda: one.said == ["open"])
    one.until(lambda: "remote" in one.notes())
