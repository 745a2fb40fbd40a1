"""Did it work? One intervention, held against what would have been.

The methods, what they rest on and how often they err: docs/explanation/intervention.md.
"""

from auscult.engine.returns.intervention.findings import (
    Arrangement,
    Chance,
    Course,
    Effect,
    Finding,
    Method,
    Placebo,
    Question,
    Reason,
    Verdict,
    Why,
)
from auscult.engine.returns.intervention.panel import Panel, panel
from auscult.engine.returns.intervention.structural import interrupted
from auscult.engine.returns.intervention.structural_model import Prior
from auscult.engine.returns.intervention.synthetic import synthetic_control
from auscult.engine.returns.intervention.words import SENTENCES, say

__all__ = [
    "SENTENCES",
    "Arrangement",
    "Chance",
    "Course",
    "Effect",
    "Finding",
    "Method",
    "Panel",
    "Placebo",
    "Prior",
    "Question",
    "Reason",
    "Verdict",
    "Why",
    "interrupted",
    "panel",
    "say",
    "synthetic_control",
]
