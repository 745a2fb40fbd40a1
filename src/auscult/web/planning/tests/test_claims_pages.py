"""Purists' corner: planted effects are found, none is made up, and people see why."""

from __future__ import annotations

import csv
import io
import math
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from auscult.engine.connectors.base import Batch
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.planning.claims import Finding, Verdict
from auscult.engine.planning.claims.worlds import World, follow, simulate
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.accounts.queries import system_actor
from auscult.web.listening.actions import record_batch, save_watch
from auscult.web.listening.lake import lake_name, lake_of
from auscult.web.listening.models import Mention, Peer
from auscult.web.listening.standing import StandingWatches
from auscult.web.planning import (
    claims_actions,
    claims_findings,
    claims_posts,
    claims_queries,
    claims_testing,
    claims_views,
)
from auscult.web.planning.claims_actions import ClaimWish, TrialWish
from auscult.web.planning.claims_models import Claim, ClaimState, Trial, Whose
from auscult.web.planning.claims_posts import posts_for
from auscult.web.planning.claims_ready import READY
from auscult.web.planning.errors import PlanRefused, PlanUnknown
from auscult.web.sources.models import Source

pytestmark = pytest.mark.django_db
AUTHORS = 5
YEAR_AGO = date(2025, 11, 20)


@pytest.fixture(autouse=True)
def simulated(monkeypatch: pytest.MonkeyPatch, clock: FixedClock) -> None:
    """Let people who come by a browser have the tests' clock."""
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)


@pytest.fixture
def source(owner: Actor) -> Source:
    return new_source(owner)


def new_source(actor: Actor) -> Source:
    now = actor.clock.now()
    return Source.objects.create(
        organisation_id=actor.organisation_id,
        name="Peers",
        connector="mastodon",
        next_attempt=now,
        created_at=now,
    )


@pytest.fixture
def peers(owner: Actor, source: Source) -> None:
    """Follow the authors of the planted worlds."""
    for number in range(AUTHORS):
        Peer.objects.create(
            organisation_id=owner.organisation_id,
            source=source,
            author=f"author-{number}",
            handle=f"@desk{number}",
            label=f"Desk {number}",
            added_at=owner.clock.now(),
        )


def keep(actor: Actor, source: Source, posts: pa.Table) -> None:
    lake_of(actor).write(posts, source=lake_name(source), key="planted")


def planted(effect: float, *, days: int = 180, seed: int = 1) -> pa.Table:
    return simulate(World(authors=AUTHORS, days=days, effect=effect), np.random.default_rng(seed))


