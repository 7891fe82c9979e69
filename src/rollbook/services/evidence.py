"""What the source said of one sourcedId, and what the newest plan made of it (R-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from rollbook.core.errors import NotFound
from rollbook.core.explain import ACTION_WORDS, left_out_sentence, sentence
from rollbook.core.findings.sentences import told
from rollbook.core.lifecycle import HoldState, RunState
from rollbook.core.plan import Plan
from rollbook.core.snapshot import LINE, Snapshot
from rollbook.services import planning
from rollbook.store.models import Hold, SourceConnection, SyncRun

__all__ = ["STREAM_KINDS", "Evidence", "Received", "newest", "of_run"]

STREAM_KINDS: Mapping[str, str] = {
    "orgs": "school",
    "academicSessions": "session",
    "courses": "course",
    "classes": "classroom",
    "users": "user",
    "enrollments": "enrollment",
}
"""stream → what one of its rows speaks of; a user is a student or a person."""

_PLAN_KINDS = {"person": ("staff", "guardian", "person"), "user": ("student", "staff", "guardian")}
_FILES = {"classroom": "classes", "school": "orgs", "session": "academicSessions", "course": "courses"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One row as it was received: where it stands, and its cells that hold something."""

    file: str
    line: int
    values: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The newest run of a source, with what is still kept of it."""

    connection: SourceConnection
    run: SyncRun
    snapshot: Snapshot | None
    plan: Plan | None

    def frame(self, stream: str) -> pl.DataFrame:
        """The rows of a stream; none when it was not delivered or is not kept any more."""
        if self.snapshot is None or stream not in self.snapshot.streams:
            return pl.DataFrame(schema={LINE: pl.UInt32, "sourcedId": pl.String})
        return self.snapshot.streams[stream].frame

    def kinds(self, sourced_id: str) -> list[str]:
        """What the data has under this id, by the kinds of ``STREAM_KINDS``."""
        return [
            kind
            for stream, kind in STREAM_KINDS.items()
            if "sourcedId" in self.frame(stream).columns
            and self.frame(stream).filter(pl.col("sourcedId") == sourced_id).height
        ]

    def rows(self, kind: str, sourced_id: str) -> list[Received]:
        """The rows that speak of a record: its own, and its roles where those have a file of their own."""
        stream = _FILES.get(kind, "enrollments" if kind == "enrollment" else "users")
        found = self._received(stream, "sourcedId", sourced_id)
        if stream == "users":
            found += self._received("roles", "userSourcedId", sourced_id)
        return found

    def seats(self, column: str, sourced_id: str) -> pl.DataFrame:
        """The enrollment rows of a user (``userSourcedId``) or a class (``classSourcedId``), as received, with
        ``reason`` and ``class_reason`` where scope left the row or its class out."""
        rows = self.frame("enrollments")
        if column not in rows.columns:
            return pl.DataFrame()
        rows = rows.filter(pl.col(column) == sourced_id)
        if self.plan is None:
            return rows.with_columns(reason=pl.lit(None, pl.String), class_reason=pl.lit(None, pl.String))
        out = self.plan.left_out.unique(("kind", "sourced_id"))
        own = out.filter(pl.col("kind") == "enrollment").select(sourcedId="sourced_id", reason="reason")
        rooms = out.filter(pl.col("kind") == "classroom").select(classSourcedId="sourced_id", class_reason="reason")
        return rows.join(own, on="sourcedId", how="left", maintain_order="left").join(
            rooms, on="classSourcedId", how="left", maintain_order="left"
        )

    def verdict(self, kind: str, sourced_id: str, *, is_here: bool) -> list[str]:
        """The rules that decided, a sentence each: what the plan does with the record and why, whether that is applied,
        waits, and who approved; why it was left out; what was found wrong with its row."""
        if self.plan is None:
            return [f"The plan of run {self.run.pk} is not kept any more, so its reasons are gone."]
        told_ = [*self._acted(kind, sourced_id), *self._left_out(kind, sourced_id)]
        remarks = [
            f"{row['sentence']} ({row['code']}, {row['severity']}) {row['what_to_do']}"
            for row in self._findings.filter(pl.col("sourced_id") == sourced_id).iter_rows(named=True)
        ]
        refused = bool(self._refused(kind, sourced_id))
        if refused:
            told_.append("Its row was refused, so what the directory has of it stays as it is (S-3).")
        if not told_:
            told_.append(self._nothing(kind, sourced_id, is_here=is_here))
        return [*told_, *remarks]

    def acted(self, kind: str, sourced_id: str) -> list[str]:
        """What this run does with the record and why; empty when it does nothing or its plan is not kept any more."""
        return [] if self.plan is None else self._acted(kind, sourced_id)

    def remarks_on_line(self, file: str, line: int) -> list[str]:
        """What was found about one line of a file."""
        rows = self._findings.filter((pl.col("file") == file) & (pl.col("line") == line))
        return rows["sentence"].to_list()

    @cached_property
    def _findings(self) -> pl.DataFrame:
        assert self.plan is not None
        return told(self.plan.findings)

    def _received(self, stream: str, column: str, sourced_id: str) -> list[Received]:
        frame = self.frame(stream)
        if column not in frame.columns:
            return []
        return [
            Received(
                file=f"{stream}.csv",
                line=row.pop(LINE),
                values={name: value for name, value in row.items() if value not in (None, "")},
            )
            for row in frame.filter(pl.col(column) == sourced_id).to_dicts()
        ]

    def _refused(self, kind: str, sourced_id: str) -> int:
        if self.plan is None:
            return 0
        errors = self._findings.filter((pl.col("sourced_id") == sourced_id) & (pl.col("severity") == "error"))
        return errors.height if kind != "enrollment" else errors.filter(pl.col("file") == "enrollments.csv").height

    def _acted(self, kind: str, sourced_id: str) -> list[str]:
        assert self.plan is not None
        records = self.plan.records.filter(
            (pl.col("sourced_id") == sourced_id)
            & pl.col("kind").cast(pl.String).is_in(list(_PLAN_KINDS.get(kind, (kind,))))
        )
        return [self._did(row) for row in records.iter_rows(named=True)]

    def _did(self, row: Mapping[str, str | None]) -> str:
        done, would = ACTION_WORDS[str(row["action"])]
        why = sentence(str(row["reason"]))
        hold = row["hold"]
        if hold is not None and hold not in self.run.approved:
            kept = Hold.objects.filter(run=self.run, key=hold).first()
            words = kept.sentence if kept else "A hold keeps it."
            if kept is not None and kept.state == HoldState.REJECTED:
                return f"Run {self.run.pk}: it {would}, but {kept.decided_by} rejected hold {hold}. {words} {why}"
            return f"Run {self.run.pk}: it {would}, but waits in hold {hold}. {words} {why}"
        if self.run.state == RunState.APPLIED:
            approver = Hold.objects.filter(run=self.run, key=hold).first() if hold else None
            by = f", approved by {approver.decided_by}" if approver and approver.decided_by else ""
            return f"Run {self.run.pk}, applied by {self.run.created_by}{by}: it was {done}. {why}"
        return f"Run {self.run.pk} ({self.run.state}): it {would}. {why}"

    def _left_out(self, kind: str, sourced_id: str) -> list[str]:
        assert self.plan is not None
        kinds = {"user": ("student", "person")}.get(kind, (kind,))
        rows = self.plan.left_out.filter((pl.col("sourced_id") == sourced_id) & pl.col("kind").is_in(list(kinds)))
        return [left_out_sentence(reason) for reason in rows["reason"].unique(maintain_order=True)]

    def _nothing(self, kind: str, sourced_id: str, *, is_here: bool) -> str:
        received = bool(self.rows(kind, sourced_id))
        if received and is_here:
            return f"Run {self.run.pk}: the row was received and says what the directory says, so nothing changes."
        if received:
            return f"Run {self.run.pk}: the row was received; nothing comes of it by itself."
        return f"Run {self.run.pk}: the data has no row of it, and the run changes nothing about it."


def newest(connection: SourceConnection) -> Evidence | None:
    """The newest run of a source that read something, or None."""
    run = SyncRun.objects.of(connection.pk).syncs().newest_first().select_related("connection", "district").first()
    if run is None:
        return None
    try:
        snapshot = planning.load_snapshot(run)
    except NotFound:
        snapshot = None
    return Evidence(connection=connection, run=run, snapshot=snapshot, plan=_plan(run))


def of_run(connection: SourceConnection, run: SyncRun) -> Evidence:
    """One run of a source, without what it received."""
    return Evidence(connection=connection, run=run, snapshot=None, plan=_plan(run))


def _plan(run: SyncRun) -> Plan | None:
    try:
        return planning.load(run)
    except NotFound:
        return None
