"""What a post can be about: its class, mood, rules and the answers that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

LABELS = (
    "complaint", "praise", "question", "rumour", "correction", "crisis", "abuse", "spam", "news",
    "other",
)  # fmt: skip

# Which answers a family of topics draws, with weights. Where a language lacks an answer,
# it says `re_daily` or, about the hospital, `re_sympathy` of its own.
ANSWERS: dict[str, dict[str, float]] = {
    "daily": {"re_daily": 1},
    "food": {"re_food": 3, "re_daily": 1},
    "pets": {"re_pet": 3, "re_daily": 1},
    "sport": {"re_sport": 3, "re_daily": 1},
    "running": {"re_sport": 1, "re_run": 1, "re_daily": 1},
    "glucose": {"re_glucose": 4, "re_daily": 1},
    "parenting": {"re_parent": 5, "re_daily": 1},
    "shift": {"re_shift": 4, "re_daily": 1},
    "council": {"re_politics": 5, "re_troll": 0.3},
    "city": {"re_news": 3, "re_daily": 1},
    "bad": {"re_sympathy": 6, "re_defend": 1.5, "re_official": 0.8, "re_troll": 0.3},
    "good": {"re_cheer": 5, "re_official": 0.5, "re_defend": 0.3},
    "ask": {"re_answer": 5, "re_official": 0.9, "re_daily": 0.3},
    "rumour": {"re_doubt": 3, "re_fuel": 2.5, "re_official": 0.3, "re_troll": 0.2},
    "correction": {"re_cheer": 1, "re_doubt": 1, "re_fuel": 1, "re_troll": 0.2},
    "nurse": {"re_nurse": 6, "re_cheer": 1},
    "run": {"re_run": 5, "re_cheer": 1},
    "notice": {"re_notice": 5, "re_cheer": 0.5, "re_troll": 0.2},
    "spam": {"re_troll": 1},
    "review": {"re_official": 1},
    "silent": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One kind of post.

    Attributes
    ----------
    mood : int
        -1, 0 or 1: the sentiment of its text.
    family : str
        A key of `ANSWERS`.
    emoji, tags : str
        Rules for what may follow the text.
    more : str
        The rule for further sentences.
    title : str
        Rule of the title, where the community has titles; empty: the text gives it.
    seasons : tuple of float
        Weight in January to December, or nothing.
    reach : float
        How many times more answers and likes than usual it draws.
    """

    name: str
    label: str = "other"
    mood: int = 0
    family: str = "daily"
    emoji: str = "emoji_plain"
    tags: str = "tags_town"
    more: str = "more_daily"
    title: str = ""
    seasons: tuple[float, ...] = ()
    reach: float = 1.0
    hospital: bool = False


_SUMMER = (0.1, 0.1, 0.4, 1.0, 1.8, 2.0, 2.0, 1.9, 1.4, 0.7, 0.2, 0.1)
_SCHOOL = (1.2, 1.2, 1.2, 1.2, 1.2, 0.6, 0.3, 0.9, 1.9, 1.5, 1.2, 0.9)
_FLU = (1.8, 1.6, 1.2, 0.7, 0.4, 0.2, 0.2, 0.3, 1.4, 2.0, 2.0, 1.9)

_DAILY = (
    Topic(name="weather", seasons=()),
    Topic(name="food", mood=1, family="food", emoji="emoji_food"),
    Topic(name="school", seasons=_SCHOOL),
    Topic(name="work"),
    Topic(name="commute", mood=-1, emoji="emoji_bad"),
    Topic(name="sports", family="sport", emoji="emoji_plain"),
    Topic(name="pets", mood=1, family="pets", emoji="emoji_pet"),
    Topic(name="shows"),
    Topic(name="garden", mood=1, emoji="emoji_pet", seasons=_SUMMER),
    Topic(name="market", emoji="emoji_good"),
    Topic(name="lost", label="question", family="pets", more=""),
    Topic(name="joys", mood=1, emoji="emoji_good", reach=1.5),
    Topic(name="rant", mood=-1, emoji="emoji_bad"),
    Topic(name="sick", mood=-1, emoji="emoji_bad", tags="tags_health", seasons=_FLU),
    Topic(name="reco", label="question", emoji="emoji_ask"),
    Topic(name="council", family="council", more="council_more", reach=1.3),
    Topic(name="exams", mood=-1, emoji="emoji_bad", seasons=_SCHOOL),
    Topic(name="daily"),
    Topic(name="family", mood=1, emoji="emoji_good"),
    Topic(name="memories", mood=1, emoji="emoji_good", more=""),
    Topic(name="running", mood=1, family="running", emoji="emoji_sport", tags="tags_run"),
    Topic(name="glucose", family="glucose", tags="tags_diabetes"),
    Topic(name="parenting", label="question", family="parenting", more="parenting_more"),
    Topic(name="shift", mood=-1, family="shift", tags="tags_nurse"),
    Topic(name="city_news_body", label="news", family="city", title="city_news_title",
          more="city_news_more", emoji="", tags=""),
    Topic(name="health_news_body", label="news", family="city", title="health_news_title",
          more="city_news_more", emoji="", tags="tags_health"),
)  # fmt: skip


