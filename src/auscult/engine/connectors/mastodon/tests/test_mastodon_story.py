"""Whatever happens on an instance and to its streams, it ends here as it ends there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from servers.mastodon import FakeMastodon
from servers.mastodon_desk import Desk

STEPS = 250


class Story:
    """Posts, edits, deletions, cuts and crashes by chance; `standing` is what is left."""

    def __init__(self, fake: FakeMastodon, desk: Desk, chance: Random) -> None:
        self._fake, self._desk, self._chance = fake, desk, chance
        self.standing: list[dict[str, Any]] = []

    def go_on(self) -> None:
        """Let one thing happen."""
        steps = [self._post] * 10 + [self._edit] * 4 + [self._delete] * 4
        self._chance.choice([*steps, self._fake.cut, self._crash])()
        if self._chance.random() < 0.3:
            batch = self._desk.reader.next_batch()
            if batch is not None:
                self._desk.store(batch)

    def _post(self) -> None:
        chance = self._chance
        text = f"said {chance.random()} {chance.choice(['', '#flu'])}"
        by = chance.choice(["ann", "bob@two.example"])
        at = datetime.now(UTC) - timedelta(seconds=chance.choice([0, 0, 30, 90]))
        self.standing.append(self._fake.post(text, by=by, at=at))

    def _edit(self) -> None:
        if self.standing:
            self._fake.edit(self._chance.choice(self.standing), f"edited {self._chance.random()}")

    def _delete(self) -> None:
        if self.standing:
            gone = self.standing.pop(self._chance.randrange(len(self.standing)))
            self._fake.delete(gone)
            if self._chance.random() < 0.3:
                self._fake.tell("update", gone)  # which its deletion overtook

    def _crash(self) -> None:
        self._desk.reader.close()
        self._desk.open()


@pytest.mark.parametrize("seed", range(3))
def test_it_ends_as_the_instance_does(
    fake: FakeMastodon, desk: Callable[..., Desk], seed: int
) -> None:
    one = desk(timelines=["public", "local", "#flu"], poll_every=0.05)
    story = Story(fake, one, Random(seed))
    for _ in range(STEPS):
        story.go_on()
    one.until_live()
    one.until(lambda: {post["uri"] for post in story.standing} <= set(one.texts))
    # What was deleted or changed while nobody listened is found by asking again.
    one.reader.recheck(list(one.texts), {uri: alias for alias, uri in one.aliases.items()})
    expected = {post["uri"]: post["content"][3:-4].strip() for post in story.standing}
    one.until(lambda: one.texts == expected)
