"""Experiments: what is drawn, what was posted, and what may be said of it."""

from __future__ import annotations

import csv
import io
import json
import math
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pyarrow as pa
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.planning.claims import (
    Claim,
    Experiment,
    Finding,
    Kind,
    Schedule,
    Side,
    Verdict,
    Why,
    analyse,
    days_needed,
    draw,
    evidence,
    media_beat_none,
    post_at,
    post_on,
    read_back,
)
from auscult.engine.planning.claims.experiment import as_blocks
from auscult.engine.planning.claims.schedule import patterns
from auscult.engine.planning.claims.worlds import follow

NOW = datetime(2028, 1, 1, tzinfo=UTC)
NINE = post_at(9, "Europe/Berlin")


def _experiment(claim: Claim = NINE, blocks: int = 13, weekdays: tuple[int, ...] = (0, 1, 2, 3, 4),
                one: str = "Post at nine") -> Experiment:  # fmt: skip
    return Experiment(
        claim=claim, source="mastodon", author="clinic", first=date(2026, 1, 7), blocks=blocks,
        weekdays=weekdays, one=one, other="Post at three", one_at=time(9), other_at=time(15),
    )  # fmt: skip


def _drawn(seed: int = 0, **settings: int) -> Schedule:
    return draw(_experiment(**settings), np.random.default_rng(seed))  # type: ignore[arg-type]


def _numbers(finding: Finding, why: Why) -> dict[str, float]:
    return dict(next(reason for reason in finding.reasons if reason.why is why).numbers)


@pytest.mark.parametrize("weekdays", [(0,), (1, 3), (0, 1, 2, 3, 4), tuple(range(7))])
def test_weekdays_and_weeks_of_a_block_are_balanced(weekdays: tuple[int, ...]) -> None:
    schedule = draw(_experiment(weekdays=weekdays), np.random.default_rng(0))
    assert len(schedule.slots) == 13 * 2 * len(weekdays)
    for block in range(1, 14):
        slots = [slot for slot in schedule.slots if slot.block == block]
        sides = Counter((slot.day.weekday(), slot.side) for slot in slots)
        assert sides == {(day, side): 1 for day in weekdays for side in Side}
        week = [slot.side is Side.ONE for slot in slots[: len(weekdays)]]
        assert abs(2 * sum(week) - len(week)) <= 1


def test_a_draw_is_that_of_its_seed_and_every_pattern_is_as_likely() -> None:
    assert _drawn(1) == _drawn(1) != _drawn(2)
    long = draw(_experiment(blocks=130, weekdays=(0, 1, 2)), np.random.default_rng(3))
    first_weeks = Counter(
        tuple(slot.side for slot in long.slots[at : at + 3]) for at in range(0, len(long.slots), 6)
    )
    assert len(first_weeks) == len(patterns(3)) == 6
    assert min(first_weeks.values()) >= 10


def test_a_schedule_goes_out_as_lines_and_appointments_and_comes_back_from_data() -> None:
    schedule = _drawn()
    lines = list(csv.DictReader(io.StringIO(schedule.as_csv())))
    assert len(lines) == len(schedule.slots) == len({a.uid for a in schedule.appointments()})
    for line, slot, appointment in zip(lines, schedule.slots, schedule.appointments(), strict=True):
        assert line["date"] == slot.day.isoformat()
        assert line["time"] == ("09:00" if slot.side is Side.ONE else "15:00")
        assert appointment.start == slot.at
        assert appointment.summary == line["what"] == schedule.what(slot)
    assert Schedule.from_data(json.loads(json.dumps(schedule.as_data()))) == schedule


def test_what_to_do_is_no_formula_in_a_spreadsheet() -> None:
    schedule = draw(_experiment(one="=1+1"), np.random.default_rng(0))
    whats = {line["what"] for line in csv.DictReader(io.StringIO(schedule.as_csv()))}
    assert whats == {"'=1+1", "Post at three"}


def test_a_followed_schedule_is_read_back_as_drawn() -> None:
    schedule = _drawn()
    kept = read_back(schedule, follow(schedule, np.random.default_rng(0)), now=NOW)
    assert all(one.over and one.as_drawn and one.posts == 1 for one in kept)


def test_posts_at_another_time_of_others_and_of_others_names_are_not_as_drawn() -> None:
    schedule = _drawn()
    posts = follow(schedule, np.random.default_rng(0))
    late = posts.set_column(
        posts.schema.get_field_index("created_at"),
        posts.schema.field("created_at"),
        pa.array([at + timedelta(minutes=46) for at in posts["created_at"].to_pylist()],
                 posts.schema.field("created_at").type),
    )  # fmt: skip
    assert not any(one.as_drawn for one in read_back(schedule, late, now=NOW))
    others = posts.set_column(
        posts.schema.get_field_index("author"), "author", pa.array(["x"] * posts.num_rows)
    )
    assert not any(one.posts for one in read_back(schedule, others, now=NOW))


