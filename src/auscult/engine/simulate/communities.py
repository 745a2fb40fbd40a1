"""Where the town talks: networks, habits, hours, what each place talks about.

A community is data, never a special case: whatever differs between two of them stands in
this table.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# Share of a day's posts by hour (0 to 23, town time), for several ways of living.
HOURS: dict[str, tuple[float, ...]] = {
    "all day": (2, 1, 1, 1, 1, 2, 4, 6, 7, 6, 6, 6, 8, 7, 6, 6, 6, 7, 8, 9, 10, 10, 7, 4),
    "evening": (2, 1, 1, 1, 1, 2, 4, 5, 4, 4, 4, 4, 5, 6, 4, 4, 4, 5, 6, 9, 14, 15, 10, 5),
    "night": (9, 8, 7, 6, 6, 6, 7, 9, 6, 3, 2, 2, 2, 3, 3, 4, 5, 5, 6, 7, 7, 7, 7, 8),
    "early": (1, 1, 1, 2, 5, 11, 14, 12, 9, 6, 4, 4, 4, 3, 3, 3, 4, 7, 8, 7, 5, 4, 2, 1),
    "lunch": (2, 1, 1, 1, 1, 2, 4, 7, 8, 7, 6, 8, 13, 10, 6, 5, 5, 6, 7, 8, 9, 9, 6, 3),
    "office": (0.2, 0.1, 0.1, 0.1, 0.5, 2, 6, 9, 11, 11, 10, 9, 8, 9, 9, 9, 8, 6, 4, 3, 2, 1, 1, 0.5),
    "late": (12, 9, 6, 3, 1, 1, 1, 2, 3, 4, 5, 6, 7, 7, 7, 7, 7, 7, 8, 9, 10, 12, 14, 14),
    "morning": (0.3, 0.2, 0.2, 0.5, 2, 5, 8, 11, 13, 13, 11, 9, 7, 6, 6, 6, 5, 5, 5, 4, 3, 2, 1, 0.5),
    "machine": (4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4),
}  # fmt: skip

WORKDAYS = (1.05, 1.05, 1.05, 1.05, 1.0, 0.9, 0.9)
FREE_DAYS = (0.95, 0.85, 0.9, 0.9, 0.9, 1.25, 1.3)
OFFICE_DAYS = (1.2, 1.25, 1.2, 1.2, 1.1, 0.35, 0.3)
EVEN_DAYS = (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Community:
    """One place with its own habits.

    Attributes
    ----------
    key : str
        Its name inside the simulator.
    source, name : str
        What the columns `source` and `community` of its posts hold.
    people, posts : float
        Its share of the town's people, and of ordinary first posts.
    topics : dict
        Weights of what its members write about on an ordinary day.
    answers : float
        How readily its members answer, 1 being usual.
    emoji, tags, media : float
        Chance that a post has any.
    more : tuple of float
        Chances of one, two and three further sentences.
    lower, typos, stretch : float
        Share of members who write without capitals; slips, drawn-out words in a thousand.
    titles : bool
        Whether a first post has a title.
    norm : str
        What is and isn't done there, in words; truth for tests of norms.
    """

    key: str
    source: str
    name: str
    language: str = "en"
    people: float
    posts: float
    hours: str = "all day"
    days: tuple[float, ...] = WORKDAYS
    topics: dict[str, float] = field(default_factory=dict)
    answers: float = 1.0
    emoji: float = 0.3
    tags: float = 0.15
    media: float = 0.12
    more: tuple[float, float, float] = (0.4, 0.1, 0.0)
    lower: float = 0.3
    typos: int = 8
    stretch: int = 80
    titles: bool = False
    closed: bool = False
    norm: str = ""


_TOWN = {
    "weather": 9, "food": 10, "work": 6, "commute": 8, "sports": 9, "pets": 8, "shows": 8,
    "garden": 5, "market": 6, "lost": 3, "joys": 7, "rant": 7, "sick": 4, "reco": 4, "school": 4,
    "council": 2, "h_praise": 1.6, "h_birth": 0.5, "h_complaint": 1.5, "h_wait": 1.2,
    "h_bill": 0.8, "h_parking": 0.8, "h_phone": 0.8, "h_question": 1.2, "h_visit": 1.4,
    "h_staff": 0.3, "h_safety": 0.12, "h_troll": 0.2, "flu_shot": 0.8, "rival_praise": 0.5,
    "rival_complaint": 0.5,
}  # fmt: skip
_ABROAD = {
    "daily": 10, "food": 8, "weather": 5, "family": 8, "work": 6, "h_praise": 1.6,
    "h_complaint": 1.4, "h_wait": 1.2, "h_question": 1.8,
}  # fmt: skip

COMMUNITIES: tuple[Community, ...] = (
    Community(key="town", source="bluesky", name="lakeside", people=0.36, posts=0.30,
              topics=_TOWN, norm="anything goes; short; a picture helps"),
    Community(key="square", source="mastodon", name="social.lakeside.example", people=0.09,
              posts=0.10, topics=_TOWN | {"shows": 12, "council": 5, "garden": 8}, tags=0.5,
              emoji=0.15, lower=0.2, more=(0.6, 0.3, 0.1), answers=1.3, media=0.2,
              norm="hashtags in camel case, alt text on every picture, no quoting to mock"),
    Community(key="parents", source="forum", name="parents.forum.lakeside.example", people=0.08,
              posts=0.08, hours="evening", days=FREE_DAYS, titles=True, emoji=0.2, tags=0.0,
              media=0.03, more=(0.8, 0.6, 0.4), lower=0.15, answers=2.2, typos=10,
              topics={"parenting": 30, "school": 12, "sick": 6, "reco": 6, "h_birth": 1.2,
                      "h_praise": 2, "h_complaint": 1.6, "h_wait": 1.2, "h_question": 3,
                      "flu_shot": 2, "joys": 3, "market": 2, "rival_praise": 0.5},
              norm="questions first, no selling, no medical verdicts, thanks are said"),
    Community(key="nurses", source="mastodon", name="wards.lakeside.example", people=0.02,
              posts=0.045, hours="night", days=EVEN_DAYS, emoji=0.2, tags=0.4, lower=0.5,
              answers=1.6, media=0.06, more=(0.4, 0.15, 0.0),
              topics={"shift": 30, "work": 3, "food": 4, "pets": 3, "h_staff": 2.5,
                      "flu_shot": 0.7, "rant": 3, "h_job": 0.8},
              norm="never a patient's detail; dark humour; views my own"),
    Community(key="runners", source="bluesky", name="lakeside-runners", people=0.03, posts=0.045,
              hours="early", days=FREE_DAYS, emoji=0.65, tags=0.6, media=0.25, lower=0.2,
              more=(0.2, 0.0, 0.0),
              topics={"running": 40, "weather": 6, "food": 4, "sick": 1, "h_visit": 0.5,
                      "h_praise": 0.4, "market": 1},
              norm="times and distances, kudos, one or two hashtags"),
    Community(key="diabetes", source="mastodon", name="sugar.lakeside.example", people=0.012,
              posts=0.035, hours="all day", emoji=0.25, tags=0.55, answers=1.9, media=0.1,
              more=(0.6, 0.25, 0.1), lower=0.25,
              topics={"glucose": 40, "food": 4, "h_praise": 0.9, "h_complaint": 0.7,
                      "h_question": 1.0, "flu_shot": 1.0, "h_bill": 0.8},
              norm="numbers without shame, tips with 'ask your endo', no cures"),
    Community(key="politics", source="forum", name="politics.forum.lakeside.example", people=0.03,
              posts=0.06, hours="lunch", titles=True, emoji=0.03, tags=0.0, media=0.02,
              more=(0.9, 0.7, 0.5), lower=0.08, answers=2.6, typos=5, stretch=0,
              topics={"council": 40, "commute": 5, "rant": 4, "h_bill": 0.8, "h_parking": 1.0,
                      "h_complaint": 0.6, "h_troll": 0.5},
              norm="sources with a number, no emoji, long answers, sharp tone"),
    Community(key="students", source="bluesky", name="lakeside-college", people=0.07, posts=0.06,
              hours="late", days=EVEN_DAYS, emoji=0.35, tags=0.05, lower=0.85, typos=14,
              stretch=250, media=0.1, more=(0.15, 0.0, 0.0),
              topics={"exams": 20, "food": 6, "shows": 8, "work": 3, "rant": 5, "sports": 4,
                      "h_wait": 0.4, "h_bill": 0.6, "flu_shot": 0.4, "h_phone": 0.2},
              norm="no capitals, irony, no hashtags"),
    Community(key="seniors", source="forum", name="golden.forum.lakeside.example", people=0.05,
              posts=0.03, hours="morning", days=EVEN_DAYS, titles=True, emoji=0.08, tags=0.0,
              media=0.05, more=(0.7, 0.4, 0.1), lower=0.0, typos=4, stretch=0, answers=1.4,
              topics={"memories": 30, "weather": 5, "garden": 6, "food": 4, "h_praise": 2.5,
                      "h_complaint": 0.8, "h_phone": 1.2, "h_question": 2, "flu_shot": 1.5},
              norm="whole sentences, greetings, no abbreviations"),
    Community(key="pets", source="bluesky", name="lakeside-pets", people=0.03, posts=0.03,
              emoji=0.6, tags=0.3, media=0.6, topics={"pets": 40, "lost": 8, "joys": 3},
              norm="a picture with every post"),
    Community(key="vecinos", source="bluesky", name="vecinos-lakeside", language="es",
              people=0.06, posts=0.05, hours="evening", days=FREE_DAYS, topics=_ABROAD,
              emoji=0.5, tags=0.15, norm="trato cercano, saludos, emojis"),
    Community(key="stammtisch", source="mastodon", name="stammtisch.lakeside.example",
              language="de", people=0.03, posts=0.03, topics=_ABROAD, emoji=0.15, tags=0.4,
              lower=0.1, more=(0.6, 0.2, 0.0), norm="ganze Sätze, Bildbeschreibungen, trocken"),
    Community(key="komsular", source="bluesky", name="komsular", language="tr", people=0.02,
              posts=0.015, hours="evening", topics=_ABROAD, emoji=0.4, lower=0.0,
              norm="büyüklere saygı, geçmiş olsun demek"),
    Community(key="que", source="forum", name="viet.forum.lakeside.example", language="vi",
              people=0.02, posts=0.015, hours="evening", topics=_ABROAD, emoji=0.3, tags=0.0,
              titles=True, norm="xưng hô lễ phép, hỏi thăm trước"),
    Community(key="diwan", source="mastodon", name="diwan.lakeside.example", language="ar",
              people=0.015, posts=0.012, hours="late", topics=_ABROAD, emoji=0.35, tags=0.2,
              lower=0.0, norm="تحية أولا ودعاء بالشفاء"),
    Community(key="hupan", source="bluesky", name="hupan", language="zh", people=0.015,
              posts=0.013, hours="evening", topics=_ABROAD, emoji=0.3, tags=0.15, lower=0.0,
              norm="简短,先问候"),
    Community(key="news", source="feeds", name="news", people=0.0, posts=0.03, hours="office",
              days=OFFICE_DAYS, titles=True, emoji=0.0, tags=0.1, media=0.5,
              more=(0.9, 0.6, 0.3), lower=0.0, typos=0, stretch=0, answers=0.0, closed=True,
              topics={"city_news_body": 30, "health_news_body": 10, "hospital_news_body": 2.5},
              norm="headline, source, link"),
    Community(key="hospital", source="bluesky", name="lakeside", people=0.0, posts=0.008,
              hours="office", days=OFFICE_DAYS, emoji=0.2, tags=0.7, media=0.6,
              more=(0.0, 0.0, 0.0), lower=0.0, typos=0, stretch=0, closed=True,
              topics={"official_tip": 6, "official_event": 4, "h_job": 2},
              norm="the hospital's own accounts"),
    Community(key="rivals", source="bluesky", name="lakeside", people=0.0, posts=0.006,
              hours="office", days=OFFICE_DAYS, emoji=0.2, tags=0.5, media=0.5,
              more=(0.0, 0.0, 0.0), lower=0.0, typos=0, stretch=0, closed=True,
              topics={"rival_official": 1}, norm="rivals' own accounts"),
    Community(key="reviews", source="reviews", name="reviews.lakeside.example", people=0.05,
              posts=0.01, hours="evening", days=FREE_DAYS, emoji=0.05, tags=0.0, media=0.03,
              more=(0.6, 0.3, 0.1), lower=0.1, answers=0.8,
              topics={"review_good": 5, "review_mid": 2, "review_bad": 4, "rival_review_good": 1.6, "rival_review_bad": 1.4},
              norm="stars and a reason"),
    Community(key="spam", source="bluesky", name="lakeside", people=0.02, posts=0.02,
              hours="machine", days=EVEN_DAYS, emoji=0.7, tags=0.5, media=0.3, closed=True,
              more=(0.0, 0.0, 0.0), lower=0.1, typos=0, topics={"spam_product": 1}, answers=0.05,
              norm="machines that sell"),
)  # fmt: skip
