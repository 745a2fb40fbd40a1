"""Found a house with a watch, a priority and an objective: what a plan begins with.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

from datetime import timedelta

from auscult.web.shell.start import start


def fill() -> None:
    """Make them."""
    start()
    from django.core.management import call_command

    from auscult.web.accounts.actions import first_owner
    from auscult.web.goals.models import Objective, Priority
    from auscult.web.listening.actions import save_watch

    call_command("migrate", verbosity=0, interactive=False)
    owner = first_owner(organisation="Lakeside General", username="owner")
    save_watch(owner, name="Nurses", query="nurse OR nurses")
    today = owner.clock.now().date()
    house = {"organisation_id": owner.organisation_id}
    priority = Priority.objects.create(title="Recruit nurses", place=1, **house)
    Objective.objects.create(
        priority=priority,
        title="Applications from nurses",
        measure="Forms that name social media",
        unit="applications",
        baseline=4,
        baseline_on=today,
        target=20,
        deadline=today + timedelta(days=90),
        **house,
    )


if __name__ == "__main__":
    fill()
