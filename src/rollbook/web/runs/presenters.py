"""Runs, ready to be shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext as _

from rollbook.core.entities import KINDS
from rollbook.core.explain import left_out_sentence
from rollbook.core.lifecycle import RunKind, RunState
from rollbook.reports.run_list import RunRow
from rollbook.reports.run_page import RunFacts, RunTold
from rollbook.services.progress import Progress
from rollbook.web.progress.presenters import ProgressCard, progress_card, stage_words

__all__ = [
    "Cell",
    "FileRow",
    "Finding",
    "Hold",
    "LeftOut",
    "MatrixRow",
    "RunLine",
    "RunPage",
    "RunsPage",
    "Stage",
    "headings",
    "holds_of",
    "matrix_rows",
    "query_of",
    "run_page",
    "runs_page",
    "state_word",
]

_STATE_DOTS: Mapping[str, str] = {
    RunState.APPLIED: "good",
    RunState.FAILED: "bad",
    RunState.PLANNED: "wait",
    RunState.STALE: "wait",
}
_STAGES = ("read", "clean", "state", "scope", "match", "diff", "plan", "keep")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunLine:
    """One run of the list."""

    row: RunRow
    dot: str
    state: str
    is_undo: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsPage:
    """The list. ``older``: the run to begin the next page below, when there are more."""

    slug: str
    runs: tuple[RunLine, ...]
    older: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One school and kind of the matrix; ``query`` leads to the people behind it."""

    kind: str
    added: int
    changed: int
    removed: int
    held: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One school."""

    school: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage of the band, in percent of the whole."""

    name: str
    seconds: float
    x: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One stream that was received. ``difference``: +12, −3, or blank."""

    name: str
    rows: int
    before: int | None
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One code with its first case."""

    code: str
    severity: str
    title: str
    rows: int
    sentence: str
    what_to_do: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold that stands by itself, with ``dependents`` records that wait with it."""

    key: str
    sentence: str
    cause: str
    count: int
    dependents: int
    state: str
    is_open: bool
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Why rows that were received take no part."""

    sentence: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """One run."""

    slug: str
    facts: RunFacts
    dot: str
    state: str
    is_undo: bool
    may_preview: bool
    may_undo: bool
    was_kept: bool
    progress: ProgressCard
    stages: tuple[Stage, ...]
    total: float
    files: tuple[FileRow, ...]
    headings: tuple[str, ...]
    matrix: tuple[MatrixRow, ...]
    findings: tuple[Finding, ...]
    holds: tuple[Hold, ...]
    left_out: tuple[LeftOut, ...]


def state_word(state: str) -> str:
    """A run's state as people read it."""
    words = {
        RunState.QUEUED: _("waiting for a worker"),
        RunState.PLANNING: _("being planned"),
        RunState.PLANNED: _("planned, not applied"),
        RunState.APPLYING: _("being applied"),
        RunState.APPLIED: _("applied"),
        RunState.UNDONE: _("undone"),
        RunState.STALE: _("out of date"),
        RunState.DISCARDED: _("discarded"),
        RunState.FAILED: _("failed"),
        RunState.CANCELLED: _("cancelled"),
    }
    return words[RunState(state)]


def headings(kinds: Sequence[str]) -> tuple[str, ...]:
    """What the columns of a matrix are called."""
    words = {
        "school": _("Schools"),
        "student": _("Students"),
        "guardian": _("Guardians"),
        "staff": _("Staff"),
        "classroom": _("Classrooms"),
        "enrollment": _("Enrollments"),
        "guardianship": _("Family links"),
    }
    return tuple(words[kind] for kind in kinds)


def runs_page(slug: str, rows: Sequence[RunRow], size: int) -> RunsPage:
    """``rows``: one more than ``size`` when there are older ones."""
    shown = rows[:size]
    return RunsPage(
        slug=slug,
        runs=tuple(
            RunLine(
                row=row,
                dot=_STATE_DOTS.get(row.state, "none"),
                state=state_word(row.state),
                is_undo=row.kind == RunKind.UNDO,
            )
            for row in shown
        ),
        older=shown[-1].run if len(rows) > size else None,
    )


