"""The town: same seed same bytes, a real rhythm, and truth that the posts bear out."""

import json
import tomllib
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import SCHEMA
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.plan import REPOST
from auscult.engine.simulate.starting import starter_watches
from auscult.engine.simulate.town import Town, simulate
from auscult.engine.simulate.writing import as_lines, write_town

TOWN = Town(seed=5)


@pytest.fixture(scope="module")
def days() -> Any:
    return TOWN.simulate(days=100, posts=100_000)


@pytest.fixture(scope="module")
def both(days: Any) -> Any:
    batches = list(days.batches())
    return pa.concat_tables([p for p, _ in batches]), pa.concat_tables([t for _, t in batches])


@pytest.fixture(scope="module")
def posts(both: Any) -> Any:
    return both[0]


@pytest.fixture(scope="module")
def known(both: Any) -> Any:
    return both[1]


def local_hours(posts: Any) -> Any:
    micros = posts["created_at"].cast(pa.int64()).to_numpy() - 5 * 3_600_000_000
    return micros // 3_600_000_000


def gini(values: Any) -> Any:
    ordered = np.sort(np.asarray(values, float))
    rank = np.arange(1, ordered.size + 1)
    return float((2 * rank - ordered.size - 1).dot(ordered) / (ordered.size * ordered.sum()))


def test_posts_have_the_one_schema(posts: Any) -> None:
    assert posts.schema == SCHEMA
    assert posts.num_rows == 100_000
    posts.validate(full=True)
    for field in SCHEMA:
        assert field.nullable or posts[field.name].null_count == 0


def test_the_same_seed_gives_the_same_posts_whatever_the_batches() -> None:
    small = TOWN.simulate(days=20, posts=3_000)
    whole = pa.concat_tables([posts for posts, _ in small.batches(3_000)])
    again = Town(seed=5).simulate(days=20, posts=3_000)
    pieces = pa.concat_tables([posts for posts, _ in again.batches(701)])
    assert whole.equals(pieces)
    other = pa.concat_tables(list(simulate(days=20, posts=3_000, seed=6)))
    assert not other["text"].equals(whole["text"])


def test_posts_come_in_order_each_under_its_own_name(posts: Any) -> None:
    micros = posts["created_at"].cast(pa.int64()).to_numpy()
    assert (np.diff(micros) > 0).all()
    assert pc.count_distinct(posts["uri"]).as_py() == posts.num_rows
    assert pc.all(pc.greater(posts["collected_at"], posts["created_at"])).as_py()


def test_names_are_all_reserved_ones(posts: Any) -> None:
    for name in ("uri", "community", "author"):
        seen = {str(value) for value in posts[name].unique().to_pylist()}
        if name == "uri":
            assert all(".example/" in uri for uri in seen)
    links = set(pc.list_flatten(posts["links"]).to_pylist())
    assert links
    assert all(link.split("/")[2].endswith(".example") for link in links)


