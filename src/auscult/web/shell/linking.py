"""What applications hand down to goals: one line for each in each tuple."""

from __future__ import annotations

from auscult.web.alerts.linkables import LINKABLES as ALERTS
from auscult.web.goals import figures, links
from auscult.web.listening.linkables import FIGURES as LISTENING_FIGURES
from auscult.web.listening.linkables import LINKABLES as LISTENING
from auscult.web.planning.linkables import LINKABLES as PLANNING
from auscult.web.returns.linkables import FIGURES as RETURNS_FIGURES
from auscult.web.returns.linkables import LINKABLES as RETURNS

LINKABLES: tuple[links.Linkable, ...] = (*LISTENING, *ALERTS, *PLANNING, *RETURNS)
FIGURES: tuple[figures.Figure, ...] = (*LISTENING_FIGURES, *RETURNS_FIGURES)
