"""Auscult from Python: a small, typed client of the JSON API.

It needs neither Django nor an archive, only a server's address and a token of its page
Programs.
"""

from auscult.client.asking import Refused
from auscult.client.auscult import Auscult
from auscult.client.values import Brief, Campaign, Counts, Figures, Mention, Preview, Watch

__all__ = [
    "Auscult", "Brief", "Campaign", "Counts", "Figures", "Mention", "Preview", "Refused", "Watch",
]  # fmt: skip
