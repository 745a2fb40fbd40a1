"""A house half through a cycle, with people's hours: run with AUSCULT_ARCHIVE set, it fills that."""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

from datetime import timedelta

from browser.planning_house import fill as found

BETS = (
    ("Films from the wards", 4, 0, (1, 3, 6), "Filming", 3),
    ("Talks at the nursing school", 3, 300, (1, 2, 4), "Speaking", 2),
    ("Letters to former pupils", 2, 0, (0, 1, 2), "", 0),
)
HOURS = (("Filming", 2.0), ("Speaking", 1.5), ("Writing", 4.0))


def fill() -> None:
    """Make a plan, skills with hours, days away, money and kit, and one check-in."""
    found()
    from auscult.web.accounts.queries import actor_for
    from auscult.web.goals.models import Objective
    from auscult.web.planning import actions, queries, resource_actions
    from auscult.web.planning.bet_actions import BetWish, Effect, Wanted, save_bet
    from auscult.web.planning.resource_models import AssetKind
    from auscult.web.planning.review_actions import Report, check_in
    from auscult.web.shell.first_run import owner as first

    user = first()
    owner, today = actor_for(user), queries.today(actor_for(user))
    cycle = actions.plan_cycle(owner, title="Winter", first_day=today - timedelta(days=30))
    actions.start_cycle(owner, cycle=cycle)
    for title, hours, money, (low, likely, high), skill, wanted in BETS:
        effect = Effect(hours=hours, money=money, low=low, likely=likely, high=high)
        needs = (Wanted(skill=skill, hours=wanted),) if skill else ()
        wish = BetWish(
            title=title, objective=Objective.objects.get(), effects=(effect,), needs=needs
        )
        bet = save_bet(owner, cycle=cycle, wish=wish)
        check_in(owner, bet=bet, report=Report(progress=40, confidence=3, hours=6))
    save_bet(
        owner, cycle=cycle, wish=BetWish(title="A dance", needs=(Wanted(skill="Dance", hours=1),))
    )
    for name, week in HOURS:
        skill_row = resource_actions.save_skill(owner, name=name)
        capacity = resource_actions.CapacityWish(skill=skill_row, person=user, hours=week)
        resource_actions.save_capacity(owner, wish=capacity)
    away = {"first_day": today + timedelta(days=10), "last_day": today + timedelta(days=16)}
    resource_actions.save_absence(owner, wish=resource_actions.AbsenceWish(**away, share=0.5))
    for kind, name, amount in ((AssetKind.MONEY, "Budget", 500.0), (AssetKind.KIT, "Camera", 2.0)):
        asset = resource_actions.AssetWish(kind=kind, name=name, amount=amount)
        resource_actions.save_asset(owner, wish=asset)


if __name__ == "__main__":
    fill()
