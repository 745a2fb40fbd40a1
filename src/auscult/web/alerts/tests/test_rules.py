"""What rules see, and what they don't: storms, gaps, topics, reach, sources, phrases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts.models import Actor
from auscult.web.alerts import hearing, queries, volume
from auscult.web.alerts.actions import Wish, remove_rule, save_rule
from auscult.web.alerts.drawing import drawing
from auscult.web.alerts.evaluating import evaluate, look_for_phrases
from auscult.web.alerts.models import Alert, Kind, Standing, State
from auscult.web.alerts.wording import reasons, title
from auscult.web.delivery.models import Letter
from auscult.web.listening.actions import remove_watch

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
Say = Callable[..., None]


def steady(since: Any, hours: int, each: int = 2) -> list[tuple[Any, str]]:
    """Return posts about waiting, so many an hour; each word is an old one."""
    return [
        (since + n * HOUR + part * timedelta(minutes=9), f"we wait in room {(n + part) % 9}")
        for n in range(hours)
        for part in range(each)
    ]


def look(owner: Actor) -> None:
    while evaluate(owner) or look_for_phrases(owner):
        pass


@pytest.fixture
def learned(owner: Actor, clock: FixedClock, watch: Any, say: Say) -> FixedClock:
    """Have three steady weeks behind, two posts an hour, and the first rules made."""
    begin = clock.now() - 21 * DAY
    say(*steady(begin, 21 * 24), read=(begin, clock.now()))
    clock.advance(timedelta(minutes=11))
    look(owner)
    return clock


def an_hour(clock: FixedClock, owner: Actor, say: Say, posts: int, *, read: bool = True) -> None:
    """Let an hour pass with so many posts, read or not, and look at it."""
    begin = clock.now() - timedelta(minutes=11)
    told = [
        (begin + n * timedelta(seconds=60 // max(1, posts // 50)), f"wait {n % 9}")
        for n in range(posts)
    ]
    say(*told, read=(begin, begin + HOUR) if read else None)
    clock.advance(HOUR)
    look(owner)


def of_kind(owner: Actor, kind: Kind) -> list[Alert]:
    return list(queries.alerts(owner).filter(kind=kind))


def test_a_storm_is_one_alert_that_grows_and_ends(
    owner: Actor, learned: FixedClock, say: Say
) -> None:
    for _ in range(3):
        an_hour(learned, owner, say, 2)
    assert not of_kind(owner, Kind.VOLUME)
    for _ in range(3):
        an_hour(learned, owner, say, 30)
    (alert,) = of_kind(owner, Kind.VOLUME)
    assert title(alert) == "More than usual: Waiting"
    assert "30 mentions came from 20 Nov 2026, 15:00" in reasons(alert)[0]
    assert "about 2.0 are usual" in reasons(alert)[0]
    assert alert.facts["so_far"]["observed"] == 90
    for _ in range(26):
        an_hour(learned, owner, say, 2)
    (alert,) = of_kind(owner, Kind.VOLUME)
    assert alert.state == State.PAST
    assert alert.facts["observed"] == 90


def test_steady_hours_raise_nothing_and_gaps_are_no_zeros(
    owner: Actor, learned: FixedClock, say: Say
) -> None:
    for hour in range(30):
        silent = 5 <= hour < 15
        an_hour(learned, owner, say, 0 if silent else 2, read=not silent)
    assert not of_kind(owner, Kind.VOLUME)


def test_the_drawing_has_the_band_and_marks_what_was_not_read(
    owner: Actor, learned: FixedClock, say: Say
) -> None:
    an_hour(learned, owner, say, 30)
    (alert,) = of_kind(owner, Kind.VOLUME)
    drawn = drawing(owner, alert)
    assert drawn is not None
    assert drawn.top == 30
    assert drawn.most.count == 30
    assert drawn.most.alarming
    assert all(one.low is not None and one.low <= 2 <= one.high for one in drawn.hours[:100])  # type: ignore[operator]
    assert drawn.band


def test_a_new_source_is_no_storm(
    owner: Actor, learned: FixedClock, say: Say, make_source: Callable[..., Any]
) -> None:
    other = make_source(owner, "another")
    for _ in range(5):
        begin = learned.now() - timedelta(minutes=11)
        told = [(begin + n * timedelta(minutes=1), f"wait {n % 9}") for n in range(30)]
        say(*told, into=other, read=(begin, begin + HOUR))
        an_hour(learned, owner, say, 2)
    assert not of_kind(owner, Kind.VOLUME)


def test_first_rules_are_made_once(owner: Actor, learned: FixedClock) -> None:
    assert queries.rules(owner).count() == 4
    remove_rule(owner, rule=queries.rules(owner).filter(kind=Kind.VOLUME).get())
    look(owner)
    assert queries.rules(owner).count() == 3


def test_a_topic_is_told_once_enough_came_within_a_day(
    owner: Actor, learned: FixedClock, say: Say
) -> None:
    save_rule(owner, wish=Wish(name="Knives", kind=Kind.TOPIC, query="knife", least=2))
    learned.advance(timedelta(minutes=10))
    say((learned.now() - timedelta(minutes=1), "we wait, he has a knife"))
    look(owner)
    assert not of_kind(owner, Kind.TOPIC)
    learned.advance(timedelta(minutes=30))
    say((learned.now() - timedelta(minutes=1), "wait, a knife!"))
    look(owner)
    look(owner)
    (alert,) = of_kind(owner, Kind.TOPIC)
    assert alert.facts["count"] == 2
    learned.advance(timedelta(minutes=30))
    # Posted before the last look, collected after it.
    say((learned.now() - timedelta(minutes=45), "knife, and we wait"))
    look(owner)
    (alert,) = of_kind(owner, Kind.TOPIC)
    assert (alert.facts["count"], alert.joined) == (3, 1)
    learned.advance(DAY + HOUR)
    look(owner)
    assert of_kind(owner, Kind.TOPIC)[0].state == State.PAST


def test_of_a_flood_the_newest_posts_are_looked_at(
    owner: Actor, learned: FixedClock, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hearing, "AT_ONCE", 3)
    save_rule(owner, wish=Wish(name="Knives", kind=Kind.TOPIC, query="knife"))
    learned.advance(timedelta(minutes=10))
    begin = learned.now() - timedelta(minutes=5)
    say(*((begin + n * timedelta(seconds=9), f"we wait in room {n}") for n in range(5)))
    say((begin + timedelta(minutes=2), "we wait, he has a knife"))
    look(owner)
    assert of_kind(owner, Kind.TOPIC)


def test_what_came_before_a_rule_is_not_held_against_it(
    owner: Actor, learned: FixedClock, say: Say
) -> None:
    say((learned.now() - timedelta(minutes=5), "we wait, he has a knife"))
    save_rule(owner, wish=Wish(name="Knives", kind=Kind.TOPIC, query="knife"))
    look(owner)
    assert not of_kind(owner, Kind.TOPIC)


def test_an_author_with_reach_is_told_of(owner: Actor, learned: FixedClock, say: Say) -> None:
    learned.advance(timedelta(minutes=10))
    say((learned.now() - timedelta(minutes=2), "I wait"), author_followers=19_999)
    look(owner)
    assert not of_kind(owner, Kind.REACH)
    say((learned.now() - timedelta(minutes=2), "I wait, too"), author_followers=20_000)
    look(owner)
    (alert,) = of_kind(owner, Kind.REACH)
    assert "1 post since" in reasons(alert)[0]
    assert "20,000 followers" in reasons(alert)[0]


def test_a_source_that_fails_and_mends(
    owner: Actor, learned: FixedClock, source: Any, say: Say
) -> None:
    source.error = "answered 503"
    source.save()
    look(owner)
    learned.advance(timedelta(minutes=29))
    look(owner)
    assert not of_kind(owner, Kind.SOURCE)
    learned.advance(timedelta(minutes=2))
    look(owner)
    look(owner)
    (alert,) = of_kind(owner, Kind.SOURCE)
    assert title(alert) == "Failing: town"
    assert "It says: answered 503" in reasons(alert)
    source.error = ""
    source.save()
    look(owner)
    assert of_kind(owner, Kind.SOURCE)[0].state == State.PAST


def test_a_phrase_that_is_new_is_told_once(owner: Actor, learned: FixedClock, say: Say) -> None:
    learned.advance(2 * HOUR)
    told = (
        "Is it norovirus? We wait outside with the baby",
        "my gran has norovirus, so nobody may visit, wait and see",
        "They closed six beds because of norovirus, long wait",
        "norovirus again, my sister waits since noon",
        "wait, what, norovirus at the clinic of all places",
        "A nurse told us about norovirus while we were waiting for soup",
    )
    said = [(learned.now() - n * timedelta(minutes=3), text) for n, text in enumerate(told, 1)]
    say(*said)
    look(owner)
    (alert,) = of_kind(owner, Kind.PHRASE)
    assert "norovirus" in title(alert)
    assert "6 people used it within a day, and nobody before" in reasons(alert)[0]
    learned.advance(2 * HOUR)
    look(owner)
    (again,) = of_kind(owner, Kind.PHRASE)
    assert again.joined == 0


def test_two_looks_at_once_raise_one_alert(
    owner: Actor, learned: FixedClock, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_on = volume.look
    races = iter([True])

    def looking(*given: Any) -> Any:
        seen = look_on(*given)
        if next(races, False):
            look(owner)  # another runner is quicker
        return seen

    monkeypatch.setattr(volume, "look", looking)
    an_hour(learned, owner, say, 30)
    assert len(of_kind(owner, Kind.VOLUME)) == 1
    assert Standing.objects.get().version > 1


def test_a_watch_takes_its_alerts_along(
    owner: Actor, learned: FixedClock, watch: Any, say: Say
) -> None:
    an_hour(learned, owner, say, 30)
    remove_watch(owner, watch=watch)
    look(owner)
    assert not Alert.objects.exists()


def test_another_house_hears_nothing(
    owner: Actor, stranger: Actor, learned: FixedClock, say: Say
) -> None:
    an_hour(learned, owner, say, 30)
    look(stranger)
    assert not queries.alerts(stranger).exists()
    assert not Letter.objects.filter(organisation_id=stranger.organisation_id).exists()
