"""Copies hold what `docs/explanation/copies.md` promises: order, edits, forgetting, bounds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.signals import copies_layout as lay
from auscult.engine.signals.copies import Copies

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PETITION = (
    "Lakeside General charges sick people to park. Copy and paste this if you agree that "
    "parking must be free. They are counting on you to scroll past."
)
WORDS = [f"word{n}" for n in range(60)]


def table(texts: Sequence[str | None], **columns: Any) -> pa.Table:
    count = len(texts)
    uris = columns.get("uris", [f"at://did:plc:a/post/{n}" for n in range(count)])
    return pa.table(
        {
            "uri": pa.array(uris),
            "text": pa.array(texts, pa.string()),
            "created_at": pa.array(columns.get("times", [NOW] * count), MOMENT),
            "author": pa.array(columns.get("authors", [f"a{n}" for n in range(count)])),
        }
    )


def groups(texts: Sequence[str | None], **columns: Any) -> list[int | None]:
    groups: list[int | None] = Copies().add(table(texts, **columns), now=NOW).groups.to_pylist()
    return groups


def partition(numbers: Sequence[int | None]) -> list[int]:
    """Each post's first companion: the same for equal partitions, whatever the numbers."""
    return [place if one is None else numbers.index(one) for place, one in enumerate(numbers)]


# What is a copy


@pytest.mark.parametrize(
    "edited",
    [
        PETITION.upper(),
        f"RT @someone: {PETITION}",
        f"@one @two {PETITION} https://t.example/x",
        f"{PETITION} 🙄",
        f"{PETITION} #LGH 🤬",
        PETITION.replace("free", "FREE, now,"),
        PETITION.replace("paste", "past"),
        PETITION.replace("sick", "síck"),
        PETITION.replace(".", "!!!\n"),
    ],
)
def test_a_text_with_a_small_edit_is_a_copy(edited: str) -> None:
    assert groups([PETITION, edited, "What a fine morning it is in Lakeside"]) == [1, 1, 2]


def test_a_title_counts_like_text() -> None:
    posts = table(["of the ward for a year", "Nurse wins back the keys of the ward for a year"])
    posts = posts.append_column("title", pa.array(["Nurse wins back the keys", None]))
    assert Copies().add(posts, now=NOW).groups.to_pylist() == [1, 1]


def test_posts_of_few_words_have_no_group() -> None:
    texts = [
        "",
        None,
        "Thanks!",
        "Thank you so much",
        "@a @b @c @d @e @f",
        "https://a.example/b/c/d",
    ]
    assert groups(texts + texts, uris=[f"u{n}" for n in range(12)]) == [None] * 12


def test_five_words_need_to_be_equal() -> None:
    assert groups(
        [
            "Save our maternity ward #now",
            "save our maternity ward now",
            "Save our maternity ward please",
        ]
    ) == [1, 1, 2]


def test_unrelated_short_posts_stay_apart() -> None:
    texts = [
        "I waited four hours in the emergency room",
        "I waited two weeks for an appointment here",
        "The nurses in the emergency room were great",
        "Is the emergency room open on Sunday now",
    ]
    assert groups(texts) == [1, 2, 3, 4]


def test_every_script_is_compared() -> None:
    texts = [
        "湖边医院的护士非常好谢谢你们",
        "湖边医院的护士非常好谢谢你们!",
        "今天天气很好我们去公园散步",
    ]
    assert groups(texts) == [1, 1, 2]
    arabic = "المستشفى يغلق قسم الولادة في نهاية هذا الشهر"
    assert groups([arabic, f"{arabic} ⚠️", "e\u0301tude de la nuit a l'hopital"]) == [1, 1, 2]


def test_a_long_text_counts_to_its_three_hundredth_word() -> None:
    words = [f"w{n}" for n in range(5_000)]
    other = words[:300] + [f"v{n}" for n in range(5_000)]
    late = words[:150] + [f"v{n}" for n in range(5_000)]
    assert groups([" ".join(words), " ".join(other), " ".join(late)]) == [1, 1, 2]


