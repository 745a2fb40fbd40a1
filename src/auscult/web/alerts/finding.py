"""What a look of the rules gives: something found, or something over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from auscult.web.alerts.models import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that a rule asks to be told of.

    Attributes
    ----------
    key : str
        What has the same key while an alert goes on joins it.
    facts : mapping
        JSON's types; `mentions` are numbers of mentions, added to those of the alert.
    """

    rule: Rule
    key: str
    since: datetime
    watch_id: int | None = None
    source_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """That what had this key is over, with its last numbers."""

    key: str
    facts: Mapping[str, Any] = field(default_factory=dict)
