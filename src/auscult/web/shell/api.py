"""The JSON API: the routers of all applications under one address."""

from __future__ import annotations

from django.urls import URLPattern, re_path
from ninja import NinjaAPI

from auscult.web.accounts.api import router as accounts
from auscult.web.alerts.api import router as alerts
from auscult.web.alerts.api_rules import router as rules
from auscult.web.briefs.api import router as briefs
from auscult.web.dashboards.api import router as dashboards
from auscult.web.dashboards.api_figures import router as figures
from auscult.web.goals.api import router as goals
from auscult.web.goals.api_readings import router as readings
from auscult.web.listening.api import router as listening
from auscult.web.listening.api_around import router as around
from auscult.web.listening.api_copies import router as copies
from auscult.web.listening.api_taking import router as taking
from auscult.web.planning.api import router as planning
from auscult.web.planning.api_claims import router as claims
from auscult.web.returns.api_costs import router as costs
from auscult.web.returns.api_outcomes import router as outcomes
from auscult.web.returns.api_returns import router as returns
from auscult.web.returns.api_studies import router as studies
from auscult.web.returns.api_surveys import router as surveys
from auscult.web.shell.api_door import Bearer, Session, at_the_door
from auscult.web.shell.api_problems import not_there, say_errors
from auscult.web.sources.api import router as sources

VERSION = "1"
ABOUT = """Everything that the pages show and do, for programs.

A request carries a token (`Authorization: Bearer auscult_...`), made on the page Programs, or
the cookie of a session. A token may do what its scopes say, and never more than its person's
role allows at that moment. Errors are `application/problem+json`. Lists come in pages: `next`
of one is the `cursor` of the following. A write with an `Idempotency-Key` is done once in
24 hours, however often it is sent. `RateLimit-Remaining` says how many requests are left, and
`If-None-Match` with an earlier `ETag` saves what one has already.
"""

api = NinjaAPI(
    title="Auscult",
    version=VERSION,
    description=ABOUT,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    auth=[Bearer(), Session(csrf=False)],
)
say_errors(api)
ROUTERS = (
    accounts, sources, listening, around, copies, taking, alerts, rules, briefs, dashboards, figures,
    goals, readings, planning, claims, costs, outcomes, returns, studies, surveys,
)  # fmt: skip
for router in ROUTERS:
    api.add_router("", router)


def guarded_patterns() -> list[URLPattern]:
    """Return the addresses of the API, each behind the same door, and one for all others."""
    taken = _methods()
    patterns = [
        one for one in api.urls[0] if isinstance(one, URLPattern) and str(one.pattern) in taken
    ]
    for one in patterns:
        one.callback = at_the_door(one.callback, taken[str(one.pattern)])
    return [*patterns, re_path(r"^.*$", at_the_door(not_there), name="no-route")]


def _methods() -> dict[str, list[str]]:
    """Return the methods that each address takes."""
    routes = api.get_openapi_schema(path_prefix="/")["paths"]
    return {
        path[1:].replace("{", "<").replace("}", ">"): [method.upper() for method in operations]
        for path, operations in routes.items()
    }
