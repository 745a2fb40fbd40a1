"""Files of readings: what spreadsheets write is read, what could be two things is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auscult.web.goals.reading_actions import Given
from auscult.web.goals.reading_files import decoded, parsed, written

TODAY = date(2026, 11, 20)
DAYS = st.dates(date(1970, 1, 1), TODAY)
VALUES = st.floats(-1e15, 1e15, allow_nan=False).map(lambda value: value + 0.0)
# What a cell can hold on one line; blanks around it are no part of it.
NOTES = st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=40).map(
    str.strip
)


@given(
    st.lists(st.builds(Given, day=DAYS, value=VALUES, note=NOTES), unique_by=lambda one: one.day)
)
def test_what_is_written_is_read_as_it_was(readings: list[Given]) -> None:
    found = parsed(written(readings), TODAY)
    assert found.refused == ()
    assert list(found.readings) == readings


@given(st.text(max_size=300))
def test_no_line_is_lost(text: str) -> None:
    """Each line is read, refused, empty, the names, or says again what stood there before."""
    found = parsed(text, TODAY)
    filled = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip(" ,;\t")]
    assert len(found.readings) + len(found.refused) <= len(filled)
    assert all(one.text in filled for one in found.refused)
    assert all(one.why for one in found.refused)


@given(st.lists(st.tuples(DAYS, VALUES), min_size=1, unique_by=lambda pair: pair[0]), st.data())
def test_a_wrong_line_spoils_no_other(rows: list[tuple[date, float]], data: st.DataObject) -> None:
    lines = [f"{day},{value!r}" for day, value in rows]
    place = data.draw(st.integers(0, len(lines)))
    lines.insert(place, "2026-13-01,5")
    found = parsed("\n".join(lines), TODAY)
    assert [one.number for one in found.refused] == [place + 1]
    assert [(one.day, one.value) for one in found.readings] == rows


@given(st.binary(max_size=200))
def test_any_file_is_a_text(data: bytes) -> None:
    parsed(decoded(data), TODAY)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026-11-01,12.345", 12.345),
        ("2026-11-01;12,345", 12.345),
        ('2026-11-01,"1,234"', 1234),
        ('2026-11-01,"1,234.5"', 1234.5),
        ("01.11.2026;1.234,5", 1234.5),
        ("1.11.2026;1 234,5", 1234.5),
        ("2026-11-01\t1'234'567.25", 1234567.25),
        ("2026-11-01;1.234.567", 1234567),
        ("2026-11-01T08:30:00Z,-4", -4),
        ("Datum;Wert\n01.11.2026;7", 7),
        ("note,value,date\nfair,7,2026-11-01", 7),
        ("\ufeffDate,Value\n2026-11-01,−7", -7),
        ("2026-11-01,1e3", 1000),
        ('"2026-11-01","7"', 7),
    ],
)
def test_what_spreadsheets_write_is_read(text: str, value: float) -> None:
    found = parsed(text, TODAY)
    assert [(one.day, one.value) for one in found.readings] == [(date(2026, 11, 1), value)]
    assert found.refused == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("11/01/2026,7", "may be two days"),
        ("2026-11-31,7", "is no day"),
        ("yesterday,7", "is no day"),
        ("2026-11-21,7", "isn't between"),
        ("1969-12-31,7", "isn't between"),
        ("2026-11-01;1.234", "a thousand times more or less"),
        ("2026-11-01\t1,234", "a thousand times more or less"),
        ("2026-11-01,many", "is no number"),
        ("2026-11-01,", "is no number"),
        ("2026-11-01", "is no number"),
        ("2026-11-01,nan", "is no number"),
        ("2026-11-01,1e99", "too great"),
        ("2026-11-01,1,234.5", "a cell too many"),
        ("day,value\n2026-11-01,12,5", "a cell too many"),
        (f"2026-11-01,7,{'n' * 201}", "longer than 200"),
    ],
)
def test_what_is_in_doubt_is_refused_with_its_line(text: str, why: str) -> None:
    found = parsed(text, TODAY)
    assert len(found.refused) == 1
    assert why in found.refused[0].why


def test_a_day_counts_once() -> None:
    found = parsed("2026-11-01,7\n2026-11-01,7\n2026-11-01,8", TODAY)
    assert len(found.readings) == 1
    assert [(one.number, "twice" in one.why) for one in found.refused] == [(3, True)]


def test_more_days_than_are_taken_are_refused_one_by_one() -> None:
    first = TODAY - timedelta(days=5_001)
    lines = [f"{first + timedelta(days=place)},1" for place in range(5_002)]
    found = parsed("\n".join(lines), TODAY)
    assert (len(found.readings), len(found.refused)) == (5_000, 2)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_codec_is_seen(codec: str) -> None:
    found = parsed(decoded("2026-11-01;7;Grüße".encode(codec)), TODAY)
    assert found.readings[0].note == "Grüße"
