"""Fill a house whose plan runs and is talked about.

Runs in a process of its own, on the archive that AUSCULT_ARCHIVE names.
"""

# ruff: noqa: PLC0415 - models can be imported only once Django is set up

from __future__ import annotations

from datetime import date, timedelta

from auscult.terminal.archives import owner_of


def fill() -> None:
    """Make a plan, practice, requests, offers, help asked for and comments."""
    owner = owner_of(None)
    from auscult.web.accounts.actions import add_member
    from auscult.web.accounts.models import Role, User
    from auscult.web.accounts.queries import actor_for
    from auscult.web.planning import commenting, help_actions, opening, queries
    from auscult.web.planning import readiness_actions as ready
    from auscult.web.planning.actions import start_cycle
    from auscult.web.planning.bet_actions import TaskWish, save_task
    from auscult.web.planning.models import TaskKind
    from auscult.web.planning.moves import RequestState

    kim = add_member(owner, username="kim", role=Role.EDITOR)
    colleague, me = actor_for(kim), User.objects.get(pk=owner.user_id)
    today: date = queries.today(owner)
    cycle = opening.open_cycle(owner, title="Winter", first_day=today, template="recruiting-nurses")
    start_cycle(owner, cycle=cycle)
    bet = cycle.bets.order_by("number")[0]
    help_actions.offer_skill(owner, skill="Film editing")
    for title, skill in (("Cut the first film", "film editing"), ("Draw a poster", "Drawing")):
        days = {"first_day": today, "last_day": today + timedelta(days=9)}
        wish = TaskWish(title=title, kind=TaskKind.HELP, skill=skill, **days)
        save_task(owner, bet=bet, wish=wish)
    commenting.add_comment(colleague, bet=bet, text="Two wards would like to be filmed.")
    commenting.add_comment(owner, bet=bet, text="Which ones?", task=bet.tasks.first())
    gone = commenting.add_comment(colleague, bet=bet, text="Never mind")
    commenting.remove_comment(colleague, comment=gone)
    for ago, network in ((0, "Mastodon"), (1, "Mastodon"), (100, "Bluesky")):
        done = ready.Practised(
            network=network,
            day=today - timedelta(days=ago),
            minutes=20,
            tried="Read what nurses say of their wards",
            reflection="They answer who asks" if ago == 0 else "",
        )
        ready.log_practice(owner, done=done)
    for actor, network in ((colleague, "Mastodon"), (owner, "TikTok"), (colleague, "Bluesky")):
        asked = ready.ask_account(
            actor,
            wish=ready.AccountWish(
                network=network,
                purpose="Answer nurses who ask about the night shift",
                objective=None,
                feeder=kim,
                heir=me,
            ),
        )
    ready.decide_request(owner, request=asked, state=RequestState.REFUSED, reason="Practise first")


if __name__ == "__main__":
    fill()
