"""Finding codes of what Clever says about a district, and of what its model leaves open (CLV)."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["CLEVER_CODES"]

_WARNING, _NOTICE = Severity.WARNING, Severity.NOTICE

CLEVER_CODES: tuple[FindingKind, ...] = (
    FindingKind(
        "CLV-001",
        _NOTICE,
        "The district paused Clever",
        "The district paused its sync with Clever{detail}. What Clever shows is as it was when the pause began.",
        "Nothing, if it is the summer pause. Nobody is taken for gone because of it.",
    ),
    FindingKind(
        "CLV-002",
        _WARNING,
        "Clever waits for the district",
        "Clever did not take the district's newest data: it waits for the district to mend or confirm something.",
        "Ask the district's Clever administrator to open the Clever dashboard. Until then the data is that of before.",
    ),
    FindingKind(
        "CLV-003",
        _WARNING,
        "Clever has a problem",
        "Clever says that its own sync with the district failed, so the data may be old.",
        "If it stays so for more than a day, ask Clever's support.",
    ),
    FindingKind(
        "CLV-004",
        _NOTICE,
        "Contacts that do not become guardians",
        "Contacts whose type is not synced were left out: {detail}.",
        "If some of them should be guardians, add their type to contact_types in the settings of this source.",
    ),
    FindingKind(
        "CLV-005",
        _NOTICE,
        "Contact with one name",
        "The names of {detail} contacts are one word. It is used as the first name.",
        "Enter first and last name in the student information system.",
    ),
    FindingKind(
        "CLV-006",
        _NOTICE,
        "Contact's name in one field",
        "Clever gave the whole name of {detail} contacts in one field. It was parted into first and last name.",
        "Nothing. Where a name was parted wrongly, correct it on the person's page.",
    ),
    FindingKind(
        "CLV-007",
        _NOTICE,
        "Contact who is the student",
        "{detail} contacts are the students themselves. Nobody becomes their own guardian.",
        "Nothing.",
    ),
    FindingKind(
        "CLV-008",
        _WARNING,
        "Sections without Clever ids",
        "{detail} sections have an id that is none of Clever's, as if it were their id in the student information system.",
        "Ask whoever runs this server for Clever. Classes must be known by Clever's id: the other repeats every year.",
    ),
    FindingKind(
        "CLV-009",
        _NOTICE,
        "No contacts shared",
        "Clever shares no contacts, so no guardians come from it.",
        "Share contacts in Clever under Data sharing, or send guardians.csv beside it.",
    ),
    FindingKind(
        "CLV-010",
        _NOTICE,
        "Phones of unknown type",
        "The phones of {detail} contacts have no type. They are kept as home phones and not used for sign-in.",
        "Enter the phone type in the student information system, or add Other to mobile_phone_types.",
    ),
)
