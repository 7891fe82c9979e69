"""The schools of a district: how many of each level, their names and ids, and which one a family lives near."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.sandbox.district.names import place_names

__all__ = ["DISTRICT_ID", "FIRST_GRADE", "FIRST_SECONDARY_GRADE", "LAST_GRADE", "ZONES", "Schools", "grade_code"]

DISTRICT_ID = "0100"
FIRST_GRADE, FIRST_SECONDARY_GRADE, LAST_GRADE = 0, 6, 12
"""Grades are numbers in here, kindergarten being 0; CEDS codes only where files are written."""
ZONES = 1_000_003
_SEVERAL_FROM = 60
_STUDENTS_PER_SCHOOL = 600
_LEVELS = (("Elementary School", 0, 5), ("Middle School", 6, 8), ("High School", 9, 12))


def grade_code(grade: pl.Expr) -> pl.Expr:
    """CEDS code of a grade number: KG, 01 … 12."""
    return pl.when(grade == 0).then(pl.lit("KG")).otherwise(grade.cast(pl.String).str.zfill(2))


@dataclass(frozen=True, slots=True)
class Schools:
    """``frame``: school (UInt32, row number), org (sourcedId), name, level, low, high (grades). ``counts``: by level.

    A district of fewer than 60 students has one school for all grades; any other at least one of each level.
    """

    frame: pl.DataFrame
    counts: tuple[int, int, int]

    @classmethod
    def of(cls, students: int) -> Schools:
        """About one school per 600 students; elementary ones are the most and the smallest."""
        if students < _SEVERAL_FROM:
            spans = [("School", FIRST_GRADE, LAST_GRADE)]
            counts = (1, 1, 1)
        else:
            total = max(3, round(students / _STUDENTS_PER_SCHOOL))
            middle, high = max(1, round(total * 0.24)), max(1, round(total * 0.17))
            counts = (total - middle - high, middle, high)
            spans = [level for level, count in zip(_LEVELS, counts, strict=True) for _ in range(count)]
        frame = pl.DataFrame(
            {
                "org": [str(101 + number).zfill(4) for number in range(len(spans))],
                "name": [f"{place} {span[0]}" for place, span in zip(place_names(len(spans)), spans, strict=True)],
                "level": [span[0] for span in spans],
                "low": [span[1] for span in spans],
                "high": [span[2] for span in spans],
            }
        ).with_row_index("school")
        return cls(frame, counts)

    def near(self, zone: pl.Expr, grade: pl.Expr) -> pl.Expr:
        """Row number of the school that a child of this grade in this zone attends; zones nest by level."""
        if len(self.frame) == 1:
            return pl.lit(0, dtype=pl.UInt32) + 0 * zone.cast(pl.UInt32)
        elementary, middle, high = self.counts
        zone = zone.cast(pl.UInt64)
        return (
            pl.when(grade < FIRST_SECONDARY_GRADE)
            .then(zone * elementary // ZONES)
            .when(grade < _LEVELS[2][1])
            .then(elementary + zone * middle // ZONES)
            .otherwise(elementary + middle + zone * high // ZONES)
            .cast(pl.UInt32)
        )