def _hospital(name: str, label: str, mood: int, family: str, **more: object) -> Topic:
    emoji = {-1: "emoji_bad", 0: "emoji_ask", 1: "emoji_good"}[mood]
    given = {"emoji": emoji, "tags": "tags_health", "hospital": True} | more
    return Topic(name=name, label=label, mood=mood, family=family, **given)  # type: ignore[arg-type]


_BAD = "h_complaint_more"
_GOOD = "h_praise_more"
_HOSPITAL = (
    _hospital("h_praise", "praise", 1, "good", more=_GOOD),
    _hospital("h_birth", "praise", 1, "good", more=_GOOD, reach=1.6),
    _hospital("h_complaint", "complaint", -1, "bad", more=_BAD, reach=1.4),
    _hospital("h_wait", "complaint", -1, "bad", more=_BAD, reach=1.2),
    _hospital("h_bill", "complaint", -1, "bad", more="tiny_bad", reach=1.3),
    _hospital("h_parking", "complaint", -1, "bad", more="tiny_bad"),
    _hospital("h_phone", "complaint", -1, "bad", more="tiny_bad"),
    _hospital("h_question", "question", 0, "ask", more=""),
    _hospital("h_visit", "other", 0, "daily"),
    _hospital("h_job", "other", 0, "daily", more=""),
    _hospital("h_staff", "other", 1, "good", tags="tags_nurse", more=""),
    _hospital("h_safety", "crisis", -1, "bad", emoji="emoji_alarm", more="", reach=1.5),
    _hospital("h_troll", "abuse", -1, "bad", more=""),
    _hospital("flu_shot", "other", 0, "daily", tags="tags_vaccine", seasons=_FLU),
    _hospital("official_tip", "other", 0, "notice", emoji="emoji_notice", tags="tags_hospital", more="", reach=2),
    _hospital("official_event", "other", 0, "notice", emoji="emoji_notice", tags="tags_hospital", more="", reach=2),
    _hospital("hospital_news_body", "news", 0, "city", title="hospital_news_title",
              more="hospital_news_more", emoji="", tags=""),
    _hospital("review_good", "praise", 1, "review", more=_GOOD, emoji="", tags=""),
    _hospital("review_mid", "complaint", 0, "review", more="more_daily", emoji="", tags=""),
    _hospital("review_bad", "complaint", -1, "review", more=_BAD, emoji="", tags=""),
    Topic(name="rival_review_good", label="praise", mood=1, family="silent", emoji="", tags=""),
    Topic(name="rival_review_bad", label="complaint", mood=-1, family="silent", emoji="", tags=""),
    Topic(name="rival_praise", label="praise", mood=1, family="daily", emoji="emoji_good"),
    Topic(name="rival_complaint", label="complaint", mood=-1, family="daily", emoji="emoji_bad"),
    Topic(name="rival_official", family="notice", emoji="emoji_notice", more="", tags="tags_health"),
    Topic(name="spam_product", label="spam", family="spam", emoji="emoji_alarm", more="",
          reach=0.05),
)  # fmt: skip