def examine(actor: Actor) -> None:
    """Do what the runner does until nothing is due."""
    runner = system_actor(actor.organisation_id, "claims", clock=actor.clock)
    for _slice in range(20):
        if not claims_testing.examine(runner):
            return
    raise AssertionError("there is always more to do")


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, *args: Any) -> str:
    answer = browser(actor).get(reverse(f"planning:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(unescape(answer.content.decode()).split())


def send(actor: Actor, name: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"planning:{name}", args=args), data)


def finding_of(one: Claim | Trial) -> Finding:
    assert one.finding is not None
    return claims_findings.from_data(one.finding)


def media(**more: Any) -> ClaimWish:
    return ClaimWish(kind="media", **more)


def test_a_planted_effect_holds_here(owner: Actor, source: Source, peers: None) -> None:
    keep(owner, source, planted(math.log(1.5)))
    for wish in (media(), ClaimWish(kind="post-at", number=9), ClaimWish(kind="short", number=100)):
        claims_actions.add_claim(owner, wish=wish)
    waiting = page(owner, "claims")
    assert "waits for its first test" in waiting
    assert "reaches back" not in waiting
    examine(owner)
    found = {one.kind: finding_of(one) for one in Claim.objects.all()}
    assert found["media"].verdict is Verdict.HOLDS
    assert found["media"].low is not None
    assert found["media"].low < 1.5
    assert found["post-at"].verdict is Verdict.CANNOT_TELL
    assert found["short"].ratio is None, "all texts have the same length"
    said = page(owner, "claims")
    assert "holds here" in said
    assert "3 claims are looked at together" in said
    assert "author-0" not in said
    one = page(owner, "claim", Claim.objects.get(kind="media").pk)
    assert "No archive can take it out".lower() in one.lower()
    assert "How the evidence grew" in one
    since = found["media"].since
    assert since is not None
    assert f"as posts are kept, which here is to {since:%-d %b %Y}." in one
    assert f"there are some from {since:%-d %b %Y} on" in said
    assert "Later posts that show less" in one
    assert 'class="interval"' in one
    assert "author-" not in one


def test_with_nothing_there_no_day_gives_a_false_verdict(
    owner: Actor, source: Source, peers: None, clock: FixedClock
) -> None:
    """The archive grows from day to day, and is looked at each time."""
    posts = planted(0.0, days=240, seed=3)
    read = np.array(posts.column("collected_at").cast(pa.int64()))
    claim = claims_actions.add_claim(owner, wish=media())
    verdicts = []
    days = (read - read.min()) // 86_400_000_000
    for until in range(0, 250, 10):  # more looks stand in the engine's own simulations
        new = posts.filter(pa.array((days >= until - 10) & (days < until)))
        lake_of(owner).write(new, source=lake_name(source), key=f"until {until}")
        clock.advance(timedelta(days=1))
        examine(owner)
        claim.refresh_from_db()
        assert claim.tested_at == clock.now(), "it was tested that day"
        verdicts.append(finding_of(claim).verdict)
    assert claim.posts == posts.num_rows
    assert Verdict.HOLDS not in verdicts
    assert finding_of(claim).ratio == pytest.approx(1.0, abs=0.1)


def test_claims_that_were_added_apart_are_due_together(
    owner: Actor, source: Source, clock: FixedClock
) -> None:
    for hours in (0, 5):
        clock.advance(timedelta(hours=hours))
        claims_actions.add_claim(owner, wish=media())
        examine(owner)
    assert len(set(Claim.objects.values_list("due_at", flat=True))) == 1


def test_of_too_many_the_oldest_are_read_and_it_is_said(
    owner: Actor, source: Source, peers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts = planted(0.0, days=20)
    keep(owner, source, posts)
    for module in (claims_posts, claims_views):
        monkeypatch.setattr(module, "MOST_POSTS", 50)
    claim = claims_actions.add_claim(owner, wish=media())
    examine(owner)
    claim.refresh_from_db()
    assert claim.posts == 50
    read = posts_for(owner, whose=Whose.PEERS, names=[], since=YEAR_AGO)
    assert read.column("uri").to_pylist() == posts.column("uri").to_pylist()[:50]
    assert "the oldest 50 count" in page(owner, "claim", claim.pk)


def test_daily_and_no_oftener(owner: Actor, source: Source, peers: None, clock: FixedClock) -> None:
    claim = claims_actions.add_claim(owner, wish=media())
    examine(owner)
    first = Claim.objects.get(pk=claim.pk).tested_at
    clock.advance(timedelta(hours=23))
    examine(owner)
    assert Claim.objects.get(pk=claim.pk).tested_at == first
    clock.advance(timedelta(hours=1))
    examine(owner)
    assert Claim.objects.get(pk=claim.pk).tested_at == clock.now()
    said = page(owner, "claim", claim.pk)
    assert "There is nothing to compare yet" in said
    assert "follow the accounts as peers" in said


def test_mentions_are_read_as_well_and_each_post_once(
    owner: Actor, stranger: Actor, source: Source
) -> None:
    save_watch(owner, name="Posts", query="post")
    posts = planted(math.log(1.5), days=20)
    batch = Batch(posts=posts, snapshot={"at": "end"})
    record_batch(owner, source=source, batch=batch, watch_set=StandingWatches(owner))
    assert Mention.objects.count() == posts.num_rows
    keep(owner, source, posts)
    read = posts_for(owner, whose=Whose.EVERYBODY, names=[], since=YEAR_AGO)
    assert read.num_rows == posts.num_rows
    assert read.schema == posts.schema
    assert read.column("engagement").null_count == 0
    own = posts_for(owner, whose=Whose.ACCOUNTS, names=["@author-1"], since=YEAR_AGO)
    assert set(own.column("author").to_pylist()) == {"author-1"}
    late = posts_for(owner, whose=Whose.EVERYBODY, names=[], since=date(2026, 1, 15))
    assert 0 < late.num_rows < read.num_rows
    for whose in Whose:
        theirs = posts_for(stranger, whose=whose, names=["author-1"], since=YEAR_AGO)
        assert theirs.num_rows == 0


def test_what_was_read_last_counts(owner: Actor, source: Source) -> None:
    posts = planted(0.0, days=3)
    keep(owner, source, posts)
    later = pa.array(np.array(posts.column("collected_at").cast(pa.int64())) + 1)
    column = posts.schema.get_field_index("collected_at")
    again = posts.set_column(
        column, posts.schema.field(column), later.cast(posts.schema.field(column).type)
    )
    lake_of(owner).write(again, source=lake_name(source), key="again")
    read = posts_for(owner, whose=Whose.EVERYBODY, names=[], since=YEAR_AGO)
    assert read.num_rows == posts.num_rows
    assert read.column("collected_at").to_pylist() == again.column("collected_at").to_pylist()


@pytest.mark.parametrize("kind", READY)
def test_each_ready_made_claim_is_added_by_its_form(teammate: Actor, kind: str) -> None:
    said = page(teammate, "add-claim", kind)
    assert "Test it" in said
    data = {
        "outcome": "likes",
        "whose": "accounts",
        "names": "desk@social.example\n",
        "worthwhile": 30,
    }
    ask = READY[kind].ask
    if ask is not None:
        data["number"] = ask.usual
    answer = send(teammate, "add-claim", kind, **data)
    assert answer.status_code == 302, answer.content.decode()
    made = Claim.objects.get()
    assert answer.url == reverse("planning:claim", args=[made.pk])
    assert made.defined.outcome == "likes"
    assert made.defined.worthwhile == pytest.approx(1.3)
    assert made.names == ["desk@social.example"]
    assert made.title in page(teammate, "claims")
    assert AuditEntry.objects.filter(action="add-claim", target=made.title).exists()


def test_a_form_says_what_is_missing(owner: Actor) -> None:
    data = {"outcome": "likes", "whose": "accounts", "names": " ", "worthwhile": 20}
    said = send(owner, "add-claim", "media", **data).content.decode()
    assert "one a line" in said
    assert not Claim.objects.exists()
    assert browser(owner).get("/plan/claims/add/nonsense/").status_code == 404


def test_the_page_teaches_while_it_is_empty(owner: Actor, onlooker: Actor) -> None:
    assert "No claim is tested yet" in page(owner, "claims")
    assert "Always three hashtags." in page(owner, "claims")
    assert reverse("planning:add-claim", args=["media"]) not in page(onlooker, "claims")


def test_a_claim_is_put_aside_taken_up_and_removed(
    owner: Actor, onlooker: Actor, stranger: Actor, clock: FixedClock
) -> None:
    claim = claims_actions.add_claim(owner, wish=media())
    other = claims_actions.add_claim(owner, wish=ClaimWish(kind="video"))
    examine(owner)
    clock.advance(timedelta(hours=1))
    send(owner, "move-claim", claim.pk, state="aside")
    examine(owner)
    claim.refresh_from_db()
    other.refresh_from_db()
    assert other.tested_at == clock.now(), "it stands alone now"
    assert claim.tested_at != other.tested_at
    assert "Put aside" in page(owner, "claims")
    send(owner, "move-claim", claim.pk, state="active")
    assert send(owner, "move-claim", claim.pk, state="elsewhere").status_code == 400
    with pytest.raises(NotAllowed):
        claims_actions.move_claim(onlooker, claim=claim, state=ClaimState.ASIDE)
    with pytest.raises(PlanUnknown):
        claims_actions.remove_claim(stranger, claim=claim)
    assert "Remove “Posts with media get more”?" in page(owner, "remove-claim", claim.pk)
    send(owner, "remove-claim", claim.pk)
    assert list(Claim.objects.all()) == [other]


def test_no_more_than_so_many_are_tested_together(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims_actions, "MOST_CLAIMS", 2)
    first = claims_actions.add_claim(owner, wish=media())
    claims_actions.add_claim(owner, wish=media())
    with pytest.raises(PlanRefused, match="at most 2; put one aside first"):
        claims_actions.add_claim(owner, wish=media())
    claims_actions.move_claim(owner, claim=first, state=ClaimState.ASIDE)
    claims_actions.add_claim(owner, wish=media())
    with pytest.raises(PlanRefused):
        claims_actions.move_claim(owner, claim=first, state=ClaimState.ACTIVE)


WISH = TrialWish(
    author="@desk0",
    first_day=date(2026, 11, 23),
    blocks=6,
    weekdays=(0, 1, 2, 3, 4),
    one="=Post with a picture",
    other="Post without one",
    one_at=time(9),
    other_at=time(9),
)


@pytest.fixture
def trial(owner: Actor, peers: None) -> Trial:
    claim = claims_actions.add_claim(owner, wish=media())
    return claims_actions.draw_trial(owner, claim=claim, wish=WISH, seed=7)


def test_a_trial_is_drawn_by_a_form(owner: Actor, peers: None) -> None:
    claim = claims_actions.add_claim(owner, wish=media(whose=Whose.ACCOUNTS, names=("@desk0",)))
    said = page(owner, "draw-trial", claim.pk)
    assert 'value="@desk0"' in said
    assert 'value="2026-11-23"' in said, "the Monday to come"
    data = {
        "author": "@desk0", "first_day": "2026-11-23", "weeks": "4", "weekdays": ["0", "2"],
        "one": "A picture", "other": "None", "one_at": "09:00", "other_at": "15:30",
    }  # fmt: skip
    assert (
        "days are drawn"
        in browser(owner)
        .post(reverse("planning:draw-trial", args=[claim.pk]), data, follow=True)
        .content.decode()
    )
    made = Trial.objects.get()
    assert (made.days, len(made.drawn.slots)) == (28, 8)
    past = send(owner, "draw-trial", claim.pk, **{**data, "first_day": "2026-11-20"})
    assert "a day that is to come" in past.content.decode()
    weekday = claims_actions.add_claim(owner, wish=ClaimWish(kind="post-on", number=1))
    assert "can't be drawn by days" in page(owner, "claim", weekday.pk)
    refused = send(owner, "draw-trial", weekday.pk, **data).content.decode()
    assert "about weekdays" in refused


def test_how_long_a_trial_takes_is_said_before_it_is_drawn(
    owner: Actor, source: Source, peers: None
) -> None:
    keep(owner, source, planted(0.0))
    wish = media(whose=Whose.ACCOUNTS, names=("@desk0",))
    claim = claims_actions.add_claim(owner, wish=wish)
    assert "often takes a year" in page(owner, "draw-trial", claim.pk)
    examine(owner)
    claim.refresh_from_db()
    assert claim.days_needed is not None
    assert f"it takes about {claim.days_needed} days" in page(owner, "draw-trial", claim.pk)
    trial = claims_actions.draw_trial(owner, claim=claim, wish=WISH, seed=1)
    examine(owner)
    trial.refresh_from_db()
    assert trial.days_needed == claim.days_needed
    assert f"about {claim.days_needed} days with a post; this trial has 60" in page(
        owner, "trial", trial.pk
    )


def test_a_trial_goes_out_as_files(owner: Actor, onlooker: Actor, trial: Trial) -> None:
    answer = browser(onlooker).get(reverse("planning:trial-csv", args=[trial.pk]))
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert len(rows) == 60
    assert {row["what"] for row in rows} == {"'=Post with a picture", "Post without one"}
    made = browser(owner).get(reverse("planning:trial-ical", args=[trial.pk]))
    events = Calendar.from_ical(made.content).walk("VEVENT")
    assert len(events) == 60
    assert len({str(one["uid"]) for one in events}) == 60
    assert AuditEntry.objects.filter(action="export-trial").count() == 2
    again = claims_actions.draw_trial(owner, claim=trial.claim, wish=WISH, seed=7)
    assert again.schedule == trial.schedule, "the seed says it all"


def follow_mostly(actor: Actor, source: Source, trial: Trial) -> None:
    """Put posts into the archive that follow a trial on nine days of ten."""
    rng = np.random.default_rng(2)
    posted = follow(trial.drawn, rng, effect=math.log(6), spread=0.4, followed=0.9, skipped=0.05)
    named = pa.array(["author-0"] * posted.num_rows)
    place = posted.schema.get_field_index("author")
    keep(actor, source, posted.set_column(place, posted.schema.field(place), named))


def test_a_trial_is_read_back_and_judged(
    owner: Actor, source: Source, trial: Trial, clock: FixedClock
) -> None:
    examine(owner)
    assert "No day is over yet" in page(owner, "trial", trial.pk)
    follow_mostly(owner, source, trial)
    clock.advance(timedelta(days=45))
    examine(owner)
    half = Trial.objects.get(pk=trial.pk)
    assert 0 < sum(one["over"] for one in half.kept) < 60
    clock.advance(timedelta(days=60))
    examine(owner)
    trial.refresh_from_db()
    finding = finding_of(trial)
    assert (finding.kind, finding.verdict) == ("drawn", Verdict.HOLDS)
    days = claims_findings.kept_from_data(trial.drawn, trial.kept)
    assert all(one.over for one in days)
    strayed = sum(one.posts > 0 and not one.as_drawn for one in days)
    assert 0 < strayed < 15
    said = page(owner, "trial", trial.pk)
    for text in (f"otherwise {strayed}", "nothing posted", "Days count as they were drawn"):
        assert text in said


def test_what_a_trial_came_to_outlasts_its_posts(
    owner: Actor, source: Source, trial: Trial, clock: FixedClock
) -> None:
    follow_mostly(owner, source, trial)
    clock.advance(timedelta(days=105))
    examine(owner)
    trial.refresh_from_db()
    lake_of(owner).expire(lake_name(source), clock.now())
    clock.advance(timedelta(days=30))
    examine(owner)
    again = Trial.objects.get(pk=trial.pk)
    assert again.tested_at == clock.now()
    assert again.posts == 0, "the archive has forgotten them"
    assert finding_of(again) == finding_of(trial), "but not what they came to"
    send(owner, "stop-trial", trial.pk)
    clock.advance(timedelta(days=90))
    examine(owner)
    assert Trial.objects.get(pk=trial.pk).tested_at == again.tested_at


def test_another_house_sees_nothing_of_it(owner: Actor, stranger: Actor, trial: Trial) -> None:
    for name, number in (
        ("claim", trial.claim_id), ("remove-claim", trial.claim_id), ("draw-trial", trial.claim_id),
        ("trial", trial.pk), ("trial-csv", trial.pk), ("trial-ical", trial.pk),
    ):  # fmt: skip
        assert browser(stranger).get(reverse(f"planning:{name}", args=[number])).status_code == 404
    for name, number in (("move-claim", trial.claim_id), ("stop-trial", trial.pk)):
        assert send(stranger, name, number, state="aside").status_code == 404
    assert "Posts with media" not in page(stranger, "claims")
    assert claims_queries.trials(owner).count() == 1


@pytest.mark.parametrize("name", ["owner", "editor", "analyst"])
def test_who_may_change_and_who_may_look(
    persons: dict[str, Actor], name: str, trial: Trial
) -> None:
    actor = persons[name]
    editor = name != "analyst"
    assert page(actor, "claim", trial.claim_id)
    assert page(actor, "trial", trial.pk)
    for form in ("draw-trial", "remove-claim"):
        answer = browser(actor).get(reverse(f"planning:{form}", args=[trial.claim_id]))
        assert (answer.status_code != 403) == editor
    assert (send(actor, "stop-trial", trial.pk).status_code != 403) == editor
