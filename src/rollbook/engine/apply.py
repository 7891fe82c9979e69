"""A plan becomes the directory, in one transaction: everything or nothing (R-14)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import polars as pl
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rollbook.core.entities import TABLES
from rollbook.core.errors import NotFound, PlanStale, RollbookError
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.core.plan import Plan
from rollbook.engine import changes
from rollbook.engine.copying import copy_in
from rollbook.engine.ids import allocate
from rollbook.engine.locks import add_revision, lease, lock_district
from rollbook.engine.receipt import Progress, Receipt, Stopwatch
from rollbook.engine.runs import claim, record_applied, settle
from rollbook.store.models import Hold, SyncRun

__all__ = ["apply_plan"]

_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    "contact_method": ("kind", "value"),
    "enrollment": ("classroom_id", "student_id"),
    "source_link": ("kind", "sourced_id"),
}
"""table → the order in which new rows go in: that of its dearest index, whose pages are then filled one by one. A class
list lies together, too."""


def apply_plan(
    run: SyncRun, plan: Plan, approved: Collection[str] = (), *, by: str = "", progress: Progress | None = None
) -> Receipt:
    """What ``plan`` holds, less what waits in a hold that ``approved`` does not release, is in the directory; ``run``
    is applied, its released holds are approved by ``by`` (default: who planned), the district has a new revision.

    All of it in one transaction: whatever ends it early leaves the directory as it was, and ``run`` failed or stale.
    Raises LeaseLost (another run of this connection is at work), PlanStale (the directory moved, R-1; or this run is
    not there to be applied), NotFound (``approved`` names a hold that the plan has not).
    """
    if missing := set(approved) - set(plan.holds["hold"]):
        raise NotFound(
            f"This plan has no hold {', '.join(sorted(missing))}.", hint="rollbook plan lists the holds of a plan."
        )
    with lease(run.connection_id):
        claim(run)
        try:
            with transaction.atomic(durable=True), connection.cursor() as cursor:
                receipt = _Write(cursor, run, plan, approved, by or run.created_by, progress).everything()
        except IntegrityError as error:
            stale = _collision(run, error)
            settle(run, RunState.STALE, stale.message)
            raise stale from None  # PostgreSQL's own message repeats the values
        except BaseException as error:
            state = RunState.STALE if isinstance(error, PlanStale) else RunState.FAILED
            settle(run, state, _sentence(error))
            raise
        run.refresh_from_db()
    return receipt


class _Write:
    """One application of one plan, step by step, inside its transaction."""

    def __init__(
        self, cursor: Any, run: SyncRun, plan: Plan, approved: Collection[str], by: str, progress: Progress | None
    ) -> None:
        self.cursor = cursor
        self.run = run
        self.whole = plan
        self.ready = plan.without_holds(approved)
        self.released = plan.released(approved)
        self.by = by
        self.progress = progress
        self.now = timezone.now()
        self.watch = Stopwatch()
        self.total = self.ready.edits.height + sum(rows.height for rows in self.ready.inserts.values())
        self.done = 0

    def everything(self) -> Receipt:
        """All steps; the receipt is part of what is committed."""
        # PostgreSQL itself ends our transaction within a second when this process dies in a long statement
        self.cursor.execute("SET LOCAL client_connection_check_interval = '1s'")
        self._check_ground()
        with self.watch.step("ids"):
            ids = allocate(self.cursor, self.ready.inserts)
            self._tell("ids", 0)
        with self.watch.step("log"):
            self._log_edits(ids.bind_edits(self.ready.edits))
            self._tell("log", 0)
        with self.watch.step("edits"):
            done = changes.perform(self.cursor, run_id=self.run.pk, district_id=self.run.district_id)
            self._tell("edits", self.ready.edits.height)
        inserted = {}
        for table in TABLES:
            rows = self.ready.inserts.get(table)
            if rows is not None and not rows.is_empty():
                with self.watch.step(f"insert {table}"):
                    inserted[table] = self._insert(table, ids.bind_rows(table, rows))
        receipt = Receipt(
            run=self.run.pk, inserted=inserted, updated=done.updated, deleted=done.deleted, seconds=self.watch.seconds
        )
        self._close(receipt)
        self._tell("commit", 0)
        return receipt

    def _check_ground(self) -> None:
        """The district is locked, and is what the plan was computed from (R-1)."""
        revision = lock_district(self.cursor, self.run.district_id)
        planned = self.whole.baseline.partition("-")[0]
        if self.run.baseline != self.whole.baseline or planned != str(revision):
            raise PlanStale(
                "The directory has changed since this plan was computed. Nothing was applied.",
                hint="Plan again; the new plan says what is different.",
                detail={"run": self.run.pk, "planned": planned, "revision": revision},
            )

    def _log_edits(self, edits: pl.DataFrame) -> None:
        columns = ("table", "row_id", "op", "kind", "record_id", "action")
        updates = edits.filter(pl.col("op") == "update").select(
            *columns,
            "old",
            "new",
            district_id=pl.lit(self.run.district_id),
            run_id=pl.lit(self.run.pk),
            at=pl.lit(self.now.isoformat()),
            by=pl.lit(self.by),
        )
        self._expect("change_log", updates.height, copy_in(self.cursor, "change_log", updates))
        deletes = edits.filter(pl.col("op") == "delete").select(columns)
        if deletes.is_empty():
            return
        self.cursor.execute(
            """CREATE TEMP TABLE doomed ("table" text, row_id bigint, op text, kind text, record_id bigint, action text)
            ON COMMIT DROP"""
        )
        copy_in(self.cursor, "doomed", deletes)
        logged = 0
        for table in deletes["table"].unique().sort():
            self.cursor.execute(
                f"""INSERT INTO change_log
                (district_id, run_id, "table", row_id, op, kind, record_id, action, old, at, by)
                SELECT %s, %s, d."table", d.row_id, d.op, d.kind, d.record_id, d.action, to_jsonb(t), %s, %s
                FROM doomed d JOIN "{table}" t ON t.id = d.row_id AND t.district_id = %s WHERE d."table" = %s""",
                [self.run.district_id, self.run.pk, self.now, self.by, self.run.district_id, table],
            )
            logged += self.cursor.rowcount
        self._expect("change_log", deletes.height, logged)

    def _insert(self, table: str, rows: pl.DataFrame) -> int:
        extra = {"district_id": self.run.district_id, "created_run_id": self.run.pk}
        if TABLES[table].managed:
            extra["connection_id"] = self.run.connection_id
        full = rows.with_columns(**{name: pl.lit(value) for name, value in extra.items()})
        if table in _ORDER:
            full = full.sort(_ORDER[table])
        number = copy_in(self.cursor, table, full, lambda rows: self._tell(f"insert {table}", rows))
        self._expect(table, rows.height, number)
        return number

    def _close(self, receipt: Receipt) -> None:
        if receipt.rows:  # what changes nothing makes no other plan stale
            add_revision(self.cursor, self.run.district_id)
        holds = Hold.objects.filter(run=self.run, key__in=self.released)
        holds.update(released_run=self.run)
        holds.exclude(state=HoldState.APPROVED).update(
            state=HoldState.APPROVED, decided_by=self.by, decided_at=self.now
        )
        record_applied(
            self.cursor,
            self.run,
            {"applied_at": self.now, "approved": sorted(self.released), "receipt": receipt.as_dict()},
        )

    def _expect(self, table: str, planned: int, found: int) -> None:
        if planned != found:
            raise PlanStale(
                f"{planned - found} of {planned} rows of {table} are not as the plan saw them. Nothing was applied.",
                hint="Plan again.",
                detail={"run": self.run.pk, "table": table, "planned": planned, "found": found},
            )

    def _tell(self, stage: str, rows: int) -> None:
        self.done += rows
        if self.progress is not None:
            self.progress(stage, self.done, self.total)


def _sentence(error: BaseException) -> str:
    if isinstance(error, RollbookError):
        return error.message
    if isinstance(error, KeyboardInterrupt):
        return "Stopped by hand. Nothing was applied."
    return f"Apply stopped with {type(error).__name__}. Nothing was applied."


def _collision(run: SyncRun, error: IntegrityError) -> PlanStale:
    diagnosis = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnosis, "constraint_name", None) or "unknown"
    table = getattr(diagnosis, "table_name", None) or "unknown"
    return PlanStale(
        f"The directory does not take this plan: a row of {table} breaks {constraint}. Nothing was applied.",
        hint="Plan again. If it happens again, report it: the plan is wrong.",
        detail={"run": run.pk, "table": table, "constraint": constraint},
    )
