"""The addresses of the room Returns: see `addresses.py`."""

from __future__ import annotations

from dataclasses import replace

from architecture.who_may import ByToken, Needs, Public
from auscult.web.accounts.policies import Right

BOTH = "GET POST"
SEE = Needs(Right.SEE_FIGURES)
WRITE = Needs(Right.EDIT_RETURNS, methods=BOTH)

COSTS = Needs(Right.SEE_COSTS)
EDIT_COSTS = Needs(Right.EDIT_RETURNS, methods=BOTH)
OWN_TIME = Needs(Right.CHECK_IN)
EDIT_OUTCOMES = Needs(Right.EDIT_RETURNS, methods=BOTH)
EDIT_STUDIES = Needs(Right.EDIT_RETURNS, methods=BOTH)
API = ByToken(args={"number": 1})

RETURNS: dict[str, Needs | Public | ByToken] = {
    "returns/": SEE,
    "returns/board.pdf": Needs(Right.EXPORT),
    "returns/appendix/": SEE,
    "returns/appendix.pdf": Needs(Right.EXPORT),
    "returns/facts.json": Needs(Right.EXPORT),
    "returns/kept/": SEE,
    "returns/kept/keep/": replace(WRITE, methods="POST"),
    "returns/kept/<int:number>/": replace(SEE, row="edition"),
    "returns/kept/<int:number>/board.pdf": Needs(Right.EXPORT, row="edition"),
    "returns/kept/<int:number>/now/": replace(SEE, row="edition"),
    "returns/kept/<int:number>/remove/": replace(WRITE, row="edition"),
    "returns/case/": SEE,
    "returns/case.pdf": Needs(Right.EXPORT),
    "returns/costs/": COSTS,
    "returns/costs/add/": EDIT_COSTS,
    "returns/costs/<int:number>/": replace(EDIT_COSTS, row="charge"),
    # Who may see costs and take files away: these are the same who may edit.
    "returns/costs/charges.csv": Needs(Right.EDIT_RETURNS),
    "returns/costs/read-in/": EDIT_COSTS,
    "returns/costs/time/": OWN_TIME,
    "returns/costs/time/add/": replace(OWN_TIME, methods=BOTH),
    "returns/costs/time/<int:number>/": replace(EDIT_COSTS, row="time"),
    "returns/costs/time/timer/start/": replace(OWN_TIME, methods="POST"),
    "returns/costs/time/timer/stop/": replace(OWN_TIME, methods="POST"),
    "returns/costs/time/time.csv": Needs(Right.EDIT_RETURNS),
    "returns/costs/time/read-in/": EDIT_COSTS,
    "returns/costs/rates/": COSTS,
    "returns/costs/rates/roles/add/": EDIT_COSTS,
    "returns/costs/rates/roles/<int:number>/": replace(EDIT_COSTS, row="work-role"),
    "returns/costs/rates/add/": EDIT_COSTS,
    "returns/costs/rates/<int:number>/": replace(EDIT_COSTS, row="rate"),
    "returns/costs/rates/people/": EDIT_COSTS,
    "returns/costs/exchange/": COSTS,
    "returns/costs/exchange/currency/": replace(EDIT_COSTS, methods="POST"),
    "returns/costs/exchange/add/": EDIT_COSTS,
    "returns/costs/exchange/<int:number>/": replace(EDIT_COSTS, row="exchange-rate"),
    "returns/outcomes/": SEE,
    "returns/outcomes/add/": EDIT_OUTCOMES,
    "returns/outcomes/<int:number>/remove/": replace(EDIT_OUTCOMES, methods="POST", row="outcome"),
    "returns/outcomes/kinds/add/": EDIT_OUTCOMES,
    "returns/outcomes/kinds/<int:number>/": replace(SEE, row="outcome-kind"),
    "returns/outcomes/kinds/<int:number>/worth/": replace(
        EDIT_OUTCOMES, methods="POST", row="outcome-kind"
    ),
    "returns/outcomes/kinds/<int:number>/change/": replace(EDIT_OUTCOMES, row="outcome-kind"),
    "returns/outcomes/kinds/<int:number>/remove/": replace(
        EDIT_OUTCOMES, methods="POST", row="outcome-kind"
    ),
    "returns/outcomes/worths/<int:number>/remove/": replace(
        EDIT_OUTCOMES, methods="POST", row="worth"
    ),
    "returns/outcomes/site/": SEE,
    "returns/outcomes/site/websites/": replace(EDIT_OUTCOMES, methods="POST"),
    "returns/outcomes/site/key/": replace(EDIT_OUTCOMES, methods="POST"),
    "returns/outcomes/paths/": SEE,
    "returns/outcomes/paths/rule/": replace(EDIT_OUTCOMES, methods="POST"),
    "returns/links/": SEE,
    "returns/links/add/": EDIT_OUTCOMES,
    "returns/links/<int:number>/": replace(SEE, row="short-link"),
    "returns/links/<int:number>/change/": replace(EDIT_OUTCOMES, row="short-link"),
    "returns/links/<int:number>/end/": replace(EDIT_OUTCOMES, methods="POST", row="short-link"),
    "api/v1/outcome-kinds": API,
    "api/v1/outcomes": replace(API, methods="POST"),
    "api/v1/outcomes/sums": API,
    "api/v1/short-links": replace(API, methods=BOTH),
    "api/v1/charges": replace(API, methods=BOTH),
    "api/v1/costs": API,
    "api/v1/rates": replace(API, methods=BOTH),
    "api/v1/returns/facts": API,
    "api/v1/times": replace(API, methods=BOTH),
    "api/v1/comparators": replace(API, methods=BOTH),
    "api/v1/comparators/<number>": replace(API, methods="PUT"),
    "l/<slug:slug>": Public((404,), args={"slug": "made-up"}),
    "conversions/<slug:key>/": Public((404,), methods="POST OPTIONS", args={"key": "made-up"}),
    "returns/figures/": SEE,
    "returns/figures/ways/": SEE,
    "returns/figures/ways/add/": EDIT_OUTCOMES,
    "returns/figures/ways/<int:number>/": replace(EDIT_OUTCOMES, row="comparator"),
    "returns/figures/ways/ways.csv": Needs(Right.EXPORT),
    "returns/figures/ways/read-in/": EDIT_OUTCOMES,
    "returns/figures/reach/": SEE,
    "returns/figures/reach/add/": EDIT_OUTCOMES,
    "returns/figures/reach/<int:number>/": replace(EDIT_OUTCOMES, row="equivalency"),
    "returns/files/": SEE,
    "returns/files/add/": WRITE,
    "returns/files/waiting/": WRITE,
    "returns/files/<int:number>/": replace(SEE, row="intake"),
    "returns/files/<int:number>/take-back/": replace(WRITE, methods="POST", row="intake"),
    "returns/files/phone/": SEE,
    "returns/files/phone/add/": WRITE,
    "returns/files/phone/<int:number>/": replace(WRITE, row="phone-line"),
    "returns/surveys/": SEE,
    "returns/surveys/add/": WRITE,
    "returns/surveys/<int:number>/": replace(SEE, row="survey"),
    "returns/surveys/<int:number>/change/": replace(WRITE, row="survey"),
    "returns/surveys/<int:number>/answers/": replace(WRITE, row="survey"),
    "returns/surveys/<int:number>/shares.csv": Needs(Right.EXPORT, row="survey"),
    "returns/surveys/<int:number>/answers.csv": Needs(Right.EXPORT, row="survey"),
    "returns/studies/": SEE,
    "returns/studies/ask/": Needs(Right.EDIT_RETURNS),
    "returns/studies/ask/mix/": EDIT_STUDIES,
    "returns/studies/ask/<slug:method>/": replace(EDIT_STUDIES, args={"method": "interrupted"}),
    "returns/studies/<int:number>/": replace(SEE, row="study"),
    "returns/studies/<int:number>/bring/": replace(EDIT_STUDIES, row="study"),
    "returns/studies/<int:number>/channels/": replace(EDIT_STUDIES, row="mix"),
    "returns/studies/<int:number>/channels/<int:channel>/use/": Needs(
        Right.EDIT_PLAN, methods=BOTH, row="mix-channel"
    ),
    "returns/studies/<int:number>/again/": replace(EDIT_STUDIES, methods="POST", row="study"),
    "returns/studies/<int:number>/remove/": replace(EDIT_STUDIES, row="study"),
    "returns/studies/<int:number>/data.parquet": Needs(Right.EXPORT, row="study"),
    "returns/studies/<int:number>/data.csv": Needs(Right.EXPORT, row="study"),
    "returns/studies/<int:number>/again.ipynb": Needs(Right.EXPORT, row="study"),
    "api/v1/studies": replace(API, methods=BOTH),
    "api/v1/studies/<number>": API,
    "api/v1/surveys": replace(API, methods=BOTH),
    "api/v1/surveys/<number>": API,
    "api/v1/surveys/<number>/answers": replace(API, methods="PUT"),
}
