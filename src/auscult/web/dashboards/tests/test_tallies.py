"""Tallies against `collections.Counter`."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from auscult.web.dashboards import tallies
from auscult.web.dashboards.tallies import Sum, names_at, pack, unpacked

COUNTS = st.dictionaries(
    st.text(max_size=20), st.integers(1, 70_000) | st.integers(1, 5), max_size=150
)


@given(st.lists(COUNTS, max_size=5))
def test_tallies_add_up_as_counters_do(days: list[dict[str, int]]) -> None:
    wanted: Counter[str] = Counter()
    for day in days:
        wanted.update(day)
    packed = [pack(day) for day in days]

    found = Sum(one.words for one in packed)

    assert found.total == wanted.total()
    assert dict(zip(found.marks.tolist(), found.counts.tolist(), strict=True)) == {
        tallies.mark(name): count for name, count in wanted.items()
    }


@given(COUNTS, st.integers(1, 10))
def test_the_top_is_the_most_frequent(counts: dict[str, int], most: int) -> None:
    top = Sum([pack(counts).words]).top(most)

    assert [count for _, count in top] == sorted(counts.values(), reverse=True)[:most]


@given(COUNTS)
def test_every_name_is_found_again(counts: dict[str, int]) -> None:
    packed = pack(counts)
    wanted = {tallies.mark(name) for name in counts}

    names = packed.names or packed.best
    found = names_at(packed.words, packed.names, wanted) if packed.names else None

    assert set(unpacked(names)) == set(counts)
    if found is not None:
        assert found == {tallies.mark(name): name for name in counts}


def test_a_count_beyond_sixteen_bits_takes_several_words() -> None:
    assert Sum([pack({"en": 1_000_000}).words]).top(3) == [(tallies.mark("en"), 1_000_000)]


def test_nothing_adds_up_to_nothing() -> None:
    assert Sum([]).top(5) == []
    assert Sum([]).total == 0


def test_a_lone_surrogate_and_a_long_name_are_kept_as_far_as_can_be() -> None:
    packed = pack({"\ud800": 1, "x" * 3000: 2})

    assert unpacked(packed.best) == ["x" * tallies.LONGEST, "?"]


def test_a_name_that_was_cut_is_still_found_by_its_mark() -> None:
    long = "https://paper.example/" + "x" * 3000
    packed = pack({long: 2, "https://short.example/": 1})

    found = tallies.names_at(packed.words, packed.names, {tallies.mark(long)})

    assert found == {tallies.mark(long): long[: tallies.LONGEST]}
