"""Finding codes of scope (SCP), matching (MAT) and planning (PLN)."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["PLAN_CODES"]

_ERROR, _WARNING, _NOTICE = Severity.ERROR, Severity.WARNING, Severity.NOTICE

PLAN_CODES: tuple[FindingKind, ...] = (
    FindingKind(
        "SCP-001",
        _WARNING,
        "A matched school is no longer in the data",
        "School {sourced_id} is matched, but the source does not share it any more. Its students and classrooms would "
        "be suspended, not archived.",
        "Share the school again in the roster app, or take its match away in step 3.",
    ),
    FindingKind(
        "SCP-002",
        _NOTICE,
        "A school of the source is not matched",
        "Line {line} of {stream}: school {sourced_id} has no partner in Rollbook, so it stays out of the sync.",
        "Match it (`rollbook schools`), or leave it out on purpose.",
    ),
    FindingKind(
        "SCP-003",
        _WARNING,
        "A class has no known academic session",
        "Line {line} of {stream}: class {sourced_id} names no academic session that is in the data. It is synced as "
        "if it were current.",
        "Give the class a term in the student system, or share the academic sessions.",
    ),
    FindingKind(
        "SCP-004",
        _NOTICE,
        "A class names an academic session that is not in the data",
        "Line {line} of {stream}: one of the sessions of class {sourced_id} is not in academicSessions.csv; the others "
        "decide.",
        "Share all academic sessions of the class.",
    ),
    FindingKind(
        "SCP-005",
        _NOTICE,
        "A class names a course that is not in the data",
        "Line {line} of {stream}: the course of class {sourced_id} is not in courses.csv. The class is synced without it.",
        "Share the course, or correct courseSourcedId.",
    ),
    FindingKind(
        "SCP-006",
        _WARNING,
        "A class names a school that is not in the data",
        "Line {line} of {stream}: the school of class {sourced_id} is not in orgs.csv, so the class stays out.",
        "Correct schoolSourcedId, or share the school.",
    ),
    FindingKind(
        "SCP-007",
        _WARNING,
        "A user is student and adult at once",
        "User {sourced_id} has a student's role and an adult's. Rollbook treats them as a student and leaves the other "
        "role out.",
        "Give the adult role its own user, or take the student role away.",
    ),
    FindingKind(
        "SCP-008",
        _WARNING,
        "A student names an agent who is no guardian",
        "Line {line} of {stream}: student {sourced_id} names an agent whose role is not parent, guardian or relative. "
        "No link was made.",
        "Give the adult a parent's or guardian's role in the student system, or take them off the student's contacts.",
    ),
    FindingKind(
        "SCP-009",
        _NOTICE,
        "A student names an agent who is not in the data",
        "Line {line} of {stream}: student {sourced_id} names an agent who is not in users.csv.",
        "Share guardians with Rollbook, or take the stale contact off the student.",
    ),
    FindingKind(
        "SCP-010",
        _NOTICE,
        "A guardian without rights is not linked",
        "Line {line} of {stream}: the custody column says that {sourced_id} has no rights. No link was made.",
        "Nothing to do if the student system is right.",
    ),
    FindingKind(
        "SCP-011",
        _NOTICE,
        "A contact's relationship is not synced",
        "Line {line} of {stream}: {sourced_id} is a {detail}; the settings sync other relationships only.",
        "Add the relationship to the setting guardian_relationships if such contacts should be linked.",
    ),
    FindingKind(
        "SCP-012",
        _WARNING,
        "A matched school receives no records of a kind",
        "School {sourced_id} is matched, but the data has no {detail} for it.",
        "Check what the source shares for this school; a lost leading zero in an id looks like this.",
    ),
    FindingKind(
        "SCP-013",
        _WARNING,
        "A role names an org that is not in the data",
        "Line {line} of {stream}: user {sourced_id} has a role at an org that is not in orgs.csv. The person stays as "
        "they are.",
        "Share the org, or correct orgSourcedIds.",
    ),
    FindingKind(
        "SCP-014",
        _NOTICE,
        "A reference leads nowhere",
        "Line {line} of {stream}: {column} of {sourced_id} names something that is not in the data. The row is used "
        "without it.",
        "Correct the reference, or share what it names.",
    ),
    FindingKind(
        "SCP-015",
        _NOTICE,
        "An enrollment lies outside its class's term",
        "Line {line} of {stream}: enrollment {sourced_id} begins before or ends after the sessions of its class. Its own "
        "dates are used.",
        "Correct the dates if they are wrong.",
    ),
    FindingKind(
        "SCP-016",
        _WARNING,
        "A class is held at something that is no school",
        "Line {line} of {stream}: the org of class {sourced_id} is typed as no school, and is not matched. The class stays "
        "as it is.",
        "Name the school in schoolSourcedId, or give the org the type school.",
    ),
    FindingKind(
        "SCP-017",
        _WARNING,
        "Nobody can tell whether a guardian has rights",
        "Line {line} of {stream}: the settings name a custody column, and it is not in the data. Guardian {sourced_id} "
        "was not newly linked; links that are there stay.",
        "Share the custody column again, or clear the setting custody_column.",
    ),
    FindingKind(
        "SCP-018",
        _WARNING,
        "Guardian of an unknown student",
        "{stream}: nobody in the district has the student id {sourced_id}. Guardian {detail} was not linked to it.",
        "Use the id that the main source uses (its sourcedId), or the student number; the same kind in every line.",
    ),
    FindingKind(
        "SCP-019",
        _WARNING,
        "Student id of several students",
        "{stream}: several students have the id {sourced_id}. Guardian {detail} was linked to none of them.",
        "Use the sourcedIds of the main source in this file, or mend the student numbers.",
    ),
    FindingKind(
        "MAT-001",
        _NOTICE,
        "Somebody already in the directory was recognised",
        "{sourced_id} is new to this source and was recognised as someone already here ({detail}).",
        "Nothing to do. `rollbook explain` shows the evidence.",
    ),
    FindingKind(
        "MAT-002",
        _WARNING,
        "It is not clear who this is",
        "{sourced_id} is new and could be somebody already here ({detail}), but not for certain. Nobody was guessed: "
        "the new record waits.",
        "Compare the two. Approve the hold to make a new record, or correct the id in the student system.",
    ),
    FindingKind(
        "MAT-003",
        _NOTICE,
        "One human in several records",
        "{sourced_id} is the same human as another record of this source ({detail}); both lead to one account.",
        "Nothing to do.",
    ),
    FindingKind(
        "MAT-004",
        _WARNING,
        "Two accounts look like one human",
        "{sourced_id} and another record have the same name and contact, but already have two accounts.",
        "Look at both and merge them if they are one person.",
    ),
    FindingKind(
        "MAT-005",
        _WARNING,
        "Ids changed",
        "{sourced_id} replaces another id of somebody already here ({detail}). The record was kept, not made again.",
        "Nothing to do if the student system re-issued its ids.",
    ),
    FindingKind(
        "PLN-001",
        _NOTICE,
        "An enrollment names a class that is not in the data",
        "Line {line} of {stream}: class {sourced_id} is not in classes.csv. The enrollment was left out.",
        "Share the class, or correct classSourcedId.",
    ),
    FindingKind(
        "PLN-002",
        _NOTICE,
        "An enrollment names a user who is not in the data",
        "Line {line} of {stream}: user {sourced_id} is not in users.csv. The enrollment was left out.",
        "Share the user, or correct userSourcedId.",
    ),
    FindingKind(
        "PLN-003",
        _WARNING,
        "An enrollment's role does not fit the user",
        "Line {line} of {stream}: user {sourced_id} is enrolled as {detail}, which the user is not. It was left out.",
        "Correct the role of the user or of the enrollment.",
    ),
    FindingKind(
        "PLN-004",
        _NOTICE,
        "A delta does not say whether a guardian left",
        "The delta does not name the link between student {sourced_id} and a guardian any more, and the guardian's own "
        "row is not in it. The link was kept.",
        "The next bulk file decides.",
    ),
    FindingKind(
        "PLN-005",
        _NOTICE,
        "A person keeps their own contact details",
        "{sourced_id} has signed in and owns their contact details; the source has others ({detail}).",
        "Correct the student system, or switch on update_active_contacts.",
    ),
    FindingKind(
        "PLN-006",
        _NOTICE,
        "A guardian has no contact for sign-in",
        "{sourced_id} is kept as a record without sign-in: no e-mail and no mobile number.",
        "Add an e-mail or mobile number in the student system.",
    ),
    FindingKind(
        "PLN-007",
        _NOTICE,
        "A removal is not possible to judge",
        "Rows of {stream} could not be read and name no id, so nobody can tell whom they speak of. All removals of that "
        "kind wait.",
        "Mend the rows and send the file again, or approve the hold.",
    ),
    FindingKind(
        "PLN-009",
        _NOTICE,
        "An account is switched off by the source",
        "Line {line} of {stream}: enabledUser of {sourced_id} is false. The record is kept; the person cannot sign in.",
        "Nothing to do if the student system means it.",
    ),
    FindingKind(
        "PLN-010",
        _NOTICE,
        "Several people share a contact",
        "Line {line} of {stream}: {sourced_id} shares the {detail} with somebody else. Both keep it.",
        "Nothing to do: families share contacts. Give each their own if they should sign in separately.",
    ),
    FindingKind(
        "PLN-011",
        _WARNING,
        "An id seems to have lost its leading zeros",
        "Line {line} of {stream}: nobody has the id {sourced_id}, but somebody has it with leading zeros. The enrollment "
        "stays as it is.",
        "Export ids as text; a spreadsheet takes leading zeros away.",
    ),
    FindingKind(
        "PLN-008",
        _NOTICE,
        "More than six guardians",
        "Student {sourced_id} has {detail} guardians.",
        "Check the contacts of the student.",
    ),
)
