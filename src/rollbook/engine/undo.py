"""An applied run, or an act by hand, is taken back, exactly (R-11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db import connection, transaction
from django.utils import timezone

from rollbook.core.errors import HoldRequired, PlanStale
from rollbook.core.lifecycle import RunKind, RunState, check_move
from rollbook.engine import changes, hand_acts
from rollbook.engine.acts import record_done
from rollbook.engine.effects import Deed, Effects
from rollbook.engine.locks import add_revision, lease, lock_district
from rollbook.engine.owners import owner_id, owner_table, record_kind
from rollbook.engine.receipt import Progress, Receipt, Stopwatch
from rollbook.engine.runs import record_applied
from rollbook.store.models import Act, SyncRun

__all__ = ["UndoPlan", "has_own_undo", "preview", "preview_act", "undo", "undo_act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlan:
    """What undoing ``deed`` ("run 12", "act 3") would do: table → rows that it would delete, set back and bring back.
    ``conflicts`` (``CONFLICT_SCHEMA``): records that later changes stand on."""

    deed: str
    deletes: Mapping[str, int]
    updates: Mapping[str, int]
    inserts: Mapping[str, int]
    conflicts: pl.DataFrame

    @property
    def rows(self) -> int:
        """All rows that would be written."""
        return sum(sum(part.values()) for part in (self.deletes, self.updates, self.inserts))

    @property
    def blocking_runs(self) -> tuple[int, ...]:
        """The runs to undo first, in this order."""
        return tuple(sorted(self.conflicts["run"].drop_nulls().unique(), reverse=True))


def preview(run: SyncRun) -> UndoPlan:
    """What ``undo`` would do now, and what is in its way. Nothing is written.

    Raises PlanStale when the run is not applied.
    """
    run.refresh_from_db()
    check_move(run.pk, RunState(run.state), RunState.UNDONE)
    with transaction.atomic(), connection.cursor() as cursor:
        return _prepared(Effects(cursor, run))


def undo(
    run: SyncRun,
    *,
    by: str,
    now: dt.datetime | None = None,
    exclude_conflicts: bool = False,
    progress: Progress | None = None,
) -> Receipt:
    """The directory is as it was before ``run``, byte for byte if nothing came later; ``run`` is undone. The undo is a
    run itself and is undone the same way, which makes ``run`` applied again.

    Later changes to the same rows, or rows that refer to what would go, are in the way: HoldRequired names the runs to
    undo first. With ``exclude_conflicts`` those records, and what they need, stay as they are instead. One transaction;
    raises LeaseLost and PlanStale as apply does.
    """
    with lease(run.connection_id), transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_connection_check_interval = '1s'")
        revision = lock_district(cursor, run.district_id)
        run.refresh_from_db()
        check_move(run.pk, RunState(run.state), RunState.UNDONE)
        watch = Stopwatch()
        effects = Effects(cursor, run)
        with watch.step("look"):
            found = _prepared(effects)
        if found.conflicts.height and not exclude_conflicts:
            raise _in_the_way(found)
        with watch.step("exclude"):
            excluded = effects.exclude() if found.conflicts.height else 0
        moment = now or timezone.now()
        undoing = SyncRun.objects.create(
            district_id=run.district_id,
            connection_id=run.connection_id,
            kind=RunKind.UNDO,
            state=RunState.APPLIED,
            baseline=f"{revision}-undo",
            created_at=moment,
            created_by=by,
            undoes=run,
        )
        tell = progress or _silent
        tell("log", 0, found.rows)
        with watch.step("log"):
            _log(cursor, effects, undoing, by, moment)
        tell("write", 0, found.rows)
        with watch.step("write"):
            done = changes.perform(cursor, run_id=undoing.pk, district_id=run.district_id)
        receipt = Receipt(
            run=undoing.pk,
            inserted=done.inserted,
            updated=done.updated,
            deleted=done.deleted,
            seconds=watch.seconds,
            excluded=excluded,
        )
        add_revision(cursor, run.district_id)
        record_applied(cursor, undoing, {"applied_at": moment, "receipt": receipt.as_dict()})
        _turn(run, RunState.UNDONE)
        tell("commit", found.rows, found.rows)
    run.refresh_from_db()
    return receipt


def preview_act(act: Act) -> UndoPlan:
    """As ``preview``, of an act by hand."""
    act.refresh_from_db()
    _check_done(act)
    with transaction.atomic(), connection.cursor() as cursor:
        return _prepared(Effects(cursor, act))


def undo_act(act: Act, *, by: str, now: dt.datetime, exclude_conflicts: bool = False) -> Act:
    """As ``undo``, of an act by hand; the undo is an act itself, whose ``counts`` are ``rows`` written and ``excluded``
    objects left as they are."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock_district(cursor, act.district_id)
        act.refresh_from_db()
        _check_done(act)
        effects = Effects(cursor, act)
        found = _prepared(effects)
        if found.conflicts.height and not exclude_conflicts:
            raise _in_the_way(found)
        excluded = effects.exclude() if found.conflicts.height else 0
        undoing = Act.objects.create(district_id=act.district_id, kind="undo", by=by, at=now, undoes=act)
        _log(cursor, effects, undoing, by, now)
        done = changes.perform(cursor, act_id=undoing.pk, district_id=act.district_id)
        rows = sum(sum(part.values()) for part in (done.inserted, done.updated, done.deleted))
        add_revision(cursor, act.district_id)
        record_done(cursor, undoing, {"rows": rows, "excluded": excluded})
        turned: Act | None = act
        state = "undone"
        while turned is not None:
            Act.objects.filter(pk=turned.pk).update(state=state)
            turned, state = turned.undoes, "done" if state == "undone" else "undone"
    act.refresh_from_db()
    return undoing


