"""Origins that are asked from time to time: lists of what is there, without events."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from auscult.engine.kernel.clock import FixedClock, SystemClock
from faults.origins import NOON, Make, Story, Subject
from faults.proxy import Proxy
from servers import feeds, gdelt, wordpress_rest, youtube
from servers.answering import Asked, answering
from servers.mastodon import FakeMastodon, fake_mastodon

DAY = timedelta(days=1)


class MastodonOrigin:
    """An instance's public timeline, with its stream."""

    def __init__(self, fake: FakeMastodon) -> None:
        self.fake = fake
        self.statuses: list[dict[str, Any]] = []

    def say(self, number: int, text: str) -> str:
        status = self.fake.post(text)
        self.statuses.append(status)
        return str(status["uri"])

    def change(self, number: int, text: str) -> bool:
        self.fake.edit(self.statuses[number], text)
        return True

    def take_back(self, number: int) -> bool:
        self.fake.delete(self.statuses[number])
        return True


@contextlib.contextmanager
def mastodon(proxy: Proxy) -> Iterator[Subject]:
    """An instance with streams."""
    with fake_mastodon() as fake:
        proxy.forward_to(fake.url)
        # What it says of itself leads to the proxy, too.
        fake.host, fake.url = proxy.host, f"http://{proxy.host}"
        story = Story(MastodonOrigin(fake))
        story.begin()
        values = {
            "instance": fake.url,
            "timelines": ["public"],
            "access_token": "good",
            "silent_after": 0.6,
            "poll_every": 0.1,
        }
        yield Subject("mastodon", values, story, SystemClock())


class FeedOrigin:
    """A feed; what leaves it is not taken back."""

    def __init__(self) -> None:
        self.items: list[str] = []

    def say(self, number: int, text: str) -> str:
        self.items.append(feeds.item(number, text))
        return f"https://clinic.example/{number}"

    def change(self, number: int, text: str) -> bool:
        self.items[number] = feeds.item(number, text)
        return True

    def take_back(self, number: int) -> bool:
        return False

    def page(self, asked: feeds.Asked) -> feeds.Reply:
        return feeds.Reply(body=feeds.rss(*reversed(self.items)))


@contextlib.contextmanager
def feed(proxy: Proxy) -> Iterator[Subject]:
    """A feed of a site."""
    with feeds.web() as site:
        origin = FeedOrigin()
        site.decide("/news.xml", origin.page)
        proxy.forward_to(site.url)
        story = Story(origin)
        story.begin()
        values = {"feeds": [f"http://{proxy.host}/news.xml"], "keep": "all"}
        yield Subject("feeds", values, story, FixedClock(NOON), step=DAY, says_gaps=True)


class GdeltOrigin:
    """A search for articles, which have a title and no text; they neither change nor go."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.world = gdelt.World([])

    def say(self, number: int, text: str) -> str:
        article = gdelt.article(number, self.clock.now() - timedelta(minutes=1))
        self.world.articles.append(article)
        return f"{article['url']}#gdelt"

    def change(self, number: int, text: str) -> bool:
        return False

    def take_back(self, number: int) -> bool:
        return False


class Titles(Story):
    """A story of posts without a text."""

    def expected(self) -> dict[str, str]:
        """Return what stands, without texts."""
        return dict.fromkeys(self.standing, "")


@contextlib.contextmanager
def gdelt_search(proxy: Proxy) -> Iterator[Subject]:
    """A search of GDELT's."""
    clock = FixedClock(NOON)
    origin = GdeltOrigin(clock)
    with answering(origin.world) as server:
        proxy.forward_to(server.url)
        story = Titles(origin)
        story.begin()
        values = {
            "enabled": True,
            "query": "clinic",
            "address": f"http://{proxy.host}",
            "pause": 0,
        }
        yield Subject("gdelt", values, story, clock)


class YouTubeOrigin:
    """Comments below one video."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.world = youtube.World()
        self.video = self.world.video(1, NOON - DAY)

    def say(self, number: int, text: str) -> str:
        name = f"Ugx{number:04d}"
        self.world.comment(self.video, name, self.clock.now() - timedelta(minutes=1))
        self._said(name)["textDisplay"] = text
        return f"https://www.youtube.com/watch?v={self.video}&lc={name}"

    def change(self, number: int, text: str) -> bool:
        said = self._said(f"Ugx{number:04d}")
        said |= {"textDisplay": text, "updatedAt": youtube.stamp(self.clock.now())}
        return True

    def take_back(self, number: int) -> bool:
        threads = self.world.threads[self.video]
        threads[:] = [one for one in threads if one["id"] != f"Ugx{number:04d}"]
        return True

    def _said(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.world.comments()[name]["snippet"]
        return found


@contextlib.contextmanager
def comments(proxy: Proxy) -> Iterator[Subject]:
    """Comments on YouTube."""
    clock = FixedClock(NOON)
    origin = YouTubeOrigin(clock)
    with answering(origin.world) as server:
        proxy.forward_to(server.url)
        story = Story(origin)
        film = f"https://www.youtube.com/watch?v={origin.video}"
        story.standing[film] = "About #flu, see https://x.example/a"
        story.begin()
        values = {
            "key": youtube.KEY,
            "videos": [origin.video],
            "address": f"http://{proxy.host}",
            "units_a_day": 1_000_000,
        }
        yield Subject("youtube", values, story, clock)


class WordPressOrigin:
    """Posts of a site."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.world = wordpress_rest.World()
        self.home = ""

    def say(self, number: int, text: str) -> str:
        self.world.post(number + 1, self._now(), text)
        return f"{self.home}/?p={number + 1}"

    def change(self, number: int, text: str) -> bool:
        self.world.posts[number + 1] |= {
            "content": {"rendered": f"<p>{text}</p>", "protected": False},
            "modified_gmt": f"{self._now():%Y-%m-%dT%H:%M:%S}",
        }
        return True

    def take_back(self, number: int) -> bool:
        del self.world.posts[number + 1]
        return True

    def answer(self, asked: Asked) -> Any:
        """Answer as the site that the proxy is."""
        asked.headers["host"] = self.home.rpartition("/")[2]
        return self.world(asked)

    def _now(self) -> datetime:
        return self.clock.now() - timedelta(minutes=1)


@contextlib.contextmanager
def wordpress(proxy: Proxy) -> Iterator[Subject]:
    """A site made with WordPress."""
    clock = FixedClock(NOON)
    origin = WordPressOrigin(clock)
    with answering(origin.answer) as server:
        proxy.forward_to(server.url)
        origin.home = f"http://{proxy.host}"
        story = Story(origin)
        story.begin()
        # A site that answers 401 to strangers who ask for comments has closed them, for a while.
        yield Subject("wordpress", {"address": origin.home}, story, clock, says_gaps=True)


ASKED: tuple[Make, ...] = (mastodon, feed, gdelt_search, comments, wordpress)
