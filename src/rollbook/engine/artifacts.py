"""Snapshots and plans at rest: compressed, sealed, and gone when their time is over."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from rollbook.core.errors import ConfigError, NotFound
from rollbook.core.plan import Plan
from rollbook.core.snapshot import FileInfo, Mode, Snapshot, Stream
from rollbook.engine.key import load_key
from rollbook.engine.sealed import read_sealed, write_sealed
from rollbook.store.home import ARTIFACTS, home_directory
from rollbook.store.models import District, SyncRun

__all__ = [
    "exists",
    "purge",
    "read_plan",
    "read_rows",
    "read_snapshot",
    "remove",
    "write_plan",
    "write_rows",
    "write_snapshot",
]

_PLAN, _SNAPSHOT, _ROWS = "plan", "snapshot", "rows"
_PLAN_FRAMES = tuple(field.name for field in dataclasses.fields(Plan) if field.name not in ("baseline", "inserts"))


def write_plan(district_id: int, name: str, plan: Plan) -> str:
    """The plan is kept under ``name``, which is returned."""
    frames = {f"plan/{part}": getattr(plan, part) for part in _PLAN_FRAMES}
    frames |= {f"insert/{table}": rows for table, rows in plan.inserts.items()}
    header = {"kind": _PLAN, "baseline": plan.baseline, "inserts": list(plan.inserts)}
    return _write(district_id, name, header, frames)


def read_plan(district_id: int, name: str) -> Plan:
    """The plan that was kept under ``name``, equal in every value and type. Raises NotFound, ConfigError."""
    header, frames = _read(district_id, name, _PLAN)
    return Plan(
        baseline=header["baseline"],
        inserts={table: frames[f"insert/{table}"] for table in header["inserts"]},
        **{part: frames[f"plan/{part}"] for part in _PLAN_FRAMES},
    )


def write_snapshot(district_id: int, name: str, snapshot: Snapshot) -> str:
    """The snapshot is kept under ``name``, which is returned."""
    frames = {"findings": snapshot.findings}
    streams = []
    for key, stream in snapshot.streams.items():
        frames |= {f"frame/{key}": stream.frame, f"refused/{key}": stream.refused}
        streams.append(
            {
                "key": key,
                "name": stream.name,
                "mode": stream.mode.value,
                "origin": stream.origin,
                "columns": sorted(stream.columns),
            }
        )
    header = {
        "kind": _SNAPSHOT,
        "version": snapshot.version,
        "fingerprint": snapshot.fingerprint,
        "files": [dataclasses.asdict(file) for file in snapshot.files],
        "streams": streams,
    }
    return _write(district_id, name, header, frames)


def read_snapshot(district_id: int, name: str) -> Snapshot:
    """The snapshot that was kept under ``name``, equal in every value and type. Raises NotFound, ConfigError."""
    header, frames = _read(district_id, name, _SNAPSHOT)
    streams = {
        stream["key"]: Stream(
            name=stream["name"],
            frame=frames[f"frame/{stream['key']}"],
            mode=Mode(stream["mode"]),
            origin=stream["origin"],
            columns=frozenset(stream["columns"]),
            refused=frames[f"refused/{stream['key']}"],
        )
        for stream in header["streams"]
    }
    return Snapshot(
        version=header["version"],
        streams=streams,
        files=tuple(FileInfo(**file) for file in header["files"]),
        findings=frames["findings"],
        fingerprint=header["fingerprint"],
    )


def write_rows(district_id: int, name: str, frames: Mapping[str, pl.DataFrame]) -> str:
    """The rows behind what an examination found, frame by frame, are kept under ``name``, which is returned."""
    return _write(district_id, name, {"kind": _ROWS, "frames": list(frames)}, dict(frames))


def read_rows(district_id: int, name: str) -> dict[str, pl.DataFrame]:
    """The frames that were kept under ``name``. Raises NotFound, ConfigError."""
    return _read(district_id, name, _ROWS)[1]


def remove(district_id: int, name: str) -> None:
    """No artifact of that name is kept any more."""
    _path(district_id, name).unlink(missing_ok=True)


def exists(district_id: int, name: str) -> bool:
    """Whether an artifact of that name is kept."""
    return _path(district_id, name).is_file()


def purge(district: District, now: dt.datetime) -> list[str]:
    """No snapshot and no plan of the district is older than its retention; what was removed, a sentence each.

    A snapshot is as old as the newest run that received it. Files that no run names are as old as their last change.
    """
    removed = []
    for kind, column, days in (
        (_SNAPSHOT, "snapshot", district.snapshot_retention_days),
        (_PLAN, "plan_artifact", district.plan_retention_days),
    ):
        oldest = now - dt.timedelta(days=days)
        runs = SyncRun.objects.filter(district=district).exclude(**{column: ""})
        young = set(runs.filter(created_at__gte=oldest).values_list(column, flat=True))
        named = set(runs.values_list(column, flat=True))
        for path in sorted(_folder(district.pk).glob(f"*.{kind}")):
            is_old = path.name in named or dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < oldest
            if path.name not in young and is_old:
                path.unlink()
                removed.append(f"The {kind} {path.stem} is older than {days} days and was removed.")
    oldest = now - dt.timedelta(days=district.plan_retention_days)
    for path in sorted(_folder(district.pk).glob(f"*.{_ROWS}")):
        if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < oldest:
            path.unlink()
            removed.append(
                f"The rows of {path.stem} are older than {district.plan_retention_days} days and were removed."
            )
    return removed


def _write(district_id: int, name: str, header: dict[str, Any], frames: dict[str, pl.DataFrame]) -> str:
    write_sealed(_path(district_id, name, header["kind"]), load_key(home_directory()), header, frames)
    return name


def _read(district_id: int, name: str, kind: str) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    path = _path(district_id, name, kind)
    if not path.is_file():
        raise NotFound(
            f"The {kind} {name} is not kept any more.", hint="Plan again; the district's retention says how long."
        )
    return read_sealed(path, load_key(home_directory()))


def _path(district_id: int, name: str, kind: str = "") -> Path:
    path = _folder(district_id) / name
    if path.parent != _folder(district_id) or not name.endswith(kind and f".{kind}"):
        raise ConfigError(
            f"{name!r} is no name for an artifact.", hint=f"Names end in .{_PLAN}, .{_SNAPSHOT} or .{_ROWS}."
        )
    return path


def _folder(district_id: int) -> Path:
    return home_directory() / ARTIFACTS / str(district_id)
