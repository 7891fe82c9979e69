"""What operators look at: every source with its health and the age of its data, the queue, the last day's work.

Numbers and ids of the installation only; nobody's data. A handful of queries, whatever the number of districts and runs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection as database

from rollbook.core.health import Health, health_of
from rollbook.core.lifecycle import RunState

__all__ = ["SourceSignal", "Work", "source_signals", "work"]

_DAY = dt.timedelta(days=1)
_ALIVE = dt.timedelta(minutes=2)
"""A worker process says that it lives every few seconds."""
_LISTENERS = 2
"""A worker process listens to two queues: runs, and what takes a moment."""

_SOURCES = """
SELECT d.slug, d.name AS district, d.timezone, c.name AS source, c.kind, c.next_due_at, c.paused_because,
       newest.id AS run, newest.state, newest.error, newest.at AS run_at, newest.stage, applied.at AS data_at,
       coalesce(held.heads, 0) AS holds, coalesce(held.records, 0) AS waiting, coalesce(on_now.kinds, '{}') AS alarms
FROM source_connection c
JOIN district d ON d.id = c.district_id
LEFT JOIN LATERAL (
  SELECT r.id, r.state, r.error, r.stage, coalesce(r.started_at, r.created_at) AS at FROM sync_run r
  WHERE r.connection_id = c.id AND r.kind = 'sync' AND r.state <> 'cancelled' ORDER BY r.id DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
  SELECT coalesce(r.started_at, r.created_at) AS at FROM sync_run r
  WHERE r.connection_id = c.id AND r.kind = 'sync' AND r.state = 'applied' ORDER BY r.id DESC LIMIT 1
) applied ON true
LEFT JOIN LATERAL (
  SELECT r.id FROM sync_run r
  WHERE r.connection_id = c.id AND r.kind = 'sync' AND r.state IN ('planned', 'applied') ORDER BY r.id DESC LIMIT 1
) decidable ON true
LEFT JOIN LATERAL (
  SELECT count(*) FILTER (WHERE h.depends_on = '') AS heads, sum(h.count)::bigint AS records FROM hold h
  WHERE h.run_id = decidable.id AND h.state = 'open'
) held ON true
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT a.kind ORDER BY a.kind) AS kinds FROM alarm a
  WHERE a.connection_id = c.id AND a.over_at IS NULL
) on_now ON true
ORDER BY d.slug, c.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSignal:
    """One source. ``data_at``: when what is in the directory was read (None: nothing is); ``run``, ``state``, ``run_at``,
    ``stage``, ``error``: of the newest run that was not cancelled; ``holds`` and ``waiting``: open ones of the newest plan,
    and the records in them; ``alarms``: the kinds that are on."""

    slug: str
    district: str
    timezone: str
    source: str
    kind: str
    health: Health
    data_at: dt.datetime | None
    run: int | None
    state: str
    run_at: dt.datetime | None
    stage: str
    error: str
    next_due_at: dt.datetime | None
    paused_because: str
    holds: int
    waiting: int
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The installation as a whole. ``runs``: state → runs there are; ``queued``, ``working``: runs that wait for a worker,
    that one has; ``oldest_at``: since when the longest has waited that could begin; ``workers``: processes alive;
    ``letters``: mails not sent yet. Of the last day's runs: ``seconds``: stage → (seconds in all, times); ``rows``:
    stream → rows received; ``written``: (operation, table) → rows."""

    runs: Mapping[str, int]
    queued: int
    working: int
    oldest_at: dt.datetime | None
    workers: int
    letters: int
    seconds: Mapping[str, tuple[float, int]]
    rows: Mapping[str, int]
    written: Mapping[tuple[str, str], int]


def source_signals() -> list[SourceSignal]:
    """Every source of every district, by district. One query."""
    return [_signal(row) for row in _rows(_SOURCES)]


def work(*, now: dt.datetime) -> Work:
    """What there is to do and what the last day did. Five queries."""
    since = now - _DAY
    [queue] = _rows(
        """SELECT count(*) FILTER (WHERE state = 'queued') AS queued, count(*) FILTER (WHERE worker <> '') AS working,
        min(greatest(created_at, coalesce(due_at, created_at), coalesce(retry_at, created_at)))
          FILTER (WHERE state = 'queued' AND greatest(due_at, retry_at, created_at) <= %(now)s) AS oldest_at,
        (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > %(alive)s) AS listeners,
        (SELECT count(*) FROM letter WHERE sent_at IS NULL) AS letters
        FROM sync_run WHERE state = 'queued' OR worker <> ''""",
        now=now,
        alive=now - _ALIVE,
    )
    states = _rows("SELECT state, count(*) AS runs FROM sync_run GROUP BY state ORDER BY state")
    stages = _rows(
        """SELECT step.key AS stage, sum(step.value::float8) AS seconds, count(*) AS times FROM sync_run r,
        jsonb_each_text(r.seconds || coalesce(r.receipt -> 'seconds', '{}')) step
        WHERE r.created_at > %(since)s GROUP BY step.key ORDER BY step.key""",
        since=since,
    )
    rows = _rows(
        """SELECT stream.key AS stream, sum(stream.value::bigint)::bigint AS rows FROM sync_run r,
        jsonb_each_text(r.rows) stream WHERE r.created_at > %(since)s GROUP BY stream.key ORDER BY stream.key""",
        since=since,
    )
    written = _rows(
        """SELECT done.key AS operation, written.key AS "table", sum(written.value::bigint)::bigint AS rows
        FROM sync_run r, jsonb_each(r.receipt) done, jsonb_each_text(done.value) written
        WHERE r.applied_at > %(since)s AND done.key IN ('inserted', 'updated', 'deleted')
        GROUP BY done.key, written.key ORDER BY done.key, written.key""",
        since=since,
    )
    return Work(
        runs={row["state"]: row["runs"] for row in states},
        queued=queue["queued"],
        working=queue["working"],
        oldest_at=queue["oldest_at"],
        workers=-(-queue["listeners"] // _LISTENERS),
        letters=queue["letters"],
        seconds={row["stage"]: (row["seconds"], row["times"]) for row in stages},
        rows={row["stream"]: row["rows"] for row in rows},
        written={(row["operation"], row["table"]): row["rows"] for row in written},
    )


def _signal(row: Mapping[str, Any]) -> SourceSignal:
    health = health_of(
        RunState(row["state"]) if row["state"] else None,
        holds=row["holds"],
        alarms=row["alarms"],
        is_paused=bool(row["paused_because"]),
    )
    texts = {name: row[name] or "" for name in ("state", "error", "stage")}
    return SourceSignal(**{**row, **texts, "alarms": tuple(row["alarms"]), "health": health})


def _rows(query: str, **values: Any) -> list[dict[str, Any]]:
    with database.cursor() as cursor:
        cursor.execute(query, values or None)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
