"""The page for the board and its appendix as files: PDF, and the facts as JSON."""

from __future__ import annotations

import json

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext_noop

from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.returns import board_printing
from auscult.web.returns.board_models import Edition
from auscult.web.returns.board_telling import digest
from auscult.web.returns.telling_types import Facts, as_data

TAKE = gettext_noop("take the page for the board away as a file")


@transaction.atomic
def record_download(actor: Actor, *, what: str, told: str, form: str) -> None:
    """Write down that something is taken away as a file; call it before it is handed out.

    Raises
    ------
    NotAllowed
    """
    require(actor, Right.EXPORT, TAKE)
    record_audit(actor, action="export-returns", target=what, details={"form": form, "told": told})


def printed(actor: Actor, facts: Facts, *, name: str, kept: Edition | None = None) -> HttpResponse:
    """Answer with the page as PDF on A4."""
    record_download(actor, what=name, told=digest(facts), form="pdf")
    return file(board_printing.as_pdf(actor, facts, kept=kept), "application/pdf", f"{name}.pdf")


def appendix(actor: Actor, facts: Facts) -> HttpResponse:
    """Answer with the technical appendix as PDF."""
    record_download(actor, what="appendix", told=digest(facts), form="pdf")
    content = board_printing.appendix_as_pdf(actor, facts)
    return file(content, "application/pdf", "returns-appendix.pdf")


def as_json(actor: Actor, facts: Facts) -> HttpResponse:
    """Answer with the facts."""
    record_download(actor, what="facts", told=digest(facts), form="json")
    content = json.dumps(as_data(facts), ensure_ascii=False, indent=2, allow_nan=False)
    return file(content, "application/json", "facts.json")


def file(content: bytes | str, media_type: str, name: str) -> HttpResponse:
    """Answer with a file that nobody keeps on the way."""
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "private, no-store"
    return answer
