"""API: taking mentions along as a file, and asking who wrote one; both are written down."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Field, Query, Router, Schema

from auscult.engine.query.parse import parse
from auscult.web.accounts.interfaces import ApiRequest, Body, Moment, Number, Text
from auscult.web.accounts.policies import Right, require
from auscult.web.listening.exporting import export
from auscult.web.listening.reading import Filters
from auscult.web.listening.revealing import Why, reveal_author

router = Router(tags=["mentions"])

MOST = 100_000  # mentions of a file that is made while somebody waits
FORMS = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}
FILE = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {kind: {"schema": {"type": "string"}} for kind in FORMS.values()},
        }
    }
}


class Reason(Body):
    """What a name is needed for."""

    why: Literal[tuple(Why.values)] = Field(description="The kind of reason.")  # type: ignore[valid-type]
    reason: Text = Field(max_length=500, description="In words, at least three; it is kept.")


class AuthorShown(Schema):
    """Who wrote a mention."""

    name: str | None
    account: str | None
    address: str | None


@router.get(
    "/export/mentions",
    operation_id="export_mentions",
    summary="Take mentions along",
    openapi_extra=FILE,
)
def export_mentions(
    request: ApiRequest,
    q: Annotated[Text, Query(min_length=1, max_length=20_000, description="A query.")],
    form: Annotated[
        Literal["jsonl", "csv", "parquet"], Query(description="Of the file.")
    ] = "jsonl",
    since: Annotated[Moment | None, Query(description="Posted from this moment.")] = None,
    until: Annotated[Moment | None, Query(description="Posted before this moment.")] = None,
    names: Annotated[
        Literal["veiled", "open"], Query(description="`open` needs the scope `names`.")
    ] = "veiled",
) -> HttpResponse:
    """Gives the mentions that a query is true of as a file, at most 100,000, the newest.

    `Auscult-Complete: false` says that there are more. It is written to the audit trail.
    """
    require(request.actor, Right.EXPORT, "export posts")
    folder = Path(tempfile.mkdtemp(prefix="auscult-export-"))
    try:
        place = folder / f"mentions.{form}"
        done = export(
            request.actor,
            parse(q),
            place,
            filters=Filters(since=since, until=until),
            limit=MOST,
            with_authors=names == "open",
        )
        answer = HttpResponse(place.read_bytes(), content_type=FORMS[form])
    finally:
        shutil.rmtree(folder)
    answer["Content-Disposition"] = f'attachment; filename="mentions.{form}"'
    answer["Auscult-Complete"] = str(done.complete).lower()
    answer["Cache-Control"] = "private, no-store"
    return answer


@router.post(
    "/mentions/{number}/author",
    response=AuthorShown,
    operation_id="reveal_author",
    summary="Ask who wrote a mention",
)
def author(
    request: ApiRequest, number: Number, body: Reason, response: HttpResponse
) -> dict[str, Any]:
    """Says who wrote a mention, once it is written down who asked and why.

    The answer isn't kept, not even under an idempotency key: asked again, it is written again.
    """
    found = reveal_author(request.actor, number=number, why=Why(body.why), reason=body.reason)
    response["Cache-Control"] = "private, no-store"
    return {name: getattr(found, name) for name in AuthorShown.model_fields}
