"""Real posts: twelve health desks as they posted, and a Mastodon server's recorded answers.

None of the public posts comes with counts of who answered them. So the desks' posts show what
is said without counts, and, with counts that are drawn, that real habits (pictures in runs,
mornings full of links) raise no false verdicts.
"""

from __future__ import annotations

import json
import math
import os
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from auscult.engine.connectors.mastodon.memory import Memory
from auscult.engine.connectors.mastodon.statuses import Reader
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.planning.claims import (
    Claim,
    Finding,
    Verdict,
    Why,
    always_hashtags,
    evidence,
    features,
    media_beat_none,
    observe,
    observe_all,
    post_at,
    questions_get_answers,
    short_beats_long,
)
from auscult.engine.planning.claims.pairs import pair

DATA = Path(os.environ.get("AUSCULT_DATA", "../shared/data"))
PICTURE = re.compile(r"https?://pbs\.twimg\.com/\S+")
ADDRESS = re.compile(r"https?://\S+")
ZONE = "America/New_York"
CLAIMS = (
    media_beat_none(), short_beats_long(80), always_hashtags(1), questions_get_answers(),
    post_at(9, ZONE), post_at(12, ZONE), post_at(17, ZONE),
)  # fmt: skip


@cache
def _desks() -> pa.Table:
    """Read the posts of the health desks; no source gives their counts."""
    folder = DATA / "health-news-posts"
    if not folder.is_dir():
        pytest.skip(f"there are no posts of health desks in {folder}: set AUSCULT_DATA")
    rows = [
        _row(path.stem, line)
        for path in sorted(folder.glob("*.txt"))
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n")
        if line.count("|") >= 2
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _row(desk: str, line: str) -> dict[str, Any]:
    number, at, text = line.split("|", 2)
    moment = datetime.strptime(at, "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
    return {
        "uri": f"{desk}:{number}",
        "source": "files",
        "author": desk,
        "created_at": moment,
        "collected_at": moment + timedelta(days=30),
        "text": text.strip(),
        "hashtags": re.findall(r"#(\w+)", text),
        "links": [link for link in ADDRESS.findall(text) if not PICTURE.match(link)],
        "media": [{"kind": "image", "url": url} for url in PICTURE.findall(text)],
        "repost_of": "a repost" if text.startswith("RT @") else None,
    }


def _answered(posts: pa.Table, seed: int, effect: Any = 0.0) -> pa.Table:
    """Give posts counts that are drawn: a desk's level, its good and bad days, heavy tails."""
    rng = np.random.default_rng(seed)
    desks = features.codes(posts, "author")
    days = features.local_days(posts, "UTC")
    levels = rng.normal(3, 1, int(desks.max()) + 1)
    weeks, place = np.unique(np.stack([desks, days // 7]), axis=1, return_inverse=True)
    good_weeks = rng.normal(0, 0.4, (weeks.shape[1],))[place.ravel()]
    dates, place = np.unique(np.stack([desks, days]), axis=1, return_inverse=True)
    good_days = rng.normal(0, 0.4, (dates.shape[1],))[place.ravel()]
    logs = levels[desks] + good_weeks + good_days + 0.6 * rng.standard_t(4, posts.num_rows) + effect
    likes = pa.array(
        np.floor(np.exp(np.minimum(logs, 20)) + rng.random(posts.num_rows)).astype(int)
    )
    nothing = pa.nulls(posts.num_rows, pa.int64())
    kind = SCHEMA.field("engagement").type
    column = pa.StructArray.from_arrays(
        [likes, nothing, likes, nothing, nothing], fields=list(kind)
    )
    return posts.set_column(
        SCHEMA.get_field_index("engagement"), SCHEMA.field("engagement"), column
    )


def _whys(finding: Finding) -> set[Why]:
    return {reason.why for reason in finding.reasons}


def test_posts_without_counts_say_nothing_of_a_claim() -> None:
    posts = _desks()
    assert posts.num_rows > 40_000
    for found in observe_all(posts, CLAIMS):
        assert (found.verdict, found.ratio, found.needed) == (Verdict.CANNOT_TELL, None, None)
        assert {Why.NO_CONTRAST, Why.UNCOUNTED} <= _whys(found)


def test_a_planted_effect_of_real_pictures_is_found_where_it_is_and_is_called_chosen() -> None:
    posts = _desks()
    pictured = features.of_group(media_beat_none().one, posts, "UTC")
    assert 500 < pictured.sum() < 5000
    page = observe_all(_answered(posts, 1, math.log(1.6) * pictured), CLAIMS)
    assert page[0].verdict is Verdict.HOLDS
    assert page[0].low is not None
    assert page[0].high is not None
    assert page[0].low < 1.6 < page[0].high
    assert Why.CHOSEN in _whys(page[0])
    assert all(found.verdict is not Verdict.HOLDS for found in page[1:])


def test_better_stories_with_pictures_look_like_an_effect_of_pictures_and_it_is_said() -> None:
    """What no archive can tell: the same figure when it is the stories, not the pictures."""
    posts = _desks()
    pictured = features.of_group(media_beat_none().one, posts, "UTC")
    rng = np.random.default_rng(2)
    better = 0.8 * (rng.random(posts.num_rows) < np.where(pictured, 0.8, 0.2))
    found = observe(_answered(posts, 2, better), media_beat_none())
    assert found.verdict is Verdict.HOLDS
    assert Why.CHOSEN in _whys(found)


@pytest.mark.slow
@pytest.mark.parametrize("claim", [CLAIMS[0], CLAIMS[2], CLAIMS[4]], ids=lambda claim: claim.key)
def test_real_habits_raise_few_false_verdicts_however_often_one_looks(claim: Claim) -> None:
    """Of 1,002 looks through years: three claims, each held against 334 drawn histories."""
    whole, doubt, wrong = _desks(), math.log(2 / 0.05), 0
    busy = pc.is_in(whole["author"], pa.array(["cnnhealth", "KaiserHealthNews", "usnewshealth"]))
    posts = whole.filter(busy)
    for seed in range(334):
        units = pair(_answered(posts, seed), claim).units
        up = evidence.running(units).max()
        wrong += max(up, evidence.running(units, above=False).max()) >= doubt
    assert wrong / 334 <= 0.05


def test_recorded_answers_of_a_quiet_server_cannot_tell() -> None:
    tapes = sorted((DATA / "mastodon").glob("*.yaml"))
    if not tapes:
        pytest.skip(f"there are no recorded answers in {DATA / 'mastodon'}: set AUSCULT_DATA")
    yaml = pytest.importorskip("yaml")
    reader = Reader("http://localhost:3000", "localhost:3000")
    now, rows = datetime(2026, 11, 21, 12, tzinfo=UTC), []
    for tape in tapes:
        text = tape.read_text(encoding="utf-8")
        for one in yaml.load(text, Loader=yaml.CSafeLoader)["interactions"]:
            try:
                said = json.loads(one["response"]["body"]["string"])
            except ValueError:
                continue
            statuses = said if isinstance(said, list) else [said]
            read = [reader.read(s, now, Memory()).row for s in statuses if "visibility" in s]
            rows += [row for row in read if row is not None]
    posts = pa.Table.from_pylist(list({row["uri"]: row for row in rows}.values()), schema=SCHEMA)
    found = observe(posts, media_beat_none())
    assert found.one >= 1
    assert found.verdict is Verdict.CANNOT_TELL
    assert (found.low, found.high, found.needed) == (None, None, None)
