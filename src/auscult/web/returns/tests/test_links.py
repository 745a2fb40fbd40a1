"""Short links: made, followed, counted, and what of a visitor is kept."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import OperationalError
from django.test import Client

from auscult.web.accounts.errors import NotAllowed
from auscult.web.accounts.limits import Limits
from auscult.web.accounts.models import Actor, AuditEntry, User
from auscult.web.returns import link_counting, link_follow, link_queries
from auscult.web.returns.errors import ReturnsRefused, ReturnsUnknown
from auscult.web.returns.link_actions import LETTERS, LinkWish, end_link, resume_link, save_link
from auscult.web.returns.link_models import Click, ShortLink, VisitCount
from auscult.web.returns.link_targets import is_target, target_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE = "https://clinic.example/flu?part=2#when"


def a_wish(**more: Any) -> LinkWish:
    """Return a link as somebody wants it."""
    wanted: dict[str, Any] = {"target": PAGE, "title": "Flu day", "channel": "mastodon"}
    return LinkWish(**(wanted | more))


def follow(slug: str, method: str = "get", **headers: str) -> Any:
    """Follow a link in a browser that has no cookie."""
    named = {"User-Agent": FIREFOX} | {name.replace("_", "-"): one for name, one in headers.items()}
    return getattr(Client(headers=named), method)(f"/l/{slug}")


def test_a_visitor_is_led_on_and_counted_without_cookies(owner: Actor) -> None:
    link = save_link(owner, wish=a_wish(slug="Flu", campaign="Autumn"))
    answer = follow("flu")

    assert answer.status_code == 302
    led = urlsplit(answer["Location"])
    assert (led.scheme, led.netloc, led.path, led.fragment) == (
        "https",
        "clinic.example",
        "/flu",
        "when",
    )
    said = parse_qs(led.query)
    (mark,) = said.pop("auscult_click")
    assert said == {
        "part": ["2"],
        "utm_source": ["mastodon"],
        "utm_medium": ["social"],
        "utm_campaign": ["Autumn"],
    }
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    counted = VisitCount.objects.get(link=link)
    assert (counted.visits, counted.untracked) == (1, 0)
    click = Click.objects.get()
    assert mark not in click.mark
    assert len(click.mark) == 64
    follow("FLU")
    assert VisitCount.objects.get(link=link).visits == 2


@pytest.mark.parametrize("asked", [{"DNT": "1"}, {"Sec_GPC": "1"}])
def test_who_asks_for_privacy_gets_no_mark(owner: Actor, asked: dict[str, str]) -> None:
    link = save_link(owner, wish=a_wish(slug="flu"))
    assert "auscult_click" not in follow("flu", **asked)["Location"]
    counted = VisitCount.objects.get(link=link)
    assert (counted.visits, counted.untracked) == (1, 1)
    assert not Click.objects.exists()


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}),
        ("get", {"User_Agent": "http.rb/5.2 (Mastodon/4.4.1; +https://mastodon.social/)"}),
        ("get", {"User_Agent": "facebookexternalhit/1.1"}),
        ("get", {"User_Agent": ""}),
        ("get", {"Sec_Purpose": "prefetch;prerender"}),
    ],
)
def test_programs_are_led_on_and_not_counted(
    owner: Actor, method: str, headers: dict[str, str]
) -> None:
    save_link(owner, wish=a_wish(slug="flu"))
    answer = follow("flu", method, **headers)
    assert answer.status_code == 302
    assert "auscult_click" not in answer["Location"]
    assert not VisitCount.objects.exists()


def test_what_is_no_link_is_not_there(owner: Actor) -> None:
    assert follow("none").status_code == 404
    assert follow("a" * 2_000).status_code == 404
    ShortLink.objects.create(
        organisation_id=owner.organisation_id,
        slug="bad",
        target="javascript:alert(1)",
        made_at=owner.clock.now(),
    )
    assert follow("bad").status_code == 404
    save_link(owner, wish=a_wish(slug="flu"))
    assert follow("flu", "post").status_code == 405


def test_an_ended_link_leads_on_and_counts_nothing(owner: Actor) -> None:
    link = save_link(owner, wish=a_wish(slug="flu"))
    end_link(owner, link=link)
    assert follow("flu").status_code == 302
    assert not VisitCount.objects.exists()
    resume_link(owner, link=link)
    follow("flu")
    assert VisitCount.objects.get().visits == 1
    actions = AuditEntry.objects.filter(target="flu").values_list("action", flat=True)
    assert list(actions.order_by("number")) == ["save-link", "end-link", "resume-link"]


def test_a_visitor_does_not_wait_for_a_busy_database(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_given: Any, **_more: Any) -> None:
        raise OperationalError("database is locked")

    save_link(owner, wish=a_wish(slug="flu"))
    monkeypatch.setattr(link_counting, "_count", busy)
    answer = follow("flu")
    assert answer.status_code == 302
    assert "auscult_click" not in answer["Location"]


def test_what_the_target_says_of_itself_stays(owner: Actor) -> None:
    link = save_link(owner, wish=a_wish(target="https://clinic.example/?utm_source=Bus&x=%20a+b"))
    assert target_of(link) == "https://clinic.example/?utm_source=Bus&x=%20a+b"
    assert target_of(link, "m").endswith("&x=%20a+b&auscult_click=m")


def test_names_are_drawn_from_letters_that_nobody_mistakes(owner: Actor) -> None:
    slugs = {save_link(owner, wish=a_wish()).slug for _time in range(20)}
    assert len(slugs) == 20
    assert all(len(one) == 6 and set(one) <= set(LETTERS) for one in slugs)
    assert not set("0o1il") & set(LETTERS)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "ftp://clinic.example/",
        "//clinic.example",
        "https://user:pass@clinic.example/",
        "https://clinic.example@evil.example/",
        "https:///flu",
        "https://clinic.example/\r\nSet-Cookie: a=b",
        "https://clinic.example/\0",
        "data:text/html,hi",
        "https://clinic.example/" + "x" * 10_000,
        "https://[::1",
        "",
    ],
)
def test_a_link_leads_to_pages_of_the_web_alone(owner: Actor, target: str) -> None:
    assert not is_target(target)
    with pytest.raises(ReturnsRefused, match="begins with https"):
        save_link(owner, wish=a_wish(target=target))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"slug": "a b"}, "slug"),
        ({"slug": "x" * 41}, "slug"),
        ({"title": " "}, "title"),
        ({"title": "x\0"}, "title"),
        ({"channel": "x" * 61}, "channel"),
        ({"campaign": "x" * 10_000}, "campaign"),
    ],
)
def test_what_a_link_cannot_be_is_refused(owner: Actor, wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(ReturnsRefused) as refused:
        save_link(owner, wish=a_wish(**wrong))
    assert refused.value.field == field


def test_a_name_is_taken_once(owner: Actor, stranger: Actor) -> None:
    save_link(owner, wish=a_wish(slug="flu"))
    with pytest.raises(ReturnsRefused, match="taken"):
        save_link(stranger, wish=a_wish(slug="FLU"))


def test_links_are_the_house_s_own(owner: Actor, stranger: Actor, persons: Any) -> None:
    link = save_link(owner, wish=a_wish())
    with pytest.raises(ReturnsUnknown, match="no link"):
        link_queries.link(stranger, link.pk)
    assert not link_queries.links(stranger).exists()
    for role in ("guest", "approver", "privacy", "ambassador"):
        with pytest.raises(NotAllowed):
            save_link(persons[role], wish=a_wish())


def test_pages_of_links(client: Client, owner: Actor) -> None:
    client.force_login(User.objects.get(username="owner"))
    assert "No link is made yet" in client.get("/returns/links/").content.decode()
    sent = {"target": PAGE, "title": "Flu <day>", "channel": "mastodon", "slug": "flu"}
    page = client.post("/returns/links/add/", sent, follow=True).content.decode()
    assert "Flu &lt;day&gt;" in page
    assert "/l/flu" in page
    number = ShortLink.objects.get().pk
    wrong = client.post(f"/returns/links/{number}/change/", sent | {"target": "ftp://x.example"})
    assert "Where it leads is" in wrong.content.decode()
    follow("flu")
    assert "Followed 1 time in all" in client.get(f"/returns/links/{number}/").content.decode()
    client.post(f"/returns/links/{number}/end/", {"do": "end"})
    assert ShortLink.objects.get().ended_at is not None
    assert client.get("/returns/links/?page=99999999999999999999").status_code == 200
    assert client.get(f"/returns/links/{2**70}/").status_code == 404


def test_a_long_target_is_still_followed(owner: Actor) -> None:
    long = "https://clinic.example/" + "x" * 1_970
    save_link(owner, wish=a_wish(slug="flu", target=long, campaign="ü" * 100))
    answer = follow("flu")
    assert answer.status_code == 302
    assert answer["Location"].startswith(long + "?auscult_click=")


def test_visits_without_end_from_one_address_fill_nothing(
    owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_follow, "COUNTED", Limits(2, 60.0, timer=lambda: 0.0))
    save_link(owner, wish=a_wish(slug="flu"))
    led = [follow("flu")["Location"] for _time in range(4)]
    assert ["auscult_click" in one for one in led] == [True, True, False, False]
    assert (VisitCount.objects.get().visits, Click.objects.count()) == (2, 2)
