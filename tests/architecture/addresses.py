"""Every address of the pages with the right that it needs: one line each.

To add an address, add its line to `ADDRESSES`: the key is the whole pattern as it stands in
`docs/reference/addresses.md`, without the first slash. The value says who may ask for it:

    Needs(Right.X)      members whose role has the right
    MEMBER              every member of an organisation
    Public((200, 404))  anybody, signed in or not; the statuses that an answer may have
    ByToken()           a program with a token, or a person; nobody gets 401

and, by keyword:

    methods="GET POST"  what the view takes; each other method has to be refused with 405
    methods="any"       the view takes them all
    row="watch"         the address names a row: `ROWS["watch"]` of `rows.py` makes one for the owner's
                        organisation and returns the values of the pattern's arguments. For a
                        stranger it has to be a 404.
    args={"kind": ...}  fixed values of arguments that name no row
    data={...}          what a POST sends; empty without it
    query="a=1"         what a GET asks

`test_policy_walk.py` asks for each as each role, as a stranger and as nobody.
"""

from __future__ import annotations

from dataclasses import replace

from architecture.addresses_of_returns import RETURNS
from architecture.who_may import MEMBER, ByToken, Needs, Public, member
from auscult.web.accounts.policies import Right

HOUSE = {"organisation": "Lakeside Hospital", "town": "Lakeside", "language": "en"}
MENTIONS = Needs(Right.READ_MENTIONS)
WATCHES = Needs(Right.EDIT_WATCHES)
SOURCES = Needs(Right.EDIT_SOURCES)
DASHBOARD = Needs(Right.EDIT_DASHBOARDS, row="dashboard")
PEOPLE = Needs(Right.MANAGE_PEOPLE)
HOUSEKEEPING = Needs(Right.MANAGE_HOUSE)
BOTH = "GET POST"
ALERTS = Needs(Right.HANDLE_ALERTS)
RULES = Needs(Right.EDIT_ALERTS)
GOALS = Needs(Right.EDIT_GOALS)
PLAN = Needs(Right.SEE_FIGURES)
PLANNING = Needs(Right.EDIT_PLAN)
TAKING_PART = Needs(Right.CHECK_IN, methods=BOTH)
HOOKS = Needs(Right.EDIT_INTERFACES)
OWN = member(methods="any")
# Who has neither password nor second factor has nothing to show again: 403.
AGAIN = Public((200, 302, 403), methods="any")
KIND = {"kind": "feeds"}
FIRST = {"number": 1}
API = ByToken(args=FIRST)

