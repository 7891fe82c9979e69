"""Rollbook's whole path, as its services walk it: plan, keep, apply, look again."""

from __future__ import annotations

import datetime as dt
import shutil
import time
from pathlib import Path
from typing import Final

from rollbook.bench.files import DAY
from rollbook.bench.watch import Measured, Watch
from rollbook.services import access, applying, districts, planning, schools, sources
from rollbook.store import schema

__all__ = ["prepare", "walk"]

_SLUG: Final = "bench"
_BY: Final = "bench"


def prepare(folder: Path) -> Measured:
    """The database has Rollbook's tables, and a district whose schools are matched: what a person has done before the
    first load (step 3)."""
    watch = Watch()
    schema.migrate()
    district = districts.add(slug=_SLUG, name="Measured district", by=_BY)
    source = sources.add(district=district, kind="oneroster_csv", config={"path": str(_delivered(folder))}, by=_BY)
    schools.create_missing(connection=source, matching=schools.look(connection=source), by=_BY)
    return watch.finished()


def walk(folder: Path) -> Measured:
    """The bundle is planned and applied, artifacts, history and verification included. Raises AssertionError when
    something waited or was left over: a figure of a run that did not do its work is worth nothing."""
    source = access.connection(access.district(_SLUG))
    _delivered(folder)
    now = dt.datetime.now(dt.UTC)
    begun: dict[str, float] = {}

    def listen(stage: str, _done: int, _total: int) -> None:
        begun.setdefault(stage, time.perf_counter())

    watch = Watch()
    planned = planning.make(connection=source, by=_BY, now=now, on=dt.date.fromisoformat(DAY), progress=listen)
    kept = time.perf_counter()
    applied = applying.apply(run=planned.run, by=_BY, now=now, planned=planned, progress=listen)
    ended = time.perf_counter()
    watch.stages.update(planned.run.seconds)
    watch.stages["keep"] = kept - begun["keep"]
    watch.stages.update({f"apply: {step}": seconds for step, seconds in applied.receipt.seconds.items()})
    watch.stages["verify"] = ended - begun.get("verify", ended)
    plan = planned.plan
    measured = watch.finished(changes=plan.records.height, holds=plan.holds.height, leftover=applied.leftover)
    if plan.holds.height or applied.leftover:
        raise AssertionError(f"The measured run did not do all its work: {dict(measured.told)}.")
    return measured


def _delivered(folder: Path) -> Path:
    """Where the source finds the files of ``folder`` now: at the same place every night."""
    place = folder.parent / "incoming"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for file in folder.iterdir():
        (place / file.name).hardlink_to(file)
    return place
