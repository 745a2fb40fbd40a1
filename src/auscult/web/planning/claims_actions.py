"""Claims and trials: making them, putting them aside, taking them away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta

import numpy as np
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from auscult.engine.planning import claims as engine
from auscult.engine.planning.claims import Experiment, Outcome
from auscult.web.accounts.actions import record_audit
from auscult.web.accounts.models import Actor, Organisation
from auscult.web.accounts.policies import Right, require
from auscult.web.accounts.queries import time_zone
from auscult.web.planning import claims_queries, queries
from auscult.web.planning.actions import check_day
from auscult.web.planning.claims_models import Claim, ClaimState, Trial, TrialState, Whose
from auscult.web.planning.claims_ready import READY
from auscult.web.planning.errors import PlanRefused, PlanUnknown

CHANGE = gettext_noop("change claims and trials")
TAKE = gettext_noop("take the plan away as a file")
BACK = timedelta(days=365)  # how far back a new claim looks
MOST_CLAIMS = 30  # that are tested together
MOST_NAMES = 50
LONGEST_NAME = 300
# A draw is the account's alone, on whatever network: an author's name is unique among them.
ARCHIVE = "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimWish:
    """What a claim says, and against whose posts it is held.

    Attributes
    ----------
    kind : str
        A key of `claims_ready.READY`.
    number : int
        What the claim asks for: an hour, a weekday (Monday is 0), hashtags, characters.
    names : tuple of str
        Accounts or communities, as posts name them; an account that is followed, by its handle
        as well.
    worthwhile : int
        How many percent more would be worth a change of habits.
    """

    kind: str
    number: int = 0
    whose: Whose = Whose.PEERS
    names: tuple[str, ...] = ()
    outcome: Outcome | None = None  # none: the ready-made claim's own
    worthwhile: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialWish:
    """What is to be drawn; see `engine.planning.claims.Experiment`."""

    author: str
    first_day: date
    blocks: int
    weekdays: tuple[int, ...]
    one: str
    other: str
    one_at: time
    other_at: time


@transaction.atomic
def add_claim(actor: Actor, *, wish: ClaimWish) -> Claim:
    """Hold a claim against the archive from now on; all claims are tested anew beside it.

    Raises
    ------
    NotAllowed, PlanRefused, Correctable
    """
    require(actor, Right.EDIT_PLAN, CHANGE)
    definition = _defined(actor, wish)
    names = _names(wish)
    _take_turn(actor)
    if claims_queries.active_claims(actor).count() >= MOST_CLAIMS:
        valid = _("at most %(most)s; put one aside first") % {"most": MOST_CLAIMS}
        raise PlanRefused("claims", MOST_CLAIMS + 1, valid)
    now = actor.clock.now()
    made = Claim.objects.create(
        organisation_id=actor.organisation_id,
        title=READY[wish.kind].title(wish.number),
        kind=wish.kind,
        definition=definition.as_data(),
        whose=wish.whose,
        names=list(names),
        since=queries.today(actor) - BACK,
        made_at=now,
        made_by_id=actor.user_id,
        due_at=now,
    )
    record_audit(actor, action="add-claim", target=made.title, details={"claim": made.pk})
    return made


def _take_turn(actor: Actor) -> None:
    """Let others who add a claim wait, so that all of them count the same ones."""
    Organisation.objects.filter(pk=actor.organisation_id).update(name=F("name"))


def _defined(actor: Actor, wish: ClaimWish) -> engine.Claim:
    ready = READY.get(wish.kind)
    if ready is None:
        raise PlanRefused("kind", wish.kind, ", ".join(READY))
    if ready.ask is not None and not ready.ask.least <= wish.number <= ready.ask.most:
        valid = _("from %(least)s to %(most)s") % {"least": ready.ask.least, "most": ready.ask.most}
        raise PlanRefused("number", wish.number, valid)
    if not 1 <= wish.worthwhile <= 900:
        raise PlanRefused("worthwhile", wish.worthwhile, _("from 1 to 900 percent"))
    zone = str(time_zone(actor))
    return replace(
        ready.make(wish.number, zone),
        zone=zone,
        outcome=wish.outcome or ready.outcome,
        worthwhile=1 + wish.worthwhile / 100,
    )


def _names(wish: ClaimWish) -> tuple[str, ...]:
    if wish.whose not in (Whose.ACCOUNTS, Whose.COMMUNITIES):
        return ()
    names = tuple(dict.fromkeys(one.strip() for one in wish.names if one.strip()))
    if not names or len(names) > MOST_NAMES or max(map(len, names)) > LONGEST_NAME:
        valid = _("1 to %(most)s names, one a line") % {"most": MOST_NAMES}
        raise PlanRefused("names", ", ".join(names)[:80], valid)
    return names


def _ours(actor: Actor, claim: Claim) -> Claim:
    require(actor, Right.EDIT_PLAN, CHANGE)
    found = Claim.objects.select_for_update().filter(
        pk=claim.pk, organisation_id=actor.organisation_id
    )
    row = found.first()
    if row is None:
        raise PlanUnknown("claim", claim.pk)
    return row


@transaction.atomic
def move_claim(actor: Actor, *, claim: Claim, state: ClaimState) -> Claim:
    """Put a claim aside, or test it daily again.

    Raises
    ------
    NotAllowed, PlanUnknown, PlanRefused
    """
    row = _ours(actor, claim)
    _take_turn(actor)
    others = claims_queries.active_claims(actor).exclude(pk=row.pk)
    if state == ClaimState.ACTIVE and others.count() >= MOST_CLAIMS:
        valid = _("at most %(most)s; put one aside first") % {"most": MOST_CLAIMS}
        raise PlanRefused("claims", MOST_CLAIMS + 1, valid)
    row.state, row.due_at = state, actor.clock.now()
    row.save(update_fields=["state", "due_at"])
    # The others stand beside one more, or one less: their intervals change.
    others.update(due_at=row.due_at)
    record_audit(
        actor, action="move-claim", target=row.title, details={"claim": row.pk, "state": state}
    )
    return row


@transaction.atomic
def remove_claim(actor: Actor, *, claim: Claim) -> None:
    """Take a claim away, with its trials.

    Raises
    ------
    NotAllowed, PlanUnknown
    """
    row = _ours(actor, claim)
    record_audit(actor, action="remove-claim", target=row.title, details={"claim": row.pk})
    claims_queries.active_claims(actor).update(due_at=actor.clock.now())
    row.delete()


@transaction.atomic
def draw_trial(actor: Actor, *, claim: Claim, wish: TrialWish, seed: int) -> Trial:
    """Draw the days of a trial.

    Parameters
    ----------
    seed : int
        Kept, so that anybody can draw again and see that nobody chose.

    Raises
    ------
    NotAllowed, PlanUnknown, PlanRefused, Correctable
    """
    row = _ours(actor, claim)
    author = wish.author.strip().lstrip("@")
    if not author or len(author) > LONGEST_NAME:
        raise PlanRefused("author", wish.author[:80], _("the account that will post"))
    check_day("first_day", wish.first_day)
    if wish.first_day <= queries.today(actor):
        raise PlanRefused("first_day", wish.first_day.isoformat(), _("a day that is to come"))
    experiment = Experiment(
        claim=row.defined,
        source=ARCHIVE,
        author=author,
        first=wish.first_day,
        blocks=wish.blocks,
        weekdays=tuple(sorted(wish.weekdays)),
        one=wish.one,
        other=wish.other,
        one_at=wish.one_at,
        other_at=wish.other_at,
    )
    schedule = engine.draw(experiment, np.random.default_rng(seed))
    now = actor.clock.now()
    made = Trial.objects.create(
        claim=row,
        schedule=schedule.as_data(),
        seed=seed,
        first_day=wish.first_day,
        days=14 * wish.blocks,
        made_at=now,
        made_by_id=actor.user_id,
        due_at=now,
    )
    details = {"claim": row.pk, "trial": made.pk, "seed": seed}
    record_audit(actor, action="draw-trial", target=row.title, details=details)
    return made


@transaction.atomic
def stop_trial(actor: Actor, *, trial: Trial) -> None:
    """Judge a trial no longer; what was found stays.

    Raises
    ------
    NotAllowed, PlanUnknown
    """
    row = _ours(actor, trial.claim)
    trial.state = TrialState.STOPPED
    trial.save(update_fields=["state"])
    record_audit(actor, action="stop-trial", target=row.title, details={"trial": trial.pk})


@transaction.atomic
def record_download(actor: Actor, *, trial: Trial, form: str) -> None:
    """Write down that a schedule is taken away as a file; call it before it is handed out."""
    require(actor, Right.EXPORT, TAKE)
    details = {"trial": trial.pk, "form": form}
    record_audit(actor, action="export-trial", target=trial.claim.title, details=details)