def run_page(slug: str, facts: RunFacts, told: RunTold | None, progress: Progress) -> RunPage:
    """``told``: what the plan says, None when it is not kept any more."""
    kinds, matrix = matrix_rows(told.matrix) if told else ((), ())
    card = progress_card(slug, progress)
    stages, total = _stages(facts.seconds)
    return RunPage(
        slug=slug,
        facts=facts,
        dot=_STATE_DOTS.get(facts.state, "none"),
        state=state_word(facts.state),
        is_undo=facts.kind == RunKind.UNDO,
        may_preview=told is not None,
        may_undo=facts.state == RunState.APPLIED and card.is_over,
        was_kept=facts.state in (RunState.APPLIED, RunState.UNDONE, RunState.STALE, RunState.PLANNED),
        progress=card,
        stages=stages,
        total=total,
        files=tuple(_file(name, rows, facts.rows_before.get(name)) for name, rows in facts.rows.items()),
        headings=headings(kinds),
        matrix=matrix,
        findings=tuple(_finding(row) for row in told.findings.to_dicts()) if told else (),
        holds=holds_of(told.holds) if told else (),
        left_out=tuple(
            LeftOut(sentence=left_out_sentence(reason), rows=rows) for reason, rows in told.left_out.iter_rows()
        )
        if told
        else (),
    )


def matrix_rows(matrix: pl.DataFrame) -> tuple[tuple[str, ...], tuple[MatrixRow, ...]]:
    """The kinds that something happens to, and a row a school with a cell a kind, in the order of the frame."""
    present = set(matrix["kind"].unique())
    kinds = tuple(kind for kind in KINDS if kind in present)
    schools: dict[int | None, dict[str, Mapping[str, int]]] = {}
    names: dict[int | None, str] = {}
    for row in matrix.iter_rows(named=True):
        schools.setdefault(row["school_id"], {})[row["kind"]] = row
        names[row["school_id"]] = row["school"] or _("The district")
    return kinds, tuple(
        MatrixRow(school=names[key], cells=tuple(_cell(key, kind, cells.get(kind)) for kind in kinds))
        for key, cells in schools.items()
    )


def holds_of(holds: pl.DataFrame) -> tuple[Hold, ...]:
    """The holds that stand by themselves, each with the number of records that hang on it."""
    counts = dict(holds.select("hold", "count").iter_rows())
    above = {key: names.split(" ") for key, names in holds.select("hold", "depends_on").iter_rows() if names}

    def hanging(key: str) -> int:
        reached = {key}
        while grown := {child for child, names in above.items() if not reached.isdisjoint(names)} - reached:
            reached |= grown
        return sum(counts[child] for child in reached - {key})

    return tuple(
        Hold(
            key=row["hold"],
            sentence=row["sentence"],
            cause=row["cause"],
            count=row["count"],
            dependents=hanging(row["hold"]),
            state=_hold_word(row["state"]),
            is_open=row["state"] == "open",
            query=query_of(row["school_id"], row["kind"]),
        )
        for row in holds.iter_rows(named=True)
        if not row["depends_on"]
    )


def _hold_word(state: str) -> str:
    return {"open": _("waits"), "approved": _("approved"), "rejected": _("rejected")}.get(state, state)


def _cell(school: int | None, kind: str, row: Mapping[str, int] | None) -> Cell:
    counts = {name: row[name] if row else 0 for name in ("added", "changed", "removed", "held")}
    return Cell(kind=kind, **counts, query=query_of(school, kind))


def query_of(school: int | None, kind: str) -> str:
    """Leads from the address of the records to those of one school and kind."""
    return f"?school={'district' if school is None else school}&kind={kind}"


def _stages(seconds: Mapping[str, float]) -> tuple[tuple[Stage, ...], float]:
    """The stages that took any time, in the order of a run."""
    order = [*(name for name in _STAGES if name in seconds), *(name for name in seconds if name not in _STAGES)]
    words = stage_words()
    timed = [(name, seconds[name]) for name in order if seconds[name] >= 0.001]
    total = sum(value for _name, value in timed)
    stages, x = [], 0.0
    for name, value in timed:
        width = 100 * value / total
        stages.append(
            Stage(name=words.get(name, name.replace("_", " ")), seconds=value, x=f"{x:.2f}", width=f"{width:.2f}")
        )
        x += width
    return tuple(stages), total


def _file(name: str, rows: int, before: int | None) -> FileRow:
    gap = 0 if before is None else rows - before
    return FileRow(name=name, rows=rows, before=before, difference=f"{gap:+,}".replace("-", "−") if gap else "")


def _finding(row: Mapping[str, str]) -> Finding:
    severity = {"fatal": _("fatal"), "error": _("error"), "warning": _("warning"), "notice": _("notice")}
    return Finding(
        code=row["code"],
        severity=severity[row["severity"]],
        title=row["title"],
        rows=int(row["rows"]),
        sentence=row["sentence"],
        what_to_do=row["what_to_do"],
    )
