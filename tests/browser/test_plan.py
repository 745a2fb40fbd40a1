"""A cycle from its priorities to the next one, as its owner and a colleague walk it.

Time is simulated by the first day: a cycle that began 49 days ago is on day 50 today.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from auscult.engine.kernel.clock import SystemClock
from browser.conftest import PATIENCE, Rooms, Server, environment, sign_in
from browser.looking import SIDEWAYS, complaints, shoot
from browser.test_german import GIVEN, TOLD, english
from browser.walking_house import PASSWORD

HERE = Path(__file__).parent
OWN = {"reply_address": "plan@lakeside.example"}
ANSWER = 60_000.0  # milliseconds, for the planner on a busy machine
TALKS = "Talks at the nursing school"
FORM = "Apply in two minutes"  # a bet of the template
# Looked at on the way, whenever the plan is about to look different.
FIRST_DAY = (
    "board/", "timeline/", "calendar/", "people/", "functions/", "page/", "versions/",
    "lessons/", "cycles/", "have/", "readiness/",
)  # fmt: skip
# What is looked at once more, in German.
IN_GERMAN = (
    "/goals/", "/goals/objectives/1/", "/goals/objectives/1/change/", "/goals/orphans/",
    "/goals/changes/", "/plan/", "/plan/board/", "/plan/timeline/", "/plan/calendar/",
    "/plan/people/", "/plan/functions/", "/plan/page/?cycle=1", "/plan/more/",
    "/plan/lessons/", "/plan/cycles/", "/plan/have/",
    "/plan/more/leaders/?cycle=1", "/plan/readiness/", "/plan/claims/", "/plan/bets/1/",
    "/plan/cycles/2/bets/add/", "/plan/cycles/1/review/closing/",
)  # fmt: skip


@dataclass
class House:
    """A server over an archive, and a token for its API."""

    archive: Path
    server: Server
    token: str

    def does(self, verb: str) -> str:
        """Do something in the house that no page does."""
        return does(self.archive, verb)


def does(archive: Path, verb: str) -> str:
    """Run a verb of `walking_house.py` in a process of its own; return what it says."""
    command = [sys.executable, HERE / "walking_house.py", verb]
    told = {**environment(archive, **OWN), "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(command, env=told, check=True, stdout=subprocess.PIPE)
    said: str = json.loads(done.stdout.splitlines()[-1])
    return said


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    archive = tmp_path_factory.mktemp("plan") / "archive"
    token = does(archive, "fill")
    running = Server(archive, "--empty", **OWN)
    yield House(archive, running, token)
    running.stop()


@pytest.fixture(scope="module")
def plan_rooms(house: House, chromium: Browser) -> Iterator[Rooms]:
    rooms = Rooms(house.server, chromium, sign_in(house.server, chromium))
    yield rooms
    rooms.close()


@dataclass
class Walk:
    """A window, and what was wrong with the pages that it showed."""

    page: Page
    axe: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def look(self, to: str = "") -> None:
        """Go somewhere, and look at the page there: its barriers, and how it fits a phone."""
        if to:
            self.page.goto(to)
        parts = urlsplit(self.page.url)
        place = f"{parts.path}{'?' if parts.query else ''}{parts.query}"
        name = f"walk-{place.strip('/').replace('/', '-').replace('?', '-')}"
        said = complaints(self.page, self.axe)
        shoot(self.page, f"{name}-1440")
        self.page.set_viewport_size({"width": 360, "height": 800})
        if (wider := self.page.evaluate(SIDEWAYS)) > 0:
            said.append(f"{wider} pixels wider than a phone")
        shoot(self.page, f"{name}-360")
        self.page.set_viewport_size({"width": 1440, "height": 900})
        self.found.setdefault(place, []).extend(said)

    def press(self, name: str) -> None:
        """Press a button that leads to a page, and wait for it."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, **values: str) -> None:
        """Fill fields by the names that they are sent under."""
        for name, value in values.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def says(self, text: str) -> None:
        """Wait for a text."""
        expect(self.page.get_by_text(text).first).to_be_visible()