ADDRESSES: dict[str, Needs | Public | ByToken] = {
    # shell
    "": MEMBER,
    "go/": Needs(Right.SEE_FIGURES, query="q=a"),
    "shortcuts/": Needs(Right.SEE_FIGURES),
    "design/": Needs(Right.SEE_FIGURES),
    "healthz": Public((200,)),
    "readyz": Public((200, 503)),
    "metrics": Public((200,)),
    "set-up/": Needs(Right.MANAGE_HOUSE),
    "set-up/<slug:step>/": Needs(
        Right.MANAGE_HOUSE, methods="GET POST", args={"step": "priorities"}
    ),
    "set-up/proposals/": Needs(Right.MANAGE_HOUSE, methods="POST"),
    "set-up/end/": Needs(Right.MANAGE_HOUSE, methods="POST"),
    "retention/": Needs(Right.SET_RETENTION, methods=BOTH),
    "lakeside/leave/": Needs(Right.REMOVE_SOURCES, methods=BOTH),
    "language/": Public((200, 302), methods="POST"),
    # accounts
    "sign-in/": Public((200, 302, 403), methods=BOTH),
    "sign-out/": member(methods="POST"),
    "account/": MEMBER,
    "account/second-factor-needed/": MEMBER,
    "account/sessions/<int:number>/end/": member(methods="POST", args=FIRST),
    "people/": PEOPLE,
    "people/policies/": MEMBER,
    "people/invite/": replace(PEOPLE, methods=BOTH),
    "people/invitations/<int:number>/resend/": replace(PEOPLE, methods="POST", row="invitation"),
    "people/invitations/<int:number>/revoke/": replace(PEOPLE, methods="POST", row="invitation"),
    "people/<int:number>/": replace(PEOPLE, methods=BOTH, row="member"),
    "people/<int:number>/remove/": replace(PEOPLE, methods=BOTH, row="member"),
    "people/<int:number>/end-sessions/": replace(PEOPLE, methods="POST", row="member"),
    "people/<int:number>/remove-factors/": replace(PEOPLE, methods="POST", row="member"),
    "organisation/": replace(HOUSEKEEPING, methods=BOTH),
    "organisation/teams/add/": replace(HOUSEKEEPING, methods="POST"),
    "organisation/teams/<int:number>/": replace(HOUSEKEEPING, methods=BOTH, row="team"),
    "organisation/teams/<int:number>/remove/": replace(HOUSEKEEPING, methods=BOTH, row="team"),
    "invitation/<str:secret>/": Public((400,), methods=BOTH, args={"secret": "made-up"}),
    # accounts: django-allauth's pages, each person's own
    "account/inactive/": Public((200,)),
    "account/reauthenticate/": AGAIN,
    "account/email/": OWN,
    "account/confirm-email/": Public((200, 302)),
    "account/password/change/": OWN,
    "account/password/set/": OWN,
    "account/password/reset/": Public((200, 302), methods=BOTH),
    "account/login/code/confirm/": Public((200, 302), methods=BOTH),
    r"account/^confirm-email/(?P<key>[-:\w]+)/$": Public(
        (200, 302, 404), methods=BOTH, args={"key": "made-up"}
    ),
    "account/password/reset/key/done/": Public((200, 302)),
    r"account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": Public(
        (200, 302), methods=BOTH, args={"uidb36": "1", "key": "made-up"}
    ),
    "account/password/reset/done/": Public((200, 302)),
    "account/second-factor/": MEMBER,
    "account/second-factor/authenticate/": Public((302,), methods=BOTH),
    "account/second-factor/reauthenticate/": AGAIN,
    "account/second-factor/totp/activate/": OWN,
    "account/second-factor/totp/deactivate/": OWN,
    "account/second-factor/recovery-codes/": MEMBER,
    "account/second-factor/recovery-codes/generate/": OWN,
    "account/second-factor/recovery-codes/download/": OWN,
    "account/second-factor/webauthn/": MEMBER,
    "account/second-factor/webauthn/add/": OWN,
    "account/second-factor/webauthn/reauthenticate/": AGAIN,
    "account/second-factor/webauthn/keys/<int:pk>/remove/": member(methods="any", args={"pk": 1}),
    "account/second-factor/webauthn/keys/<int:pk>/edit/": member(methods="any", args={"pk": 1}),
    "account/second-factor/webauthn/login/": Public((200, 302), methods=BOTH),
    "account/sessions/": OWN,
    "account/connections/login/cancelled/": Public((200,)),
    "account/connections/login/error/": Public((200, 302, 401)),
    "account/connections/signup/": Public((200, 302), methods=BOTH),
    "account/connections/": OWN,
    "account/oidc/^(?P<provider_id>[^/]+)/login/": Public((404,), args={"provider_id": "other"}),
    "account/oidc/^(?P<provider_id>[^/]+)/login/callback/": Public(
        (404,), args={"provider_id": "other"}
    ),
    "audit/": Needs(Right.SEE_AUDIT),
    "audit/file/": Needs(Right.SEE_AUDIT, methods="POST"),
    "programs/": Needs(
        Right.USE_INTERFACES, methods=BOTH, data={"name": "walk", "scopes": "read", "days": "30"}
    ),
    "programs/tokens/<int:number>/revoke/": Needs(Right.USE_INTERFACES, args=FIRST, methods=BOTH),
    "programs/addresses/<int:number>/revoke/": Needs(
        Right.USE_INTERFACES, args=FIRST, methods=BOTH
    ),
    "calendar/": Needs(Right.USE_INTERFACES, methods=BOTH),
    "calendar/<str:secret>/auscult.ics": Public((404,), args={"secret": "x"}),
    # the API: web/shell/tests/test_api_roles.py asks for each route as each role
    "api/": MEMBER,
    "api/v1/openapi.json": Public((200,)),
    "api/v1/me": API,
    "api/v1/scopes": API,
    "api/v1/people": API,
    "api/v1/audit": API,
    "api/v1/sources": API,
    "api/v1/sources/<number>": API,
    "api/v1/sources/<number>/pause": replace(API, methods="POST"),
    "api/v1/sources/<number>/resume": replace(API, methods="POST"),
    "api/v1/coverage": API,
    "api/v1/watches": replace(API, methods=BOTH),
    "api/v1/watches/<number>": API,
    "api/v1/queries/explain": replace(API, methods="POST"),
    "api/v1/queries/preview": replace(API, methods="POST"),
    "api/v1/mentions": API,
    "api/v1/mentions/<number>": API,
    "api/v1/mentions/<number>/author": replace(API, methods="POST"),
    "api/v1/export/mentions": API,
    "api/v1/volumes": API,
    "api/v1/suggestions": API,
    "api/v1/suggestions/accept": replace(API, methods="POST"),
    "api/v1/peers": replace(API, methods=BOTH),
    "api/v1/peers/places": API,
    "api/v1/peers/<number>": API,
    "api/v1/cycles": replace(API, methods=BOTH),
    "api/v1/cycles/<number>": API,
    "api/v1/bets": API,
    "api/v1/bets/<number>/check-in": replace(API, methods="POST"),
    "api/v1/claims": API,
    "api/v1/claims/<number>": API,
    "api/v1/alerts": API,
    "api/v1/alerts/<number>": API,
    "api/v1/alerts/<number>/acknowledge": replace(API, methods="POST"),
    "api/v1/alerts/<number>/snooze": replace(API, methods="POST"),
    "api/v1/priorities": replace(API, methods=BOTH),
    "api/v1/priorities/<number>": API,
    "api/v1/objectives": replace(API, methods=BOTH),
    "api/v1/objectives/<number>": API,
    "api/v1/objectives/<number>/readings": replace(API, methods=BOTH),
    "api/v1/objectives/<number>/links": replace(API, methods=BOTH),
    "api/v1/links/<number>": API,
    "api/v1/orphans": API,
    "api/v1/rules": replace(API, methods=BOTH),
    "api/v1/rules/<number>": API,
    "api/v1/rules/<number>/switch": replace(API, methods="POST"),
    "api/v1/briefs": API,
    "api/v1/briefs/current": API,
    "api/v1/briefs/<week>": replace(API, args={"week": "2026-11-09"}),
    "api/v1/copies": API,
    "api/v1/copies/<number>": API,
    "api/v1/copies/<number>/mentions": API,
    "api/v1/dashboards": API,
    "api/v1/dashboards/<number>": API,
    "api/v1/dashboards/<which>/figures": replace(API, args={"which": "overview"}),
    "api/v1/dashboards/<which>/compare": replace(API, args={"which": "overview"}),
    "api/v1/^.*$": API,
    # goals
    "goals/": Needs(Right.SEE_FIGURES),
    "goals/priorities/add/": replace(GOALS, methods=BOTH),
    "goals/priorities/<int:number>/": Needs(Right.SEE_FIGURES, row="priority"),
    "goals/priorities/<int:number>/change/": replace(GOALS, methods=BOTH, row="priority"),
    "goals/priorities/<int:number>/end/": replace(GOALS, methods="POST", row="priority"),
    "goals/priorities/<int:number>/move/": replace(
        GOALS, methods="POST", row="priority", data={"do": "up"}
    ),
    "goals/objectives/add/": replace(GOALS, methods=BOTH),
    "goals/objectives/<int:number>/": Needs(Right.SEE_FIGURES, row="objective"),
    "goals/objectives/<int:number>/change/": replace(GOALS, methods=BOTH, row="objective"),
    "goals/objectives/<int:number>/close/": replace(GOALS, methods=BOTH, row="objective"),
    "goals/objectives/<int:number>/reopen/": replace(GOALS, methods="POST", row="objective"),
    "goals/objectives/<int:number>/readings/": replace(GOALS, methods="POST", row="objective"),
    "goals/objectives/<int:number>/readings/file/": replace(GOALS, methods=BOTH, row="objective"),
    "goals/readings/<int:number>/remove/": replace(GOALS, methods="POST", row="reading"),
    "goals/objectives/<int:number>/source/": replace(GOALS, methods=BOTH, row="objective"),
    "goals/objectives/<int:number>/switch/": Needs(
        Right.MANAGE_HOUSE, methods="POST", row="objective"
    ),
    "goals/objectives/<int:number>/links/": replace(GOALS, methods="POST", row="objective"),
    "goals/links/<int:number>/remove/": replace(GOALS, methods="POST", row="goal-link"),
    "goals/link/": replace(GOALS, methods=BOTH, query="kind=watch&number=1"),
    "goals/orphans/": Needs(Right.SEE_FIGURES),
    "goals/changes/": Needs(Right.SEE_FIGURES),
    # listening
    "listening/": MENTIONS,
    "listening/watches/": MENTIONS,
    "listening/sources/": MENTIONS,
    "listening/found/": MENTIONS,
    "listening/explain/": member(methods="POST"),
    "listening/preview/": replace(MENTIONS, methods="POST"),
    "listening/watches/add/": replace(WATCHES, methods=BOTH),
    "listening/watches/<int:number>/": replace(MENTIONS, row="watch"),
    "listening/watches/<int:number>/found/": replace(MENTIONS, row="watch"),
    "listening/watches/<int:number>/change/": replace(WATCHES, row="watch", methods=BOTH),
    "listening/watches/<int:number>/remove/": replace(WATCHES, row="watch", methods=BOTH),
    "listening/sources/<int:number>/remove/": Needs(
        Right.REMOVE_SOURCES, row="source", methods=BOTH
    ),
    "listening/mentions/<int:number>/author/": Needs(
        Right.REVEAL_AUTHORS, row="mention", methods=BOTH
    ),
    "listening/watches/<int:number>/feed/": Needs(Right.USE_INTERFACES, row="watch", methods=BOTH),
    "listening/feeds/<str:secret>/mentions.atom": Public((404,), args={"secret": "x"}),
    "listening/suggestions/": MENTIONS,
    "listening/suggestions/accept/": replace(WATCHES, methods="POST", data=HOUSE),
    "listening/suggestions/hashtag/": replace(SOURCES, methods="POST"),
    "listening/copies/": MENTIONS,
    "listening/copies/<int:number>/": replace(MENTIONS, row="copies"),
    "listening/peers/": MENTIONS,
    "listening/peers/find/": replace(WATCHES, methods="POST"),
    "listening/peers/add/": replace(WATCHES, methods="POST"),
    "listening/peers/<int:number>/remove/": replace(WATCHES, row="peer", methods=BOTH),
    # alerts
    "alerts/": Needs(Right.SEE_FIGURES),
    "alerts/<int:number>/": Needs(Right.SEE_FIGURES, row="alert"),
    "alerts/<int:number>/acknowledge/": replace(ALERTS, methods="POST", row="alert"),
    "alerts/<int:number>/snooze/": replace(ALERTS, methods="POST", row="alert", data={"for": "4"}),
    "alerts/feed/": Needs(Right.USE_INTERFACES, methods="POST"),
    "alerts/feed/<str:secret>/": Public((404,), args={"secret": "guessed"}),
    "alerts/rules/": Needs(Right.SEE_FIGURES),
    "alerts/rules/add/": replace(RULES, methods=BOTH),
    "alerts/rules/<int:number>/": replace(RULES, methods=BOTH, row="rule"),
    "alerts/rules/<int:number>/switch/": replace(RULES, methods="POST", row="rule"),
    "alerts/rules/<int:number>/remove/": replace(RULES, methods=BOTH, row="rule"),
    "alerts/quiet-hours/": replace(RULES, methods=BOTH),
    # delivery
    "settings/outbox/": Needs(Right.MANAGE_HOUSE),
    "settings/outbox/test/": Needs(Right.MANAGE_HOUSE, methods="POST"),
    "settings/outbox/<int:number>/again/": Needs(Right.MANAGE_HOUSE, methods="POST", row="letter"),
    "settings/webhooks/": HOOKS,
    "settings/webhooks/add/": replace(HOOKS, methods=BOTH),
    "settings/webhooks/<int:number>/": replace(HOOKS, methods=BOTH, row="hook"),
    "settings/webhooks/<int:number>/switch/": replace(HOOKS, methods="POST", row="hook"),
    "settings/webhooks/<int:number>/test/": replace(HOOKS, methods="POST", row="hook"),
    "settings/webhooks/<int:number>/remove/": replace(HOOKS, methods=BOTH, row="hook"),
    # dashboards
    "dashboards/": Needs(Right.SEE_FIGURES),
    "dashboards/add/": Needs(Right.EDIT_DASHBOARDS, methods=BOTH),
    "dashboards/<slug:which>/": Needs(Right.SEE_FIGURES, row="dashboard"),
    "dashboards/<slug:which>/compare/": Needs(Right.SEE_FIGURES, row="dashboard"),
    "dashboards/<slug:which>/pdf/": Needs(Right.EXPORT, row="dashboard"),
    "dashboards/<slug:which>/change/": replace(DASHBOARD, methods=BOTH),
    "dashboards/<slug:which>/remove/": replace(DASHBOARD, methods=BOTH),
    "dashboards/<slug:which>/mail/": replace(DASHBOARD, methods=BOTH),
    "dashboards/<slug:which>/mail/<int:number>/remove/": Needs(
        Right.EDIT_DASHBOARDS, row="schedule", methods="POST"
    ),
    "dashboards/<slug:which>/<slug:name>.csv": Needs(Right.EXPORT, row="dashboard"),
    "dashboards/<slug:which>/<slug:name>.<slug:form>": Needs(Right.SEE_FIGURES, row="dashboard"),
    # planning
    "plan/": PLAN,
    "plan/board/": PLAN,
    "plan/timeline/": PLAN,
    "plan/calendar/": PLAN,
    "plan/people/": PLAN,
    "plan/functions/": PLAN,
    "plan/page/": PLAN,
    "plan/page/plan.pdf": Needs(Right.EXPORT),
    "plan/page/plan.json": Needs(Right.EXPORT),
    "plan/page/bets.csv": Needs(Right.EXPORT),
    "plan/page/tasks.csv": Needs(Right.EXPORT),
    "plan/versions/": PLAN,
    "plan/have/": PLAN,
    "plan/have/skills/add/": replace(PLANNING, methods=BOTH),
    "plan/have/skills/<int:number>/": replace(PLANNING, methods=BOTH, row="skill"),
    "plan/have/hours/add/": Needs(Right.CHECK_IN, methods=BOTH),
    # One's own hours need CHECK_IN alone; these are the owner's, who alone sees everybody's.
    "plan/have/hours/<int:number>/": Needs(Right.MANAGE_PEOPLE, methods=BOTH, row="hours"),
    "plan/have/absences/add/": Needs(Right.CHECK_IN, methods=BOTH),
    "plan/have/absences/<int:number>/": replace(PLANNING, methods=BOTH, row="holiday"),
    "plan/have/assets/add/": replace(PLANNING, methods=BOTH),
    "plan/have/assets/<int:number>/": replace(PLANNING, methods=BOTH, row="asset"),
    "plan/more/": PLAN,
    "plan/more/ask/": replace(PLANNING, methods=BOTH),
    "plan/more/leaders/": PLAN,
    "plan/more/leaders/ask.pdf": Needs(Right.EXPORT),
    "plan/lessons/": PLAN,
    "plan/claims/": PLAN,
    "plan/claims/add/<slug:kind>/": replace(PLANNING, methods=BOTH, args={"kind": "media"}),
    "plan/claims/<int:number>/": replace(PLAN, row="claim"),
    "plan/claims/<int:number>/move/": replace(
        PLANNING, methods="POST", row="claim", data={"state": "aside"}
    ),
    "plan/claims/<int:number>/remove/": replace(PLANNING, methods=BOTH, row="claim"),
    "plan/claims/<int:number>/draw/": replace(PLANNING, methods=BOTH, row="claim"),
    "plan/claims/trials/<int:number>/": replace(PLAN, row="trial"),
    "plan/claims/trials/<int:number>/stop/": replace(PLANNING, methods="POST", row="trial"),
    "plan/claims/trials/<int:number>/days.csv": Needs(Right.EXPORT, row="trial"),
    "plan/claims/trials/<int:number>/days.ics": Needs(Right.EXPORT, row="trial"),
    "plan/digest/": replace(PLAN, methods="POST"),
    "plan/cycles/": PLAN,
    "plan/cycles/add/": replace(PLANNING, methods=BOTH),
    "plan/cycles/<int:number>/change/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/cycles/<int:number>/read/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/cycles/<int:number>/start/": replace(PLANNING, methods="POST", row="cycle"),
    "plan/cycles/<int:number>/close/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/cycles/<int:number>/review/<slug:kind>/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/cycles/<int:number>/lessons/add/": Needs(
        Right.CHECK_IN, methods="POST", row="cycle", data={"text": "Go slowly"}
    ),
    "plan/cycles/<int:number>/bets/add/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/cycles/<int:number>/assumptions/add/": replace(PLANNING, methods=BOTH, row="cycle"),
    "plan/assumptions/<int:number>/": replace(PLANNING, methods=BOTH, row="assumption"),
    "plan/assumptions/<int:number>/judge/": replace(
        PLANNING, methods="POST", row="assumption", data={"state": "wrong"}
    ),
    "plan/bets/<int:number>/": replace(PLAN, row="bet"),
    "plan/bets/<int:number>/change/": replace(PLANNING, methods=BOTH, row="bet"),
    "plan/bets/<int:number>/estimate/drop/": replace(PLANNING, methods="POST", row="bet"),
    "plan/bets/<int:number>/move/": replace(
        PLANNING, methods="POST", row="bet", data={"state": "dropped"}
    ),
    "plan/bets/<int:number>/check-in/": Needs(Right.CHECK_IN, methods=BOTH, row="bet"),
    "plan/bets/<int:number>/tasks/add/": replace(PLANNING, methods=BOTH, row="bet"),
    # A task of one's own needs CHECK_IN alone; this one is nobody's.
    "plan/tasks/<int:number>/": replace(PLANNING, methods=BOTH, row="task"),
    "plan/tasks/<int:number>/move/": replace(
        PLANNING, methods="POST", row="task", data={"state": "doing"}
    ),
    "plan/tasks/<int:number>/shift/": replace(
        PLANNING, methods="POST", row="task", data={"days": "7"}
    ),
    "plan/help/offer/": Needs(Right.CHECK_IN, methods="POST", data={"skill": "Walking"}),
    "plan/help/<int:number>/withdraw/": Needs(Right.CHECK_IN, methods="POST", args=FIRST),
    "plan/tasks/<int:number>/join/": Needs(Right.CHECK_IN, methods="POST", row="task"),
    "plan/bets/<int:number>/comments/": replace(TAKING_PART, row="bet"),
    "plan/comments/<int:number>/change/": replace(TAKING_PART, row="comment"),
    "plan/comments/<int:number>/remove/": replace(TAKING_PART, methods="POST", row="comment"),
    "plan/page/link/": Needs(Right.USE_INTERFACES, methods="POST"),
    "plan/read/<str:secret>/": Public((404,), args={"secret": "guessed"}),
    "plan/cycles/read/": replace(PLANNING, methods=BOTH),
    # A line of a log is its person's, a request its asker's: tested beside the pages.
    "plan/readiness/": PLAN,
    "plan/readiness/log/": TAKING_PART,
    "plan/readiness/<int:number>/change/": replace(TAKING_PART, args=FIRST),
    "plan/readiness/<int:number>/remove/": replace(TAKING_PART, args=FIRST, methods="POST"),
    "plan/accounts/ask/": TAKING_PART,
    "plan/accounts/<int:number>/": replace(PLAN, args=FIRST),
    "plan/accounts/<int:number>/change/": replace(TAKING_PART, args=FIRST),
    "plan/accounts/<int:number>/withdraw/": replace(TAKING_PART, args=FIRST, methods="POST"),
    "plan/accounts/<int:number>/decide/": Needs(
        Right.DECIDE_ACCOUNTS,
        methods="POST",
        row="account-request",
        data={"state": "refused", "reason": "No"},
    ),
    # briefs
    "briefs/": Needs(Right.SEE_FIGURES),
    "briefs/plan/": Needs(Right.EDIT_DASHBOARDS, methods=BOTH),
    "briefs/subscribe/": Needs(Right.SEE_FIGURES, methods="POST"),
    "briefs/<day:week>/": Needs(Right.SEE_FIGURES, row="brief"),
    "briefs/<day:week>/brief.pdf": Needs(Right.EXPORT, row="brief"),
    # sources
    "sources/": MEMBER,
    "sources/connect/": replace(SOURCES, methods="POST"),
    "sources/connect/<slug:kind>/": replace(SOURCES, methods=BOTH, args=KIND),
    "sources/connect/<slug:kind>/sign-in/": replace(
        SOURCES, methods=BOTH, args={"kind": "mastodon"}
    ),
    "sources/connect/<slug:kind>/code/": replace(SOURCES, methods=BOTH, args={"kind": "mastodon"}),
    "sources/connect/<slug:kind>/accept/": replace(SOURCES, methods="POST", args=KIND),
    "sources/feeds/": replace(SOURCES, methods=BOTH),
    "sources/feeds.opml": MEMBER,
    "sources/<int:number>/": member(row="source"),
    "sources/<int:number>/now/": member(row="source"),
    "sources/<int:number>/change/": replace(SOURCES, row="source", methods=BOTH),
    "sources/<int:number>/pause/": replace(SOURCES, row="source", methods="POST"),
    "sources/<int:number>/resume/": replace(SOURCES, row="source", methods="POST"),
    **RETURNS,
}
