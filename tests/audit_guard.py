"""Nothing is written to an organisation's tables without a row in its audit trail.

`watching` sees every statement that the application sends to the database while a test runs.
Where a transaction is about to be committed in which the application wrote to a table of its
own, and no audit entry, the transaction fails, and says which function wrote.

What a test writes by itself, to prepare something, isn't the application's and may pass.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper
from django.db.transaction import Atomic

AUDIT = "accounts_auditentry"
WRITE = re.compile(
    r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|REPLACE\s+INTO)\s+"?(\w+)', re.I
)
APPS = (
    "accounts",
    "alerts",
    "briefs",
    "dashboards",
    "delivery",
    "goals",
    "listening",
    "planning",
    "returns",
    "sources",
)
SOURCE = str(Path(__file__).parents[1] / "src" / "auscult") + "/"

# Who may write without a row, and why. Each is work that no person starts (Right.WORK), or
# keeps where such work stands; what a person does always has its row.
RECORDING = {
    # What sources bring, and what they take back: hundreds a second, each row with its source
    # and its time; how they came is in the coverage.
    "auscult.web.listening.actions:record_batch": "records what a source brought",
    "auscult.web.listening.actions:update_engagement": "records counts that a source brought",
    "auscult.web.sources.actions:commit_progress": "where a source resumes",
    "auscult.web.sources.actions:note_progress": "how a source is doing",
    "auscult.web.sources.actions:record_failure": "why reading failed, and when to try again",
    "auscult.web.sources.actions:record_crash": "why reading failed, and when to try again",
    "django.contrib.auth.models:update_last_login": "the session that begins tells of it",
    "auscult.web.dashboards.rollup:settle": "counts by day what sources brought and took back",
    # Programs: when their secret was last used, and what was answered to them for a day.
    "auscult.web.accounts.tokens_actions:note_use": "when a token or a secret address was used",
    "auscult.web.accounts.tokens_actions:drop_old_answers": "drops answers whose day is over",
    "auscult.web.shell.api_answers:_claim": "a claim of an idempotency key",
    "auscult.web.shell.api_answers:_keep": "the answer to a write that has its row",
    # Goals: how an objective's source is doing, and what its readings, which have rows, lead to.
    "auscult.web.goals.collecting:claim": "a claim of work",
    "auscult.web.goals.collecting:note_success": "when an objective's source answered",
    "auscult.web.goals.collecting:note_failure": "why it didn't, and when to try again",
    "auscult.web.goals.forecasting:keep": "works out what readings with rows lead to",
    # Returns: what visitors of a link and of the house's website do, which no person of it starts.
    "auscult.web.returns.link_counting:count_visit": "counts that a link was followed",
    "auscult.web.returns.site_told:take": "records what the house's website tells",
    # Claims: which process works on what.
    "auscult.web.sources.actions:claim_source": "a claim of work",
    "auscult.web.sources.actions:renew_claim": "a claim of work",
    "auscult.web.sources.actions:release_source": "a claim given back",
    "auscult.web.listening.actions:claim_backfill": "a claim of work",
    "auscult.web.listening.actions:backfill_step": "carries out a watch whose saving has its row",
    # Carries out what has its row: forgetting, and the time that a source's posts are kept.
    "auscult.web.listening.actions:finish_forgetting": "cleans files after an audited forgetting",
    "auscult.web.listening.actions:tidy": "cleans files after an audited forgetting",
    "auscult.web.listening.forgetting:drop_old": "drops tombstones that nothing needs any more",
    "auscult.web.sources.actions:prune_broken_lines": "drops unreadable lines beyond the newest",
    "auscult.web.listening.aliases:expire": "drops names of samples that are gone from the lake",
    # Alerts: what a rule sees in what sources brought, and who was told of it.
    "auscult.web.alerts.evaluating:evaluate": "raises and closes alerts by rules with rows",
    "auscult.web.alerts.raising:take_in": "raises alerts by rules that have their rows",
    "auscult.web.alerts.raising:close": "closes alerts by rules that have their rows",
    "auscult.web.alerts.phrases:_look": "raises alerts by rules that have their rows",
    "auscult.web.alerts.posting:see_to": "tells whom a rule that has its row names",
    # A claim that others wait for: it writes what stands there already.
    "auscult.web.planning.claims_testing:examine": "works out what claims with rows come to",
    "auscult.web.planning.allocation_actions:claim": "a claim of work",
    "auscult.web.planning.allocation_actions:note_progress": "how far an asked question is",
    "auscult.web.planning.allocation_actions:keep": "answers a question whose asking has its row",
    "auscult.web.planning.changing:lock": "takes the turn of a plan, and changes nothing of it",
    # Long files: which process reads on, and its batches; beginning and end have their rows.
    "auscult.web.returns.intake_working:_claimed": "a claim of work",
    "auscult.web.returns.intake_working:keep_batch": "a part of a file that a row told of",
    # Studies: which process works on what, and what comes of a question that has its row.
    "auscult.web.returns.studying:claim": "a claim of work",
    "auscult.web.returns.studying:note_progress": "how far an asked study is",
    "auscult.web.returns.studying:keep": "answers a study whose asking has its row",
    # The outbox: letters tell of what has its row, and go their way.
    "auscult.web.delivery.actions:write_mail": "a mail of what has its row, or of the program",
    "auscult.web.delivery.actions:post_hook": "a message of what has its row",
    "auscult.web.delivery.sending:claim": "a claim of work",
    "auscult.web.delivery.sending:_arrived": "that a letter arrived",
    "auscult.web.delivery.sending:_failed": "why a letter didn't arrive, and when to try again",
}


class Unaudited(AssertionError):
    """Something was written without its row."""


@dataclass
class _Transaction:
    depth: int = 0
    written: set[str] = field(default_factory=set)
    audited: bool = False


class _Watch(threading.local):
    """The open transactions of a thread, by connection."""

    def __init__(self) -> None:
        self.open: dict[int, _Transaction] = {}


_watch = _Watch()


def writer() -> str | None:
    """Return the innermost function of the application on the stack; None: nobody's concern.

    That is where a test itself writes, and where the writer is one of RECORDING.
    """
    frame: Any = sys._getframe(2)
    found: str | None = None
    while frame is not None:
        code = frame.f_code
        name = f"{frame.f_globals.get('__name__')}:{code.co_qualname}"
        if name in RECORDING:
            return None
        if code.co_filename.startswith(SOURCE):
            if "/tests/" in code.co_filename:
                break
            found = found or name
        frame = frame.f_back
    return found


def table_of(sql: str) -> str | None:
    """Return the table of ours that a statement writes to."""
    found = WRITE.match(sql)
    if found is None:
        return None
    table = found.group(1).lower()
    return table if table.partition("_")[0] in APPS else None


def _saw(connection: Any, sql: str) -> None:
    table = table_of(sql) if isinstance(sql, str) else None
    if table is None:
        return
    now = _watch.open.get(id(connection))
    if table == AUDIT:
        if now is not None:
            now.audited = True
        return
    by = writer()
    if by is None:
        return
    if now is None:
        raise Unaudited(f"{by} writes to {table} outside of any transaction")
    now.written.add(f"{by} to {table}")


def _entered(connection: Any) -> None:
    _watch.open.setdefault(id(connection), _Transaction()).depth += 1


def _left(connection: Any, *, failed: bool) -> Unaudited | None:
    """Return why a transaction that ends must not be committed."""
    now = _watch.open.get(id(connection))
    if now is None:
        return None
    now.depth -= 1
    if now.depth:
        return None
    del _watch.open[id(connection)]
    if failed or now.audited or not now.written:
        return None
    return Unaudited(f"No audit entry where {', '.join(sorted(now.written))}")


@contextmanager
def watching(set_attribute: Callable[[Any, str, Any], None]) -> Iterator[None]:
    """Watch everything that is written; `set_attribute` is `monkeypatch.setattr`."""
    execute = CursorWrapper._execute_with_wrappers
    enter, leave = Atomic.__enter__, Atomic.__exit__

    def executing(self: Any, sql: str, params: Any, many: bool, executor: Any) -> Any:
        _saw(self.db, sql)
        return execute(self, sql, params, many, executor)

    def entering(self: Any) -> None:
        enter(self)
        if not self._from_testcase:
            _entered(connections[self.using or DEFAULT_DB_ALIAS])

    def leaving(self: Any, kind: Any, error: Any, trace: Any) -> None:
        refused = None
        if not self._from_testcase:
            connection = connections[self.using or DEFAULT_DB_ALIAS]
            refused = _left(connection, failed=kind is not None)
        if refused is None:
            leave(self, kind, error, trace)
            return
        leave(self, Unaudited, refused, None)
        raise refused

    set_attribute(CursorWrapper, "_execute_with_wrappers", executing)
    set_attribute(Atomic, "__enter__", entering)
    set_attribute(Atomic, "__exit__", leaving)
    yield
    _watch.open.clear()
