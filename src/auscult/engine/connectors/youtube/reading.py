"""What YouTube is asked for in a round: searches, channels, videos, comments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr

from auscult.engine.connectors.base import Batch, Covered, Snapshot
from auscult.engine.connectors.polling import Asking
from auscult.engine.connectors.rows import Rows
from auscult.engine.connectors.youtube.api import AT_ONCE, Api, Withheld
from auscult.engine.connectors.youtube.checking import Checks
from auscult.engine.connectors.youtube.comments import Comments
from auscult.engine.connectors.youtube.config import YouTubeConfig
from auscult.engine.connectors.youtube.followed import Followed
from auscult.engine.connectors.youtube.posts import add_video, moment
from auscult.engine.connectors.youtube.spending import SEARCHES, UNITS, Spending, Spent

OVERLAP = timedelta(hours=2)  # a new video enters the search some time after its publication
SEARCH_PAGES = 10  # of 50; YouTube gives 500 results of a search at most
LIST_PAGES = 20  # of 50 videos of a channel
FOR_CHECKS = 20  # one in so many units is left for checking again, which the rules demand
TOO_MANY = "More than 500 videos: YouTube gives no more of one search."


class Reading:
    """Reads searches, channels and comments, round by round; see `polling.Polled`."""

    def __init__(
        self, config: YouTubeConfig, key: SecretStr, snapshot: Snapshot | None, asking: Asking
    ) -> None:
        self.every = timedelta(minutes=config.every_minutes)
        self.not_before: datetime | None = None
        self._config = config
        self._receiving = asking.receiving
        self._clock = asking.clock
        self._notes: list[str] = []
        self._keep = config.units_a_day // FOR_CHECKS
        state = snapshot or {}
        self._until: dict[str, str] = dict(state.get("until", {}))
        self._uploads: dict[str, str] = dict(state.get("uploads", {}))
        self._spending = Spending(
            budget={SEARCHES: config.searches_a_day, UNITS: config.units_a_day},
            clock=asking.clock,
            day=state.get("day", ""),
            spent={SEARCHES: 0, UNITS: 0} | state.get("spent", {}),
        )
        self._api = Api(asking, config.address, key, self._spending)
        self._checks = Checks(self._api, self._clock)
        self._followed = Followed(state.get("followed", {}), follow=timedelta(config.follow_days))
        self._comments = Comments(
            self._api, self._clock, self._followed, self._note, keep=self._keep
        )

    def state(self) -> Snapshot:
        """Return what was spent, and up to where everything was read."""
        return {
            "day": self._spending.day,
            "spent": dict(self._spending.spent),
            "until": dict(self._until),
            "uploads": dict(self._uploads),
            "followed": self._followed.state(),
        }

    def round(self) -> Iterator[Batch]:
        """Look for new videos, then for new comments."""
        self.not_before, self._notes = None, []
        steps = [
            self._checks.ask(),
            *(self._search(words) for words in self._config.searches),
            *(self._channel(channel) for channel in self._config.channels),
            self._videos(list(self._config.videos)),
            *([self._comments.read(self._config.videos)] if self._config.comments else []),
        ]
        for step in steps:
            yield from self._batches(step)

    def recheck(self, uris: list[str]) -> Iterator[Batch]:
        """Ask whether videos and comments still stand."""
        self._checks.add(uris)
        yield from self._batches(self._checks.ask())

    def _batches(self, step: Iterator[Rows]) -> Iterator[Batch]:
        """Take one step, as far as the day's quota reaches; what is left is done later."""
        try:
            for rows in step:
                yield rows.batch(self.state())
        except Spent as spent:
            kind = str(spent)
            if kind == UNITS:
                self.not_before = self._spending.resets_at
            self._note(
                f"The day's {kind} are used up; what is left waits until "
                f"{self._spending.resets_at:%d %B, %H:%M} UTC."
            )
        finally:
            self._tell()

    def _search(self, words: str) -> Iterator[Rows]:
        """Look for videos that were published since the last search for these words."""
        now = self._clock.now()
        if self._done(f"search {words}", now):
            return
        since = self._since(f"search {words}", now)
        found: list[str] = []
        page: dict[str, Any] = {}
        for page in self._api.pages(
            "search",
            most=SEARCH_PAGES,
            part="id",
            type="video",
            order="date",
            maxResults=50,
            q=words,
            publishedAfter=f"{since:%Y-%m-%dT%H:%M:%SZ}",
            publishedBefore=f"{now:%Y-%m-%dT%H:%M:%SZ}",
            regionCode=self._config.region,
            relevanceLanguage=self._config.language,
        ):
            found += [one for item in page["items"] if (one := _video_id(item))]
            yield Rows(now)  # a search is dear: what it cost is written down at once
        yield from self._videos(found)
        more = page.get("nextPageToken") is not None
        yield self._covered(f"search {words}", since, now, TOO_MANY if more else "")

    def _channel(self, channel: str) -> Iterator[Rows]:
        """Look through a channel's uploads, the latest first."""
        now = self._clock.now()
        if self._done(f"channel {channel}", now):
            return
        since = self._since(f"channel {channel}", now)
        found: list[str] = []
        reason = ""
        try:
            for page in self._uploaded(channel):
                uploads = [_upload(item) for item in page["items"]]
                known = [(video, at) for video, at in uploads if video]
                found += [video for video, at in known if at is None or at >= since]
                # The list isn't strictly in order: only a page of old ones alone is the end.
                if known and all(at and at < since for _, at in known):
                    break
        except Withheld as withheld:
            reason = f"The channel {channel} can't be read: {withheld.reason}."
            self._note(reason)
        yield from self._videos(found)
        yield self._covered(f"channel {channel}", since, now, reason)

    def _uploaded(self, channel: str) -> Iterator[dict[str, Any]]:
        """Return pages of a channel's uploads; they are a playlist, which costs no searches."""
        if channel not in self._uploads:
            page = self._api.call("channels", keep=self._keep, part="contentDetails", id=channel)
            try:
                lists = page["items"][0]["contentDetails"]["relatedPlaylists"]
                self._uploads[channel] = str(lists["uploads"])
            except (IndexError, KeyError, TypeError):
                raise Withheld("channelNotFound") from None
        return self._api.pages(
            "playlistItems",
            most=LIST_PAGES,
            keep=self._keep,
            part="contentDetails",
            playlistId=self._uploads[channel],
            maxResults=50,
        )

    def _videos(self, ids: list[str]) -> Iterator[Rows]:
        """Read videos with their counts, and follow their comments from now on."""
        wanted = list(dict.fromkeys(ids))
        for start in range(0, len(wanted), AT_ONCE):
            some = ",".join(wanted[start : start + AT_ONCE])
            page = self._api.call("videos", keep=self._keep, part="snippet,statistics", id=some)
            rows = Rows(self._clock.now())
            for item in page["items"]:
                if add_video(rows, item):
                    self._followed.add(item)
            yield rows

    def _done(self, what: str, now: datetime) -> bool:
        """Tell whether this was read in the same round, which then failed and begins anew."""
        until = self._until.get(what)
        # What lies ahead was noted by a clock that was wrong.
        if until is None or datetime.fromisoformat(until) > now:
            return False
        return now - datetime.fromisoformat(until) < self.every / 2

    def _since(self, what: str, now: datetime) -> datetime:
        until = self._until.get(what)
        if until is None:
            return now - timedelta(days=self._config.history_days)
        return min(datetime.fromisoformat(until), now) - OVERLAP

    def _covered(self, what: str, since: datetime, until: datetime, reason: str) -> Rows:
        rows = Rows(until)
        # Posts name their channel by its bare id.
        community = what.removeprefix("channel ")
        rows.coverage.append(Covered(community=community, since=since, until=until, reason=reason))
        if not reason or reason == TOO_MANY:
            self._until[what] = until.isoformat()
        return rows

    def _note(self, sentence: str) -> None:
        if sentence not in self._notes:
            self._notes.append(sentence)

    def _tell(self) -> None:
        quotas = [self._spending.quota(UNITS)]
        if self._config.searches:
            quotas.append(self._spending.quota(SEARCHES))
        tightest = max(quotas, key=lambda one: one.spent / max(one.budget, 1))
        told = ", ".join(f"{one.spent:,} of {one.budget:,} {one.unit}" for one in quotas)
        notes = (f"Spent today: {told}.", *self._notes)
        self._receiving.note(quota=tightest, notes=notes)


def _video_id(item: Any) -> str | None:
    found = item.get("id") if isinstance(item, dict) else None
    video = found.get("videoId") if isinstance(found, dict) else None
    return video if isinstance(video, str) else None


def _upload(item: Any) -> tuple[str, datetime | None]:
    """Return a video of a channel's list and when it was published, where that is said."""
    try:
        details = item["contentDetails"]
        published = details.get("videoPublishedAt")
        return str(details["videoId"]), moment(published) if published else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return "", None
