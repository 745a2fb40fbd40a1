"""Accounts and threads, asked of an AppView that answers as documented, and also worse."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from auscult.engine.connectors.base import Batch, Snapshot, configure
from auscult.engine.connectors.bluesky import AccountsConfig, BlueskyAccounts
from auscult.engine.connectors.bluesky.identifiers import post_in
from auscult.engine.connectors.conformance import HERE, check_batch, standing
from auscult.engine.connectors.receiving import Receiving
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable, Remote
from auscult.engine.kernel.http import Network, Reach
from servers.small_appview import BEGUN, SmallAppView, small_appview

LONGEST = 60.0
ANNA = "did:plc:anna"


@pytest.fixture
def server() -> Iterator[SmallAppView]:
    with small_appview() as running:
        running.join("anna.example.org")
        yield running


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(BEGUN + timedelta(days=60))


class Heard:
    def __init__(self, reader: Receiving) -> None:
        self.reader = reader
        self.batches: list[Batch] = []

    def until(self, met: Callable[[Heard], Any]) -> Heard:
        deadline = time.monotonic() + LONGEST
        while not met(self):
            assert time.monotonic() < deadline, f"{self.texts} {self.reader.status}"
            batch = self.reader.next_batch()
            if batch is None:
                time.sleep(0.005)
                continue
            check_batch(batch)
            self.batches.append(batch)
        return self

    def rounds(self, count: int) -> Heard:
        """Wait until so many rounds are over."""
        return self.until(
            lambda heard: sum(bool(batch.coverage) for batch in heard.batches) >= count
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for batch in self.batches for row in batch.posts.to_pylist()]

    @property
    def texts(self) -> list[str]:
        return [row["text"] for row in self.rows]

    @property
    def deleted(self) -> list[str]:
        return [str(d.uri or d.author) for batch in self.batches for d in batch.deleted]

    @property
    def snapshot(self) -> Snapshot:
        return self.batches[-1].snapshot


@contextlib.contextmanager
def asking(
    server: SmallAppView, clock: FixedClock, *, snapshot: Snapshot | None = None, **values: Any
) -> Iterator[Heard]:
    given = {"host": server.url, **values}
    if "threads" not in given:
        given.setdefault("accounts", ["anna.example.org"])
    config = configure(AccountsConfig, given)
    reader = BlueskyAccounts().open(config, snapshot, clock=clock, network=HERE)
    try:
        yield Heard(reader)
    finally:
        reader.close()


def methods(server: SmallAppView) -> list[str]:
    return [method.rpartition(".")[2] for method, _ in server.asked]


def test_a_post_has_its_counts_and_its_author(server: SmallAppView, clock: FixedClock) -> None:
    uri = server.say(ANNA, "Flu jabs", likeCount=3, quoteCount=1)
    with asking(server, clock) as heard:
        heard.rounds(1)
    [row] = heard.rows
    assert row["uri"] == uri
    assert (row["author"], row["author_name"]) == (ANNA, "Anna")
    assert (row["author_followers"], row["author_verified"]) == (120, True)
    counts = {"likes": 3, "reposts": 0, "replies": 0, "quotes": 1, "views": None}
    assert row["engagement"] == counts
    assert row["created_at"] == BEGUN
    assert (row["language"], row["collected_at"]) == ("en", clock.now())


def test_an_account_that_is_read_no_longer_leaves_nothing_behind(
    server: SmallAppView, clock: FixedClock
) -> None:
    server.join("ben.example.org")
    server.say(ANNA, "Flu jabs")
    with asking(server, clock, accounts=["anna.example.org", "ben.example.org"]) as heard:
        heard.rounds(1)
        snapshot = heard.batches[-1].snapshot
    assert "did:plc:ben" in repr(snapshot)
    with asking(server, clock, snapshot=snapshot, accounts=["anna.example.org"]) as heard:
        clock.advance(timedelta(days=1))
        heard.rounds(1)
        after = heard.batches[-1].snapshot
    assert ANNA in repr(after)
    assert "ben" not in repr(after)


def test_labels_of_moderators_are_read_until_they_are_taken_back(
    server: SmallAppView, clock: FixedClock
) -> None:
    given = [
        {"src": "did:plc:moderator", "val": "spam"},
        {"src": "did:plc:moderator", "val": "rude"},
        {"src": "did:plc:moderator", "val": "rude", "neg": True},
        {"src": ANNA, "val": "graphic-media"},
        "no label",
    ]
    server.say(ANNA, "Flu jabs", labels=given)
    server.say(ANNA, "Nothing of note")
    with asking(server, clock) as heard:
        heard.rounds(1)
    tags = {row["text"]: row["tags"] for row in heard.rows}
    assert tags == {"Flu jabs": ["spam", "graphic-media"], "Nothing of note": None}


def test_the_first_round_goes_back_to_the_day_that_was_asked_for(
    server: SmallAppView, clock: FixedClock
) -> None:
    for number in range(450):  # an hour apart
        server.say(ANNA, f"post {number}")
    with asking(server, clock) as heard:
        heard.rounds(1)
    assert len(heard.texts) == 100
    with asking(server, clock, since="2025-12-10") as heard:
        heard.rounds(1)
    assert len(heard.texts) == 300  # whole pages, to the one that reaches over the day
    assert "post 216" in heard.texts
    assert methods(server).count("getAuthorFeed") == 4


def test_a_reading_that_was_cut_goes_on_where_it_was(
    server: SmallAppView, clock: FixedClock
) -> None:
    for number in range(450):
        server.say(ANNA, f"post {number}")
    with asking(server, clock, since="2025-01-01") as heard:
        heard.until(lambda heard: len(heard.texts) >= 200)
        snapshot = heard.batches[-1].snapshot
    server.say(ANNA, "post 450")
    with asking(server, clock, since="2025-01-01", snapshot=snapshot) as rest:
        rest.rounds(1)
    assert set(heard.texts) | set(rest.texts) == {f"post {n}" for n in range(451)}
    assert len(rest.texts) < 451


def test_how_far_back_it_is_is_shown(server: SmallAppView, clock: FixedClock) -> None:
    for number in range(1_200):
        server.say(ANNA, f"post {number}")
    with asking(server, clock, since="2025-01-01") as heard:
        heard.until(lambda heard: heard.texts)  # the thread is four batches ahead at most
        status = heard.reader.status
    assert status.doing == "catching up"
    assert status.notes[0].startswith("anna.example.org is read back to ")


def test_later_rounds_read_what_is_new_and_renew_counts(
    server: SmallAppView, clock: FixedClock
) -> None:
    uri = server.say(ANNA, "first")
    with asking(server, clock) as heard:
        heard.rounds(1).until(lambda heard: heard.reader.status.doing == "waiting")
        snapshot = heard.snapshot
    for number in range(150):
        server.say(ANNA, f"post {number}")
    server.views[uri]["likeCount"] = 9
    clock.advance(timedelta(minutes=16))
    with asking(server, clock, snapshot=snapshot) as later:
        later.rounds(1)
    assert set(later.texts) == {"first"} | {f"post {number}" for number in range(150)}
    [first] = [row for row in later.rows if row["text"] == "first"]
    assert first["engagement"]["likes"] == 9
    covered = [c for batch in later.batches for c in batch.coverage]
    assert covered[0].until - covered[0].since == timedelta(minutes=16)


def test_the_pause_grows_while_nothing_is_new(server: SmallAppView, clock: FixedClock) -> None:
    server.say(ANNA, "first")
    snapshot: Snapshot | None = None
    waits = []
    for _ in range(3):
        with asking(server, clock, snapshot=snapshot) as heard:
            heard.until(lambda heard: heard.reader.status.next_fetch)
            heard.until(lambda heard: heard.batches and heard.snapshot["due"])
            snapshot, due = heard.snapshot, heard.reader.status.next_fetch
        assert due is not None
        waits.append((due - clock.now()).total_seconds() / 60)
        clock.advance(timedelta(hours=2))
    assert waits[0] == pytest.approx(15, rel=0.06)
    assert waits[1] == pytest.approx(22.5, rel=0.06)


def test_what_others_said_is_not_hers(server: SmallAppView, clock: FixedClock) -> None:
    bert = server.join("bert.example.org")
    server.say(ANNA, "mine")
    server.reposts.append((ANNA, server.say(bert, "his")))
    with asking(server, clock) as heard:
        heard.rounds(1)
    assert heard.texts == ["mine"]


def test_a_thread_with_its_answers(server: SmallAppView, clock: FixedClock) -> None:
    bert = server.join("bert.example.org")
    first = server.say(ANNA, "question")
    answer = server.say(bert, "answer", to=first)
    server.say(ANNA, "thanks", to=answer)
    server.say(bert, "another answer", to=first)
    page = f"https://bsky.app/profile/{ANNA}/post/{first.rpartition('/')[2]}"
    with asking(server, clock, threads=[page]) as heard:
        heard.rounds(1)
    assert heard.texts == ["question", "answer", "thanks", "another answer"]
    assert [row["in_reply_to"] for row in heard.rows] == [None, first, answer, first]
    del server.views[first]
    with asking(server, clock, threads=[page]) as heard:
        heard.rounds(1)
    assert heard.deleted == [first]


def test_only_a_clear_answer_removes_a_post(server: SmallAppView, clock: FixedClock) -> None:
    uris = [server.say(ANNA, f"post {number}") for number in range(30)]
    with asking(server, clock) as heard:
        heard.rounds(1).until(lambda heard: heard.reader.status.doing == "waiting")
        del server.views[uris[7]]
        # The first answer is empty, as of a server that lost its memory for a moment.
        server.refusals.append((200, {"Content-Type": "application/json"}, b'{"posts": []}'))
        heard.reader.recheck(uris)
        heard.until(lambda heard: any(batch.confirmed for batch in heard.batches))
        heard.reader.recheck(uris)
        heard.until(lambda heard: sum(bool(batch.confirmed) for batch in heard.batches) == 2)
    first, second = (batch for batch in heard.batches if batch.confirmed)
    assert set(first.confirmed) == set(uris[25:])
    assert set(second.confirmed) == set(uris) - {uris[7]}
    assert heard.deleted == [uris[7], uris[7]]


@pytest.mark.parametrize(
    "error",
    [("AccountTakedown", "Account has been suspended"), ("InvalidRequest", "Profile not found")],
)
def test_an_account_that_left_and_came_back(
    server: SmallAppView, clock: FixedClock, error: tuple[str, str]
) -> None:
    server.say(ANNA, "first")
    with asking(server, clock) as heard:
        snapshot = heard.rounds(1).snapshot
    server.gone[ANNA] = error
    for expected in ([], [ANNA], []):  # a server may err once
        clock.advance(timedelta(hours=2))
        with asking(server, clock, snapshot=snapshot) as heard:
            snapshot = heard.rounds(1).snapshot
            assert heard.reader.status.notes[0].startswith("anna.example.org is not there")
        assert heard.deleted == expected
        assert heard.texts == []
    server.gone.clear()
    server.say(ANNA, "back")
    clock.advance(timedelta(hours=2))
    with asking(server, clock, snapshot=snapshot) as heard:
        heard.rounds(1)
    assert [batch.restored for batch in heard.batches if batch.restored] == [(ANNA,)]
    assert "back" in heard.texts
    assert heard.reader.status.notes == ()


def test_an_empty_list_of_accounts_is_no_farewell(server: SmallAppView, clock: FixedClock) -> None:
    server.say(ANNA, "first")
    server.refusals.append((200, {"Content-Type": "application/json"}, b'{"profiles": []}'))
    with asking(server, clock) as heard:
        heard.rounds(1)
        assert "not among the answers" in heard.reader.status.notes[0]
    assert heard.deleted == []


@pytest.mark.parametrize(
    ("refusal", "message", "wait"),
    [
        ((429, {"Retry-After": "30"}, b""), "429", 30),
        ((429, {}, b""), "429", None),
        ((503, {}, b"<html>"), "503", None),
        ((502, {}, b""), "502", None),
        ((200, {}, b"<html>"), "not JSON", None),
        ((200, {}, b"[]"), "no answer of an AppView", None),
        ((200, {}, b"{}"), "without profiles", None),
    ],
)
def test_what_goes_wrong_is_told(
    server: SmallAppView,
    clock: FixedClock,
    refusal: tuple[int, dict[str, str], bytes],
    message: str,
    wait: float | None,
) -> None:
    server.refusals.append(refusal)
    with asking(server, clock) as heard, pytest.raises(Remote, match=message) as caught:
        heard.rounds(1)
    assert caught.value.retry_after == wait
    assert not caught.value.permanent


def test_a_thread_that_is_refused_stops_no_other(
    server: SmallAppView, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.say(ANNA, "read all the same")
    wrong = "at://renamed.example.org/app.bsky.feed.post/3kaaaaaaaaa2a"
    answer, asked = SmallAppView.answer, {"actor": ["renamed.example.org"]}
    monkeypatch.setattr(
        SmallAppView,
        "answer",
        lambda self, method, params: (
            answer(self, "app.bsky.feed.getAuthorFeed", asked)  # which is refused with a 400
            if wrong in params.get("uri", ())
            else answer(self, method, params)
        ),
    )
    with asking(server, clock, accounts=["anna.example.org"], threads=[wrong]) as heard:
        heard.rounds(1)
        assert heard.texts == ["read all the same"]
        assert any(wrong in note for note in heard.reader.status.notes)
    [gap] = [one for batch in heard.batches for one in batch.coverage if one.reason]
    assert gap.community == wrong
    with asking(server, clock, threads=[wrong]) as alone, pytest.raises(Remote) as error:
        alone.rounds(1)
    assert error.value.permanent


def test_the_quota_is_shown_and_kept(server: SmallAppView, clock: FixedClock) -> None:
    server.say(ANNA, "first")
    resets = int((clock.now() + timedelta(minutes=40)).timestamp())
    server.headers = {
        "RateLimit-Limit": "3000",
        "RateLimit-Remaining": "20",
        "RateLimit-Reset": str(resets),
        "RateLimit-Policy": "3000;w=300",
    }
    with asking(server, clock) as heard:
        heard.until(lambda heard: heard.reader.status.next_fetch)
        status = heard.reader.status
    assert status.quota is not None
    assert (status.quota.spent, status.quota.budget) == (2980, 3000)
    assert status.next_fetch == clock.now() + timedelta(minutes=40)
    server.refusals.append((429, {}, b""))
    with asking(server, clock) as heard, pytest.raises(Remote) as caught:
        heard.rounds(1)
    assert caught.value.retry_after == pytest.approx(2400)


def test_what_is_no_post_is_kept_aside(server: SmallAppView, clock: FixedClock) -> None:
    for number in range(6):
        server.say(ANNA, f"post {number}")
    views = list(server.views.values())
    views[0]["record"] = "none"
    views[1]["record"] = {"createdAt": "2025-12-01T00:00:00Z"}
    views[2]["uri"] = f"at://{ANNA}/app.bsky.feed.generator/x"
    views[3]["likeCount"] = "many"
    views[4]["author"]["displayName"] = ""
    with asking(server, clock) as heard:
        heard.rounds(1)
        assert heard.reader.status.unreadable == 3
    assert heard.texts == ["post 5", "post 4", "post 3"]
    assert heard.rows[2]["engagement"]["likes"] is None
    assert heard.rows[1]["author_name"] == "anna.example.org"
    broken = [one.reason for batch in heard.batches for one in batch.broken]
    assert broken == ["it is no post", "it has no text", "it has no record"]


def test_a_server_that_turns_in_a_circle_is_left(server: SmallAppView, clock: FixedClock) -> None:
    server.say(ANNA, "first")
    item = b'{"post": {"indexedAt": "2026-01-0%d", "uri": "x"}}'
    pages = [b'{"cursor": "same", "feed": [' + item % n + b"]}" for n in (3, 2, 1)]
    with asking(server, clock, since="2020-01-01") as heard:
        snapshot = heard.rounds(1).snapshot
    clock.advance(timedelta(hours=1))
    profiles = b'{"profiles": [{"did": "did:plc:anna", "handle": "anna.example.org"}]}'
    server.refusals.extend((200, {}, body) for body in (profiles, *pages))
    with asking(server, clock, since="2020-01-01", snapshot=snapshot) as heard:
        heard.rounds(1)
    assert methods(server)[-2:] == ["getAuthorFeed", "getAuthorFeed"]


def test_every_snapshot_leads_to_the_same_end(server: SmallAppView, clock: FixedClock) -> None:
    for number in range(250):
        server.say(ANNA, f"post {number}")
    with asking(server, clock, since="2025-01-01") as heard:
        heard.rounds(1)
    whole = standing(heard.batches)
    for cut in range(1, len(heard.batches)):
        before = heard.batches[:cut]
        clock.advance(timedelta(hours=2))
        with asking(server, clock, since="2025-01-01", snapshot=before[-1].snapshot) as rest:
            rest.rounds(1)
        assert standing([*before, *rest.batches]) == whole


def test_accounts_are_recognised(server: SmallAppView) -> None:
    server.say(ANNA, "first")
    accounts = BlueskyAccounts(server.url)
    [sure] = accounts.probe("https://bsky.app/profile/anna.example.org", network=HERE)
    [less] = accounts.probe("anna.example.org", network=HERE)
    assert sure.config == less.config == {"accounts": [ANNA], "host": server.url}
    assert sure.confidence > less.confidence
    assert sure.name == "Anna on Bluesky"
    assert sure.reads == "The posts of Anna on Bluesky: 1 until now."
    configure(AccountsConfig, sure.config)
    assert accounts.probe("@nobody.example.org", network=HERE) == ()
    assert accounts.probe("two words", network=HERE) == ()
    server.refusals.append((500, {}, b""))
    assert accounts.probe("@anna.example.org", network=HERE) == ()
    assert accounts.probe("@anna.example.org", network=Network(Reach())) == ()


def test_configurations_say_what_is_wrong() -> None:
    with pytest.raises(Correctable, match="at least one of accounts and threads"):
        configure(AccountsConfig, {})
    with pytest.raises(Correctable, match="'mayo' is no account"):
        configure(AccountsConfig, {"accounts": ["mayo"]})
    with pytest.raises(Correctable, match="is no post"):
        configure(AccountsConfig, {"threads": ["https://bsky.app/profile/a.example"]})
    with pytest.raises(Correctable, match="no address of a server"):
        configure(AccountsConfig, {"accounts": ["a.example"], "host": "x"})
    config = configure(AccountsConfig, {"accounts": "@A.example,bsky.app/profile/a.example"})
    assert config.accounts == ("a.example",)
    about = BlueskyAccounts().about(config)
    assert about.reads == "What is said by or in 1 account on Bluesky."


def test_posts_are_found_in_what_is_pasted() -> None:
    assert post_in(f"at://{ANNA}/app.bsky.feed.post/3k") == f"at://{ANNA}/app.bsky.feed.post/3k"
    assert post_in(f"at://{ANNA}/app.bsky.feed.like/3k") == ""
    assert (
        post_in("bsky.app/profile/a.example/post/3k?x=1") == "at://a.example/app.bsky.feed.post/3k"
    )
    assert post_in("https://bsky.app/profile/a.example/lists/3k") == ""
