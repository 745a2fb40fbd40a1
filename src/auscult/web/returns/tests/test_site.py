"""What the house's website tells: who may, what is kept, and what isn't."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor, User
from auscult.web.returns import happening, queries, site_actions, site_receiving
from auscult.web.returns.cost_models import Ledger
from auscult.web.returns.errors import ReturnsRefused
from auscult.web.returns.link_actions import LinkWish, save_link
from auscult.web.returns.link_counting import count_visit
from auscult.web.returns.outcome_actions import KindWish, save_kind
from auscult.web.returns.outcome_models import Outcome, OutcomeKind, Touch

pytestmark = pytest.mark.django_db
ORIGIN = "https://clinic.example"


@pytest.fixture
def book(owner: Actor) -> Ledger:
    """Return the book of a house whose website may tell appointments."""
    save_kind(owner, wish=KindWish(name="Appointment"))
    return site_actions.save_sites(owner, sites=[ORIGIN, f"{ORIGIN}:8443"])


def tell(book: Ledger, said: Any, *, origin: str = ORIGIN, **headers: str) -> Any:
    """Tell what happened, as a page of the website does."""
    client = Client(enforce_csrf_checks=True)
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    named = {"Origin": origin} | {name.replace("_", "-"): one for name, one in headers.items()}
    address = f"/conversions/{book.site_key}/"
    return client.post(address, body, content_type="text/plain", headers=named)


def test_an_outcome_is_joined_with_the_click_before_it(owner: Actor, book: Ledger) -> None:
    link = save_link(owner, wish=LinkWish(target=ORIGIN, title="Flu", channel="mastodon"))
    mark = count_visit(owner, link, tracked=True)
    said = {"kind": "appointment", "click": mark, "order": "A-17", "utm_source": "elsewhere"}
    answer = tell(book, said)
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    (touch,) = Touch.objects.all()
    assert (touch.channel, touch.link, touch.at) == ("mastodon", link, owner.clock.now())
    kept = Outcome.objects.get()
    assert (kept.origin, kept.tracked, len(kept.order), len(kept.visitor)) == ("site", True, 64, 64)
    assert mark not in str(Outcome.objects.values_list())

    assert tell(book, said).status_code == 204  # the page was loaded again
    assert Outcome.objects.count() == 1


def test_an_outcome_of_no_click_says_its_channel(owner: Actor, book: Ledger) -> None:
    tell(book, {"kind": "appointment", "utm_source": "Newsletter", "utm_campaign": "Autumn"})
    tell(book, {"kind": "appointment", "referrer": "https://www.google.de/search?q=hip"})
    tell(book, {"kind": "appointment", "referrer": f"{ORIGIN}/start"})
    tell(book, {"kind": "appointment", "click": "made-up"})
    touches = Touch.objects.order_by("pk").values_list("channel", "campaign")
    assert list(touches) == [("mail", "Autumn"), ("search", "")]
    assert Outcome.objects.count() == 4


@pytest.mark.parametrize("asked", [{"DNT": "1"}, {"Sec_GPC": "1"}, {}])
def test_who_asks_not_to_be_followed_is_counted_and_nothing_else(
    owner: Actor, book: Ledger, asked: dict[str, str]
) -> None:
    link = save_link(owner, wish=LinkWish(target=ORIGIN, title="Flu", channel="mastodon"))
    mark = count_visit(owner, link, tracked=True)
    said = {"kind": "appointment", "click": mark, "order": "A-17", "utm_source": "x", "value": 3}
    if not asked:
        said["tracked"] = False
    assert tell(book, said, **asked).status_code == 204
    kept = Outcome.objects.get()
    assert (kept.tracked, kept.order, kept.visitor, kept.amount) == (False, "", "", 3.0)
    assert not Touch.objects.exists()
    kind, today = OutcomeKind.objects.get(), queries.today(owner)
    assert kept.at.date() > today  # the view's clock is the machine's, the test's is fixed
    found = happening.happened(owner, kind, kept.at.date(), kept.at.date())
    assert found.untracked == 1


def test_only_the_house_s_own_websites_are_heard(owner: Actor, book: Ledger) -> None:
    for origin in (
        "https://evil.example",
        "http://clinic.example",
        "null",
        "",
        f"{ORIGIN}.evil.example",
    ):
        answer = tell(book, {"kind": "appointment"}, origin=origin)
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer
    assert tell(book, {"kind": "appointment"}, origin=f"{ORIGIN}:8443").status_code == 204
    assert Outcome.objects.count() == 1
    book.site_key = "other"
    assert tell(book, {"kind": "appointment"}).status_code == 404


def test_a_browser_that_asks_first_is_told(book: Ledger) -> None:
    answer = Client().options(f"/conversions/{book.site_key}/", headers={"Origin": ORIGIN})
    assert answer.status_code == 204
    assert answer["Access-Control-Allow-Methods"] == "POST"
    assert answer["Access-Control-Allow-Headers"] == "Content-Type"
    assert "Origin" in answer["Vary"]
    assert Client().get(f"/conversions/{book.site_key}/").status_code == 405


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"[1]", "object"),
        (b"\xff\xfe", "Invalid JSON"),
        ({}, "kind"),
        ({"kind": "unheard"}, "kind is 'unheard', but must be appointment"),
        ({"kind": "appointment", "name": "Anna"}, "name"),
        ({"kind": "appointment", "value": -1}, "value"),
        ({"kind": "appointment", "value": "NaN"}, "value"),
        ({"kind": "appointment", "value": 1e300}, "value"),
        ({"kind": "appointment", "value": 5, "currency": "x1"}, "currency"),
        ({"kind": "appointment", "order": "x" * 201}, "order"),
        ({"kind": "appointment", "utm_source": "a\0b"}, "utm_source"),
    ],
)
def test_wrong_input_is_told_and_nothing_is_kept(book: Ledger, said: Any, why: str) -> None:
    answer = tell(book, said)
    assert answer.status_code == 400
    assert why in answer.json()["title"]
    assert answer["Access-Control-Allow-Origin"] == ORIGIN
    assert not Outcome.objects.exists()


def test_too_much_is_refused(book: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tell(book, b" " * 10_000).status_code == 413
    monkeypatch.setattr(site_receiving, "VISITORS", Limits(1, 60.0, timer=lambda: 0.0))
    assert tell(book, {"kind": "appointment"}).status_code == 204
    again = tell(book, {"kind": "appointment"})
    assert (again.status_code, again["Retry-After"]) == (429, "60")
    assert Outcome.objects.count() == 1


@pytest.mark.parametrize(
    "site",
    [
        "clinic.example",
        "javascript:alert(1)",
        "https://a:b@clinic.example",
        "https://*.clinic.example",
        "https://clinic.example:99999",
        "https://clinic.example\0",
        "https://" + "x" * 10_000,
        "*",
        "null",
    ],
)
def test_what_is_no_website_is_refused(owner: Actor, site: str) -> None:
    with pytest.raises(ReturnsRefused, match=r"https://clinic\.example"):
        site_actions.save_sites(owner, sites=[site])
    assert not Ledger.objects.exists()


def test_pages_of_the_website(client: Client, owner: Actor, book: Ledger) -> None:
    client.force_login(User.objects.get(username="owner"))
    page = client.get("/returns/outcomes/site/").content.decode()
    assert f"/conversions/{book.site_key}/" in page
    assert 'auscult("appointment", {order: "A-17"});' in page
    client.post("/returns/outcomes/site/key/")
    anew = Ledger.objects.get()
    assert anew.site_key not in {"", book.site_key}
    assert tell(book, {"kind": "appointment"}).status_code == 404
    assert tell(anew, {"kind": "appointment"}).status_code == 204
    wrong = client.post("/returns/outcomes/site/websites/", {"sites": "clinic"}).content.decode()
    assert "Websites of the house is" in wrong
    client.post("/returns/outcomes/site/websites/", {"sites": "https://A.example/x\n\n"})
    assert Ledger.objects.get().sites == ["https://a.example"]
