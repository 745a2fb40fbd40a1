"""Purists' corner: what everybody knows to work, held against one's own posts.

The method and what it can't exclude are told in docs/explanation/claims.md.
"""

from auscult.engine.planning.claims.definitions import (
    Claim,
    Condition,
    Feature,
    Outcome,
    always_hashtags,
    media_beat_none,
    post_at,
    post_on,
    questions_get_answers,
    short_beats_long,
    video_beats_text,
)
from auscult.engine.planning.claims.experiment import (
    Kept,
    analyse,
    days_needed,
    judge_days,
    read_back,
)
from auscult.engine.planning.claims.findings import Finding, Kind, Reason, Verdict, Why
from auscult.engine.planning.claims.observational import (
    Looks,
    looks,
    observe,
    observe_all,
    observe_each,
)
from auscult.engine.planning.claims.schedule import (
    Appointment,
    Experiment,
    Schedule,
    Side,
    Slot,
    draw,
)
from auscult.engine.planning.claims.words import SENTENCES, say

__all__ = [
    "SENTENCES",
    "Appointment",
    "Claim",
    "Condition",
    "Experiment",
    "Feature",
    "Finding",
    "Kept",
    "Kind",
    "Looks",
    "Outcome",
    "Reason",
    "Schedule",
    "Side",
    "Slot",
    "Verdict",
    "Why",
    "always_hashtags",
    "analyse",
    "days_needed",
    "draw",
    "judge_days",
    "looks",
    "media_beat_none",
    "observe",
    "observe_all",
    "observe_each",
    "post_at",
    "post_on",
    "questions_get_answers",
    "read_back",
    "say",
    "short_beats_long",
    "video_beats_text",
]
