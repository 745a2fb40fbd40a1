"""`auscult sources`: connecting, watching over and leaving sources."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
from rich.table import Table

from auscult.engine.connectors.base import configure, find, names, secret_fields
from auscult.engine.connectors.fields import fields_of
from auscult.engine.connectors.live import About, Proposal
from auscult.engine.kernel.errors import Correctable
from auscult.terminal.archives import owner_of
from auscult.terminal.printing import aside, people, plain, write_json, write_json_lines
from auscult.terminal.searching import moment

if TYPE_CHECKING:
    from auscult.web.sources.models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `add` was told: an address, or a kind, with fields as FIELD=VALUE."""

    address: str | None
    kind: str | None
    name: str | None
    given: Sequence[str]


class SourceNotSaid(Correctable):
    """The command line doesn't say which source is meant."""

    def __init__(self, message: str, field: str, hint: str) -> None:
        super().__init__(message, code="source-not-said", field=field, hint=hint)


def show_all(*, archive: Path | None, as_json: bool) -> None:
    """Print each source with its health."""
    actor = owner_of(archive)
    from auscult.web.sources import queries

    rows = list(queries.sources(actor))
    told = [_as_data(row, row.health(actor.clock.now())) for row in rows]
    if as_json:
        write_json(told)
        return
    if not told:
        people.print("No source is connected. Connect one: auscult sources add ADDRESS")
        return
    table = Table("Source", "Kind", "Health", "Received", "Kept", "Last post", box=None)
    for one in told:
        last = one["last_event_at"]
        table.add_row(
            plain(one["name"]),
            one["kind"],
            one["health"],
            f"{one['received']:,}",
            f"{one['kept']:,}",
            f"{last:%Y-%m-%d %H:%M}" if last else "none yet",
        )
    people.print(table)
    for one in told:
        if one["error"]:
            aside.print(f"[bold]{plain(one['name'])}:[/] {plain(one['error'])}")


def _as_data(row: Source, health: str) -> dict[str, Any]:
    return {
        "name": row.name,
        "kind": row.connector,
        "health": health,
        "error": row.error,
        "needs_login": row.needs_login,
        "received": row.received,
        "kept": row.kept,
        "broken": row.broken,
        "last_event_at": row.last_event_at,
        "next_attempt": row.next_attempt,
        "ttl_days": row.ttl_days,
        "sample_share": row.sample_share,
        "status": row.status,
    }


def show_kinds(*, as_json: bool) -> None:
    """Print the kinds of sources with the fields of their configurations."""
    kinds = [
        {
            "kind": name,
            "title": find(name).title,
            "fields": [asdict(field) for field in fields_of(find(name).Config)],
        }
        for name in names()
    ]
    if as_json:
        write_json(kinds)
        return
    for kind in kinds:
        people.print(f"[bold]{kind['kind']}[/]  {plain(str(kind['title']))}")
        for field in fields_of(find(str(kind["kind"])).Config):
            need = "needed" if field.required else _default_in_words(field.default)
            people.print(f"    {field.name} ({field.shape}, {plain(need)}): {plain(field.help)}")


def _default_in_words(default: Any) -> str:
    if default in (None, [], "", {}):
        return "may be left out"
    return f"{orjson.dumps(default, default=str).decode()} unless said"


def show_probe(address: str, *, archive: Path | None, as_json: bool) -> None:
    """Print which sources an address leads to."""
    owner_of(archive)
    from auscult.web.sources.network import network
    from auscult.web.sources.probing import probe

    with aside.status(f"Asking what {plain(address)} is"):
        probed = probe(address, network=network())
    if as_json:
        proposals = [{**asdict(one), "about": asdict(_about(one))} for one in probed.proposals]
        write_json({"proposals": proposals, "problems": probed.problems})
        return
    for one in probed.proposals:
        people.print(f"[bold]{plain(one.name)}[/]  ({one.connector})")
        _print_about(_about(one))
    for problem in probed.problems:
        aside.print(plain(problem))
    if not probed.proposals:
        people.print("Nothing there can be read. Is it the address that a browser shows?")


def _about(proposal: Proposal) -> About:
    connector = find(proposal.connector)
    return connector.about(configure(connector.Config, proposal.config))


def _print_about(about: About) -> None:
    people.print(f"    Reads: {plain(about.reads)}")
    people.print(f"    How often: {plain(about.how_often)}  Costs: {plain(about.costs)}")
    if about.terms:
        people.print(f"    Terms: {plain(about.terms)}")
    for duty in about.duties:
        people.print(f"    Duty: {plain(duty)}")


def add(
    asked: Asked,
    *,
    secrets: Sequence[str],
    keep: tuple[int | None, float],
    archive: Path | None,
    as_json: bool,
) -> None:
    """Connect a source; `keep` is its time-to-live in days and its share in the lake."""
    actor = owner_of(archive)
    from auscult.web.sources.actions import Keep, add_source

    proposal = _proposed(asked)
    connector = find(proposal.connector)
    config = proposal.config | _fields(asked.given) | _credentials(connector.Config, secrets)
    added = add_source(
        actor,
        name=asked.name or proposal.name,
        connector=proposal.connector,
        config=config,
        keep=Keep(ttl_days=keep[0], sample_share=keep[1]),
    )
    about = connector.about(configure(connector.Config, config))
    if as_json:
        write_json({"name": added.name, "kind": added.connector, "about": asdict(about)})
        return
    people.print(f"[bold]{plain(added.name)}[/] is connected; `auscult up` reads it.")
    _print_about(about)