# Groups


def test_a_post_between_two_groups_unites_them() -> None:
    copies = Copies()
    words = WORDS[:40]
    first, last = words[:34], words[6:]  # 26 runs of 38 shared: 0.68
    apart = copies.add(table([" ".join(first), " ".join(last)], uris=["a", "b"]), now=NOW)
    assert apart.groups.to_pylist() == [1, 2]
    between = copies.add(table([" ".join(words)], uris=["c"]), now=NOW)
    assert between.groups.to_pylist() == [1]
    assert between.merged == {2: 1}
    assert between.sizes.to_pylist() == [3]
    assert copies.groups(["a", "b", "c", "d"]).to_pylist() == [1, 1, 1, None]


def test_merged_names_the_number_that_stays_in_the_end() -> None:
    copies = Copies()
    runs = [" ".join(WORDS[low : low + 34]) for low in (0, 6, 12, 18)]
    assert copies.add(table(runs, uris=list("abcd")), now=NOW).groups.to_pylist() == [1, 2, 3, 4]
    bridges = [" ".join(WORDS[low : low + 40]) for low in (12, 6, 0)]
    joined = copies.add(table(bridges, uris=list("efg")), now=NOW)
    assert joined.merged == {4: 1, 3: 1, 2: 1}
    assert set(joined.groups.to_pylist()) == {1}
    assert joined.sizes.to_pylist() == [7, 7, 7]


@st.composite
def edited_texts(draw: st.DrawFn) -> list[str]:
    """A few texts and what becomes of them by changed, added and lost words."""
    drawn = random.Random(draw(st.integers(0, 2**32)))
    texts = []
    for _ in range(draw(st.integers(1, 6))):
        words = [drawn.choice(WORDS) for _ in range(drawn.randint(3, 40))]
        for _ in range(drawn.randint(1, 8)):
            place = drawn.randrange(len(words) + 1)
            words[place : place + drawn.randint(0, 1)] = [drawn.choice(WORDS)] * drawn.randint(0, 2)
            texts.append(" ".join(words))
    return texts


