"""The page for the board: what it says of planted rows, to whom, and as files."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import board_rows
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.returns import editions
from auscult.web.returns.board_appendix import CODE
from auscult.web.returns.board_asking import asking
from auscult.web.returns.board_headline import headline
from auscult.web.returns.board_models import Edition
from auscult.web.returns.board_page import board
from auscult.web.returns.board_telling import digest, facts_of
from auscult.web.returns.board_unknown import unknown
from auscult.web.returns.cost_models import Charge, Rate
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.outcome_models import OutcomeKind, Worth
from auscult.web.returns.telling_types import Facts, Question, as_data, from_data

FIRST, LAST = date(2026, 8, 10), date(2026, 11, 17)
Signed = Callable[[Actor], Client]


@pytest.fixture
def signed() -> Signed:
    """Open pages as a person."""

    def client(actor: Actor) -> Client:
        found = Client()
        found.force_login(User.objects.get(pk=actor.user_id or 0))
        return found

    return client


@pytest.fixture
def kind(owner: Actor) -> OutcomeKind:
    """Give a house with a cycle's costs and outcomes; its kind of outcome."""
    return board_rows.fill(owner, first=FIRST)


def told(actor: Actor, kind: OutcomeKind, **asked: Any) -> Facts:
    return facts_of(actor, Question(kind=kind.pk, first=FIRST, last=LAST, **asked))


def test_the_page_says_what_it_cost_and_brought_and_how_sure_that_is(
    owner: Actor, kind: OutcomeKind, signed: Signed
) -> None:
    said = signed(owner).get("/returns/").content.decode()
    for sentence in (
        "Things without a cost yet: 2, so the true cost is higher.",
        "120 “Appointments” were tracked to it",
        "At 120 EUR for each, and if none had happened anyway, the net benefit is",
        "Photographs: no amount.",
        "Thank you, volunteers: no hours are told.",
        "Of 161 outcomes, 41 (25 %) have no known way here; none is credited with them.",
        "What would have happened anyway: no finished study of this outcome covers these days.",
        "An outcome costs less our way in",
        "The planner hasn't been asked yet.",
    ):
        assert sentence in said
    assert "14,400 EUR" in said
    assert "/returns/appendix/?kind=" in said


