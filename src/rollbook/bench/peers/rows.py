"""The files as such a program reads them: one dictionary a row."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

__all__ = ["classes", "enrollments", "users"]

Row = tuple[str, dict[str, Any]]
"""sourcedId and the model's fields."""


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def users(folder: Path, *, students: bool) -> Iterator[Row]:
    """The students, or everybody else."""
    for row in _read(folder / "users.csv"):
        if (row["role"] == "student") is not students:
            continue
        names = {"given_name": row["givenName"], "family_name": row["familyName"], "email": row["email"]}
        if students:
            yield row["sourcedId"], {**names, "identifier": row["identifier"], "grade": row["grades"]}
        else:
            yield row["sourcedId"], {**names, "role": row["role"], "sms": row["sms"], "phone": row["phone"]}


def classes(folder: Path) -> Iterator[Row]:
    """The classes."""
    for row in _read(folder / "classes.csv"):
        yield (
            row["sourcedId"],
            {
                "title": row["title"],
                "school": row["schoolSourcedId"],
                "grade": row["grades"],
                "subject": row["subjects"],
                "location": row["location"],
            },
        )


def enrollments(
    folder: Path, class_keys: Mapping[str, int], student_keys: Mapping[str, int], person_keys: Mapping[str, int]
) -> Iterator[Row]:
    """The enrollments whose class and user are known, by the keys that were looked up once."""
    for row in _read(folder / "enrollments.csv"):
        user, school_class = row["userSourcedId"], class_keys.get(row["classSourcedId"])
        student, person = student_keys.get(user), person_keys.get(user)
        if school_class is None or (student is None and person is None):
            continue
        yield (
            row["sourcedId"],
            {
                "school_class_id": school_class,
                "student_id": student,
                "person_id": person,
                "role": row["role"],
                "is_primary": row["primary"] == "true",
                "begins_on": dt.date.fromisoformat(row["beginDate"]) if row["beginDate"] else None,
                "ends_on": dt.date.fromisoformat(row["endDate"]) if row["endDate"] else None,
            },
        )
