"""Credentials of sources: encrypted, apart from the rest, rotated without losing one."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from pydantic import SecretStr

from auscult.engine.connectors.base import Settings, configure, secret_fields
from auscult.engine.connectors.mastodon.config import MastodonConfig
from auscult.engine.kernel.clock import FixedClock
from auscult.engine.kernel.errors import Correctable
from auscult.engine.kernel.secrets import Keyring, SecretLost, new_key
from auscult.web.accounts.keys import key_file, keyring
from auscult.web.accounts.models import Actor
from auscult.web.accounts.queries import audit_entries
from auscult.web.sources.actions import Keep, add_source, change_source, read_again
from auscult.web.sources.errors import CredentialsAgain
from auscult.web.sources.health import source_health
from auscult.web.sources.models import Source
from auscult.web.sources.secrets import (
    joined,
    opened_config,
    parted,
    rotate_secrets,
)

pytestmark = pytest.mark.django_db

TOKEN = "s3cret-access-token"
TOWN = {"instance": "https://town.example"}


@pytest.fixture
def town(owner: Actor) -> Source:
    config = {**TOWN, "access_token": TOKEN}
    return add_source(owner, name="town", connector="mastodon", config=config)


def with_key(settings: Any, *keys: str) -> None:
    settings.AUSCULT = dataclasses.replace(settings.AUSCULT, secrets_key=",".join(keys))


class Login(Settings):
    user: str
    password: SecretStr


class Many(Settings):
    hosts: tuple[str, ...] = ("a.example",)
    about: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it
    number: int = 1
    token: SecretStr | None = None


class Everything(Settings):
    plain: str = ""
    token: SecretStr | None = None
    many: tuple[SecretStr, ...] = ()
    named: dict[str, SecretStr] = {}  # noqa: RUF012 - pydantic copies it
    login: Login | None = None


def test_fields_with_a_secret_anywhere_inside_are_secret() -> None:
    assert secret_fields(MastodonConfig) == ("access_token",)
    assert secret_fields(Everything) == ("token", "many", "named", "login")


def test_what_is_secret_comes_back_as_it_was(owner: Actor) -> None:
    given = {
        "plain": "shown",
        "token": SecretStr("s3cret-1"),
        "many": ["s3cret-2", SecretStr("s3cret-3")],
        "named": {"a": SecretStr("s3cret-4")},
        "login": {"user": "me", "password": "s3cret-5"},
    }
    bare, kept = parted(Everything, given)
    assert bare == {"plain": "shown"}
    assert "s3cret" not in kept
    joined = bare | json.loads(keyring().decrypt(kept))
    assert configure(Everything, joined) == configure(Everything, given)
    assert joined["login"] == {"user": "me", "password": "s3cret-5"}


def test_nothing_that_holds_sources_holds_their_credentials(owner: Actor, town: Source) -> None:
    assert town.config == TOWN
    assert opened_config(town) == {**TOWN, "access_token": TOKEN}
    everything = [*Source.objects.all(), *audit_entries(owner)]
    assert TOKEN not in serializers.serialize("json", everything)
    assert TOKEN not in repr(source_health(owner))
    assert not opened_config(Source(config={"paths": ["x"]})).keys() - {"paths"}


def test_a_change_keeps_replaces_or_removes_them(owner: Actor, town: Source) -> None:
    Source.objects.update(snapshot={"at": 5, "due": "2026-11-21T08:00:00+00:00"})
    kept = change_source(owner, source=town, keep=Keep(), config=TOWN)
    assert opened_config(kept)["access_token"] == TOKEN
    kept = change_source(owner, source=town, keep=Keep(ttl_days=30))
    assert opened_config(kept)["access_token"] == TOKEN
    new = change_source(owner, source=town, keep=Keep(), config={**TOWN, "access_token": "other"})
    assert opened_config(new)["access_token"] == "other"
    # Another token reads on where the first one stopped, and when it would have.
    assert new.snapshot == {"at": 5, "due": "2026-11-21T08:00:00+00:00"}
    more = {**TOWN, "timelines": ["local", "#flu"], "poll_every": 30.0, "streaming": False}
    wider = change_source(owner, source=town, keep=Keep(), config=more)
    assert opened_config(wider) == {**more, "access_token": "other"}
    # Each timeline has a place of its own; what is new isn't kept waiting.
    assert wider.snapshot == {"at": 5}
    assert opened_config(read_again(owner, source=town, config=TOWN))["access_token"] == "other"
    for empty in (None, ""):
        gone = change_source(
            owner, source=town, keep=Keep(), config={**TOWN, "access_token": empty}
        )
        assert (gone.secrets, opened_config(gone)) == ("", TOWN)


def test_credentials_go_to_whom_they_were_given_for(owner: Actor, town: Source) -> None:
    """Who may change a source, and never saw its token, can't send it to a place of hers."""
    moved = {"instance": "https://mine.example"}
    for change in (partial(change_source, keep=Keep()), read_again):
        with pytest.raises(
            CredentialsAgain, match=r"given for another instance\..*Enter access_tok"
        ):
            change(owner, source=town, config=moved)
        town.refresh_from_db()
        assert opened_config(town) == {**TOWN, "access_token": TOKEN}
    anew = change_source(owner, source=town, keep=Keep(), config={**moved, "access_token": "mine"})
    assert opened_config(anew) == {**moved, "access_token": "mine"}
    bare = change_source(owner, source=town, keep=Keep(), config={**TOWN, "access_token": None})
    assert opened_config(bare) == TOWN
    assert opened_config(change_source(owner, source=town, keep=Keep(), config=moved)) == moved