def day(ago: int = 0) -> str:
    return _day(ago).isoformat()


def _day(ago: int) -> date:
    return SystemClock().now().date() - timedelta(days=ago)


def it_is_day(walk: Walk, number: int) -> None:
    """Let the cycle have begun so many days ago."""
    walk.page.goto("/plan/cycles/1/change/")
    walk.fill(first_day=day(number - 1))
    walk.press("Save")
    walk.page.goto("/plan/")
    walk.says(f"Day {number} of 100")


def want(walk: Walk) -> None:
    """Write down a priority and two objectives, with readings that are typed and of a file."""
    page = walk.page
    walk.look("/goals/")
    walk.look("/plan/")
    walk.look("/goals/priorities/add/")
    walk.fill(title="Recruit nurses", audience="Nurses in the county")
    walk.press("Save")
    for title, baseline, target in (
        ("Applications from nurses", "4", "20"),
        ("Nurses who know the ward", "10", "30"),
    ):
        page.goto("/goals/objectives/add/?priority=1")
        walk.fill(title=title, measure="forms a month", unit="nurses", baseline=baseline)
        walk.fill(baseline_on=day(60), target=target, deadline=day(-90))
        walk.press("Save")
    page.goto("/goals/objectives/1/")
    walk.fill(value="5", day=day(50))
    walk.press("Save the reading")
    page.goto("/goals/objectives/1/readings/file/")
    lines = [f"{day(ago)},{value}" for ago, value in ((40, 6), (30, 7.5), (20, 8), (10, 9))]
    walk.fill(lines="\n".join(lines))
    walk.press("Save the readings")
    walk.says("Saved: 4 new days")
    walk.look("/goals/objectives/1/")


def plan(walk: Walk) -> None:
    """Plan a cycle from a template, bet on the objective, and say what has to be so."""
    page = walk.page
    page.goto("/plan/cycles/add/")
    walk.fill(title="Winter")
    page.get_by_label("Begin with").select_option("recruiting-nurses")
    page.get_by_label("Recruit nurses").check()
    walk.press("Save")
    walk.look("/plan/cycles/1/bets/add/")
    walk.fill(title=TALKS, networks="Instagram", needs="Speaking, 3, 1, 5")
    page.get_by_label("For the objective").select_option(label="Applications from nurses")
    walk.fill(hours_1="3", money_1="200", low_1="1", likely_1="4", high_1="7")
    walk.press("Save")
    walk.says("Speaking: 3 hours a week, at least 1, at most 5")
    walk.look("/plan/cycles/1/assumptions/add/")
    walk.fill(text="Nobody else pays nurses more", noticed_by="People talk about it")
    page.get_by_label("A watch that would notice").select_option(label="Nurses")
    walk.press("Save")
    page.goto("/plan/have/skills/add/")
    walk.fill(name="Speaking")
    walk.press("Save")
    page.goto("/plan/have/hours/add/")
    walk.fill(hours="2")
    walk.press("Save")
    page.goto("/plan/have/assets/add/")
    walk.fill(name="Budget", amount="400")
    walk.press("Save")


def begin(walk: Walk) -> None:
    """Start the cycle, see it on each page, and begin a task on the board by a key."""
    page = walk.page
    page.goto("/plan/")
    walk.press("Start the cycle")
    for name in ("", *FIRST_DAY):
        walk.look(f"/plan/{name}")
        walk.says("Day 1 of 100")
    page.goto("/plan/bets/1/")
    walk.look(_address(page, "Add a task"))
    walk.fill(title="Print a poster", last_day=day(-9), skill="Drawing")
    page.get_by_label("Kind").select_option("help")
    walk.press("Save")
    page.goto("/plan/board/")
    page.get_by_role("button", name="Find six wards that want to show themselves: → doing").focus()
    page.keyboard.press("Enter")
    column = page.get_by_role("region", name="doing")
    expect(column.get_by_text("Find six wards").first).to_be_visible()
    assert page.url.endswith("/plan/board/"), "it is moved without a new page"


