"""Pages of the first set-up: its overview, its five steps, its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from auscult.engine.connectors.base import find
from auscult.engine.kernel.errors import Correctable
from auscult.web.accounts import people, people_actions
from auscult.web.accounts.invitations import invitations
from auscult.web.accounts.models import Actor
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.requests import actor_of
from auscult.web.goals import actions
from auscult.web.goals import queries as goals
from auscult.web.goals.models import Step
from auscult.web.listening import overview, suggesting
from auscult.web.shell import first_run, setting_up
from auscult.web.shell.forms import NamesForm, OrganisationForm, PrioritiesForm, initial_names
from auscult.web.shell.lakeside_marks import CONNECTOR, PRIORITY
from auscult.web.shell.proposing import whole_house
from auscult.web.sources import queries as sources
from auscult.web.sources.connecting import KINDS

# A step's page: what its template takes, and whether what was posted is saved.
Page = tuple[dict[str, Any], bool]
MAY = gettext_noop("set up the house")


@require_safe
def overview_page(request: HttpRequest) -> HttpResponse:
    """Show the five steps: what is done, what was skipped, what is next."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, MAY)
    progress = setting_up.progress(actor)
    following = setting_up.address(progress.next) if progress.next else ""
    shown = {"progress": progress, "steps": progress.lines(), "following": following}
    return render(request, "set_up/overview.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
def step_page(request: HttpRequest, step: str) -> HttpResponse:
    """Show a step; save it, or skip it, and lead to the next one."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, MAY)
    if step not in Step.values:
        raise Http404(step)
    this = Step(step)
    progress = setting_up.progress(actor)
    skipped = request.method == "POST" and request.POST.get("do") == "skip"
    context, saved = ({}, False) if skipped else PAGES[this](request, actor)
    if saved or skipped:
        # Who goes on without adding anything skips the step.
        if this not in setting_up.progress(actor).done:
            actions.skip_step(actor, step=this)
        return redirect(progress.after(this))
    shown = {"step": this, "steps": progress.lines(this), "skipping": this not in progress.done}
    return render(request, f"set_up/{this.value}.html", {**shown, **context})


def _organisation(request: HttpRequest, actor: Actor) -> Page:
    place = people.organisation(actor)
    name = "" if place.name == first_run.ORGANISATION else place.name
    form = OrganisationForm(
        request.POST or None, initial={"name": name, "time_zone": place.time_zone}
    )

    def save() -> None:
        people_actions.change_organisation(actor, **form.cleaned_data)

    return {"form": form}, _saved(form, save)


def _priorities(request: HttpRequest, actor: Actor) -> Page:
    form = PrioritiesForm(request.POST or None, actor=actor)

    def save() -> None:
        # That of the town wasn't asked about; it goes when the town goes.
        towns = [
            (one.title, one.function) for one in goals.priorities(actor).filter(title=PRIORITY)
        ]
        actions.set_priorities(actor, priorities=[*form.priorities(), *towns])

    return {"form": form}, _saved(form, save)


def _listening(request: HttpRequest, actor: Actor) -> Page:
    place = people.organisation(actor).name
    name = "" if place == first_run.ORGANISATION else place
    initial = initial_names(goals.profile(actor), name)
    form = NamesForm(request.POST or None, initial=initial)
    # What nobody has seen isn't added: the first press shows it, the second adds it.
    shown = "shown" in request.POST and request.POST.get("do") == "save"

    def save() -> None:
        house = whole_house(form.names)
        suggesting.accept(actor, house, wanted=request.POST.getlist("watch"))
        actions.describe_house(actor, names=form.names)

    saved = shown and _saved(form, save)
    return {"form": form, **({} if saved else _proposed(form, actor, request.POST))}, saved


def _sources(request: HttpRequest, actor: Actor) -> Page:
    own = sources.sources(actor).exclude(connector=CONNECTOR)
    return {"sources": own, "kinds": [find(kind) for kind in KINDS]}, request.method == "POST"


def _people(request: HttpRequest, actor: Actor) -> Page:
    shown = {"members": people.members(actor), "invitations": invitations(actor)}
    return shown, request.method == "POST"


PAGES: dict[Step, Callable[[HttpRequest, Actor], Page]] = {
    Step.ORGANISATION: _organisation,
    Step.PRIORITIES: _priorities,
    Step.LISTENING: _listening,
    Step.SOURCES: _sources,
    Step.PEOPLE: _people,
}


def _saved(form: Any, save: Callable[[], None]) -> bool:
    """Save a valid form; a refusal of the action stands at its field."""
    if not form.is_valid():
        return False
    try:
        save()
    except Correctable as error:
        _tell(form, error)
        return False
    return True


def _tell(form: Any, error: Correctable) -> None:
    field = "name" if error.field == "organisation" else error.field
    form.add_error(field if field in form.fields else None, str(error))


def _proposed(form: NamesForm, actor: Actor, given: QueryDict) -> dict[str, Any]:
    """Return the watches that follow from valid names, with what to expect of each."""
    if not form.is_bound or not form.is_valid():
        return {}
    try:
        found = suggesting.suggestions(actor, whole_house(form.names))
    except Correctable as error:
        _tell(form, error)
        return {}
    chosen = set(given.getlist("watch")) if "shown" in given else None
    return {
        "suggestions": [
            {
                "it": one,
                "expected": overview.per_day_in_words(one.per_day),
                "chosen": chosen is None or one.proposed.query in chosen,
            }
            for one in found
        ],
        "basis": next((one.basis for one in found if one.per_day is not None), ""),
    }


@require_POST
def proposals(request: HttpRequest) -> HttpResponse:
    """Answer with the watches that follow from what is typed, while it is typed."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, MAY)
    form = NamesForm(request.POST)
    # The errors are read after the proposals: those may add one.
    shown = _proposed(form, actor, request.POST)
    return render(request, "set_up/proposals.html", {**shown, "form": form})


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """Offer the set-up no longer."""
    actor = actor_of(request)
    require(actor, Right.MANAGE_HOUSE, MAY)
    actions.end_set_up(actor)
    messages.success(
        request, _("The set-up is closed. Everything in it can be changed in its own room.")
    )
    return redirect("home")
