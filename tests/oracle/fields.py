"""The table of fields of the query language's page, read a second time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import regex

from auscult.engine.query.tree import FieldIs, FieldRange

Post = Mapping[str, Any]


def holds(node: FieldIs | FieldRange, post: Post) -> bool:
    """Whether the field is any of the values, or lies in the range."""
    if isinstance(node, FieldIs):
        return any(IS[node.field](post, value) for value in node.values)
    number = NUMBER[node.field](post)
    if number is None:
        return False
    low = number if node.low is None else node.low
    high = number if node.high is None else node.high
    return bool(low <= number <= high)


def same(given: str | None, value: str) -> bool:
    return given is not None and given.casefold() == value.casefold()


def expression(value: str) -> str:
    parts = {"*": ".*", "?": "."}
    return "".join(parts.get(c) or regex.escape(c) for c in value.casefold())


def stands_in(given: str | None, value: str) -> bool:
    if given is None:
        return False
    return regex.search(expression(value), given.casefold(), regex.DOTALL) is not None


def is_named(given: str | None, value: str) -> bool:
    if given is None:
        return False
    name = given.casefold().removeprefix("@")
    return regex.fullmatch(expression(value.removeprefix("@")), name, regex.DOTALL) is not None


def is_or_begins(given: str | None, value: str, joint: str) -> bool:
    """The value, or the value and more behind the joint."""
    return given is not None and (given.casefold() + joint).startswith(value.casefold() + joint)


def host_or_community(post: Post) -> str | None:
    web = regex.match(r"https?://([^/?#]*)", post["uri"], regex.IGNORECASE)
    if web is None:
        community: str | None = post.get("community")
        return community
    host: str = regex.sub(r":[0-9]*$", "", web.group(1).rpartition("@")[2])
    return host


def is_site(post: Post, value: str) -> bool:
    host = host_or_community(post)
    return host is not None and ("." + host.casefold()).endswith("." + value.casefold())


def is_engagement(post: Post, value: str) -> bool:
    columns = {
        "COMMENT": "in_reply_to",
        "REPLY": "in_reply_to",
        "QUOTE": "quote_of",
        "RETWEET": "repost_of",
    }
    return post.get(columns[value.upper()]) is not None


def is_verified(post: Post, value: str) -> bool:
    verified = post.get("author_verified")
    return verified is not None and str(bool(verified)).casefold() == value.casefold()


def minute_of_day(post: Post) -> float | None:
    moment: datetime = post["created_at"].astimezone(UTC)
    return moment.hour * 60 + moment.minute


IS: dict[str, Callable[[Post, str], bool]] = {
    "site": is_site,
    "url": lambda post, value: stands_in(post["uri"], value),
    "links": lambda post, value: any(stands_in(one, value) for one in post.get("links") or ()),
    "author": lambda post, value: (
        is_named(post.get("author"), value) or is_named(post.get("author_name"), value)
    ),
    "authorVerified": is_verified,
    "language": lambda post, value: is_or_begins(post.get("language"), value, "-"),
    "country": lambda post, value: same(post.get("country"), value),
    "region": lambda post, value: is_or_begins(post.get("region"), value, "."),
    "engagementType": is_engagement,
    "guid": lambda post, value: bool(post["uri"] == value),
    "parentPostId": lambda post, value: post.get("in_reply_to") == value,
    "rootPostId": lambda post, value: post.get("root") == value,
    "subreddit": lambda post, value: (
        same(post.get("source"), "reddit") and same(post.get("community"), value)
    ),
    "instance": lambda post, value: same(post.get("community"), value),
    "source": lambda post, value: same(post.get("source"), value),
    "tags": lambda post, value: any(same(one, value) for one in post.get("tags") or ()),
}
NUMBER: dict[str, Callable[[Post], float | None]] = {
    "authorFollowers": lambda post: post.get("author_followers"),
    "rating": lambda post: post.get("rating"),
    "minuteOfDay": minute_of_day,
}
