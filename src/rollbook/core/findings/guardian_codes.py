"""Finding codes of guardians.csv (GRD)."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["GUARDIAN_CODES"]

GUARDIAN_CODES: tuple[FindingKind, ...] = (
    FindingKind(
        "GRD-001",
        Severity.ERROR,
        "Line without a student",
        "Line {line} of {stream} names no student, so nobody can tell whose guardian it is. The guardian stays as is.",
        "Fill the student's id in that line.",
    ),
    FindingKind(
        "GRD-002",
        Severity.ERROR,
        "Several students in one line",
        "Line {line} of {stream} has a comma in the student's id. The guardian stays as is.",
        "Write one line for each student of a guardian.",
    ),
    FindingKind(
        "GRD-003",
        Severity.WARNING,
        "Lines of one guardian disagree",
        "The lines of guardian {sourced_id} in {stream} do not have the same name or contacts. The last line counts.",
        "Correct the guardian in the student information system; each guardian's lines should say the same.",
    ),
    FindingKind(
        "GRD-004",
        Severity.NOTICE,
        "Language is not read",
        "{stream} says the guardians' languages. They were dropped: people choose their language here themselves.",
        "Nothing.",
    ),
    FindingKind(
        "GRD-005",
        Severity.NOTICE,
        "Guardians without an id",
        "{detail} lines of {stream} have no id of the guardian. One was made of name and contact.",
        "Send the guardians' ids: with them a guardian stays the same person when a name or an e-mail changes.",
    ),
    FindingKind(
        "GRD-006",
        Severity.WARNING,
        "Guardians come from two sources",
        "The sources {stream} of this district all say who is whose guardian. What one of them leaves out another one "
        "keeps, and contacts may go back and forth.",
        "Let one of them decide: rollbook settings SLUG manage_guardians=off --source NAME, for the main source.",
    ),
)
