"""Did it work? One intervention, held against what would have been.

The methods, what they rest on and how often they err: docs/explanation/intervention.md.
"""

from auscult.engine.returns.intervention.changes import Scale
from auscult.engine.returns.intervention.differences import difference
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
from auscult.engine.returns.intervention.places import (
    PlacesDesign,
    analyse_places,
    design_places,
    power_of_places,
)
from auscult.engine.returns.intervention.power import Power
from auscult.engine.returns.intervention.structural import interrupted
from auscult.engine.returns.intervention.structural_model import Prior
from auscult.engine.returns.intervention.switchback import (
    Rhythm,
    Switchback,
    analyse_switchback,
    design_switchback,
    power_of_switchback,
)
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
    "PlacesDesign",
    "Power",
    "Prior",
    "Question",
    "Reason",
    "Rhythm",
    "Scale",
    "Switchback",
    "Verdict",
    "Why",
    "analyse_places",
    "analyse_switchback",
    "design_places",
    "design_switchback",
    "difference",
    "interrupted",
    "panel",
    "power_of_places",
    "power_of_switchback",
    "say",
    "synthetic_control",
]
