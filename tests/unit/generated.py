"""Reading generated bundles with nothing but the standard library, so that no test leans on the code under test."""

from __future__ import annotations

import csv
from pathlib import Path

Row = dict[str, str]
Bundle = dict[str, list[Row]]


def read(folder: Path) -> Bundle:
    """file → rows, for every CSV file of a folder but the manifest."""
    bundle: Bundle = {}
    for path in sorted(folder.glob("*.csv")):
        with path.open(newline="", encoding="utf-8") as stream:
            bundle[path.stem] = list(csv.DictReader(stream, strict=True))
    bundle.pop("manifest")
    return bundle


def by_id(rows: list[Row]) -> dict[str, Row]:
    """sourcedId → row."""
    return {row["sourcedId"]: row for row in rows}


def listed(cell: str) -> list[str]:
    """The items of a list cell."""
    return cell.split(",") if cell else []


def users(bundle: Bundle, *roles: str) -> list[Row]:
    """The users of a 1.1 bundle who have one of the roles."""
    return [row for row in bundle["users"] if row["role"] in roles]


GUARDIANS = ("parent", "guardian", "relative")
STAFF = ("administrator", "teacher", "aide")