def has_own_undo(act: Act) -> bool:
    """Whether the act (or the one that it took back) is of steps 3 and 4, which are taken back on their own pages."""
    return act.kind in hand_acts.KINDS or (act.undoes is not None and act.undoes.kind in hand_acts.KINDS)


def _check_done(act: Act) -> None:
    if has_own_undo(act):
        raise PlanStale(
            f"Act {act.pk} is of the set-up, and decided more than the directory shows.",
            hint="Take it back on the page where it was done, as long as it is the last one there.",
        )
    if act.state != "done":
        raise PlanStale(f"Act {act.pk} has been undone since.", hint="Undo the undo to have it back.")


def _prepared(effects: Effects) -> UndoPlan:
    effects.gather()
    return UndoPlan(
        deed=str(effects.deed),
        conflicts=effects.find_conflicts(),
        deletes=effects.counts("delete"),
        updates=effects.counts("update"),
        inserts=effects.counts("insert"),
    )


def _log(cursor: Any, effects: Effects, undoing: Deed, by: str, moment: dt.datetime) -> None:
    """The undo's own change log: what the deed created goes, what it changed goes back, what it removed returns."""
    stamp = {"district": undoing.district_id, "deed": undoing.pk, "at": moment, "by": by}
    whose = "run_id" if isinstance(undoing, SyncRun) else "act_id"
    head = (
        f'INSERT INTO change_log (district_id, {whose}, "table", row_id, op, kind, record_id, action, old, new, at, by)'
    )
    for table in effects.counts("delete"):
        kind = record_kind(f"({owner_table(table, 't')})", owner_id(table, "t"), "%(district)s")
        cursor.execute(
            f"""{head} SELECT %(district)s, %(deed)s, e."table", t.id, 'delete', {kind}, {owner_id(table, "t")}, 'undo',
            to_jsonb(t), NULL, %(at)s, %(by)s
            FROM effect e JOIN "{table}" t ON t.id = e.row_id WHERE e."table" = '{table}' AND e.op = 'delete'""",
            stamp,
        )
    cursor.execute(
        f"""{head} SELECT %(district)s, %(deed)s, e."table", e.row_id, e.op, m.kind, m.record_id, 'undo',
        CASE WHEN e.op = 'update' THEN m.new END, m.old, %(at)s, %(by)s
        FROM effect e JOIN mine m ON m.id = e.log_id WHERE e.op IN ('update', 'insert')""",
        stamp,
    )


def _turn(run: SyncRun, state: RunState) -> None:
    """``run`` has the new state; what it had undone turns the other way, and so on down."""
    turned: SyncRun | None = run
    while turned is not None:
        check_move(turned.pk, RunState(turned.state), state)
        SyncRun.objects.filter(pk=turned.pk).update(state=state)
        turned = turned.undoes
        state = RunState.APPLIED if state == RunState.UNDONE else RunState.UNDONE


def _in_the_way(found: UndoPlan) -> HoldRequired:
    records = found.conflicts.select("kind", "record_id").n_unique()
    by_hand = found.conflicts.filter(pl.col("run").is_null()).select("kind", "record_id").n_unique()
    runs = found.blocking_runs
    who = [*(f"run {run}" for run in runs), *(["changes by hand"] if by_hand else [])]
    first = f"Undo {', then '.join(f'run {run}' for run in runs)} first, or leave" if runs else "Leave"
    return HoldRequired(
        f"{records} {'record' if records == 1 else 'records'} of {found.deed} cannot be taken back: "
        f"{' and '.join(who)} came later. Nothing was undone.",
        hint=f"{first} these records as they are.",
        detail={"deed": found.deed, "records": records, "by_hand": by_hand, "runs": list(runs)},
    )


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody listens."""
