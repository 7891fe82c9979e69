"""Finding codes of students.csv (SIM)."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["SIMPLE_CODES"]

SIMPLE_CODES: tuple[FindingKind, ...] = (
    FindingKind(
        "SIM-001",
        Severity.ERROR,
        "Row without a student number",
        "Line {line} of {stream} has no student number, or one with a comma. Nothing of the row is used.",
        "Fill the student's number in that row.",
    ),
    FindingKind(
        "SIM-002",
        Severity.ERROR,
        "Row without a school",
        "Line {line} of {stream} does not say the school of student {sourced_id}. The student stays as is.",
        "Fill the school in that row.",
    ),
    FindingKind(
        "SIM-003",
        Severity.WARNING,
        "Rows of one student disagree",
        "The rows of student {sourced_id} in {stream} do not say the same of the student. The last row counts.",
        "Write the same in each row of a student; only the school is another one.",
    ),
)
"""What a finding code means."""
