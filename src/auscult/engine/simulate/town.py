"""The town of Lakeside: a seeded population, and days of what it says.

::

    town = Town(seed=7)
    for posts in town.simulate(days=100):
        ...                      # pa.Table of kernel.posts.SCHEMA, in order of time

The same seed gives the same bytes, whatever the size of the batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pyarrow as pa

from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.posts import MOMENT
from auscult.engine.simulate.columns import Columns
from auscult.engine.simulate.communities import COMMUNITIES
from auscult.engine.simulate.draws import Rows, uniform
from auscult.engine.simulate.people import ROLES, People, settle
from auscult.engine.simulate.plan import HOUR, REPOST, Plan, draw_plan
from auscult.engine.simulate.topics import topic_numbers
from auscult.engine.simulate.truth import Truth, origin_rows, planted_events

PEOPLE = 60_000
POSTS_A_DAY = 1_000  # of a town of 60,000
START = date(2026, 8, 3)
BATCH = 16_384

CHANGES = pa.schema(
    [
        pa.field("at", MOMENT, nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("text", pa.string()),
    ]
)


class Simulation:
    """Some days of a town; iterating gives its posts in order of time."""

    def __init__(self, seed: int, plan: Plan, people: People) -> None:
        self.seed = seed
        self.plan = plan
        self.people = people
        self.columns = Columns(seed, plan, people)
        # Compiled code is made or fetched here, so that no batch has to wait for it.
        self.columns.posts(np.arange(1))

    def __len__(self) -> int:
        return len(self.plan)

    def __iter__(self) -> Iterator[pa.Table]:
        return (posts for posts, _ in self.batches())

    def batches(self, size: int = BATCH) -> Iterator[tuple[pa.Table, pa.Table]]:
        """Give posts and the truth about them, row by row alike, `size` at a time."""
        for first in range(0, len(self.plan), size):
            rows = np.arange(first, min(first + size, len(self.plan)))
            posts, written = self.columns.posts(rows)
            yield posts, self.columns.truth(rows, written)

    def truth(self) -> Truth:
        """Give all that is true, the truth of every post included.

        The table of posts takes about 150 bytes a post; `batches` hands it out piece by piece.
        """
        tables = [truth for _, truth in self.batches()]
        return self.truth_with(pa.concat_tables(tables))

    def truth_with(self, posts: pa.Table) -> Truth:
        """Give the truth round a table of posts that `batches` has handed out."""
        origins = origin_rows(self.plan)
        rows = np.array(list(origins.values()), np.int64)
        uris = dict(zip(rows.tolist(), self.columns.addresses.uris(rows).to_pylist(), strict=True))
        return Truth(
            events=planted_events(self.plan, uris),
            posts=posts,
            people=self.residents(),
            changes=self.changes(),
        )

    def residents(self) -> pa.Table:
        """Give one row an account: its handle, home, role, language, followers, activity."""
        people = self.people
        home = pa.array(people.home)
        return pa.table(
            {
                "handle": people.handle,
                "name": people.name,
                "community": pa.array([c.key for c in COMMUNITIES]).take(home),
                "language": pa.array([c.language for c in COMMUNITIES]).take(home),
                "role": pa.array(ROLES).take(pa.array(people.role)),
                "followers": pa.array(people.followers),
                "activity": pa.array(people.activity),
            }
        )

    def changes(self) -> pa.Table:
        """Give edits (with their new text) and deletions, by time; some fall after the end."""
        plan = self.plan
        luck = uniform(plan.hand, 70)
        free = plan.link != REPOST
        numbers = topic_numbers()
        started = np.isin(plan.topic, [numbers["rumour_origin"]])
        deleted = np.flatnonzero(free & ((luck < 0.009) | started))
        edited = np.flatnonzero(free & (luck > 1 - 0.014))
        texts = self.columns.voices.write(edited, again=True).text
        at = np.concatenate([self._later(deleted, 30.0), self._later(edited, 0.6)])
        uris = self.columns.addresses.uris(np.concatenate([deleted, edited]))
        kinds = ["delete"] * deleted.size + ["edit"] * edited.size
        table = pa.table(
            {
                "at": pa.array(at).cast(MOMENT),
                "uri": uris,
                "kind": kinds,
                "text": pa.concat_arrays([pa.nulls(deleted.size, pa.string()), texts]),
            },
            schema=CHANGES,
        )
        return table.take(pa.array(np.argsort(at, kind="stable")))

    def _later(self, rows: Rows, hours: float) -> Rows:
        """Give a moment after each row, `hours` in the middle."""
        plan = self.plan
        wait = hours * np.exp(3.0 * (uniform(plan.hand[rows], 71) - 0.5))
        return np.asarray(plan.micros[rows] + 1 + (wait * HOUR).astype(np.int64))

    def engagement_after(self, rows: Rows, hours: float) -> pa.Table:
        """Give the engagement of rows as it stood `hours` after each was written.

        Answers, quotes and reposts count in full from the start.
        """
        micros = self.plan.micros[rows] + int(hours * HOUR)
        return pa.table(
            {
                "uri": self.columns.addresses.uris(rows),
                "at": pa.array(micros).cast(MOMENT),
                "engagement": self.columns.engagement(rows, micros),
            }
        )


class Town:
    """A population: who lives there, where they talk and how.

    Parameters
    ----------
    seed : int
        0 or more; the same seed is the same town.
    people : int
        Accounts, 1,000 or more.

    Raises
    ------
    Correctable
        If `people` or `seed` is out of range.
    """

    def __init__(self, seed: int = 1, people: int = PEOPLE) -> None:
        _check("people", people, 1_000, 10_000_000)
        _check("seed", seed, 0, 2**31 - 1)
        self.seed = seed
        self.people = settle(seed, people)
        self.size = people

    def simulate(
        self, days: int = 100, posts: int | None = None, start: date = START
    ) -> Simulation:
        """Plan `days` days from `start` (town time, five hours behind UTC).

        Parameters
        ----------
        days : int
            1 to 3,660. Planted events stand where they do in a hundred days, drawn closer
            together for fewer, again every hundred days for more.
        posts : int, optional
            How many posts in all, exactly; by default 1,000 a day for 60,000 people.
        start : date
            The first day.

        Raises
        ------
        Correctable
            If `days` or `posts` is out of range.
        """
        _check("days", days, 1, 3_660)
        usual = max(1_000, round(days * POSTS_A_DAY * self.size / PEOPLE))
        count = usual if posts is None else posts
        _check("posts", count, 1_000, 200_000_000)
        return Simulation(
            self.seed, draw_plan(self.seed, self.people, days, count, start), self.people
        )


def simulate(
    days: int = 100, posts: int | None = None, seed: int = 1, start: date = START
) -> Simulation:
    """Give `days` days of the town of Lakeside; see `Town.simulate`."""
    return Town(seed).simulate(days, posts, start)


def _check(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise Correctable(
            f"{name} is {value:,}; it can be {low:,} to {high:,}.",
            code="out-of-range",
            field=name,
            hint=f"Give {name} a number in that range.",
        )
