"""Signals in streams of mentions: bursts of volume, and words that are new."""

from auscult.engine.signals.alarms import Alarm, Band, Phase
from auscult.engine.signals.bursts import Bursts
from auscult.engine.signals.state import State

__all__ = ["Alarm", "Band", "Bursts", "Phase", "State"]