_STORM = "storm_complaint_more"
_EVENTS = (
    _hospital("storm_origin", "complaint", -1, "bad", more="", emoji="", tags="", reach=60),
    _hospital("storm_complaint", "complaint", -1, "bad", more=_STORM, reach=2.5),
    _hospital("storm_question", "question", -1, "ask", more="", reach=1.5),
    _hospital("storm_staff", "other", -1, "bad", tags="tags_nurse", more="", reach=2),
    _hospital("storm_politics", "complaint", -1, "council", more="", reach=1.5),
    _hospital("storm_troll", "abuse", -1, "bad", more=""),
    _hospital("storm_news_body", "news", -1, "city", title="storm_news_title", emoji="", tags="",
              more="hospital_news_more"),
    _hospital("official_storm", "other", 0, "bad", tags="tags_hospital", emoji="", more="",
              reach=4),
    _hospital("rumour_origin", "rumour", -1, "rumour", more="", emoji="", tags="", reach=25),
    _hospital("rumour_spread", "rumour", -1, "rumour", emoji="emoji_alarm", tags="tags_vaccine",
              more="tiny_rumour", reach=1.6),
    _hospital("rumour_ask", "question", 0, "rumour", tags="tags_vaccine", more=""),
    _hospital("rumour_correct", "correction", 1, "correction", tags="tags_vaccine", more=""),
    _hospital("official_rumour", "correction", 0, "correction", emoji="", tags="tags_vaccine",
              more="", reach=4),
    _hospital("rumour_news_body", "news", 0, "city", title="rumour_news_title", emoji="", tags="",
              more="hospital_news_more"),
    _hospital("nurse_origin", "praise", 1, "nurse", more="", emoji="", tags="", reach=80),
    _hospital("nurse_praise", "praise", 1, "nurse", tags="tags_nurse", more="", reach=2),
    _hospital("nurse_quote", "praise", 1, "nurse", tags="tags_nurse", more=""),
    _hospital("nurse_news_body", "news", 1, "nurse", title="nurse_news_title", emoji="", tags="",
              more="city_news_more"),
    _hospital("run_call", "other", 0, "run", tags="tags_cause", more="", reach=4),
    _hospital("run_train", "other", 1, "run", emoji="emoji_sport", tags="tags_cause"),
    _hospital("run_day", "praise", 1, "run", emoji="emoji_sport", tags="tags_cause", more="",
              reach=1.5),
    _hospital("run_thanks", "praise", 1, "run", tags="tags_cause", more="", reach=2),
    _hospital("run_news_body", "news", 1, "city", title="run_news_title", emoji="", tags="",
              more="city_news_more"),
    Topic(name="bg_thunder", mood=-1, emoji="emoji_alarm"),
    Topic(name="bg_derby", mood=1, family="sport", emoji="emoji_good", tags="tags_herons"),
    Topic(name="bg_festival", mood=1, emoji="emoji_good"),
    _hospital("copy_petition", "complaint", -1, "bad", more="", tags="tags_hospital"),
    _hospital("copy_letter", "other", 0, "good", more="", tags="tags_nurse"),
    _hospital("copy_closure", "rumour", -1, "rumour", more="", emoji="emoji_alarm"),
    Topic(name="copy_cream", label="spam", family="spam", more="", emoji="emoji_good", reach=0.05),
)  # fmt: skip

_PLAIN: dict[str, object] = {"more": "tiny", "tags": "", "reach": 0.6}
_REPLIES = (
    Topic(name="re_daily", tags="", reach=0.6),
    Topic(name="re_food", family="food", emoji="emoji_food", tags="", reach=0.6),
    Topic(name="re_pet", family="pets", emoji="emoji_pet", tags="", reach=0.6),
    Topic(name="re_sport", family="sport", tags="", reach=0.6),
    Topic(name="re_notice", family="notice", tags="", reach=0.6, hospital=True),
    Topic(name="re_news", family="city", tags="", reach=0.6),
    Topic(name="re_politics", family="council", emoji="", tags="", reach=0.8),
    Topic(name="re_glucose", family="glucose", tags="", reach=0.6),
    Topic(name="re_parent", family="parenting", emoji="emoji_good", tags="", reach=0.6),
    Topic(name="re_shift", family="shift", tags="", reach=0.6),
    _hospital("re_sympathy", "other", -1, "bad", **_PLAIN),
    _hospital("re_defend", "praise", 1, "good", **_PLAIN),
    _hospital("re_cheer", "praise", 1, "good", **_PLAIN),
    _hospital("re_answer", "other", 0, "ask", **_PLAIN),
    _hospital("re_official", "other", 0, "daily", **(_PLAIN | {"more": "", "emoji": ""})),
    _hospital("re_doubt", "correction", 0, "rumour", **_PLAIN),
    _hospital("re_fuel", "rumour", -1, "rumour", **(_PLAIN | {"emoji": "emoji_alarm"})),
    _hospital("re_nurse", "praise", 1, "nurse", **_PLAIN),
    _hospital("re_run", "other", 1, "run", **(_PLAIN | {"emoji": "emoji_sport"})),
    Topic(name="re_troll", label="abuse", mood=-1, family="silent", emoji="", tags="", more=""),
)

TOPICS: tuple[Topic, ...] = (*_DAILY, *_HOSPITAL, *_EVENTS, *_REPLIES)


@cache
def topic_numbers() -> dict[str, int]:
    """Give each topic's row in `TOPICS` by its name."""
    return {topic.name: number for number, topic in enumerate(TOPICS)}
