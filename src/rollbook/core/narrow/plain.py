"""What of cleaning depends on a whole file, and whether a part of the file may be cleaned alone."""

from __future__ import annotations

from typing import Final

import polars as pl

from rollbook.core.clean.sheet import SYSTEMATIC
from rollbook.core.clean.text import BLANK_WORDS
from rollbook.core.findings import matters
from rollbook.core.findings.row_codes import FAMILIES, code_of
from rollbook.core.narrow.sides import MEMBERS, Sides

__all__ = ["GAPS", "are_plain", "is_listed_whole", "is_plain"]

_FRAMES: Final = ("users", "roles", "enrollments", "agents")
_FAMILIES: Final = tuple(name for name, family in FAMILIES.items() if family.frame in (*_FRAMES, "demographics"))


def _codes(*wanted: matters.Matter) -> frozenset[str]:
    return frozenset(
        code_of(family, matter) for family in _FAMILIES for matter in wanted if matter in FAMILIES[family].matters
    )


_OF_THE_WHOLE: Final = _codes(
    matters.DATE_FORM,  # the order of day and month is a property of the column
    matters.DATE_UNREADABLE,
    matters.STATUS_UNLIKE,
    matters.CELL_BLANK,
    matters.MORE_ALIKE,
    matters.SAME_TWICE,
    matters.DIFFERENT_TWICE,
)
_OF_IDS: Final = _codes(matters.ID_BLANKS, matters.BLANK_WORD, matters.NO_ID, matters.VALUE_MISSING)
_IDS: Final = ("sourcedId", "userSourcedId", "classSourcedId", "agentSourcedIds")
"""Ids that are not what the file shows, or are not there: who is meant is known only after cleaning, or may be anybody."""
GAPS: Final = _codes(matters.CELL_BLANK)
"""Told of blanks where few are blank; what is few depends on the whole file."""
_GAP_COLUMNS: Final = ("grades", "username", "enabledUser")
_ROW_CODES: Final = tuple(f"{family}-" for family in _FAMILIES)
_NONE: Final = pl.DataFrame()
_STUDENT: Final = r"(?i)student|pupil|learner"
"""Whatever word is read as a student has one of these in it."""
_SHORT: Final = 40
"""Nobody fills a blank cell with more blanks than this; if somebody does, cleaning has told of it (``is_plain``)."""
_HABIT: Final = 10
"""Where one cell in so many is blank on both sides, blank is how the export is, whoever counts (cleaning says one in twenty)."""


def is_plain(findings: pl.DataFrame) -> bool:
    """Nothing that cleaning found depends on other rows than the one it is about."""
    whole = pl.col("code").is_in(list(_OF_THE_WHOLE))
    of_ids = pl.col("code").is_in(list(_OF_IDS)) & pl.col("column").is_in(list(_IDS)).fill_null(False)
    return findings.filter(whole | of_ids).is_empty()


def is_listed_whole(findings: pl.DataFrame) -> bool:
    """No repair is on so many rows that cleaning would list the first of them only."""
    rows = findings.filter(pl.any_horizontal(pl.col("code").str.starts_with(family) for family in _ROW_CODES))
    return rows.group_by("code", "stream", "column").len().filter(pl.col("len") > SYSTEMATIC).is_empty()


def are_plain(sides: Sides) -> bool:
    """Neither side has cells or statuses that are few among others, and no id is there twice."""
    users = sides.stretches["users"]
    for column in _GAP_COLUMNS:
        if column in users.after.columns and not _is_even(sides, column):
            return False
    for name, stretch in sides.stretches.items():
        if "status" in stretch.after.columns and stretch.after["status"].len():
            blank = stretch.after["status"] == ""
            if blank.any() and not blank.all():
                return False
        if name != "users" and "sourcedId" in stretch.after.columns and not _are_new(stretch.added, stretch.after):
            return False
    return True


def _is_even(sides: Sides, column: str) -> bool:
    """Blank nowhere, or so often on both sides that it is a habit."""
    shares = [_blanks(sides, column, is_after=is_after) for is_after in (False, True)]
    return all(blank == 0 for blank, _ in shares) or all(blank * _HABIT > among > 0 for blank, among in shares)


def _blanks(sides: Sides, column: str, *, is_after: bool) -> tuple[int, int]:
    """(blank cells, cells) of a column of users; of ``grades`` only those of everybody who may be a student, and of
    none when it takes more than a look to tell who is one."""
    side = {name: stretch.after if is_after else stretch.before for name, stretch in sides.stretches.items()}
    rows = side["users"]
    if column == "grades":
        spoken = [(side[name], MEMBERS[name]) for name in ("users", "roles") if "role" in side.get(name, _NONE).columns]
        students = [frame.filter(pl.col("role").str.contains(_STUDENT))[owner] for frame, owner in spoken]
        rows = rows.filter(pl.col("sourcedId").is_in(pl.concat(students).implode())) if students else rows
        plain = all(
            (frame["role"].filter(frame["role"].str.contains(_STUDENT)) == "student").all() for frame, _ in spoken
        )
    else:
        plain = True
    cells = rows[column]
    blank = cells.filter(cells.str.len_bytes() <= _SHORT).str.strip_chars().is_in(["", *BLANK_WORDS]).sum()
    return int(blank), rows.height if plain else 0


def _are_new(added: pl.DataFrame, after: pl.DataFrame) -> bool:
    """Every added row has an id, and no other row has the same."""
    ids = added["sourcedId"]
    # an id that only hashes to the same is taken for the same: then everything is looked at
    return not (ids == "").any() and after["sourcedId"].hash().is_in(ids.hash().implode()).sum() == ids.len()
