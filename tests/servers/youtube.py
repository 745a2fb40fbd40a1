"""YouTube's Data API, answering with the documented shapes, errors included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from servers.answering import Asked, Reply

KEY = "AIza-secret-key"
CHANNEL = "UC" + "c" * 22


def failure(status: int, reason: str, message: str = "No.", domain: str = "youtube") -> Reply:
    errors = [{"message": message, "domain": domain, "reason": reason}]
    return Reply({"error": {"code": status, "message": message, "errors": errors}}, status)


def stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


class World:
    """Videos and threads, answered as the reference says."""

    def __init__(self) -> None:
        self.videos: dict[str, dict[str, Any]] = {}
        self.threads: dict[str, list[dict[str, Any]]] = {}
        self.closed: dict[str, Reply] = {}  # by video: what its comments are answered with
        self.always: dict[str, Callable[[Asked], Any]] = {}  # by resource

    def video(self, number: int, at: datetime, title: str = "") -> str:
        video = f"video{number:06d}"
        self.videos[video] = {
            "kind": "youtube#video",
            "id": video,
            "snippet": {
                "publishedAt": stamp(at),
                "channelId": CHANNEL,
                "channelTitle": "Lakeside Clinic",
                "title": title or f"Film {number}",
                "description": "About #flu, see https://x.example/a",
                "tags": ["health"],
                "defaultAudioLanguage": "en-GB",
            },
            "statistics": {"viewCount": "1200", "likeCount": "7", "commentCount": "0"},
        }
        return video

    def comment(self, video: str, name: str, at: datetime, replies: int = 0) -> None:
        def said(number: str, parent: str | None = None) -> dict[str, Any]:
            snippet = {
                "channelId": CHANNEL,
                "videoId": video,
                "textDisplay": f"says {number}",
                "authorDisplayName": "@nurse",
                "authorChannelId": {"value": "UCnurse"},
                "likeCount": 3,
                "publishedAt": stamp(at),
                "updatedAt": stamp(at),
            }
            return {
                "kind": "youtube#comment",
                "id": number,
                "snippet": snippet | ({"parentId": parent} if parent else {}),
            }

        self.threads.setdefault(video, []).insert(
            0,
            {
                "kind": "youtube#commentThread",
                "id": name,
                "snippet": {
                    "videoId": video,
                    "topLevelComment": said(name),
                    "totalReplyCount": replies,
                },
                "all": [said(f"{name}.{n}", name) for n in range(replies)],
            },
        )
        counts = self.videos[video]["statistics"]
        counts["commentCount"] = str(int(counts["commentCount"]) + 1 + replies)

    def comments(self) -> dict[str, dict[str, Any]]:
        threads = [thread for found in self.threads.values() for thread in found]
        found = {t["id"]: t["snippet"]["topLevelComment"] for t in threads}
        return found | {one["id"]: one for t in threads for one in t["all"]}

    def __call__(self, asked: Asked) -> Any:
        resource = asked.path.strip("/")
        if asked.params.get("key") != KEY:
            return failure(400, "badRequest", "API key not valid. Please pass a valid API key.")
        if resource in self.always:
            return self.always[resource](asked)
        return getattr(self, f"_{resource}")(asked.params)

    def _search(self, p: dict[str, str]) -> Any:
        assert (p["type"], p["order"], p["maxResults"]) == ("video", "date", "50")
        found = [
            {"kind": "youtube#searchResult", "id": {"kind": "youtube#video", "videoId": video}}
            for video, one in self.videos.items()
            if p["publishedAfter"] <= one["snippet"]["publishedAt"] < p["publishedBefore"]
        ]
        return self._paged("search", found, p)

    def _channels(self, p: dict[str, str]) -> Any:
        if p["id"] != CHANNEL:  # as YouTube does it: without items
            return {"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}}
        lists = {"contentDetails": {"relatedPlaylists": {"likes": "", "uploads": "UUccc"}}}
        return self._paged("channel", [lists], p)

    def _playlistItems(self, p: dict[str, str]) -> Any:  # noqa: N802 - the API's own name
        if p["playlistId"] != "UUccc":
            return failure(404, "playlistNotFound", domain="youtube.playlistItem")
        found = [
            {
                "contentDetails": {
                    "videoId": video,
                    "videoPublishedAt": one["snippet"]["publishedAt"],
                }
            }
            for video, one in reversed(self.videos.items())
        ]
        return self._paged("playlistItem", found, p)

    def _videos(self, p: dict[str, str]) -> Any:
        found = [self.videos[one] for one in p["id"].split(",") if one in self.videos]
        return self._paged("video", found, {})

    def _commentThreads(self, p: dict[str, str]) -> Any:  # noqa: N802 - the API's own name
        assert (p["textFormat"], p["order"]) == ("plainText", "time")
        if p["videoId"] in self.closed:
            return self.closed[p["videoId"]]
        found = [
            {**{k: v for k, v in t.items() if k != "all"}, "replies": {"comments": t["all"][:2]}}
            for t in self.threads.get(p["videoId"], [])
        ]
        return self._paged("commentThread", found, p)

    def _comments(self, p: dict[str, str]) -> Any:
        known = self.comments()
        if "id" in p:
            found = [known[one] for one in p["id"].split(",") if one in known]
            return self._paged("comment", found, {})
        found = [one for one in known.values() if one["snippet"].get("parentId") == p["parentId"]]
        return self._paged("comment", found, p)

    def _paged(self, kind: str, found: list[Any], p: dict[str, str]) -> Any:
        if not p.get("pageToken", "0").isdigit():
            return failure(400, "invalidPageToken")
        start, size = int(p.get("pageToken", 0)), int(p.get("maxResults", len(found) or 1))
        page: dict[str, Any] = {
            "kind": f"youtube#{kind}ListResponse",
            "pageInfo": {"totalResults": len(found), "resultsPerPage": size},
            "items": found[start : start + size],
        }
        more = start + size < len(found)
        return page | ({"nextPageToken": str(start + size)} if more else {})
