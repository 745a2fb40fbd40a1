"""Files for studies, good and hostile; studies asked and read by programs; the book as a mix."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.clock import FixedClock
from auscult.web.accounts import queries as accounts
from auscult.web.accounts.models import Actor, User
from auscult.web.accounts.queries import system_actor
from auscult.web.planning import actions as plan_actions
from auscult.web.planning.bet_actions import BetWish, save_bet
from auscult.web.returns import study_ledger, studying
from auscult.web.returns.cost_models import Worked
from auscult.web.returns.errors import IntakeRefused, ReturnsRefused
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.study_models import Study
from auscult.web.returns.study_tables import MOST_BYTES, Table, read_csv
from auscult.web.returns.studying import work_due


def test_a_table_is_read_as_people_write_it() -> None:
    table = read_csv(
        "\ufeffDatum;Ort;Anrufe\n1.4.2026;Süd;1.234,5\n2.4.2026;Süd;\n3.4.2026;Süd;7\n".encode()
    )
    assert table.times == [date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 3)]
    assert table.places == ["Süd"] * 3
    assert table.numbers["Anrufe"][0] == 1234.5
    assert str(table.numbers["Anrufe"][1]) == "nan"
    years = read_csv(b"Year,Alabama,Ohio\n1970,1,2\n1971,3,4\n1972,5,6\n")
    assert (years.times, years.series) == ([1970, 1971, 1972], ("Alabama", "Ohio"))


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "a line with names and at least three lines"),
        (b"date,n\n", "a line with names and at least three lines"),
        (b"a,b\nx,1\ny,2\nz,3\n", "no column holds days"),
        (b"date,n\n2026-01-01,1\n2026-13-01,2\n2026-01-03,3\n", "row 3: .2026-13-01. is no day"),
        (b"date,n\n2026-01-01,1\n2026-01-02,x\n2026-01-03,3\n", "row 3: .x. under n is no number"),
        (b"date,n\n2026-01-01,1\n2026-01-02,1e400\n2026-01-03,3\n", "is no number"),
        (b"date,n\n2026-01-01,1\n2026-01-02,nan\n2026-01-03,3\n", "is no number"),
        (b"date,n\n2026-01-01,1\n2026-01-02\n2026-01-03,3\n", "row 3: 1 cells, but 2 columns"),
        (b"date,,n\n2026-01-01,1,1\n" * 4, "column 2 has no name"),
        (b"date,n,n\n2026-01-01,1,1\n" * 4, "the name n stands there twice"),
        (b"date,n\n\0,1\n2026-01-02,2\n2026-01-03,3\n", "bytes that no table has"),
        (b"date,n\n" + b"x" * MOST_BYTES, "larger than 4 MB"),
        (b"date,place\n2026-01-01,a\n2026-01-02,b\n2026-01-03,c\n", "no column with numbers"),
        (b"date," + b",".join(b"c%d" % at for at in range(90)) + b"\n" * 9, "three lines"),
        (b'date,n\n2026-01-01,"1\n2026-01-02,2\n2026-01-03,3\n', "a line with names"),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(raw: bytes, said: str) -> None:
    with pytest.raises(IntakeRefused, match=said):
        read_csv(raw)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_bytes_come_are_a_table_or_are_refused(raw: bytes) -> None:
    try:
        table = read_csv(b"date,n\n2026-01-01,1\n" + raw)
    except IntakeRefused:
        return
    assert table.numbers


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-1e15, 1e15), min_size=3, max_size=9),
    st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9),
)
def test_what_is_kept_comes_out_again(values: list[float], place: str) -> None:
    days = [date(2026, 1, 1) + timedelta(days=at) for at in range(len(values))]
    table = Table(times=days, places=[place] * len(values), numbers={"n": values})
    assert Table.from_parquet(table.as_parquet()) == table


def test_no_cell_becomes_a_formula() -> None:
    days = [date(2026, 1, at) for at in (1, 2, 3)]
    table = Table(times=days, places=["=1+1", "@x", "town"], numbers={"n": [1.0, 2.0, 3.0]})
    assert table.as_csv().splitlines()[1:3] == ["2026-01-01,'=1+1,1.0", "2026-01-02,'@x,2.0"]


@pytest.fixture
def api(owner: Actor, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(accounts, "SystemClock", lambda: clock)
    studying.IN_WORK.clear()
    client = Client()
    client.force_login(User.objects.get(username=owner.name))
    return client


def body(**more: Any) -> dict[str, Any]:
    days = [date(2026, 6, 1) + timedelta(days=at) for at in range(60)]
    calls = [20.0 + at % 7 + (8 if at >= 40 else 0) for at in range(60)]
    return {
        "title": "By a program",
        "method": "interrupted",
        "start": "2026-07-11",
        "days": [day.isoformat() for day in days],
        "series": {"calls": calls, "elsewhere": [30.0 + at % 7 for at in range(60)]},
        **more,
    }


@pytest.mark.django_db
def test_a_program_asks_and_reads(owner: Actor, clock: FixedClock, api: Client) -> None:
    answer = api.post("/api/v1/studies", body(), content_type="application/json")
    assert answer.status_code == 201, answer.content
    number = answer.json()["study"]["id"]
    assert answer.json()["study"]["state"] == "waiting"
    while work_due(system_actor(owner.organisation_id, "studies", clock=clock)):
        pass
    told = api.get(f"/api/v1/studies/{number}").json()
    assert told["study"]["verdict"] == "it worked"
    assert told["answer"]["effect"]["mean"] == pytest.approx(8, abs=1)
    assert told["reasons"]
    assert api.get("/api/v1/studies").json()["items"][0]["id"] == number


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"series": {"calls": [1.0]}}, 422, "as many values as days: 60"),
        ({"series": {}}, 422, "at least one"),
        ({"method": "difference"}, 422, "one of: calls, elsewhere"),
        ({"start": "2030-01-01"}, 422, "isn't within the data"),
        ({"kind": "nothing"}, 404, "no kind of outcome nothing"),
        ({"bet": 999}, 404, "no bet 999"),
        ({"days": ["2026-06-01"] * 60}, 422, "time"),
        ({"method": "mix"}, 422, "method"),
        ({"title": "a\0b"}, 422, "NUL"),
    ],
)
def test_a_program_is_told_what_is_wrong(
    api: Client, more: dict[str, Any], status: int, said: str
) -> None:
    answer = api.post("/api/v1/studies", body(**more), content_type="application/json")
    assert answer.status_code == status, answer.content
    assert said in answer.content.decode().replace("\\u2019", "'")
    assert not Study.objects.exists()


@pytest.mark.django_db
def test_the_book_gives_hours_by_bet_beside_outcomes(
    owner: Actor, api: Client, persons: dict[str, Actor]
) -> None:
    kind = OutcomeKind.objects.create(
        organisation_id=owner.organisation_id, name="Calls", slug="calls"
    )
    first, last = date(2026, 6, 1), date(2026, 6, 10)
    with pytest.raises(ReturnsRefused, match="or else bring a file"):
        study_ledger.mix_table(owner, kind=kind, first=first, last=last)
    cycle = plan_actions.plan_cycle(owner, title="Summer", first_day=first)
    films = save_bet(owner, cycle=cycle, wish=BetWish(title="Films"))
    for day, minutes in ((2, 90), (2, 30), (5, 60)):
        Worked.objects.create(
            organisation_id=owner.organisation_id,
            bet=films,
            user_id=owner.user_id,
            day=date(2026, 6, day),
            minutes=minutes,
        )
    table = study_ledger.mix_table(owner, kind=kind, first=first, last=last)
    assert table.numbers["Films"] == [0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert table.numbers["Calls"] == [0.0] * 10
    sent = {"title": "m", "kind": kind.pk, "first_day": first, "last_day": last}
    answer = api.post(reverse("returns:ask-mix"), sent)
    assert answer.status_code == 302, answer.content.decode()
    assert "“Films” is" in api.get(answer["Location"]).content.decode()


def test_no_name_of_a_column_becomes_a_formula() -> None:
    days = [date(2026, 1, at) for at in (1, 2, 3)]
    table = Table(times=days, places=[], numbers={"=1+1": [1.0, 2.0, 3.0]})
    assert table.as_csv().splitlines()[0] == "time,'=1+1"


def test_numbers_do_not_take_the_place_of_days() -> None:
    with pytest.raises(IntakeRefused, match="time"):
        read_csv(b"date,calls,time\n2026-01-01,1,5\n2026-01-02,2,6\n2026-01-03,3,7\n")