def _proposed(asked: Asked) -> Proposal:
    """Return the source that is meant: of a kind, or the surest that an address leads to."""
    if asked.kind is not None:
        kind = find(asked.kind)
        return Proposal(connector=kind.name, name=kind.title, config={}, reads="")
    if asked.address is None:
        raise SourceNotSaid(
            "Nothing was named to connect.",
            "ADDRESS",
            "Give an address, or a kind: auscult sources add --kind bluesky.",
        )
    from auscult.web.sources.network import network
    from auscult.web.sources.probing import probe

    with aside.status(f"Asking what {plain(asked.address)} is"):
        probed = probe(asked.address, network=network())
    if not probed.proposals:
        raise SourceNotSaid(
            " ".join([f"'{asked.address}' leads to nothing that can be read.", *probed.problems]),
            "ADDRESS",
            "Try the address that a browser shows, or name a kind with --kind.",
        )
    return probed.proposals[0]


def _fields(given: Sequence[str]) -> dict[str, Any]:
    """Read FIELD=VALUE; a value that is JSON is taken as that, any other as text."""
    fields = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name:
            raise SourceNotSaid(
                f"--set {one!r} doesn't say which field it is.",
                "--set",
                "Write FIELD=VALUE: --set every_minutes=30.",
            )
        try:
            fields[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            fields[name] = value
    return fields


def _credentials(kind: Any, given: Sequence[str]) -> dict[str, str]:
    """Read credentials from the environment or standard input: arguments can be seen by all."""
    found = {}
    for one in given:
        name, _, place = one.partition("=")
        if name not in secret_fields(kind) or not place:
            known = ", ".join(secret_fields(kind)) or "none"
            raise SourceNotSaid(
                f"--secret {one!r} names no credential of this kind.",
                "--secret",
                f"Write FIELD=VARIABLE or FIELD=-; credentials of this kind: {known}.",
            )
        value = sys.stdin.readline().rstrip("\n") if place == "-" else os.environ.get(place, "")
        if not value:
            raise SourceNotSaid(
                f"There is nothing in {'standard input' if place == '-' else place}.",
                "--secret",
                "Put the credential there, and nothing else.",
            )
        found[name] = value
    return found


def show(name: str, *, archive: Path | None, as_json: bool) -> None:
    """Print all that is known of one source, without its credentials."""
    actor = owner_of(archive)
    from auscult.web.sources import queries
    from auscult.web.sources.coverage import coverage

    row = queries.source(actor, name)
    told = {
        **_as_data(row, row.health(actor.clock.now())),
        "config": row.config,
        "has_credentials": bool(row.secrets),
        "coverage": [one.as_data() for one in coverage(actor, source_id=row.pk)],
    }
    if as_json:
        write_json(told)
        return
    for field, value in told.items():
        shown = orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()
        people.print(f"[bold]{field}[/]: {plain(shown)}")


def move(name: str, how: str, *, archive: Path | None, as_json: bool) -> None:
    """Pause or resume a source; `how` is `pause` or `resume`."""
    actor = owner_of(archive)
    from auscult.web.sources import actions, queries

    change = actions.pause_source if how == "pause" else actions.resume_source
    moved = change(actor, source=queries.source(actor, name))
    if as_json:
        write_json({"name": moved.name, "state": moved.state})
        return
    people.print(f"[bold]{plain(moved.name)}[/] is {moved.state} now.")


def remove(name: str, *, with_posts: bool, archive: Path | None, as_json: bool) -> None:
    """Remove a source, with or without its mentions."""
    actor = owner_of(archive)
    from auscult.web.listening.actions import remove_source
    from auscult.web.sources import queries

    row = queries.source(actor, name)
    removed = remove_source(actor, source=row, keep_posts=not with_posts)
    if as_json:
        write_json({"name": name, "mentions_removed": removed})
        return
    what = f"{removed:,} mentions went with it" if with_posts else "its mentions stay"
    people.print(f"[bold]{plain(name)}[/] is removed; {what}.")


def show_coverage(
    source: str | None, *, span: tuple[str | None, str | None], archive: Path | None, as_json: bool
) -> None:
    """Print from when to when sources were read; `span` is since and until as written."""
    since, until = moment(span[0], "--since"), moment(span[1], "--until")
    actor = owner_of(archive)
    from auscult.web.sources import queries
    from auscult.web.sources.coverage import coverage

    number = queries.source(actor, source).pk if source is not None else None
    found = coverage(actor, since=since, until=until, source_id=number)
    if as_json:
        write_json_lines([one.as_data() for one in found])
        return
    if not found:
        people.print("Nothing was read in that time.")
        return
    table = Table("Source", "Community", "From", "To", "", box=None)
    for one in found:
        sampled = f"read, {one.sampled:.0%} of it" if one.sampled < 1 else "read"
        table.add_row(
            plain(one.source),
            plain(one.community),
            f"{one.since:%Y-%m-%d %H:%M}",
            f"{one.until:%Y-%m-%d %H:%M}",
            f"[yellow]not read: {plain(one.reason)}[/]" if one.reason else sampled,
        )
    people.print(table)