def _address(page: Page, name: str) -> str:
    """Return where a link of the page leads."""
    return page.get_by_role("link", name=name).first.get_attribute("href") or ""


def colleague(rooms: Rooms, axe: str) -> Walk:
    """Let kim sign in, offer what she can do, and take the task that asks for it."""
    walk = Walk(rooms.open("/sign-in/"), axe)
    walk.page.context.clear_cookies()
    walk.page.goto("/sign-in/")
    walk.page.get_by_label("Login").fill("kim")
    walk.page.get_by_label("Password").fill(PASSWORD)
    walk.press("Sign in")
    walk.page.goto("/plan/")
    walk.fill(skill="Drawing")
    walk.press("Offer it")
    walk.says("your skill")
    walk.page.get_by_role("button", name=re.compile("I can help.*Print a poster")).click()
    walk.says("Thank you for helping")
    walk.look("/plan/")
    return walk


def say(house: House, walk: Walk) -> None:
    """Check in by page, by mail and by API, in the fourth week."""
    page = walk.page
    it_is_day(walk, 22)
    walk.look()
    section = page.get_by_role("region", name=f"How does “{TALKS}” go?")
    section.get_by_label("Progress, 0 to 100").fill("40")
    section.get_by_label("What stands in the way").fill("No room for the talks")
    section.get_by_role("button", name="Check in").click()
    walk.says("is checked in for this week")

    mail = (
        f"From: Kim <kim@lakeside.example>\nTo: {house.does('reply')}\nSubject: Re: Day 22\n\n"
        "Bet: 1\nProgress: 25\nConfidence: 4\nHours: 1,5\nBlockers: The printer\n"
    )
    command = [Path(sys.executable).with_name("auscult"), "plan", "reply"]
    told = environment(house.archive, **OWN)
    done = subprocess.run(
        command, input=mail, env=told, text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page.goto("/plan/bets/1/")
    walk.says("25 %, confidence 4 of 5")
    walk.says("The printer")

    sent = {"progress": 20, "confidence": 3, "hours": 2, "week": day(14)}
    address = f"{house.server.address}/api/v1/bets/{_talks(house)}/check-in"
    headers = {"Authorization": f"Bearer {house.token}"}
    answer = httpx.post(address, json=sent, headers=headers, timeout=PATIENCE / 1_000)
    assert answer.status_code == 200, answer.text
    page.goto(f"/plan/bets/{_talks(house)}/")
    walk.says("40 %, confidence 3 of 5")
    walk.says("20 %, confidence 3 of 5")
    walk.look()


def _talks(house: House) -> int:
    """Return the number of the bet that was made by hand, as the API tells it."""
    headers = {"Authorization": f"Bearer {house.token}"}
    address = f"{house.server.address}/api/v1/bets"
    answer = httpx.get(address, headers=headers, timeout=PATIENCE / 1_000)
    found: int = next(one["id"] for one in answer.json()["items"] if one["title"] == TALKS)
    return found


def notice(house: House, walk: Walk) -> None:
    """See the watch's alert beside the assumption, and judge that it is wrong."""
    house.does("alert")
    walk.look("/plan/")
    walk.says("Does this still hold: Nobody else pays nurses more")
    walk.page.goto(_address(walk.page, "Judge the assumption"))
    row = walk.page.get_by_role("listitem").filter(has_text="Nobody else pays nurses more")
    row.get_by_role("button", name="It is wrong").click()
    expect(row.get_by_role("button", name="It holds")).to_be_visible()
    walk.page.goto("/plan/")
    walk.says("Wrong: Nobody else pays nurses more")


def ask(walk: Walk) -> None:
    """Ask the planner, and take the ask along for those who lead the house."""
    page = walk.page
    walk.look("/plan/more/ask/")
    walk.press("Ask")
    # Without a click: the page looks by itself.
    expect(page.get_by_role("heading", name="Hours by bet")).to_be_visible(timeout=ANSWER)
    walk.look()
    walk.look("/plan/more/leaders/")
    walk.says("hours a week more of Speaking")
    with page.expect_download() as taken:
        page.get_by_role("link", name="As PDF").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")


def middle(walk: Walk) -> None:
    """Look at it together on day 50, drop a bet, and see what changed in the plan."""
    page = walk.page
    it_is_day(walk, 50)
    walk.look(_address(page, "Write the mid-point check"))
    group = page.get_by_role("group", name=FORM)
    group.get_by_label("What becomes of it").select_option("dropped")
    group.get_by_label("Lesson").fill("Forms are made by the web people")
    walk.press("Save the review")
    walk.says("The review is saved.")
    page.goto("/plan/versions/")
    walk.press("Compare")
    row = page.get_by_role("row").filter(has_text=FORM)
    expect(row.get_by_role("insertion").filter(has_text="dropped")).to_be_visible()
    walk.look()


def close(walk: Walk) -> None:
    """Look back on day 100 and close; the next cycle holds what was kept, and what was learned."""
    page = walk.page
    it_is_day(walk, 100)
    walk.look(_address(page, "Write the closing review"))
    page.get_by_role("group", name="Applications from nurses").get_by_label("Actual").fill("17")
    group = page.get_by_role("group", name=TALKS)
    group.get_by_label("Lesson").fill("Call before noon")
    walk.press("Save the review")
    walk.look(_address(page, "Close the cycle…"))
    walk.press("Close it and open the next one")
    walk.look()
    walk.fill(title="Spring")
    walk.press("Save")
    walk.says("Begins in 1 day")
    expect(page.get_by_role("rowheader", name=TALKS)).to_be_visible()
    expect(page.get_by_role("rowheader", name=FORM)).to_have_count(0)
    page.goto("/plan/cycles/2/bets/add/")
    walk.fill(title="More talks", networks="Instagram")
    walk.press("What did we learn before?")
    walk.says("Call before noon")
    walk.press("Save")
    walk.says("This bet serves no objective.")
    walk.look()
    walk.look("/goals/orphans/")
    alone = page.locator("h2", has_text="For no objective: bet").locator("xpath=following::ul[1]")
    expect(alone.get_by_role("link", name="More talks", exact=True)).to_be_visible()
    expect(alone.get_by_role("link", name=TALKS, exact=True)).to_have_count(0)


def in_german(walk: Walk) -> None:
    """Look at the pages once more in German, on a phone: nothing stays English or sticks out."""
    page, left_over = walk.page, english()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/shortcuts/")
    page.get_by_role("button", name="Deutsch").click()
    page.locator("html[lang=de]").wait_for()
    for path in IN_GERMAN:
        page.goto(path)
        told: list[str] = page.evaluate(TOLD)
        stays = [text for text in told if left_over.fullmatch(text) and text not in GIVEN]
        shoot(page, f"walk-de{path.replace('/', '-').replace('?', '-')}")
        if (wider := page.evaluate(SIDEWAYS)) > 0:
            stays.append(f"{wider} pixels wider than a phone")
        walk.found[f"de{path}"] = stays


@pytest.mark.slow
def test_a_cycle_is_walked_from_its_priorities_to_the_next_one(
    house: House, plan_rooms: Rooms, axe: str
) -> None:
    walk = Walk(plan_rooms.open("/goals/"), axe)
    want(walk)
    plan(walk)
    begin(walk)
    kim = colleague(plan_rooms, axe)
    say(house, walk)
    notice(house, walk)
    ask(walk)
    middle(walk)
    close(walk)
    in_german(walk)
    wrong = {**{f"kim {path}": said for path, said in kim.found.items()}, **walk.found}
    assert {path: said for path, said in wrong.items() if said} == {}
    assert plan_rooms.errors == []