def test_any_text_may_say_whom_credentials_go_to(owner: Actor) -> None:
    """A kind of source that says nothing of it is safe: lists of hosts, tables, missing texts."""
    _, kept = parted(Many, {"token": TOKEN})
    before = Source(name="many", config={}, secrets=kept)
    harmless: list[dict[str, Any]] = [
        {},
        {"hosts": ["a.example"]},
        {"hosts": []},
        {"about": {}},
        {"number": 2},
    ]
    for same in harmless:
        assert joined(*parted(Many, same, before)) == {**same, "token": TOKEN}
    for other in ({"hosts": ["a.example", "mine.example"]}, {"about": {"host": "mine.example"}}):
        with pytest.raises(CredentialsAgain):
            parted(Many, other, before)


def test_messages_about_a_configuration_leave_them_out(owner: Actor) -> None:
    for config in (
        {"access_token": TOKEN},
        {**TOWN, "access_token": [TOKEN]},
        {**TOWN, "access_token": TOKEN, "silent_after": -1},
        {"instance": "ftp://x", "access_token": TOKEN},
    ):
        with pytest.raises(Correctable) as refused:
            add_source(owner, name="x", connector="mastodon", config=config)
        assert TOKEN not in f"{refused.value} {refused.value.__cause__}"
    with pytest.raises(Correctable, match="a value that isn't shown") as refused:
        configure(Everything, {"login": {"user": "me", "passwd": TOKEN}})
    assert TOKEN not in f"{refused.value} {refused.value.__cause__}"


def test_a_lost_key_is_said_with_what_to_do(owner: Actor, town: Source, tmp_path: Path) -> None:
    (tmp_path / "secrets.key").write_text(new_key())
    with pytest.raises(SecretLost, match=r"Bring the key back .*or enter the credentials"):
        opened_config(town)
    # Entering them again heals it, without the lost ones.
    healed = change_source(owner, source=town, keep=Keep(), config={**TOWN, "access_token": "new"})
    assert opened_config(healed)["access_token"] == "new"
    (tmp_path / "secrets.key").write_text(new_key())
    healed = read_again(owner, source=town, config={**TOWN, "access_token": "newer"})
    assert opened_config(healed)["access_token"] == "newer"


def test_rotation_encrypts_all_of_them_anew(owner: Actor, town: Source, clock: FixedClock) -> None:
    add_source(owner, name="bare", connector="mastodon", config=TOWN)
    (old,) = key_file().keys()
    done = rotate_secrets(clock=clock)
    assert (done.renewed, done.lost) == (1, ())
    new, still = key_file().keys()
    assert still == old
    town.refresh_from_db()
    assert json.loads(Keyring([new]).decrypt(town.secrets)) == {"access_token": TOKEN}
    assert opened_config(town)["access_token"] == TOKEN
    entry = audit_entries(owner).first()
    assert entry is not None
    assert (entry.action, entry.details) == ("rotate-secrets", {"secrets": 1})
    rotate_secrets(clock=clock)
    newest, second = key_file().keys()
    assert second == new  # the first one has gone
    assert newest not in {old, new}


def test_a_rotation_that_was_cut_short_goes_on(town: Source, clock: FixedClock) -> None:
    """Killed after the new key was written: half of the work is there, and nothing is lost."""
    with key_file().held() as keys:
        key_file().replace([new_key(), *keys])
    assert opened_config(town)["access_token"] == TOKEN
    assert rotate_secrets(clock=clock).renewed == 1
    town.refresh_from_db()
    assert opened_config(town)["access_token"] == TOKEN
    assert len(key_file().keys()) == 2


def test_a_source_whose_key_is_lost_stops_nobody(
    owner: Actor, town: Source, clock: FixedClock
) -> None:
    lost = add_source(
        owner, name="lost", connector="mastodon", config={**TOWN, "access_token": "x"}
    )
    Source.objects.filter(pk=lost.pk).update(secrets=Keyring([new_key()]).encrypt("{}"))
    done = rotate_secrets(clock=clock)
    assert (done.renewed, done.lost) == (1, ("lost",))
    rotate_secrets(clock=clock)
    assert len(key_file().keys()) == 3  # as long as one can't be read, no key goes


def test_keys_from_the_settings(owner: Actor, clock: FixedClock, settings: Any) -> None:
    old, new = new_key(), new_key()
    with_key(settings, old)
    town = add_source(
        owner, name="town", connector="mastodon", config={**TOWN, "access_token": TOKEN}
    )
    assert json.loads(Keyring([old]).decrypt(town.secrets)) == {"access_token": TOKEN}
    with pytest.raises(Correctable, match=r"gives one key, so there is no new one.*secrets key"):
        rotate_secrets(clock=clock)
    with_key(settings, new, old)
    assert rotate_secrets(clock=clock).renewed == 1
    with_key(settings, new)
    town.refresh_from_db()
    assert opened_config(town)["access_token"] == TOKEN
    assert not (settings.AUSCULT.archive / "secrets.key").exists()


@pytest.mark.parametrize(
    ("seed", "kills"), [(1, 15), pytest.param(2, 300, marks=pytest.mark.nightly)]
)
def test_a_rotation_may_be_killed_at_any_moment(tmp_path: Path, seed: int, kills: int) -> None:
    script = Path(__file__).with_name("killing_rotation.py")
    command = [sys.executable, str(script), str(tmp_path / "archive"), str(seed), str(kills)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("['.secrets.key.lock', 'secrets.key']")
