"""The audit trail: shown page by page, checked, taken along."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from auscult.web.accounts import audit
from auscult.web.accounts.audit_forms import AuditForm
from auscult.web.accounts.numbers import number_of
from auscult.web.accounts.requests import actor_of

QUICK = 5_000  # entries that are checked whenever the page is shown: a tenth of a second
TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl"}


@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Show who did what, the newest first, and whether the chain holds."""
    actor = actor_of(request)
    form = AuditForm(request.GET or None, said=audit.said(actor))
    before = request.GET.get("before", "")
    page = audit.page(actor, form.asked(), before=number_of(before))
    head = audit.head(actor)
    wanted = head.number <= QUICK or "check" in request.GET
    older = request.GET.copy()
    older["before"] = str(page.before or "")
    return render(
        request,
        "accounts/audit.html",
        {
            "form": form,
            "entries": page.entries,
            "older": f"?{older.urlencode()}" if page.before else "",
            "head": head,
            "checked": audit.check(actor) if wanted else None,
        },
    )


@require_POST
def take_along(request: HttpRequest) -> HttpResponseBase:
    """Answer with the entries that are wanted as a file; that is an entry itself."""
    actor = actor_of(request)
    form = AuditForm(request.POST, said=audit.said(actor))
    kind = request.POST.get("form", "csv")
    parts = audit.export(actor, form.asked(), form=kind)
    return StreamingHttpResponse(
        parts,
        content_type=TYPES[kind],
        headers={"Content-Disposition": f'attachment; filename="audit.{kind}"'},
    )
