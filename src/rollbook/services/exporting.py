"""The directory as a OneRoster 1.1 bundle: what any other product, and Rollbook itself, can read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl

from rollbook.connectors.oneroster.spec import TABLES
from rollbook.core.errors import ConfigError
from rollbook.engine.arrow import Reader, reading
from rollbook.services import audit
from rollbook.services.export_frames import Directory, read_directory
from rollbook.services.export_people import users
from rollbook.store.models import District

__all__ = ["VERSION", "export"]

VERSION = "1.1"
_MANIFEST = "manifest.csv"
_OURS = "rollbook-export"
_NO_ROWS = "absent"


def export(district: District, out: Path, *, by: str) -> dict[str, int]:
    """The whole directory of ``district`` stands in the folder ``out`` as a bulk bundle; file → rows.

    Everything that ever was is in it: what is archived, ended or gone has the status ``tobedeleted``, all else
    ``active``. Ids are the source's where there is one, else ``rb-<kind>-<id>``. Birth dates and passwords are never in
    it. ``out`` is made when missing and may hold an earlier export, which is replaced; a folder with anything else in
    it is refused with ConfigError.
    """
    _prepare(out)
    audit.note(audit.Deed.EXPORT, by=by, district=district.pk, subject="directory")
    with reading() as reader:
        rows = dict(_files(district, reader, out))
    manifest = {
        "manifest.version": "1.0",
        "oneroster.version": VERSION,
        **{f"file.{name}": "bulk" if rows.get(name) else _NO_ROWS for name in TABLES[VERSION]},
        "source.systemName": "Rollbook",
        "source.systemCode": _OURS,
    }
    _write(out / _MANIFEST, pl.DataFrame({"propertyName": list(manifest), "value": list(manifest.values())}))
    return {name: number for name, number in rows.items() if number}


def _files(district: District, reader: Reader, out: Path) -> Iterator[tuple[str, int]]:
    directory = read_directory(district.pk, reader)
    makers: dict[str, Callable[[Directory], pl.DataFrame]] = {
        "orgs": lambda frames: _orgs(district, frames),
        "academicSessions": _sessions,
        "courses": _courses,
        "classes": _classes,
        "users": users,
        "enrollments": _enrollments,
    }
    for name, make in makers.items():
        columns = TABLES[VERSION][name].names
        frame = make(directory)
        missing = [pl.lit(None, dtype=pl.String).alias(column) for column in columns if column not in frame.columns]
        frame = frame.with_columns(missing).select(columns)
        if frame.height:
            _write(out / f"{name}.csv", frame)
        yield name, frame.height


def _prepare(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        present = {path.name for path in out.iterdir()}
        if not present:
            return
        manifest = out / _MANIFEST
        is_ours = manifest.is_file() and _OURS in manifest.read_text(encoding="utf-8", errors="replace")
        strange = present - {_MANIFEST, *(f"{name}.csv" for name in TABLES[VERSION])}
        if not is_ours or strange:
            raise ConfigError(
                f"{out} holds other things than an earlier export: {min(strange or present)}.",
                hint="Name a new or empty folder.",
            )
        for name in present:
            (out / name).unlink()
    except OSError as error:
        raise ConfigError(
            f"The export cannot be written to {out}: {error.strerror}.", hint="Name a folder that you may write."
        ) from error


def _write(path: Path, frame: pl.DataFrame) -> None:
    try:
        frame.write_csv(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror}.", hint="Is the disk full?") from error


def _status(gone: pl.Expr) -> pl.Expr:
    return pl.when(gone).then(pl.lit("tobedeleted")).otherwise(pl.lit("active")).alias("status")


def _joined(column: str) -> pl.Expr:
    return pl.col(column).list.join(",", ignore_nulls=True).alias(column)


def _orgs(district: District, frames: Directory) -> pl.DataFrame:
    top = pl.DataFrame(
        {"sourcedId": [frames.district_org], "status": ["active"], "name": [district.name], "type": ["district"]}
    )
    schools = frames.schools.select(
        sourcedId="sourced_id",
        status=_status(pl.col("status") == "archived"),
        name="name",
        type=pl.lit("school"),
        identifier=pl.coalesce("nces_id", "school_number"),
        parentSourcedId=pl.lit(frames.district_org),
    )
    return pl.concat([top, schools], how="diagonal")


def _sessions(frames: Directory) -> pl.DataFrame:
    return frames.sessions.select(
        sourcedId="sourced_id",
        status=pl.lit("active"),
        title="title",
        type="type",
        startDate=pl.col("starts_on").cast(pl.String),
        endDate=pl.col("ends_on").cast(pl.String),
        schoolYear="school_year",
    )


def _courses(frames: Directory) -> pl.DataFrame:
    return frames.courses.select(
        sourcedId="sourced_id",
        status=pl.lit("active"),
        title="title",
        courseCode="code",
        orgSourcedId=pl.lit(frames.district_org),
    )


def _classes(frames: Directory) -> pl.DataFrame:
    terms = (
        frames.classrooms.select("id", term="session_ids")
        .explode("term", empty_as_null=False, keep_nulls=False)
        .join(frames.sessions.select(term="id", termSourcedIds="sourced_id"), on="term", maintain_order="left")
        .group_by("id", maintain_order=True)
        .agg(pl.col("termSourcedIds").str.join(","))
    )
    return (
        frames.classrooms.join(terms, on="id", how="left", maintain_order="left")
        .join(
            frames.courses.select(course_id="id", courseSourcedId="sourced_id"),
            on="course_id",
            how="left",
            maintain_order="left",
        )
        .join(
            frames.schools.select(school_id="id", schoolSourcedId="sourced_id"),
            on="school_id",
            how="left",
            maintain_order="left",
        )
        .select(
            "courseSourcedId",
            "schoolSourcedId",
            "termSourcedIds",
            "location",
            _joined("grades"),
            _joined("periods"),
            sourcedId="sourced_id",
            status=_status(pl.col("status") == "archived"),
            title="name",
            classCode="code",
            classType=pl.col("class_type").fill_null("scheduled"),
            subjects="subject",
        )
    )


def _enrollments(frames: Directory) -> pl.DataFrame:
    """An enrollment has no id of its own in the directory; its number here is its id."""
    rooms = frames.classrooms.join(
        frames.schools.select(school_id="id", schoolSourcedId="sourced_id"), on="school_id", how="left"
    ).select(classroom_id="id", classSourcedId="sourced_id", schoolSourcedId="schoolSourcedId")
    students = frames.students.select(student_id="id", as_student="sourced_id")
    persons = frames.persons.select(person_id="id", as_person="sourced_id")
    return (
        frames.enrollments.join(rooms, on="classroom_id", how="left", maintain_order="left")
        .join(students, on="student_id", how="left", maintain_order="left")
        .join(persons, on="person_id", how="left", maintain_order="left")
        .select(
            "classSourcedId",
            "schoolSourcedId",
            "role",
            sourcedId=pl.format("rb-enrollment-{}", "id"),
            status=_status(pl.col("status") == "ended"),
            userSourcedId=pl.coalesce("as_student", "as_person"),
            primary=pl.when("is_primary").then(pl.lit("true")).otherwise(pl.lit("false")),
            beginDate=pl.col("begins_on").cast(pl.String),
            endDate=pl.col("ends_on").cast(pl.String),
        )
    )
