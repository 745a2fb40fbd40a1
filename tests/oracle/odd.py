"""Texts and posts made at random from the corners of the rules.

Everything is drawn from one `random.Random`, so that a seed repeats a run; hypothesis
gives one of its own that it can shrink.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

# What text is made of in the corners of the rules. Each piece is there for a reason that
# its neighbours on the line share.
# fmt: off
PIECES = [
    *("flu", "Flu", "FLU", "shot", "shots", "bird", "a", "I", "x", "ray", "X-ray", "BT", "bt"),
    *("café", "cafe\u0301", "cafe", "CAFÉ", "e\u0301\u0323", "e\u0323\u0301", "é", "\u0301"),
    *("a\u0301b", "naïve", "Ångström", "A\u030angstro\u0308m", "ё", "е", "й", "и\u0306"),
    *("ὀδός", "ΟΔΌΣ", "οδος", "ᾳ", "αι", "α\u0345", "K", "\u212a", "Å", "\u212b"),
    *("İstanbul", "istanbul", "ISTANBUL", "ıstanbul", "i\u0307", "ǰ", "J\u030c", "ŉ"),
    *("Straße", "STRASSE", "strasse", "ẞ", "ß", "ss", "ﬁn", "fin", "ﬂu", "Ǆ", "ǆ"),
    *("😷", "👍", "👍🏽", "👍🏿", "👩‍⚕️", "👩🏽‍⚕️", "👩‍⚕", "👩‍", "👨‍👩‍👧", "❤️", "❤", "❤️‍🔥", "🏽"),
    *("™", "©", "ℹ", "ℹ️", "🇩🇪", "🇩", "🇩🇪🇫", "🇫🇷🇩🇪", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "1⃣", "#️⃣", "*️⃣"),
    *("1️⃣\u0301", "12️⃣", "1", "12", "2024", "½", "Ⅷ", "٣", "²"),
    *("שָׁלוֹם", "שלום", "مَرْحَبًا", "مرحبا", "می\u200cخواهم", "\u202eabc\u202c", "\u0600", "\u0600😷"),
    *("नमस्ते", "क्षि", "ไทย", "ភាសា", "한국", "\u1112\u1161\u11ab국", "ᄒ", "가", "\u1100\u1161"),
    *("東京", "東", "京", "\u2f00", "々", "〇", "漢字かな", "がん", "か\u3099ん", "かん", "ガン"),
    *("カ\u3099", "コーヒー", "ｺｰﾋｰ", "ﾊﾞ", "ー", "東abc京", "\U0002070e", "\U00016ff0", "か\u0301"),
    *("o'neill", "O’Neill", "oneill", "o''n", "'tis", "don’t", "don't", "l'http://a.b", "1970's"),
    *("é's", "e\u0301's", "東's", "a'ℹ", "a'1", "'", "’", "mcdonald’s"),
    *("#flu", "@flu", "＃flu", "＠Mayo", "@mayo", "##flu", "#", "@", "#1️⃣", "#flu_shot", "flu_shot"),
    *("_", "#_flu", "#_\u0301", "@nurse_", "#東_京", "#東京", "#a_'b", "#o'neill", "#café"),
    *("#CAFE\u0301", "a#flu", "_#flu", "@x@y", "#a_\u0301b"),
    *("http://a.b/flu", "HTTPS://x.y?q=flu", "www.flu.org", "Www.é", "xhttp://flu"),
    *("<http://flu>", '"https://flu"', "http://", "www.", "❤️http://flu", "_www.flu"),
    *("\ufffd", "\u00ad", "\u200b", "\ufeff", "\x00", "\x1c", "\x85", "\u2028", "\ufe0f"),
    *("a\ufe0fb", "e\ufe0f\u0301", "\u20e3", "a\u20e3", "\U000e0100"),
    *("C++", "Google+", "C++ code", "C#", "+", "++", "+++", "-", "(", "&amp;", "%", "$5.00"),
    *("\U0001e030", "\U00010570", "\U0001fae8", "\U00011f02"),
    *("vaccine", "vaccines", "vaccination", "hepatitis", "hapatitis", "hospital", "Hospital's"),
    "hospitäl",
]
JOINTS = [
    "", "", " ", " ", " ", " ", " ", "-", ". ", "\n", "/", "_", "'", "\u00a0", ", ", "http://q ",
]
# fmt: on
SOURCES = ["bluesky", "mastodon", "reddit", "Reddit", "feeds", "files", None]
COMMUNITIES = [
    "mayo.edu",
    "Mayo.edu",
    "news.mayo.edu",
    "xmayo.edu",
    "mastodon.social",
    "nursing",
    "NURSING",
    "",
    None,
]
AUTHORS = [
    "mayo",
    "@mayo",
    "Mayo",
    "Mayo Clinic",
    "mayoclinic",
    "@",
    "did:plc:x",
    "Straße",
    "STRASSE",
    "",
    None,
]
LANGUAGES = ["en", "en-GB", "EN", "eng", "de", "", None]
COUNTRIES = ["gbr", "GBR", "usa", "", None]
REGIONS = ["usa.fl", "usa.fl.miami", "usa.flx", "USA.FL", "usa", None]
TAGS = ["urgent", "Urgent", "maternity", "straße", "a b"]
URIS = [
    "https://news.mayo.edu/a?q=1",
    "https://MAYO.edu:8080/flu",
    "http://user:pw@mayo.edu#x",
    "HTTP://mayo.edu",
    "https://xmayo.edu/",
    "https://mayo.edu.evil.org/mayo.edu",
    "https://a.b/?u=@mayo.edu",
    "https://",
    "at://did:plc:x/app.bsky.feed.post/1",
    "ftp://mayo.edu/x",
    "line:1",
    "LINE:1",
]  # fmt: skip


def text(random: Random, pieces: Sequence[str] = PIECES, longest: int = 14) -> str:
    """Some pieces, joined by this and that."""
    few = random.sample(pieces, min(len(pieces), random.randint(2, 8)))
    parts: list[str] = []
    for _ in range(random.randint(0, longest)):
        parts += [random.choice(few), random.choice(JOINTS)]
    return "".join(parts)


def post(random: Random, body: str, title: str | None, key: int = 0) -> dict[str, Any]:
    """A post with this text and everything else at random."""
    uri = random.choice(URIS)
    return {
        "uri": uri if random.random() < 0.8 else f"{uri}/{key}",
        "source": random.choice(SOURCES),
        "community": random.choice(COMMUNITIES),
        "author": random.choice(AUTHORS),
        "author_name": random.choice(AUTHORS),
        "author_followers": random.choice([None, 0, 499, 500, 501, 100_000, 2**40]),
        "created_at": datetime(2024, 2, 28, tzinfo=UTC)
        + timedelta(
            minutes=random.randint(0, 4 * 1440), microseconds=random.randint(0, 59_999_999)
        ),
        "text": body,
        "title": title,
        "language": random.choice(LANGUAGES),
        "links": random.choice([None, [], random.sample(URIS, 2)]),
        "in_reply_to": random.choice([None, *URIS[:3]]),
        "quote_of": random.choice([None, None, URIS[8]]),
        "country": random.choice(COUNTRIES),
        "rating": random.choice([None, 0.0, 1.0, 2.5, 3.0, 5.0]),
        "repost_of": random.choice([None, None, URIS[9]]),
        "root": random.choice([None, URIS[10], URIS[11]]),
        "author_verified": random.choice([None, True, False]),
        "region": random.choice(REGIONS),
        "tags": random.choice([None, [], random.sample(TAGS, 2)]),
    }


def odd_post(random: Random, key: int = 0) -> dict[str, Any]:
    title = random.choice([None, "", text(random, longest=5), text(random, longest=5)])
    return post(random, text(random), title, key)
