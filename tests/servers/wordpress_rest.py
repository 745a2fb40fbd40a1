"""WordPress's REST interface, as the real one answers, for what a real one can't be made to do.

`tests/live` holds the connector against a real WordPress; this one has scheduled posts whose
time has come, lists that change between two pages, caches, and faults.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from servers.answering import Asked, Reply

ROUTES = "wp/v2/"


def error(status: int, code: str) -> Reply:
    return Reply({"code": code, "message": "No.", "data": {"status": status}}, status)


class World:
    """A site.

    `pretty`: its interface is at /wp-json/; else it is at /?rest_route=/. `tell` says how its
    pages name the interface: by a header, by a tag, or not at all.
    """

    def __init__(
        self, *, pretty: bool = True, tell: str = "header", zone: str = "Europe/Berlin"
    ) -> None:
        self.pretty, self.tell = pretty, tell
        self.zone = ZoneInfo(zone)
        self.posts: dict[int, dict[str, Any]] = {}
        self.comments: dict[int, dict[str, Any]] = {}
        self.before: Callable[[Asked], Any] = lambda _: None  # may answer instead
        self.etags = False

    def post(self, number: int, at: datetime, text: str = "", **more: Any) -> None:
        self.posts[number] = {
            "id": number,
            "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
            "modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
            "link": f"http://127.0.0.1/{number}/",
            "title": {"rendered": f"Title {number}"},
            "content": {"rendered": f"<p>{text or f'post {number}'}</p>", "protected": False},
            "excerpt": {"rendered": ""},
            "author": 1,
            "_embedded": {"author": [{"id": 1, "name": "Nurse &amp; Co"}]},
            **more,
        }

    def comment(self, number: int, post: int, at: datetime, parent: int = 0) -> None:
        self.comments[number] = {
            "id": number,
            "post": post,
            "parent": parent,
            "author": 0,
            "author_name": "A visitor",
            "date_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
            "content": {"rendered": f"<p>comment {number}</p>"},
            "link": f"http://127.0.0.1/{post}/#comment-{number}",
        }

    def __call__(self, asked: Asked) -> Any:
        instead = self.before(asked)
        if instead is not None:
            return instead
        route = self._route(asked)
        if route is None:
            return self._page(asked)
        here = f"http://{asked.headers['host']}"
        if route == "":
            return {
                "name": "Lakeside &amp; Co",
                "home": here,
                "namespaces": ["oembed/1.0", "wp/v2"],
            }
        return self._answer(route.removeprefix(ROUTES), asked)

    def _local(self, text: str) -> str:
        """Return what the site's clock says: WordPress compares and sorts by it."""
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        return f"{moment.astimezone(self.zone):%Y-%m-%dT%H:%M:%S}"

    def _route(self, asked: Asked) -> str | None:
        if self.pretty:
            inside = asked.path.startswith("/wp-json/")
            return asked.path.removeprefix("/wp-json/") if inside else None
        route = asked.params.get("rest_route")
        return route.lstrip("/") if route is not None else None

    def _page(self, asked: Asked) -> Reply:
        here = f"http://{asked.headers['host']}"
        root = f"{here}/wp-json/" if self.pretty else f"{here}/?rest_route=/"
        tag = f"<link rel='https://api.w.org/' href='{root}' />" if self.tell == "tag" else ""
        header = {"Link": f'<{root}>; rel="https://api.w.org/"'} if self.tell == "header" else {}
        if asked.path not in {"/", "/news/"}:
            return Reply("<html>not here</html>", 404)
        return Reply(f"<html><head>{tag}</head><body>Hello</body></html>", headers=header)

    def _answer(self, route: str, asked: Asked) -> Any:
        kind, _, number = route.partition("/")
        items = {"posts": self.posts, "comments": self.comments}.get(kind)
        if items is None:
            return error(404, "rest_no_route")
        if number:
            code = "rest_post_invalid_id" if kind == "posts" else "rest_comment_invalid_id"
            return {"id": int(number)} if int(number) in items else error(404, code)
        return self._listed(list(items.values()), asked)

    def _listed(self, items: list[dict[str, Any]], asked: Asked) -> Reply:
        p = asked.params
        if "include" in p:
            wanted = {int(one) for one in p["include"].split(",")}
            found = [item for item in items if item["id"] in wanted]
        else:
            moment = "modified_gmt" if p["orderby"] == "modified" else "date_gmt"
            found = sorted(items, key=lambda item: (self._local(item[moment]), item["id"]))
            for name, field in (("after", "date_gmt"), ("modified_after", "modified_gmt")):
                if name in p:
                    assert p[name].endswith("Z"), "else WordPress takes it for its own time"
                    start_at = self._local(p[name][:-1])
                    found = [item for item in found if self._local(item[field]) > start_at]
        start, size = int(p.get("offset", 0)), int(p["per_page"])
        page = found[start : start + size]
        headers = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // size))}
        if self.etags:
            headers["ETag"] = f'"{hash(repr(page))}"'
            if asked.headers.get("if-none-match") == headers["ETag"]:
                return Reply(b"", 304, headers)
        return Reply(page, headers=headers)
