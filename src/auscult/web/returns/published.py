"""Published costs per outcome, each with the publication that says so and the day of its prices.

`published_rates.csv` holds only figures that stand in the named publication; none is reckoned or
converted. A house takes one over as a comparator of its own, for days that it chooses.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from auscult.web.returns.errors import ReturnsUnknown


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRate:
    """A published cost per outcome.

    Attributes
    ----------
    number : int
        Its place in the file, from 1.
    what : str
        The kind of outcome, one of `outcome_models.What`.
    outcome : str
        What exactly was counted.
    source_day : date
        Of the prices, else of the publication.
    """

    number: int
    channel: str
    what: str
    outcome: str
    per_outcome: float
    currency: str
    source: str
    source_day: date


@cache
def published_rates() -> tuple[PublishedRate, ...]:
    """Return what is published, in the order of the file."""
    text = files("auscult.web.returns").joinpath("published_rates.csv").read_text("utf-8")
    return tuple(
        PublishedRate(
            number=number,
            channel=row["channel"],
            what=row["what"],
            outcome=row["outcome"],
            per_outcome=float(row["per_outcome"]),
            currency=row["currency"],
            source=row["source"],
            source_day=date.fromisoformat(row["source_day"]),
        )
        for number, row in enumerate(csv.DictReader(text.splitlines()), start=1)
    )


def published_rate(number: str) -> PublishedRate:
    """Return a published rate by its place in the file.

    Raises
    ------
    ReturnsUnknown
    """
    found = next((one for one in published_rates() if str(one.number) == number), None)
    if found is None:
        raise ReturnsUnknown("published rate", number)
    return found
