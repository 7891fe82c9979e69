"""The self-check (product.md, section 6): what should be looked at before the first run, each as a number with the rows
behind it. Pure: a reading and what a run would make of it in, checks out; nothing is changed."""

from __future__ import annotations

from rollbook.core.findings import CATALOGUE
from rollbook.core.self_check.classes import (
    classes_without_students,
    classes_without_teachers,
    classrooms_twice,
    sessions_not_running,
    students_without_classes,
)
from rollbook.core.self_check.people import conflicting_contacts, guardians_twice, several_roles, students_unknown
from rollbook.core.self_check.rules import custody, rows_refused, thresholds
from rollbook.core.self_check.schools import (
    administrators,
    classes_beyond_need,
    schools_idle,
    schools_matched,
    schools_near,
    schools_unfed,
)
from rollbook.core.self_check.world import ROW_SCHEMA, Check, Level, Look, World, of_findings

__all__ = ["KEYS", "ROW_SCHEMA", "Check", "Level", "World", "run"]

_UNKNOWN = tuple(code for code in CATALOGUE if code.endswith(("-020", "-022", "-032")) and not code.startswith("FIL"))
_REPAIRED = (
    "HDR-004",
    "HDR-005",
    "HDR-007",
    "HDR-011",
    "FIL-024",
    "CSV-003",
    "CSV-004",
    "CSV-005",
    "CSV-017",
    "MAN-011",
)

_CHECKS: tuple[tuple[str, Look], ...] = (
    ("source_state", of_findings("source_state", "CLV-001", "CLV-002", "CLV-003", "SRC-001", "SRC-002", "SRC-010")),
    ("schools_matched", schools_matched),
    ("schools_near", schools_near),
    ("schools_unfed", schools_unfed),
    ("schools_gone", of_findings("schools_gone", "SCP-001", level=Level.FAIL)),
    ("schools_idle", schools_idle),
    ("administrators", administrators),
    ("classes_beyond_need", classes_beyond_need),
    ("classrooms_twice", classrooms_twice),
    ("students_unknown", students_unknown),
    ("thresholds", thresholds),
    ("guardians_unreachable", of_findings("guardians_unreachable", "PLN-006")),
    ("contacts_shared", of_findings("contacts_shared", "PLN-010", level=Level.PASS)),
    ("contacts_conflicting", conflicting_contacts),
    ("several_roles", several_roles),
    ("guardians_twice", guardians_twice),
    ("guardians_many", of_findings("guardians_many", "PLN-008")),
    ("guardians_two_sources", of_findings("guardians_two_sources", "GRD-006", level=Level.FAIL)),
    ("custody", custody),
    ("students_without_classes", students_without_classes),
    ("classes_without_teachers", classes_without_teachers),
    ("classes_without_students", classes_without_students),
    ("sessions_not_running", sessions_not_running),
    ("leading_zeros", of_findings("leading_zeros", "PLN-011", level=Level.FAIL)),
    ("unknown_words", of_findings("unknown_words", "ENR-023", *_UNKNOWN)),
    ("sensitive", of_findings("sensitive", "HDR-010", "FIL-029", "SRC-004", "SRC-005")),
    ("repaired", of_findings("repaired", *_REPAIRED)),
    ("rows_refused", rows_refused),
)

KEYS: tuple[str, ...] = ("connection", *(key for key, _ in _CHECKS), "custody_unset")
"""Every check there is, in the order of the page. ``connection`` is of the shell that read the source."""


def run(world: World) -> list[Check]:
    """Every check that this reading allows, in their order."""
    return [check for _, look in _CHECKS if (check := look(world)) is not None]