def test_sums_of_the_page_are_those_of_the_rows(owner: Actor, kind: OutcomeKind) -> None:
    page = board(told(owner, kind))
    paid = next(one for one in page.cost if one.name == "Paid by the house")
    worked = sum(minutes // 3 * 6 for _title, _brought, minutes in board_rows.BETS[:-1]) / 60 * 46
    assert page.waterfall is not None
    bars = {one.bar.name: one.bar.amount for one in page.waterfall.rows}
    assert bars["work"] == pytest.approx(worked)
    assert bars["advertising"] == 850
    assert bars["paid in all"] == pytest.approx(sum(bars[one] for one in bars if one in PAID))
    assert paid.shown == f"{bars['paid in all']:,.0f} EUR"


PAID = ("work", "tools", "advertising", "production")


def test_given_time_is_told_both_ways(owner: Actor, kind: OutcomeKind) -> None:
    without, counted = told(owner, kind), told(owner, kind, with_given=True)
    assert board(without).other_way.startswith("With given time counted as cost: each cost")
    assert board(counted).other_way.startswith("Without given time as cost: each cost")


def test_without_a_worth_each_has_a_cost_and_nobody_says_that_it_pays(
    owner: Actor, kind: OutcomeKind
) -> None:
    Worth.objects.all().delete()
    facts = told(owner, kind)
    lines = [one.text for one in headline(facts)]
    assert lines[2].startswith("Each cost 5")
    assert lines[2].endswith("Nobody has said what one is worth.")
    assert "Chance that it pays" not in [one.name for one in board(facts).paying]


def test_a_ratio_without_an_end_stands_in_words(owner: Actor, kind: OutcomeKind) -> None:
    Charge.objects.all().delete()
    Rate.objects.update(hourly=0.0)
    facts = told(owner, kind)
    ratio = next(one for one in board(facts).paying if one.name == "Return on investment")
    assert ratio.shown == ""
    assert "Cost zero: ratio undefined; this is what it brought: 120." in " ".join(ratio.said)


def test_an_empty_house_is_led_to_its_first_number(owner: Actor, signed: Signed) -> None:
    said = signed(owner).get("/returns/").content.decode()
    assert "Three steps to the first number" in said
    assert "Say what an hour costs" in said
    assert "We spent" not in said


@pytest.mark.parametrize(
    "asked",
    [
        "?cycle=1",
        "?first=2026-09-01&last=2026-09-30&rule=linear&given=on",
        "?first=2026-09-30&last=2026-09-01",
        "?first=0001-01-01&last=9999-12-31",
        "?kind=99999999999999999999&cycle=%00",
        "?kind=x&rule=dice&first=yesterday",
        "?cycle=" + "9" * 5000,
    ],
)
def test_whatever_is_asked_gets_a_page(
    owner: Actor, kind: OutcomeKind, signed: Signed, asked: str
) -> None:
    answer = signed(owner).get(f"/returns/{asked}")
    assert answer.status_code == 200
    assert "We spent" in answer.content.decode()


def test_a_question_keeps_its_address() -> None:
    asked = Question(kind=3, first=FIRST, last=LAST, rule="linear", with_given=True)
    assert asking(asked) == "?kind=3&first=2026-08-10&last=2026-11-17&rule=linear&given=on"


def test_every_figure_of_the_page_has_its_evidence(
    owner: Actor, kind: OutcomeKind, signed: Signed
) -> None:
    page = board(told(owner, kind))
    said = signed(owner).get("/returns/appendix/?cycle=1").content.decode()
    numbers = (*page.cost, *page.brought, *page.paying)
    anchors = {*(one.anchor for one in numbers), *(one.anchor for one in page.headline)}
    for anchor in anchors:
        assert f'id="{anchor}"' in said
    for way in page.ways:
        assert f'id="way-{way.number}"' in said
    assert "Outcomes times the value of one, less the cost." in said
    assert "controlling, contribution margin" in said


def test_the_code_of_the_appendix_gives_the_figures_again(
    owner: Actor, kind: OutcomeKind, signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = signed(owner).get("/returns/facts.json?cycle=1")
    (tmp_path / "facts.json").write_bytes(taken.content)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec(CODE, names)
    figures, again = told(owner, kind).figures[0], names["again"]
    assert figures.net_benefit is not None
    for found, kept in (
        (again.outcomes, figures.outcomes),
        (again.net_benefit, figures.net_benefit),
        (again.cost_per_outcome, figures.cost_per_outcome),
        (again.roi, figures.roi),
    ):
        assert kept is not None
        assert (found.value, found.low, found.high) == pytest.approx(
            (kept.value, kept.low, kept.high)
        )


def test_the_page_and_its_appendix_are_taken_along_as_pdf(
    owner: Actor, kind: OutcomeKind, signed: Signed
) -> None:
    client = signed(owner)
    for name in ("board.pdf", "appendix.pdf"):
        answer = client.get(f"/returns/{name}?cycle=1")
        assert answer.content.startswith(b"%PDF")
        assert answer["Content-Type"] == "application/pdf"
    assert client.get("/returns/board.pdf?cycle=1").content.count(b"/Type /Page\n") <= 1
    kept = AuditEntry.objects.filter(action="export-returns")
    assert kept.count() == 3


def test_who_may_not_take_files_away_gets_none(
    persons: dict[str, Actor], kind: OutcomeKind, signed: Signed
) -> None:
    client = signed(persons["guest"])
    assert client.get("/returns/").status_code == 200
    for name in ("board.pdf", "appendix.pdf", "facts.json", "case.pdf"):
        assert client.get(f"/returns/{name}").status_code == 403
    said = client.get("/returns/appendix/").content.decode()
    assert 'href="/returns/costs/"' not in said


def test_a_page_is_kept_as_it_was_told(owner: Actor, kind: OutcomeKind, signed: Signed) -> None:
    client = signed(owner)
    answer = client.post("/returns/kept/keep/?cycle=1", {"title": "For the board"}, follow=True)
    kept = Edition.objects.get()
    assert "As it was told on" in answer.content.decode()
    before = told(owner, kind)
    assert digest(editions.facts_in(kept)) == digest(before)
    Charge.objects.filter(what="Posts advertised").update(amount=1850)
    said = client.get(f"/returns/kept/{kept.pk}/").content.decode()
    assert "850 EUR" in said
    then_and_now = client.get(f"/returns/kept/{kept.pk}/now/").content.decode()
    assert "figures are told otherwise" in then_and_now
    assert client.get(f"/returns/kept/{kept.pk}/board.pdf").content.startswith(b"%PDF")
    client.post(f"/returns/kept/{kept.pk}/remove/")
    assert not Edition.objects.exists()


def test_a_page_that_cannot_be_read_any_more_is_removed(
    owner: Actor, kind: OutcomeKind, signed: Signed, persons: dict[str, Actor]
) -> None:
    asked = Question(kind=kind.pk, first=FIRST, last=LAST)
    kept = editions.keep_edition(owner, title="Old", asked=asked)
    Edition.objects.update(facts={"asked": 5})
    client, address = signed(owner), f"/returns/kept/{kept.pk}/"
    said = client.get(address).content.decode()
    assert "in a form that this one can't read" in " ".join(said.split())
    assert f'href="{address}remove/"' in said
    assert "remove/" not in signed(persons["guest"]).get(address).content.decode()
    for further in ("now/", "board.pdf"):
        assert client.get(address + further).headers["Location"] == address
    client.post(f"{address}remove/")
    assert not Edition.objects.exists()


def test_then_and_now_are_the_same_where_nothing_changed(owner: Actor, kind: OutcomeKind) -> None:
    facts = told(owner, kind)
    again = from_data(Facts, json.loads(json.dumps(as_data(facts))))
    assert again == facts
    assert not any(one.changed for one in editions.compared(facts, again))


def test_only_who_records_returns_keeps_pages(
    persons: dict[str, Actor], stranger: Actor, owner: Actor, kind: OutcomeKind
) -> None:
    asked = Question(kind=kind.pk, first=FIRST, last=LAST)
    with pytest.raises(NotAllowed):
        editions.keep_edition(persons["guest"], title="Mine", asked=asked)
    for title in ("", "  ", "x" * 201, "a\0b"):
        with pytest.raises(ReturnsRefused, match="The name"):
            editions.keep_edition(owner, title=title, asked=asked)
    kept = editions.keep_edition(owner, title="Ours", asked=asked)
    with pytest.raises(ReturnsUnknown, match="There is no edition"):
        editions.edition(stranger, kept.pk)
    assert not editions.editions(stranger).exists()


def test_what_is_not_known_is_said_once(owner: Actor, kind: OutcomeKind) -> None:
    texts = [one.text for one in unknown(told(owner, kind))]
    assert len(texts) == len(set(texts))
    assert not any("no way is written down" in one for one in texts)
