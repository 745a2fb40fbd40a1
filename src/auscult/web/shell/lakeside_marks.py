"""By what everything can be known that came with the town of Lakeside, and goes with it."""

from __future__ import annotations

CONNECTOR = "lakeside"
NAME = "Lakeside, a simulated town"  # of the source
SOURCE = "Lakeside General, made up"  # of figures, files and times
CYCLE = "A year of Lakeside, made up"
AHEAD = "The next hundred days of Lakeside, made up"
AIM = "Appointments by links in the next hundred days"
SKILLS = ("editing, made up", "design, made up")
PRIORITY = "Lakeside finds the right care"
SITE = "https://lakeside-general.example/"
ROLES = ("editor", "designer", "nurse", "volunteer")
KINDS = ("appointment", "call", "sign-up", "donation", "enquiry")
SURVEY = "How people of Lakeside heard of us"
STUDIES = (
    "Did the film help the knee clinic of Lakeside?",
    "Did it help one district of Lakeside?",
    "What did a year of posts bring? Half of the districts of Lakeside saw them",
)
