"""'How did you hear of us?': kept, weighted, shown, taken along; and whose it is."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.models import Actor, User
from auscult.web.returns import survey_queries, survey_reading
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.outcome_models import OutcomeKind
from auscult.web.returns.survey_actions import SurveyWish, save_survey, set_answers
from auscult.web.returns.survey_models import Answer, Survey
from auscult.web.returns.survey_reading import AnswerRow, as_typed, read, typed
from programs import program_of

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
TYPED = "under 50 | the film = 30\nunder 50 | a friend + the film = 5\nolder | a friend = 20\nolder |  = 5"


@pytest.fixture
def survey(owner: Actor) -> Survey:
    wish = SurveyWish(
        title="At the desk",
        question="How did you hear of us?",
        first_day=FIRST,
        last_day=LAST,
        asked=100,
        population={"under 50": 400, "older": 600},
        channels={"the film": "youtube"},
    )
    made = save_survey(owner, wish=wish)
    set_answers(owner, survey=made, rows=typed(TYPED))
    return made


def browser(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=actor.name))
    return client


def page(actor: Actor, name: str, *args: Any) -> str:
    answer = browser(actor).get(reverse(f"returns:{name}", args=args))
    assert answer.status_code == 200, answer.content.decode()[:500]
    return " ".join(answer.content.decode().split())


def send(actor: Actor, to: str, *args: Any, **data: Any) -> Any:
    return browser(actor).post(reverse(f"returns:{to}", args=args), data)


def test_answers_are_weighted_to_the_true_groups(owner: Actor, survey: Survey) -> None:
    found = survey_queries.result(owner, survey)
    assert found.answers is not None
    assert found.channels is not None
    # 35 of 35 under 50 named the film, none of 25 older: 400 of 1,000 people.
    shares = {one.answer: one.value for one in found.answers.shares}
    assert shares["the film"] == pytest.approx(0.4)
    assert shares["a friend"] == pytest.approx(0.4 * 5 / 35 + 0.6 * 20 / 25)
    assert {one.answer for one in found.channels.shares} == {"youtube", "a friend"}
    film = next(one for one in found.answers.shares if one.answer == "the film")
    assert film.low < 0.4 < film.high
    assert [film.least, film.most] == pytest.approx([0.24, 0.64])


def test_the_page_says_what_it_tells_and_what_silence_hides(
    owner: Actor, persons: dict[str, Actor], survey: Survey
) -> None:
    guest = persons["guest"]
    said = page(guest, "survey", survey.pk)
    assert "60 answered of 100 who were asked." in said
    assert "youtube" in said
    assert "40 % of those asked didn&#x27;t answer" in said
    assert "What silence could hide" in said
    assert "a friend + the film" in said
    assert "Write answers down" not in said
    assert "Write answers down" in page(owner, "survey", survey.pk)
    assert "At the desk" in page(guest, "surveys")


def test_surveys_are_written_down_by_forms_alone(owner: Actor) -> None:
    assert "Nobody was asked yet" in page(owner, "surveys")
    values = {
        "title": "By mail", "question": "How?", "kind": "", "first_day": "2026-10-01",
        "last_day": "2026-10-31", "asked": "50", "population": "", "channels": "the film = youtube",
    }  # fmt: skip
    assert send(owner, "add-survey", **values).status_code == 302
    survey = Survey.objects.get()
    assert survey.channels == {"the film": "youtube"}
    assert "No answers are written down yet." in page(owner, "survey", survey.pk)
    assert send(owner, "survey-answers", survey.pk, answers="the film = 3").status_code == 302
    assert "the film = 3" in page(owner, "survey-answers", survey.pk)
    file = SimpleUploadedFile("a.csv", b'Antwort;Anzahl\nthe film;10\n"a friend;the film";2\n')
    assert send(owner, "survey-answers", survey.pk, answers="", file=file).status_code == 302
    assert {(tuple(one.said), one.count) for one in Answer.objects.all()} == {
        (("the film",), 10),
        (("a friend", "the film"), 2),
    }
    refused = send(owner, "survey-answers", survey.pk, answers="the film = 51").content.decode()
    assert "at most as many as were asked (50)" in refused
    refused = send(owner, "change-survey", survey.pk, **{**values, "asked": "3"}).content.decode()
    assert "as many as answered (12) or more" in refused
    refused = send(owner, "add-survey", **{**values, "last_day": "2026-09-01"}).content.decode()
    assert "the first day or later" in refused
    refused = send(owner, "add-survey", **{**values, "population": "under 50: 3"}).content.decode()
    assert "each name once" in refused
    assert send(owner, "change-survey", survey.pk, do="remove").status_code == 302
    assert not Answer.objects.exists()


def test_groups_that_do_not_fit_are_told_and_break_nothing(owner: Actor, survey: Survey) -> None:
    set_answers(owner, survey=survey, rows=[AnswerRow(said=("x",), group="older", count=3)])
    assert survey_queries.result(owner, survey).answers is None
    assert "nobody of group &#x27;under 50&#x27; answered" in page(owner, "survey", survey.pk)
    assert "groups don't fit" in page(owner, "surveys")
    with pytest.raises(ReturnsRefused, match="of the groups: under 50, older"):
        set_answers(owner, survey=survey, rows=[AnswerRow(said=("x",), count=3)])


def test_shares_of_a_period_and_a_kind(owner: Actor, survey: Survey) -> None:
    kinds = [
        OutcomeKind.objects.create(organisation_id=owner.organisation_id, name=name, slug=name)
        for name in ("calls", "visits")
    ]
    wish = SurveyWish(title="B", question="?", first_day=FIRST, last_day=LAST, kind=kinds[0])
    other = save_survey(owner, wish=wish)
    set_answers(owner, survey=other, rows=[AnswerRow(said=("x",), count=3)])
    found = survey_queries.shares(owner, kinds[0], LAST, date(2026, 12, 1))
    assert [one.survey for one in found] == [other, survey]
    assert [one.survey for one in survey_queries.shares(owner, kinds[1], FIRST, LAST)] == [survey]
    assert not survey_queries.shares(owner, kinds[0], date(2026, 11, 1), date(2026, 12, 1))


def test_what_is_taken_along_is_read_in_again(owner: Actor, survey: Survey) -> None:
    address = reverse("returns:survey-answers-csv", args=[survey.pk])
    assert read(browser(owner).get(address).content) == survey_queries.answers(owner, survey)
    shares = browser(owner).get(reverse("returns:survey-csv", args=[survey.pk])).content.decode()
    assert shares.splitlines()[0] == "answer,share,low,high,least,most"
    set_answers(owner, survey=survey, rows=[AnswerRow(said=("=1+1",), group="older", count=1)])
    assert "'=1+1" in browser(owner).get(address).content.decode()


def test_another_house_gets_at_none_of_it(
    owner: Actor, stranger: Actor, persons: dict[str, Actor], survey: Survey
) -> None:
    for name in ("survey", "change-survey", "survey-answers", "survey-csv", "survey-answers-csv"):
        address = reverse(f"returns:{name}", args=[survey.pk])
        assert browser(stranger).get(address).status_code == 404
    with pytest.raises(ReturnsRefused, match="of your organisation"):
        set_answers(stranger, survey=survey, rows=[])
    with pytest.raises(NotAllowed):
        set_answers(persons["guest"], survey=survey, rows=[])
    assert not survey_queries.shares(stranger, None, FIRST, LAST)


def test_programs_write_surveys_down_and_read_them(
    owner: Actor, stranger: Actor, persons: dict[str, Actor]
) -> None:
    body = {
        "title": "Mail", "question": "How?", "first_day": "2026-10-01", "last_day": "2026-10-31",
        "channels": {"the film": "youtube"},
        "answers": [{"said": ["the film"], "count": 3}, {"said": []}],
    }  # fmt: skip
    made = program_of(owner).post("surveys", body)
    assert made.status_code == 201, made.content
    number = made.json()["survey"]["id"]
    assert [(one["answer"], one["value"]) for one in made.json()["channels"]] == [("youtube", 0.75)]
    assert "Only 4 answers" in made.json()["reasons"][0]
    assert program_of(owner).get("surveys").json()["items"][0]["answered"] == 4
    assert program_of(stranger).get(f"surveys/{number}").status_code == 404
    answers = {"answers": [{"said": ["a friend"], "count": 2}]}
    assert (
        program_of(persons["approver"]).ask("PUT", f"surveys/{number}/answers", answers).status_code
        == 403
    )
    told = program_of(owner).ask("PUT", f"surveys/{number}/answers", answers)
    assert told.json()["answers"][0]["answer"] == "a friend"
    unknown = program_of(owner).post("surveys", {**body, "kind": "nothing"})
    assert unknown.status_code == 404
    wrong = program_of(owner).post("surveys", {**body, "population": {"a": -1}})
    assert wrong.status_code == 422


@given(st.text(max_size=80))
def test_any_text_is_answers_or_is_refused(text: str) -> None:
    with contextlib.suppress(Correctable):
        survey_reading.pairs(text, "x")
    with contextlib.suppress(Correctable):
        found = typed(text)
        assert typed(as_typed(found)) == found
