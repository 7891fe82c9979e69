"""What is taught: seven subjects a day in every grade, and the courses of the district they come from."""

from __future__ import annotations

import polars as pl

from rollbook.sandbox.district.schools import FIRST_GRADE, FIRST_SECONDARY_GRADE, LAST_GRADE

__all__ = ["ELECTIVE", "HOMEROOM", "MATH", "SPECIALS", "SUBJECTS", "VARIANTS", "courses"]

SUBJECTS = 7
HOMEROOM, MATH, ELECTIVE = 0, 1, 6
SPECIALS = (3, 4, 5, 6)
"""Subjects of the elementary grades that a teacher of the whole school gives; the others are the homeroom teacher's."""

# letter of the class id, title, subject, SCED subject code
_Taught = tuple[str, str, str, str]
_ELEMENTARY: tuple[_Taught, ...] = (
    ("H", "Homeroom {grade}", "Homeroom", "22106"),
    ("M", "Math {grade}", "Mathematics", "52037"),
    ("R", "Reading {grade}", "English Language Arts", "51028"),
    ("A", "Art {grade}", "Fine and Performing Arts", "55180"),
    ("U", "Music {grade}", "Fine and Performing Arts", "55130"),
    ("P", "PE {grade}", "Physical Education", "58030"),
    ("L", "Library {grade}", "Miscellaneous", "72003"),
)
_SECONDARY: tuple[tuple[_Taught, ...], ...] = (
    (("E", "English {grade}", "English Language Arts", "01001"),),
    (("M", "{math}", "Mathematics", "02052"),),
    (("S", "{science}", "Life and Physical Sciences", "03051"),),
    (("H", "{history}", "Social Sciences and History", "04051"),),
    (("P", "Physical Education {grade}", "Physical Education", "08001"),),
    (
        ("L", "Español {grade}", "World Languages", "24052"),
        ("L", "Français {grade}", "World Languages", "24102"),
    ),
    (
        ("V", "Band {grade}", "Fine and Performing Arts", "05101"),
        ("V", "Studio Art {grade}", "Fine and Performing Arts", "05154"),
        ("V", "Computer Science {grade}", "Computer and Information Sciences", "10012"),
        ("V", "Théâtre and Drama {grade}", "Fine and Performing Arts", "05052"),
        ("V", "Culinary Arts {grade}", "Human Services", "19251"),
    ),
)
_BY_GRADE = {
    "math": ("Math 6", "Math 7", "Pre-Algebra", "Algebra I", "Geometry", "Algebra II", "Pre-Calculus"),
    "science": ("Science 6", "Science 7", "Science 8", "Biology", "Chemistry", "Physics", "Environmental Science"),
    "history": ("Ancient World", "State History", "US History 8", "Geography", "World History", "US History", "Civics"),
}
VARIANTS = tuple(len(variants) for variants in _SECONDARY)
"""How many courses share a subject of the secondary grades; sections take them in turn."""


def courses() -> pl.DataFrame:
    """One row per grade, subject and variant: course (sourcedId), letter, title, code, subject, sced."""
    rows = []
    for grade in range(FIRST_GRADE, LAST_GRADE + 1):
        shown = "K" if grade == 0 else str(grade)
        words = {name: titles[max(0, grade - FIRST_SECONDARY_GRADE)] for name, titles in _BY_GRADE.items()}
        by_subject = _SECONDARY if grade >= FIRST_SECONDARY_GRADE else tuple((one,) for one in _ELEMENTARY)
        for subject, variants in enumerate(by_subject):
            for variant, (letter, title, area, sced) in enumerate(variants):
                code = f"{letter}{variant or ''}{grade:02}"
                rows.append(
                    {
                        "grade": grade,
                        "subject": subject,
                        "variant": variant,
                        "course": f"CRS-{code}",
                        "letter": letter,
                        "title": title.format(grade=shown, **words),
                        "code": code,
                        "area": area,
                        "sced": sced,
                    }
                )
    keys = {"grade": pl.UInt8, "subject": pl.UInt8, "variant": pl.UInt32}
    return pl.DataFrame(rows, schema_overrides=keys)