def test_a_day_has_hours_and_a_week_has_days(posts: Any, known: Any) -> None:
    hours = local_hours(posts)
    by_hour = np.bincount(hours % 24, minlength=24)
    assert by_hour[3] < 0.25 * by_hour[20]
    home = np.array(known["community"].to_pylist())
    runners = np.bincount(hours[home == "runners"] % 24, minlength=24)
    students = np.bincount(hours[home == "students"] % 24, minlength=24)
    assert runners[5:9].sum() > 2 * runners[20:24].sum()
    assert students[21:24].sum() > 2 * students[6:9].sum()
    weekday = (hours // 24 + 3) % 7  # 1970 began on a Thursday
    desks = np.bincount(weekday[home == "news"], minlength=7)
    assert desks[5:].sum() < 0.25 * desks.sum()


def test_few_write_much_and_few_posts_draw_a_crowd(posts: Any) -> None:
    writers = Counter(posts["author"].to_pylist())
    assert len(writers) > 10_000
    assert 0.5 < gini(list(writers.values())) < 0.95
    likes = pc.struct_field(posts["engagement"], "likes").drop_null().to_numpy()
    assert gini(likes) > 0.6
    assert gini(TOWN.people.followers) > 0.6


def test_the_flow_clusters(posts: Any) -> None:
    """Hourly counts of answers spread wider than chance about their usual hour would."""
    hours = local_hours(posts.filter(pc.is_valid(posts["in_reply_to"])))
    counts = np.bincount(hours - hours.min(), minlength=2400)[:2400].reshape(100, 24)
    assert counts.var(axis=0).sum() / counts.mean(axis=0).sum() > 1.5


def test_answers_answer_something_earlier(posts: Any) -> None:
    at = dict(
        zip(posts["uri"].to_pylist(), posts["created_at"].cast(pa.int64()).to_pylist(), strict=True)
    )
    for name in ("in_reply_to", "quote_of", "repost_of", "root"):
        rows = posts.filter(pc.is_valid(posts[name]))
        assert rows.num_rows > 500
        targets = rows[name].to_pylist()
        own = rows["created_at"].cast(pa.int64()).to_pylist()
        assert all(at[target] < moment for target, moment in zip(targets, own, strict=True))
    share = 1 - posts["in_reply_to"].null_count / posts.num_rows
    assert 0.15 < share < 0.45


def test_a_repost_repeats_and_engagement_counts_it(posts: Any) -> None:
    text = dict(zip(posts["uri"].to_pylist(), posts["text"].to_pylist(), strict=True))
    repeats = posts.filter(pc.is_valid(posts["repost_of"]))
    for said, target in zip(
        repeats["text"].to_pylist(), repeats["repost_of"].to_pylist(), strict=True
    ):
        assert said == text[target]
    for name in ("likes", "reposts", "replies", "quotes", "views"):
        assert pc.min(pc.struct_field(posts["engagement"], name)).as_py() >= 0
    counted = Counter(posts["in_reply_to"].drop_null().to_pylist())
    replies = pc.struct_field(posts["engagement"], "replies").to_pylist()
    for uri, number in zip(posts["uri"].to_pylist(), replies, strict=True):
        assert number is None or number == counted[uri]


def test_attention_grows(days: Any) -> None:
    rows = np.arange(2_000)
    likes = [
        pc.struct_field(days.engagement_after(rows, hours)["engagement"], "likes")
        .fill_null(0).to_numpy() for hours in (1, 6, 24, 72)
    ]  # fmt: skip
    for earlier, later in pairwise(likes):
        assert (earlier <= later).all()
    assert likes[0].sum() < 0.4 * likes[-1].sum()


def test_texts_are_texts_and_seldom_repeat(posts: Any, known: Any) -> None:
    texts = posts["text"].to_pylist()
    assert all(text.strip() for text in texts)
    assert all("{" not in text and "  " not in text.strip() for text in texts)
    assert not any(mark in text for text in texts for mark in ("?.", "!."))
    own = [
        text
        for text, repost, copied in zip(
            texts, posts["repost_of"].to_pylist(), known["copies"].to_pylist(), strict=True
        )
        if repost is None and copied is None
    ]
    assert (len(own) - len(set(own))) / len(own) < 0.02


def test_languages_are_those_of_the_communities(posts: Any) -> None:
    counts = Counter(posts["language"].to_pylist())
    assert set(counts) == {community.language for community in COMMUNITIES}
    assert counts["en"] > 0.8 * posts.num_rows
    assert min(counts.values()) > 300
    arabic = posts.filter(pc.equal(posts["language"], "ar"))["text"].to_pylist()
    assert all(any("\u0600" <= letter <= "\u06ff" for letter in text) for text in arabic)


def test_marks_are_those_of_the_text(posts: Any) -> None:
    for name, sign in (("hashtags", "#"), ("mentions", "@")):
        rows = posts.filter(pc.greater(pc.list_value_length(posts[name]), 0)).slice(0, 3_000)
        assert rows.num_rows > 300
        for text, found in zip(rows["text"].to_pylist(), rows[name].to_pylist(), strict=True):
            assert all(f"{sign}{word}" in text for word in found)
            assert text.count(sign) >= len(found)


def test_pictures_are_sometimes_described(posts: Any) -> None:
    items = pc.list_flatten(posts["media"])
    alt = pc.struct_field(items, "alt")
    assert len(items) > 3_000
    assert 0.2 < 1 - alt.null_count / len(items) < 0.8


def test_reviews_have_stars(posts: Any, known: Any) -> None:
    rated = pc.is_valid(posts["rating"])
    stars = posts["rating"].filter(rated).to_numpy()
    labels = known["label"].filter(rated).to_pylist()
    assert set(posts["source"].filter(rated).to_pylist()) == {"reviews"}
    assert stars.min() == 1
    assert stars.max() == 5
    assert all(label == "praise" for label, star in zip(labels, stars, strict=True) if star == 5)


def test_communities_keep_their_habits(posts: Any, known: Any) -> None:
    home = np.array(known["community"].to_pylist())
    tags = pc.list_value_length(posts["hashtags"]).to_numpy() > 0
    length = pc.utf8_length(posts["text"]).to_numpy()
    described = posts["title"].is_valid().to_numpy()
    first = posts["in_reply_to"].is_null().to_numpy()
    assert tags[(home == "square") & first].mean() > 3 * tags[(home == "students") & first].mean()
    assert length[(home == "politics") & first].mean() > 1.8 * length[home == "students"].mean()
    assert described[(home == "parents") & first].all()
    assert not described[home == "town"].any()


@pytest.mark.parametrize(
    ("key", "flag", "times"),
    [
        ("waiting-storm", "wait", 8),
        ("nurse-story", "nurse", 20),
        ("vaccine-rumour", "vaccine", 5),
        ("fund-raising-run", "run", 20),
    ],
)
def test_planted_events_stand_out(days: Any, known: Any, key: Any, flag: Any, times: Any) -> None:
    event = days.truth_with(known).event(key)
    moments = known["created_at"]
    inside = pc.and_(pc.greater_equal(moments, event.onset), pc.less_equal(moments, event.end))
    inside = inside.to_numpy()
    flagged = known[flag].to_numpy()
    hours = (event.end - event.onset) / timedelta(hours=1)
    rate_in = flagged[inside].sum() / hours
    rate_out = (flagged[~inside].sum() + 1) / (2400 - hours)
    assert rate_in > times * rate_out
    assert event.onset <= event.peak <= event.end
    assert event.posts > 500


def test_the_storm_breaks_fast_and_fades(days: Any, known: Any) -> None:
    event = days.truth_with(known).event("waiting-storm")
    assert event.peak - event.onset < timedelta(hours=48)
    rows = known.filter(pc.equal(known["event"], "waiting-storm"))
    age = (rows["created_at"].cast(pa.int64()).to_numpy() - event.onset.timestamp() * 1e6) / 3.6e9
    daily = np.bincount((age // 24).astype(int), minlength=8)
    assert daily[:2].sum() > 0.45 * daily.sum()
    assert daily[7] < 0.1 * daily.max()
    assert event.communities[0] == "town"


def test_the_rumour_starts_where_it_starts_and_is_answered(days: Any, known: Any) -> None:
    truth = days.truth_with(known)
    event = truth.event("vaccine-rumour")
    rows = known.filter(pc.equal(known["event"], event.key))
    first_day = rows.filter(pc.less(rows["created_at"], event.onset + timedelta(hours=24)))
    homes = Counter(first_day["community"].to_pylist())
    assert homes.most_common(1)[0][0] == "parents"
    assert "pets" not in event.communities
    labels = Counter(rows["label"].to_pylist())
    assert labels["rumour"] > 300
    assert labels["correction"] > 200
    middle = {
        label: np.median(rows.filter(pc.equal(rows["label"], label))["created_at"].cast(pa.int64()))
        for label in ("rumour", "correction")
    }
    assert middle["rumour"] < middle["correction"]
    deleted = truth.changes.filter(pc.equal(truth.changes["kind"], "delete"))
    assert event.origin in set(deleted["uri"].to_pylist())


def test_the_run_is_on_a_sunday(days: Any, known: Any) -> None:
    event = days.truth_with(known).event("fund-raising-run")
    assert (event.peak - timedelta(hours=5)).weekday() == 6


def test_the_quiet_week_is_quiet(days: Any, known: Any) -> None:
    event = days.truth_with(known).event("quiet-week")
    moments = known["created_at"]
    inside = pc.and_(pc.greater_equal(moments, event.onset), pc.less(moments, event.end)).to_numpy()
    named = known["hospital"].to_numpy()
    assert named[inside].sum() / 7 < 0.7 * named[~inside].sum() / 93
    assert inside.sum() / 7 < 0.95 * (~inside).sum() / 93


def test_truth_is_true_of_the_posts(posts: Any, known: Any) -> None:
    assert known["uri"].equals(posts["uri"])
    assert known["created_at"].equals(posts["created_at"])
    text = pc.utf8_lower(
        pc.binary_join_element_wise(posts["title"].fill_null(""), posts["text"], " ")
    )
    text = pc.replace_substring_regex(text, r"https://\S+", "")
    says = pc.match_substring_regex(text, "lakeside general|lgh|lakesidegeneral").to_numpy()
    told = known["hospital"].to_numpy()
    assert (says & told).sum() / told.sum() > 0.99
    assert (says & told).sum() / says.sum() > 0.97
    assert 0.10 < told.mean() < 0.15
    trolls = known.filter(pc.equal(known["role"], "troll"))
    assert "abuse" in set(trolls["label"].to_pylist())
    abuse = known.filter(pc.equal(known["label"], "abuse"))
    assert abuse.num_rows > 100


def test_copies_are_close_and_nothing_else_is(posts: Any, known: Any) -> None:
    groups: dict[str, list[set[str]]] = {}
    for text, group in zip(posts["text"].to_pylist(), known["copies"].to_pylist(), strict=True):
        if group:
            groups.setdefault(group, []).append(set(text.lower().split()))
    assert len(groups) == 5
    for texts in groups.values():
        assert len(texts) > 30
        for words in texts[1:]:
            assert len(words & texts[0]) / len(words | texts[0]) > 0.6
        assert len({frozenset(words) for words in texts}) > 3


def test_changes_come_after_what_they_change(days: Any, posts: Any, known: Any) -> None:
    changes = days.truth_with(known).changes
    at = dict(zip(posts["uri"].to_pylist(), posts["created_at"].to_pylist(), strict=True))
    text = dict(zip(posts["uri"].to_pylist(), posts["text"].to_pylist(), strict=True))
    edited = 0
    for change in changes.to_pylist():
        assert change["at"] > at[change["uri"]]
        assert (change["text"] is not None) == (change["kind"] == "edit")
        edited += change["kind"] == "edit" and change["text"] != text[change["uri"]]
    assert edited > 800
    assert changes["kind"].to_pylist().count("delete") > 700


@pytest.mark.parametrize(("days", "count"), [(1, 1_000), (7, 2_000), (230, 5_000)])
def test_any_number_of_days(days: Any, count: Any) -> None:
    run = TOWN.simulate(days=days, posts=count, start=date(2027, 1, 30))
    table = pa.concat_tables(list(run))
    assert table.num_rows == count
    hours = local_hours(table)
    assert (hours // 24).max() - (hours // 24).min() < days
    keys = [event.key for event in run.truth().events]
    assert len(keys) == len(set(keys))
    assert ("waiting-storm-2" in keys) == (days >= 200)


def test_nobody_reposts_a_repost(days: Any) -> None:
    plan = days.plan
    targets = plan.target[plan.link == REPOST]
    assert (plan.link[targets] != REPOST).all()


@pytest.mark.parametrize("given", [{"days": 0}, {"posts": 5}, {"days": 9_999}])
def test_numbers_out_of_range_are_refused(given: Any) -> None:
    with pytest.raises(Correctable, match="it can be"):
        TOWN.simulate(**given)


@pytest.mark.parametrize("form", ["parquet", "jsonl"])
def test_a_town_in_a_folder(tmp_path: Any, form: Any) -> None:
    seen = []
    folder = tmp_path / "lakeside"
    written = write_town(
        folder, days=60, posts=2_000, seed=3, form=form, progress=lambda *n: seen.append(n)
    )
    again = write_town(tmp_path / "again", days=60, posts=2_000, seed=3, form=form)
    assert seen[-1] == (2_000, 2_000)
    assert written.bytes == again.bytes
    for path in written.files:
        twin = tmp_path / "again" / path.relative_to(folder)
        assert path.read_bytes() == twin.read_bytes()
    truth = json.loads((folder / "truth.json").read_text())
    assert {"waiting-storm", "quiet-week"} <= {event["key"] for event in truth["events"]}
    assert pq.read_table(folder / "truth" / "posts.parquet").num_rows == 2_000
    names = [path.name for path in sorted((folder / "posts").iterdir())]
    assert names == [f"2026-08.{form}", f"2026-09.{form}", f"2026-10.{form}"]
    with pytest.raises(Correctable, match="holds a town already"):
        write_town(folder)


def test_lines_say_what_the_table_says() -> None:
    table = next(iter(TOWN.simulate(days=3, posts=1_000)))
    rows = [json.loads(line) for line in as_lines(table).splitlines()]
    for row, line in zip(table.to_pylist(), rows, strict=True):
        line_at = line.pop("created_at")
        assert line_at == row.pop("created_at").strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert line.pop("collected_at") == row.pop("collected_at").strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        assert line == _without_nulls(row)


def _without_nulls(value: Any) -> Any:
    """Return rows as JSON lines have them: what is missing is left out."""
    if isinstance(value, list):
        return [_without_nulls(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_nulls(one) for name, one in value.items() if one is not None}
    return value


def test_an_unknown_form_is_refused(tmp_path: Any) -> None:
    with pytest.raises(Correctable, match="'xml' is no form of posts"):
        write_town(tmp_path / "x", form="xml")


def test_starter_watches_are_toml() -> None:
    assert len(tomllib.loads(starter_watches())["watches"]) >= 10