@given(edited_texts(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_does_not_matter(texts: list[str], drawn: random.Random) -> None:
    order = list(range(len(texts)))
    drawn.shuffle(order)
    copies = Copies()
    for place in order:
        copies.add(table([texts[place]], uris=[f"u{place}"]), now=NOW)
    together = Copies()
    uris = [f"u{n}" for n in range(len(texts))]
    together.add(table(texts, uris=uris), now=NOW)
    one, two = copies.groups(uris).to_pylist(), together.groups(uris).to_pylist()
    assert partition(one) == partition(two)


@given(edited_texts(), edited_texts())
@settings(max_examples=30, deadline=None)
def test_what_was_saved_goes_on_the_same(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    path = tmp_path_factory.mktemp("copies") / "copies.npz"
    copies, again = Copies(), Copies()
    copies.add(table(before, uris=[f"b{n}" for n in range(len(before))]), now=NOW)
    copies.forget(["b0"])
    copies.save(path)
    again.load(path)
    assert again.campaigns(at_least=1).equals(copies.campaigns(at_least=1))
    posts = table(after, uris=[f"a{n}" for n in range(len(after))])
    assert again.add(posts, now=NOW) == copies.add(posts, now=NOW)
    assert again.campaigns(at_least=1).equals(copies.campaigns(at_least=1))


def test_a_campaign_is_described() -> None:
    hour = timedelta(hours=1)
    posts = table(
        [f"{PETITION} 🙄", PETITION, PETITION, "Something else that nobody has copied"],
        uris=["odd", "late", "early", "other"],
        times=[NOW - 5 * hour, NOW - hour, NOW - 2 * hour, NOW],
        authors=["x", "x", None, "y"],
    )
    copies = Copies()
    copies.add(posts, now=NOW)
    assert copies.campaigns(at_least=2).to_pylist() == [
        {
            "group": 1,
            "posts": 3,
            "texts": 2,
            "authors": 1,
            "first_seen": NOW - 5 * hour,
            "last_seen": NOW - hour,
            "origin": "odd",
            "representative": "early",
        }
    ]
    assert copies.members(1).to_pylist() == ["odd", "early", "late"]
    assert Copies().campaigns().num_rows == 0


# The same post again


def test_a_post_that_comes_twice_is_one() -> None:
    copies = Copies()
    posts = table([PETITION, f"{PETITION} now"])
    assert copies.add(posts, now=NOW) == copies.add(posts, now=NOW)
    assert len(copies) == 2


def test_an_edited_post_leaves_its_group() -> None:
    copies = Copies()
    copies.add(table([PETITION, PETITION], uris=["a", "b"]), now=NOW)
    edited = copies.add(table(["I take it back, sorry to all of you"], uris=["a"]), now=NOW)
    assert edited.groups.to_pylist() == [2]
    assert edited.sizes.to_pylist() == [1]
    assert copies.members(1).to_pylist() == ["b"]
    assert copies.add(table(["sorry"], uris=["b"]), now=NOW).groups.to_pylist() == [None]
    assert len(copies) == 1


# Forgetting, and bounds


def test_forgetting_leaves_nothing_in_the_saved_state(tmp_path: Path) -> None:
    copies, never = Copies(), Copies()
    secret = "Only this post has told of the thing in the garden"
    kept = table([PETITION, f"{PETITION} now"], uris=["k1", "k2"], authors=["x", "y"])
    for index, posts in ((copies, [table([secret], uris=["gone"], authors=["z"])]), (never, [])):
        for part in [kept, *posts]:
            index.add(part, now=NOW)
    assert copies.forget(["gone", "unknown"]) == 1
    copies.save(tmp_path / "one.npz")
    never.save(tmp_path / "two.npz")
    with np.load(tmp_path / "one.npz") as one, np.load(tmp_path / "two.npz") as two:
        assert set(one) == set(two)
        for name in set(one) - {"next_group"}:
            assert np.array_equal(one[name], two[name]), name
    assert copies.groups(["gone"]).to_pylist() == [None]
    assert b"gone" not in copies._index.uris.tobytes()


def test_a_group_whose_first_post_is_forgotten_is_shown_by_another() -> None:
    copies = Copies()
    copies.add(table([PETITION, f"{PETITION} now", f"{PETITION} now"], uris=list("abc")), now=NOW)
    assert copies.campaigns().column("origin").to_pylist() == ["a"]
    assert copies.forget(["a"]) == 1
    campaign = copies.campaigns(at_least=2).to_pylist()[0]
    assert (campaign["group"], campaign["posts"], campaign["origin"]) == (1, 2, "b")
    assert copies.add(table([PETITION], uris=["d"]), now=NOW).groups.to_pylist() == [1]


def test_all_posts_of_an_author_are_forgotten() -> None:
    copies = Copies()
    authors = ["did:plc:a", "Ünal", "did:plc:a", None]
    copies.add(table([PETITION] * 4, authors=authors), now=NOW)
    assert copies.forget(authors=["did:plc:a", "Ünal"]) == 3
    assert len(copies) == 1


def test_a_forgotten_post_can_come_again() -> None:
    copies = Copies()
    for number in range(1, 2_500):
        joined = copies.add(table([PETITION], uris=["a"]), now=NOW)
        assert joined.groups.to_pylist() == [number]
        assert copies.forget(["a"]) == 1
    assert copies.memory < 2_000_000


def test_old_posts_go_and_their_group_goes_on() -> None:
    copies = Copies(window=timedelta(days=14))
    day = timedelta(days=1)
    for number in range(40):
        when = NOW + number * day
        joined = copies.add(table([PETITION], uris=[f"u{number}"], times=[when]), now=when)
        assert joined.groups.to_pylist() == [1]
        assert len(copies) == min(number + 1, 15)
    assert copies.groups(["u24", "u25"]).to_pylist() == [None, 1]
    late = copies.add(table([PETITION], uris=["late"], times=[NOW]), now=NOW + 39 * day)
    assert late.groups.to_pylist() == [None]
    assert late.sizes.to_pylist() == [0]


def test_a_post_from_the_future_counts_as_written_now() -> None:
    copies = Copies(window=timedelta(days=14))
    copies.add(table([PETITION], times=[NOW + timedelta(days=9_000)]), now=NOW)
    copies.add(table([]), now=NOW + timedelta(days=15))
    assert len(copies) == 0


def test_memory_is_bounded_by_the_number_of_posts() -> None:
    copies = Copies(most=2_000)
    largest = 0
    for start in range(0, 30_000, 1_000):
        texts = [
            f"Post {n} tells of {n * 7} things that are {n * 3} and {n} more"
            for n in range(start, start + 1_000)
        ]
        copies.add(table(texts, uris=[f"u{n}" for n in range(start, start + 1_000)]), now=NOW)
        assert len(copies) <= 2_000
        largest = max(largest, copies.memory)
    assert largest < 5_000_000
    assert copies.groups(["u29999", "u0"]).null_count == 1


def test_groups_stay_when_what_is_gone_is_cleared_away() -> None:
    copies = Copies()
    texts = [f"Story {n} of {n * 7} wards and {n * 3} nurses and {n} beds" for n in range(3_000)]
    uris = [f"u{n}" for n in range(6_000)]
    before = copies.add(table(texts + texts, uris=uris), now=NOW).groups.to_pylist()
    copies.forget([f"u{n}" for n in range(6_000) if n % 3])
    copies.add(table([PETITION], uris=["new"]), now=NOW)
    kept = [n for n in range(6_000) if not n % 3]
    assert copies.groups([f"u{n}" for n in kept]).to_pylist() == [before[n] for n in kept]
    assert copies._index.counts[lay.N_POSTS] == 2_001


def test_one_call_may_edit_its_own_posts_many_times() -> None:
    copies = Copies(most=100)
    texts = [f"Story {n} of {n * 7} wards and {n * 3} nurses and {n} beds" for n in range(20_000)]
    uris = [f"u{n % 500}" for n in range(20_000)]
    groups = copies.add(table(texts, uris=uris), now=NOW).groups.to_pylist()
    assert len(copies) == 88
    known = {one: n for one, n in zip(uris, copies.groups(uris).to_pylist(), strict=True) if n}
    assert known == {f"u{n - 19_500}": groups[n] for n in range(19_912, 20_000)}


def test_a_flood_of_variants_is_one_group() -> None:
    """Each is alike to all before it: only the newest under a key are looked at."""
    copies = Copies()
    texts = [f"The wait at the emergency room of St Mary is now {n}" for n in range(50_000)]
    joined = copies.add(table(texts), now=NOW)
    assert joined.groups.unique().to_pylist() == [1]
    assert joined.sizes.unique().to_pylist() == [50_000]
    assert copies.campaigns().select(["posts", "texts"]).to_pylist() == [
        {"posts": 50_000, "texts": 50_000}
    ]


# What the caller can mend


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"alike": 0.4}, "alike is 0.4; it must be from 0.5 to 1."),
        ({"most": 0}, "most is 0; it must be 1 or more."),
        ({"window": timedelta(0)}, "window is 0:00:00; it must be longer than 0."),
    ],
)
def test_a_parameter_out_of_range_is_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(Correctable) as caught:
        Copies(**parameters)
    assert caught.value.message == message


@pytest.mark.parametrize("damage", ["absent", "cut", "other", "places"])
def test_a_file_that_is_no_saved_state_is_refused(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "copies.npz"
    copies = Copies()
    copies.add(table([PETITION]), now=NOW)
    copies.save(path)
    content = path.read_bytes()
    if damage == "absent":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "other":
        with path.open("wb") as file:
            np.savez(file, format=np.array("auscult copies 0"))
    else:
        with np.load(path) as file:
            parts = dict(file)
        parts["post_texts"] = parts["post_texts"] + 7
        with path.open("wb") as file:
            np.savez(file, **parts)
    with pytest.raises(Correctable, match="isn't a saved index of copies"):
        Copies().load(path)
