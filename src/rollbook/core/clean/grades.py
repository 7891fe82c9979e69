"""Grades: CEDS entry grade levels, and what student systems write instead."""

from __future__ import annotations

import re

import polars as pl

from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.words import Reading, fold, read_unusual, read_words
from rollbook.core.findings.matters import GRADE_FORM, GRADE_LIST, GRADE_UNKNOWN, Matter

__all__ = ["GRADES", "clean_class_grades", "clean_user_grades", "read_grade"]

GRADES = ("IT", "PR", "PK", "TK", "KG", *(f"{number:02}" for number in range(1, 14)), "PS", "UG", "Other")

_CANONICAL_LIST = f"^(?:{'|'.join(GRADES)})(?:,(?:{'|'.join(GRADES)}))*$"
_NUMBER = re.compile(r"(?:grade|gr|g)?0*(\d{1,2})(?:st|nd|rd|th)?(?:grade)?")
_SIGNED = re.compile(r"(-?\d{1,3})(?:\.0+)?")
_NAMES = {
    **{grade.casefold(): grade for grade in GRADES},
    **dict.fromkeys(("k", "kn", "kf", "kindergarten", "kinder", "kinderfull", "kinderhalf", "gradek", "grk"), "KG"),
    **dict.fromkeys(("prek", "prekindergarten", "pk3", "pk4", "prek3", "prek4", "p3", "p4", "gradepk"), "PK"),
    **dict.fromkeys(("transitionalkindergarten", "transitionalk", "tkg"), "TK"),
    **dict.fromkeys(("infant", "toddler", "infanttoddler"), "IT"),
    **dict.fromkeys(("preschool", "pres"), "PR"),
    **dict.fromkeys(("postsecondary", "college"), "PS"),
    "ungraded": "UG",
    **{
        name: f"{number:02}"
        for number, name in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), start=1
        )
    },
    **dict(zip(("freshman", "sophomore", "junior", "senior"), ("09", "10", "11", "12"), strict=True)),
}


def read_grade(word: str) -> str | None:
    """The grade that a word means, or null.

    Numbers go by PowerSchool's table: 0 is KG, -1 and -2 are PK, below that IT; 1 to 13 are padded; above that PS.
    """
    if word in GRADES:
        return word
    signed = _SIGNED.fullmatch(word.strip())
    if signed:
        return _of_number(int(signed[1]))
    folded = fold(word)
    if folded in _NAMES:
        return _NAMES[folded]
    if folded.removesuffix("grade") in _NAMES:
        return _NAMES[folded.removesuffix("grade")]
    number = _NUMBER.fullmatch(folded)
    return _of_number(int(number[1])) if number and not word.lstrip().startswith("-") else None


def _of_number(number: int) -> str:
    if number < -2:
        return "IT"
    if number < 0:
        return "PK"
    if number == 0:
        return "KG"
    return f"{number:02}" if number <= 13 else "PS"


def _read_cell(cell: str) -> tuple[list[str], tuple[Matter, ...]]:
    """The known grades of a cell, each once, and the matters of the cell."""
    words = [word.strip() for word in cell.split(",") if word.strip()]
    read = [(word, read_grade(word)) for word in words]
    grades = list(dict.fromkeys(grade for _, grade in read if grade is not None))
    matters: list[Matter] = []
    if any(grade is None for _, grade in read):
        matters.append(GRADE_UNKNOWN)
    if any(grade not in {None, word} for word, grade in read):
        matters.append(GRADE_FORM)
    return grades, tuple(matters)


def clean_user_grades(column: pl.Series) -> Repaired:
    """One grade a person (String): the first that is known; null where none is."""

    def read(cell: str) -> Reading:
        grades, matters = _read_cell(cell)
        several = (GRADE_LIST,) if len(grades) > 1 else ()
        return Reading(grades[0] if grades else None, (*matters, *several))

    return read_words(column, GRADES, read)


def clean_class_grades(column: pl.Series) -> Repaired:
    """All known grades of a class (List(String)), each once, in the order given."""

    def read(cell: str) -> Reading:
        grades, matters = _read_cell(cell)
        return Reading(",".join(grades) or None, matters)

    repaired = read_unusual(column, ~column.str.contains(_CANONICAL_LIST), read)
    lists = repaired.values.str.split(",").list.unique(maintain_order=True)
    return Repaired(lists.fill_null(pl.Series([[]], dtype=pl.List(pl.String))), repaired.remarks)