def test_a_picture_that_was_drawn_is_looked_for() -> None:
    schedule = draw(_experiment(claim=media_beat_none()), np.random.default_rng(0))
    posts = follow(schedule, np.random.default_rng(1), followed=0.7)
    kept = read_back(schedule, posts, now=NOW)
    strayed = sum(not one.as_drawn for one in kept)
    assert 0.15 < strayed / len(kept) < 0.45


def test_a_planted_effect_holds_and_none_does_not() -> None:
    schedule = _drawn(blocks=60)
    found = analyse(schedule, follow(schedule, np.random.default_rng(1), effect=0.5), now=NOW)
    assert found.kind is Kind.DRAWN
    later = NOW + timedelta(days=1000)
    found = analyse(schedule, follow(schedule, np.random.default_rng(1), effect=0.5), now=later)
    assert found.verdict is Verdict.HOLDS
    assert found.low is not None
    assert found.high is not None
    assert found.low < math.exp(0.5) < found.high
    assert Why.CHOSEN not in {reason.why for reason in found.reasons}
    calm = follow(schedule, np.random.default_rng(2), spread=0.3)
    assert analyse(schedule, calm, now=later).verdict is Verdict.DOES_NOT


def test_days_that_were_not_followed_or_empty_are_told_and_shrink_the_effect() -> None:
    schedule = _drawn(blocks=40)
    posts = follow(schedule, np.random.default_rng(1), effect=0.8, followed=0.75, skipped=0.1)
    found = analyse(schedule, posts, now=NOW)
    assert _numbers(found, Why.NOT_AS_DRAWN)["days"] > 50
    assert _numbers(found, Why.NOTHING_POSTED)["days"] > 20
    assert found.pairs < 200
    assert found.ratio is not None
    assert 1 < found.ratio < math.exp(0.8 * 0.75)


def test_posts_read_too_soon_are_told_and_are_no_empty_days() -> None:
    schedule = _drawn(blocks=4)
    posts = follow(schedule, np.random.default_rng(1))
    young = posts.set_column(
        posts.schema.get_field_index("collected_at"),
        posts.schema.field("collected_at"),
        posts["created_at"],
    )
    found = analyse(schedule, young, now=NOW)
    assert (found.verdict, found.pairs) == (Verdict.CANNOT_TELL, 0)
    assert _numbers(found, Why.UNSETTLED) == {"posts": 40}
    assert not {Why.NOTHING_POSTED, Why.NOT_AS_DRAWN} & {reason.why for reason in found.reasons}


def test_a_running_block_waits() -> None:
    schedule = _drawn(blocks=2)
    posts = follow(schedule, np.random.default_rng(1))
    soon = datetime(2026, 1, 16, tzinfo=UTC)
    found = analyse(schedule, posts, now=soon)
    assert (found.verdict, found.pairs, found.ratio) == (Verdict.CANNOT_TELL, 0, None)
    # From Wednesday the 7th to Tuesday the 13th, two days on: five posting days.
    assert _numbers(found, Why.BLOCK_OPEN) == {"days": 5}
    assert analyse(schedule, posts, now=soon + timedelta(days=14)).pairs == 5


@pytest.mark.parametrize(
    "runs", [100, pytest.param(1000, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_looking_at_every_block_raises_few_false_verdicts_and_misses_little(runs: int) -> None:
    doubt, wrong, missed = math.log(2 / 0.05), 0, 0
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        schedule = draw(_experiment(blocks=6), rng)
        blocks = as_blocks(
            schedule.experiment,
            read_back(schedule, follow(schedule, rng, skipped=0.1), now=NOW),
        )
        wrong += max(
            evidence.running(blocks).max(), evidence.running(blocks, above=False).max()
        ) >= doubt  # fmt: skip
        low, high = evidence.interval(blocks, 0.05)
        missed += not low <= 0 <= high
    assert wrong / runs <= 0.05
    assert missed / runs <= 0.05


def test_days_needed_from_the_past_are_enough() -> None:
    past = _drawn(blocks=30)
    need = days_needed(follow(past, np.random.default_rng(1), spread=0.4), past.experiment)
    assert need is not None
    blocks = math.ceil(need / 10)
    seen = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        schedule = draw(_experiment(blocks=blocks), rng)
        posts = follow(schedule, rng, effect=math.log(1.2), spread=0.4)
        far = NOW + timedelta(days=14 * blocks)
        seen += analyse(schedule, posts, now=far).verdict is Verdict.HOLDS
    assert seen >= 26  # 0.8 of 40, less two standard deviations
    assert days_needed(follow(_drawn(blocks=1), np.random.default_rng(1)), past.experiment) is None


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(Correctable, match="is about weekdays"):
        _experiment(claim=post_on(1, "UTC"))
    with pytest.raises(Correctable, match=r"'blocks' is 0\. Give 1 to 130"):
        _experiment(blocks=0)
    with pytest.raises(Correctable, match=r"'weekdays' are \(1, 1\)"):
        _experiment(weekdays=(1, 1))
