"""Finding codes of live sources (SRC): what a vendor's server offers, hides or says too much of."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["SOURCE_CODES"]

_FATAL, _WARNING, _NOTICE = Severity.FATAL, Severity.WARNING, Severity.NOTICE

SOURCE_CODES: tuple[FindingKind, ...] = (
    FindingKind(
        "SRC-001",
        _WARNING,
        "Not offered",
        "The server does not let us read {stream} (answer {detail}). What Rollbook knows of it stays as it is.",
        "Ask the district to share it with this app, or the vendor to grant the scope.",
    ),
    FindingKind(
        "SRC-002",
        _WARNING,
        "No rows",
        "{stream} came without one row. Nobody is removed because of that before a person agrees.",
        "Check in the vendor's page which schools and people are shared with this app.",
    ),
    FindingKind(
        "SRC-003",
        _NOTICE,
        "No rows",
        "{stream} came without rows.",
        "Nothing to do if your schools do not use it.",
    ),
    FindingKind(
        "SRC-004",
        _NOTICE,
        "More shared than needed",
        "{stream} carries {detail}, which Rollbook neither needs nor keeps.",
        "Turn it off in the vendor's sharing settings: what is not shared cannot leak.",
    ),
    FindingKind(
        "SRC-005",
        _NOTICE,
        "Private data shared",
        "{stream} can be read, but this connection keeps no birth dates, so it is not.",
        "Turn demographics off in the vendor's sharing settings, or turn on keep_birth_dates to match by birth date.",
    ),
    FindingKind(
        "SRC-006",
        _NOTICE,
        "Values in other shapes",
        "{detail} pages of {stream} held values in shapes that OneRoster does not know. They were read all the same.",
        "Nothing to do here; other programs may stumble over them. Tell the vendor.",
    ),
    FindingKind(
        "SRC-007",
        _NOTICE,
        "Total not told",
        "The server does not say how many rows {stream} has; its end was asked for twice instead.",
        "Nothing to do.",
    ),
    FindingKind(
        "SRC-008",
        _FATAL,
        "Value missing everywhere",
        "No row of {stream} has {column}, without which it cannot be used. Nothing was changed.",
        "Turn the field on in the vendor's sharing settings (shared fields).",
    ),
    FindingKind(
        "SRC-009",
        _WARNING,
        "Changes cannot be asked for",
        "The server does not let us ask for what changed in {stream}, so everything was read.",
        "Nothing to do; each run takes longer. Set pulls to full to stop asking.",
    ),
    FindingKind(
        "SRC-010",
        _NOTICE,
        "Values masked",
        "The vendor masks values of {stream}. Masked e-mail addresses are of no use for matching.",
        "If it was not meant, look at the masking rules (ClassLink: DataGuard).",
    ),
    FindingKind(
        "SRC-011",
        _WARNING,
        "No administrators",
        "Among the users there is no administrator and no staff without a class.",
        "ClassLink: turn on Unenrolled Users for this app. Elsewhere: share staff as well as teachers.",
    ),
    FindingKind(
        "SRC-012",
        _NOTICE,
        "Nothing new",
        "The vendor says that nothing changed since run {detail}, so what that run received was taken again.",
        "Nothing to do.",
    ),
)
