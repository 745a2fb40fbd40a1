"""Queries are proposed for real houses of several countries, and find and spare real sentences."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auscult.engine.kernel.errors import Correctable
from auscult.engine.matching import WatchSet
from auscult.engine.query.parse import parse
from auscult.engine.query.proposing import propose, read_name

HOUSES = [
    ("Mayo Clinic", "Rochester", "en"),
    ("Massachusetts General Hospital", "Boston", "en"),
    ("St. Mary's Hospital", "Rochester", "en"),
    ("Boston Children's Hospital", "Boston", "en"),
    ("Guy's and St Thomas' NHS Foundation Trust", "London", "en"),
    ("The Royal Infirmary of Edinburgh", "Edinburgh", "en"),
    ("Mount Sinai Health System, Inc.", "New York", "en"),
    ("Universitätsklinikum Hamburg-Eppendorf (UKE)", "Hamburg", "de"),
    ("Charité – Universitätsmedizin Berlin", "Berlin", "de"),
    ("LMU Klinikum", "München", "de"),
    ("Universitätsspital Zürich", "Zürich", "de"),
    ("Klinikum Stuttgart gKAöR", "Stuttgart", "de"),
    ("Assistance Publique – Hôpitaux de Paris (AP-HP)", "Paris", "fr"),
    ("CHU de Québec", "Québec", "fr"),
    ("Hospital Clínic de Barcelona", "Barcelona", "es"),
    ("Karolinska Universitetssjukhuset", "Solna", "en"),
    ("国立がん研究センター", "東京", "en"),
    ("All India Institute of Medical Sciences", "New Delhi", "en"),
]


@pytest.mark.parametrize(("house", "town", "language"), HOUSES)
def test_every_proposal_parses_without_a_warning(house: str, town: str, language: str) -> None:
    proposals = propose(house, town, language=language)
    assert len(proposals) >= 5
    for proposed in proposals:
        assert parse(proposed.query, strict=True).warnings == (), proposed.query
    assert len({proposed.name for proposed in proposals}) == len(proposals)


def _found(house: str, town: str, text: str, language: str = "en") -> bool:
    """Whether one of the watches that need the name (or its acronym) finds a text."""
    watches = WatchSet(
        {
            proposed.name: parse(proposed.query).tree
            for proposed in propose(house, town, language=language)
            if not proposed.name.startswith("Care in")
        }
    )
    return bool(watches.match(pa.table({"text": [text]})).num_rows)


@pytest.mark.parametrize(
    ("house", "town", "language", "text"),
    [
        ("Mayo Clinic", "Rochester", "en", "The mayo clinic saved my father."),
        ("Mayo Clinic", "Rochester", "en", "Proud to work here #MayoClinic"),
        ("Mayo Clinic", "Rochester", "en", "MC in Rochester is hiring"),
        ("St. Mary's Hospital", "Rochester", "en", "Six hours at St Marys Hospital, Rochester."),
        ("Saint Mary's Hospital", "Rochester", "en", "In Rochester I went to St. Mary’s Hospital"),
        ("Massachusetts General Hospital", "Boston", "en", "My nurse at Massachusetts General!"),
        ("Boston Children's Hospital", "Boston", "en", "Boston Childrens Hospital was kind"),
        ("Charité – Universitätsmedizin Berlin", "Berlin", "de", "In der Charite war ich gut"),
        ("Universitätsspital Zürich", "Zürich", "de", "Danke an das Universitaetsspital Zuerich"),
        ("Universitätsspital Zürich", "Zürich", "de", "Das Unispital Zürich ist voll"),
        ("Universitätsklinikum Hamburg-Eppendorf (UKE)", "Hamburg", "de", "Das UKE in Hamburg"),
        ("Klinikum der Stadt Köln", "Köln", "de", "Im Klinikum der Stadt Koeln"),
        ("CHU de Québec", "Québec", "fr", "Le chu de quebec recrute"),
    ],
)
def test_what_people_write_is_found(house: str, town: str, language: str, text: str) -> None:
    assert _found(house, town, text, language)


@pytest.mark.parametrize(
    ("house", "town", "text"),
    [
        ("St. Mary's Hospital", "Rochester", "St Mary's Hospital, London: a long night"),
        ("Mayo Clinic", "Rochester", "The MC of the show was great"),
        ("Mayo Clinic", "Rochester", "Too much mayo on this, says the clinic's cook"),
        ("Massachusetts General Hospital", "Boston", "A general hospital in Massachusetts"),
        ("Good Samaritan Hospital", "Portland", "A good samaritan took me to hospital"),
        ("Trinity Health", "Livonia", "Trinity Health, by the church in Dublin"),
    ],
)
def test_others_are_spared(house: str, town: str, text: str) -> None:
    assert not _found(house, town, text)


@pytest.mark.parametrize("house", ["St. Mary's Hospital", "General Hospital", "City Clinic"])
def test_a_common_name_asks_for_its_town(house: str) -> None:
    with pytest.raises(Correctable, match="Many houses are called") as refused:
        propose(house)
    assert refused.value.field == "town"


@pytest.mark.parametrize("name", ["", "  ", "123", "...", "()"])
def test_no_name_is_refused_in_words(name: str) -> None:
    with pytest.raises(Correctable, match="is no name of an organisation"):
        propose(name, "Rochester")


def test_the_acronym_is_the_one_that_is_given() -> None:
    assert read_name("Universitätsklinikum Hamburg-Eppendorf (UKE)").acronym == "UKE"
    assert read_name("LMU Klinikum").acronym == "LMU"
    assert read_name("CHU de Québec", "Québec").acronym == "CQ"
    assert read_name("Massachusetts General Hospital").acronym == "MGH"


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(["en", "de", "fr", "es", "sv"]))
@settings(deadline=None)
def test_any_name_gives_queries_or_a_sentence(name: str, town: str, language: str) -> None:
    try:
        proposals = propose(name, town, language=language)
    except Correctable:
        proposals = ()
    for proposed in proposals:
        parse(proposed.query)
