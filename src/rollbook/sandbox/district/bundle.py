"""Bundles on disk: a folder of CSV files or a zip of them, and beside it what was planted."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.district.days import district_on
from rollbook.sandbox.district.mess import Planted, chosen, make_mess
from rollbook.sandbox.district.tables import FILES, VERSIONS, manifest, tables

__all__ = ["PLANTED_FILE", "Generated", "delta", "generate"]

PLANTED_FILE = "planted.json"
_ZIP_TIME = (2026, 9, 1, 0, 0, 0)
"""Every member of a zip has this time, so that equal districts are equal bytes."""
_OURS = frozenset({"readme.txt", *(f"{name}.csv".lower() for name in (*FILES["1.2"], "manifest"))})

OnRows = Callable[[str, int], None]
"""Told after every piece written: the file, and how many rows more it has now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What was written. ``path``: the folder or the zip. ``counts``: data rows by file, before any mess.

    ``planted``: what does not belong there, with the place to find it. ``left_out``: mess code → why it was not.
    """

    path: Path
    counts: dict[str, int]
    planted: tuple[Planted, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


def generate(
    out: Path,
    *,
    students: int,
    seed: int,
    day: int = 1,
    oneroster: str = "1.1",
    zipped: bool = False,
    mess: Sequence[str] = (),
    on_rows: OnRows | None = None,
) -> Generated:
    """A bulk bundle of the district stands at ``out`` (a folder; a zip when ``zipped`` or when the name ends so).

    Its bytes depend on the arguments only. An earlier bundle there is replaced; a folder that holds anything else is
    refused with ConfigError, as are unknown versions, days and mess codes. With ``mess`` the codes are planted ("all":
    every one that can live with the others) and listed in ``planted.json`` beside the bundle.
    """
    _check(students, oneroster)
    target, zipped = _target(out, zipped)
    codes, left_out = chosen(mess, oneroster=oneroster, zipped=zipped)
    district = district_on(day, students=students, seed=seed)
    with _folder(target, zipped) as folder:
        counts = _write(folder, tables(district, seed=seed, oneroster=oneroster), on_rows)
        _write_csv(folder / "manifest.csv", manifest(oneroster, dict.fromkeys(counts, "bulk")))
        planted = make_mess(folder, codes, oneroster=oneroster, seed=seed) if codes else ()
    done = Generated(path=target, counts=counts, planted=planted, left_out=left_out)
    if codes:
        _write_planted(done)
    return done


def delta(
    out: Path,
    *,
    students: int,
    seed: int,
    day: int,
    oneroster: str = "1.1",
    zipped: bool = False,
    on_rows: OnRows | None = None,
) -> Generated:
    """A delta bundle stands at ``out``: the rows that last night changed, status and dateLastModified filled.

    Applied to the bundle of ``day`` - 1 it gives the bundle of ``day``. Files without a change are absent.
    """
    _check(students, oneroster)
    if day < 2:
        raise ConfigError("A delta needs a day before it.", hint="Choose day 2 or later; day 1 is the baseline.")
    target, zipped = _target(out, zipped)
    before, after = (
        _whole(tables(district_on(number, students=students, seed=seed), seed=seed, oneroster=oneroster))
        for number in (day - 1, day)
    )
    modified = f"{date_of(day).isoformat()}T02:00:00.000Z"
    changed = {file: _changed(before[file], after[file], modified) for file in after}
    changed = {file: frame for file, frame in changed.items() if len(frame)}
    with _folder(target, zipped) as folder:
        counts = _write(folder, iter(changed.items()), on_rows)
        _write_csv(folder / "manifest.csv", manifest(oneroster, dict.fromkeys(counts, "delta")))
    return Generated(path=target, counts=counts)


def _check(students: int, oneroster: str) -> None:
    if oneroster not in VERSIONS:
        raise ConfigError(f"OneRoster {oneroster} is not known.", hint=f"Choose one of {', '.join(VERSIONS)}.")
    if students < 1:
        raise ConfigError("A district needs students.", hint="Choose at least 1; 60 or more give several schools.")


def _target(out: Path, zipped: bool) -> tuple[Path, bool]:
    if out.suffix.lower() == ".zip":
        return out, True
    return (out.with_name(out.name + ".zip"), True) if zipped else (out, False)


@contextmanager
def _folder(target: Path, zipped: bool) -> Iterator[Path]:
    """A folder to write to; afterwards its content stands at the target."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if not zipped:
        _clear(target)
        yield target
        return
    if target.is_dir():
        raise ConfigError(f"{target.name} is a folder.", hint="Name a file for the zip.")
    # Beside the target, not in the system's temporary folder, which may be small.
    with TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        yield folder
        with zipfile.ZipFile(target, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=_ZIP_TIME)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    with path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as member:
                        while block := source.read(1 << 20):
                            member.write(block)


def _clear(folder: Path) -> None:
    """Remove an earlier bundle, and nothing else: a folder with other things in it is not ours to write to."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder.name} is a file.", hint="Name a folder, or a file that ends in .zip.")
    folder.mkdir(exist_ok=True)
    present = list(folder.iterdir())
    if strange := sorted(path.name for path in present if path.name.lower() not in _OURS or path.is_dir()):
        raise ConfigError(
            f"The folder {folder.name} holds things that are no part of a plain bundle: {', '.join(strange[:3])}.",
            hint="Name a new or empty folder, or remove this one first.",
        )
    for path in present:
        path.unlink()


def _write(folder: Path, pieces: Iterator[tuple[str, pl.DataFrame]], on_rows: OnRows | None) -> dict[str, int]:
    counts: dict[str, int] = {}
    for file, frame in pieces:
        _write_csv(folder / f"{file}.csv", frame, append=file in counts)
        counts[file] = counts.get(file, 0) + len(frame)
        if on_rows is not None:
            on_rows(file, len(frame))
    return counts


def _write_csv(path: Path, frame: pl.DataFrame, *, append: bool = False) -> None:
    with path.open("ab" if append else "wb") as stream:
        frame.write_csv(stream, include_header=not append, line_terminator="\n", quote_style="necessary")


def _whole(pieces: Iterator[tuple[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    by_file: dict[str, list[pl.DataFrame]] = {}
    for file, frame in pieces:
        by_file.setdefault(file, []).append(frame)
    return {file: pl.concat(frames) for file, frames in by_file.items()}


def _changed(before: pl.DataFrame, after: pl.DataFrame, modified: str) -> pl.DataFrame:
    every = [name for name in after.columns if name not in ("status", "dateLastModified")]
    new = after.join(before, on=every, how="anti", nulls_equal=True, maintain_order="left")
    gone = before.join(after, on="sourcedId", how="anti", maintain_order="left")
    return pl.concat(
        [
            frame.with_columns(status=pl.lit(status), dateLastModified=pl.lit(modified))
            for frame, status in ((new, "active"), (gone, "tobedeleted"))
        ]
    )


def _write_planted(done: Generated) -> None:
    listing = {
        "bundle": done.path.name,
        "planted": [asdict(planted) for planted in done.planted],
        "left_out": done.left_out,
    }
    path = done.path.with_name(PLANTED_FILE)
    path.write_text(json.dumps(listing, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
