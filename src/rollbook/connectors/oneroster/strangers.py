"""Rosters of other makes that a clerk may send by mistake, told apart by their files and headings."""

from __future__ import annotations

from collections.abc import Callable, Set

from rollbook.connectors.oneroster.header import plain

__all__ = ["recognise"]

_BY_FILES: tuple[tuple[str, frozenset[str]], ...] = (
    (
        "Microsoft School Data Sync (SDS)",
        frozenset(
            {"school.csv", "section.csv", "student.csv", "studentenrollment.csv", "teacher.csv", "teacherroster.csv"}
        ),
    ),
    ("Microsoft School Data Sync (SDS) version 2.1", frozenset({"relationships.csv", "userflags.csv"})),
    (
        "the Clever CSV format",
        frozenset({"schools.csv", "students.csv", "teachers.csv", "sections.csv", "enrollments.csv"}),
    ),
)


def recognise(files: Set[str], headings: Callable[[str], list[str]]) -> str | None:
    """What these files are if they are not OneRoster; ``files`` in lower case, ``headings`` of one of them.

    Two files of a kind are enough. OneRoster's own manifest.csv settles the question: then nothing is guessed.
    """
    if "manifest.csv" in files:
        return None
    for make, names in _BY_FILES:
        if len(files & names - {"enrollments.csv"}) >= 2:
            return make
    if {"classes.csv", "enrollments.csv"} <= files:
        classes = {plain(heading) for heading in headings("classes")}
        enrollments = {plain(heading) for heading in headings("enrollments")}
        # Version 2 borrows OneRoster's file names, but its enrollments have no ids and its classes name an org.
        if (
            "orgsourcedid" in classes
            and "schoolsourcedid" not in classes | enrollments
            and "sourcedid" not in enrollments
        ):
            return "Microsoft School Data Sync (SDS) version 2"
    return None
