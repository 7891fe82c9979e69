"""The report of a run as files in a folder (section 8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from rollbook.core.errors import ConfigError, NotFound
from rollbook.core.lifecycle import RunKind
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, reading
from rollbook.engine.artifacts import read_plan
from rollbook.reports.sheets import run_facts, sheets
from rollbook.reports.undone import plan_of_undo
from rollbook.reports.writers import FORMATS, write_csv, write_json, write_xlsx
from rollbook.store.models import SyncRun

__all__ = ["plan_of", "write"]


def plan_of(run: SyncRun, reader: Reader) -> Plan:
    """What a run was to do: its plan; for an undo what its log says. Raises NotFound when the plan's retention is
    over."""
    if run.kind == RunKind.UNDO:
        return plan_of_undo(run, reader)
    if not run.plan_artifact:
        raise NotFound(f"Run {run.pk} has no plan.", hint="List the runs with: rollbook runs SLUG")
    return read_plan(run.district_id, run.plan_artifact)


def write(run: SyncRun, out: Path, form: str = "csv") -> dict[str, int]:
    """The report of ``run`` stands in the folder ``out`` (made when missing; files of the same names are replaced):
    ``run.json`` and either one file a table (``csv``, ``json``) or ``report.xlsx``. Returns file or sheet → rows.

    Memory is that of the largest kind of records, not of all. Raises ConfigError for an unknown format or a folder that
    cannot be written, NotFound when the plan is not kept any more.
    """
    if form not in FORMATS:
        raise ConfigError(f"There is no report format {form!r}.", hint=f"There are: {', '.join(FORMATS)}.")
    with _writing(out), reading() as reader:
        plan = plan_of(run, reader)
        facts = run_facts(run)
        out.mkdir(parents=True, exist_ok=True)
        tables = sheets(run, plan, reader)
        if form == "xlsx":
            rows = write_xlsx(out / "report.xlsx", tables, facts)
        else:
            rows = (write_csv if form == "csv" else write_json)(out, tables)
        text = json.dumps(facts, ensure_ascii=False, indent=2, default=str)
        (out / "run.json").write_text(text + "\n", encoding="utf-8")
    return rows


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"The report cannot be written to {out}: {error.strerror}.", hint="Name a folder that you may write."
        ) from error
    except pl.exceptions.ComputeError as error:
        raise ConfigError(f"The report cannot be written to {out}.", hint="Is the disk full?") from error
