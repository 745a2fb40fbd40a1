"""Found a house with planted posts, claims held against them, and a trial that is under way.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names. All happens at a fixed
moment, for the planted posts are of a fixed year.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from auscult.engine.kernel.clock import FixedClock
from auscult.engine.planning.claims.worlds import World, follow, simulate
from auscult.web.shell.start import start

BEGUN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fill() -> None:
    """Make the posts, the claims and the trial, and test them as they are after 90 days."""
    start()
    from django.core.management import call_command

    from auscult.web.accounts.actions import first_owner
    from auscult.web.accounts.queries import system_actor
    from auscult.web.planning import claims_actions as doing
    from auscult.web.planning.claims_models import Whose
    from auscult.web.planning.claims_testing import examine

    clock = FixedClock(BEGUN)
    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside General", username="owner", clock=clock)
    source = _source(owner)
    for kind, number in (("media", 0), ("post-at", 9), ("short", 100), ("post-on", 1)):
        wish = doing.ClaimWish(kind=kind, number=number, whose=Whose.EVERYBODY)
        doing.add_claim(owner, wish=wish)
    ours = doing.ClaimWish(kind="media", whose=Whose.ACCOUNTS, names=("desk@lakeside.example",))
    claim = doing.add_claim(owner, wish=ours)
    drawn = doing.TrialWish(
        author="desk@lakeside.example",
        first_day=date(2026, 3, 9),
        blocks=12,
        weekdays=(0, 1, 2, 3, 4),
        one="Post with a picture",
        other="Post without picture or video",
        one_at=time(9),
        other_at=time(9),
    )
    trial = doing.draw_trial(owner, claim=claim, wish=drawn, seed=7)
    _plant(owner, source, follow(trial.drawn, np.random.default_rng(1), followed=0.9, skipped=0.05))
    _plant(owner, source, simulate(World(days=180, effect=math.log(1.5)), np.random.default_rng(1)))
    clock.advance(timedelta(days=90))
    while examine(system_actor(owner.organisation_id, "claims", clock=clock)):
        pass


def _source(owner: Any) -> Any:
    from auscult.web.sources.models import Source, SourceState

    now = owner.clock.now()
    return Source.objects.create(
        organisation_id=owner.organisation_id,
        name="Peers",
        connector="mastodon",
        state=SourceState.PAUSED,
        next_attempt=now,
        created_at=now,
    )


def _plant(owner: Any, source: Any, posts: Any) -> None:
    from auscult.web.listening.lake import lake_name, lake_of

    author = posts.column("author").combine_chunks()[0].as_py()
    uris = [f"{author}:{uri}" for uri in posts.column("uri").to_pylist()]
    place = posts.schema.get_field_index("uri")
    posts = posts.set_column(place, posts.schema.field(place), [uris])
    lake_of(owner).write(posts, source=lake_name(source), key=author)


if __name__ == "__main__":
    fill()
