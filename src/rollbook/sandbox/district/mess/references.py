"""References that lead nowhere, or somewhere else (facts E.2)."""

from __future__ import annotations

from collections.abc import Callable

from rollbook.sandbox.district.mess.draft import Draft, Row
from rollbook.sandbox.district.mess.edits import (
    cell,
    has,
    is_guardian,
    is_staff,
    is_student,
    where_all,
)
from rollbook.sandbox.district.mess.kinds import Category, Plant, error, notice, warning

__all__ = ["REFERENCES"]

_NOWHERE = "NOT-SHARED-99"
_CLEARED = "the reference is dropped; the row is used"
_HELD = "what is missing is held or suspended with its likely cause, never simply archived (S-2, R-10)"


def _with(name: str, ids: Callable[[Row], str]) -> Callable[[Row], str]:
    return lambda row: ",".join(filter(None, (row[name], ids(row))))


def _user_org(draft: Draft) -> None:
    column = "orgSourcedIds" if draft.oneroster == "1.1" else "orgSourcedId"
    cell("users" if draft.oneroster == "1.1" else "roles", column, _NOWHERE, is_guardian)(draft)


def _one_directional(draft: Draft) -> None:
    """A guardian names no child any more, while the child still names the guardian."""
    page, slot = draft.pick("users", where_all(is_guardian, has("agentSourcedIds")))
    row = page.read(slot)
    page.write(slot, row | {"agentSourcedIds": ""})
    what = f"agentSourcedIds is empty, though {row['agentSourcedIds']} names this guardian"
    draft.note("users", what, slot=slot, column="agentSourcedIds", sourced_id=row["sourcedId"])


def _agent_is_teacher(draft: Draft) -> None:
    page = draft.page("users")
    teacher = next(row["sourcedId"] for row in map(page.read, range(len(page.slots))) if is_staff(row))
    cell("users", "agentSourcedIds", _with("agentSourcedIds", lambda _: teacher), is_student)(draft)


def _guardians_not_shared(draft: Draft) -> None:
    """The app's permission for guardians is off: their rows are gone, the students still name them."""
    for file in ("users", "roles"):
        if (draft.folder / f"{file}.csv").exists():
            page = draft.page(file)
            page.slots = [text for slot, text in enumerate(page.slots) if not is_guardian(page.read(slot))]
    draft.note("users", "no guardian has a row, while students name them as agents", column="agentSourcedIds")


def _without_org(kind: str) -> Plant:
    def plant(draft: Draft) -> None:
        page = draft.page("orgs")
        slot = draft.find("orgs", "type", kind)
        org = page.read(slot)["sourcedId"]
        del page.slots[slot]
        draft.note("orgs", f"the row of {kind} {org} is gone, others name it", column="sourcedId", sourced_id=org)

    return plant


def _courses_gone(draft: Draft) -> None:
    draft.later(lambda folder: (folder / "courses.csv").unlink())
    manifest = draft.page("manifest")
    slot = draft.find("manifest", "propertyName", "file.courses")
    manifest.write(slot, {"propertyName": "file.courses", "value": "absent"})
    draft.note("manifest", "courses are absent, every class names one", slot=slot, column="value")


def _org_typed_wrongly(draft: Draft) -> None:
    """A small school of its own, so that the district's real schools stay readable: one class is held there."""
    orgs = draft.page("orgs")
    parent = orgs.read(0)["sourcedId"]
    org = {"sourcedId": "0199", "name": "Valley Annex", "type": "department", "parentSourcedId": parent}
    slot = orgs.append(org)
    classes, room = draft.pick("classes")
    classes.write(room, classes.read(room) | {"schoolSourcedId": "0199"})
    draft.note(
        "orgs", "a school where a class is held is typed department", slot=slot, column="type", sourced_id="0199"
    )


def _sessions_header_only(draft: Draft) -> None:
    draft.page("academicSessions").slots = []
    draft.note("academicSessions", "the file has a header and no rows")


def _zeros_lost(row: Row) -> str:
    return str(int(row["userSourcedId"]))


REFERENCES = (
    warning(
        "org-parent-dangling", "E.2", Category.REFERENCE, "A school whose parent org is not in the bundle.",
        cell("orgs", "parentSourcedId", _NOWHERE, lambda row: row["type"] == "school"), _CLEARED,
    ),
    error(
        "user-org-dangling", "E.2", Category.REFERENCE, "A person at an org that is not in the bundle.", _user_org,
        "the role there is dropped; the person stays as they are",
    ),
    error(
        "class-school-dangling", "E.2", Category.REFERENCE, "A class at a school that is not in the bundle.",
        cell("classes", "schoolSourcedId", _NOWHERE),
    ),
    warning(
        "class-course-dangling", "E.2", Category.REFERENCE, "A class of a course that is not in the bundle.",
        cell("classes", "courseSourcedId", _NOWHERE), _CLEARED,
    ),
    notice(
        "class-course-empty", "E.2", Category.REQUIRED, "A class without a course.",
        cell("classes", "courseSourcedId", ""), "the class is used without a course",
    ),
    warning(
        "class-term-dangling", "E.2", Category.REFERENCE, "A class in a term that is not in the bundle.",
        cell("classes", "termSourcedIds", _NOWHERE), "the term is dropped; the class is not archived for it",
    ),
    warning(
        "class-term-partly-dangling", "E.2", Category.REFERENCE, "A class in two terms, one of which does not exist.",
        cell("classes", "termSourcedIds", _with("termSourcedIds", lambda _: _NOWHERE)), "the other term is used",
    ),
    notice(
        "class-terms-empty", "E.2", Category.REQUIRED, "A class without terms.",
        cell("classes", "termSourcedIds", ""), "the class counts as current",
    ),
    error(
        "enrollment-class-dangling", "E.2", Category.REFERENCE, "An enrollment in a class that is not in the bundle.",
        cell("enrollments", "classSourcedId", _NOWHERE, is_student),
    ),
    error(
        "enrollment-user-dangling", "E.2", Category.REFERENCE, "An enrollment of a user who is not in the bundle.",
        cell("enrollments", "userSourcedId", _NOWHERE, is_student),
    ),
    warning(
        "enrollment-school-dangling", "E.2", Category.REFERENCE, "An enrollment at a school that is not in the bundle.",
        cell("enrollments", "schoolSourcedId", _NOWHERE, is_student), "the class's own school is used",
    ),
    error(
        "enrollment-user-zeros-lost", "E.1", Category.IDENTITY, "An enrollment whose user id lost its leading zeros.",
        cell("enrollments", "userSourcedId", _zeros_lost, is_student), "the row is dropped and the near miss is named",
    ),
    warning(
        "enrollment-user-stray-blank", "E.3", Category.REFERENCE, "A reference with a blank before and after it.",
        cell("enrollments", "userSourcedId", lambda row: f" {row['userSourcedId']} ", is_student),
        "the blanks are dropped; the row is used",
    ),
    warning(
        "enrollment-role-differs", "E.2", Category.RULE, "A student who is enrolled as a teacher.",
        cell("enrollments", "role", "teacher", is_student), "the student does not become a teacher",
    ),
    warning(
        "course-org-dangling", "E.2", Category.REFERENCE, "A course of an org that is not in the bundle.",
        cell("courses", "orgSourcedId", _NOWHERE), _CLEARED,
    ),
    warning(
        "course-year-dangling", "E.2", Category.REFERENCE, "A course in a school year that is not in the bundle.",
        cell("courses", "schoolYearSourcedId", _NOWHERE), _CLEARED,
    ),
    warning(
        "session-parent-dangling", "E.2", Category.REFERENCE, "A term in a semester that is not in the bundle.",
        cell("academicSessions", "parentSourcedId", _NOWHERE, lambda row: row["type"] == "term"), _CLEARED,
    ),
    notice(
        "demographics-user-dangling", "E.2", Category.REFERENCE, "Demographics of nobody in the bundle.",
        cell("demographics", "sourcedId", _NOWHERE),
        "dropped with the rest of demographics unless asked for (S-4)",
    ),
    warning(
        "agent-dangling", "E.2", Category.REFERENCE, "A student with a guardian who is not in the bundle.",
        cell("users", "agentSourcedIds", _with("agentSourcedIds", lambda _: "G99999999"), is_student),
        "that guardian is left out; the others are linked",
    ),
    notice(
        "agent-one-directional", "E.2", Category.REFERENCE, "A child who names a guardian who does not name the child.",
        _one_directional, "linked all the same",
    ),
    warning(
        "agent-is-teacher", "E.2", Category.RULE, "A student with a teacher as agent.", _agent_is_teacher,
        "the teacher does not become a guardian without more evidence",
    ),
    warning(
        "agents-not-shared", "E.2", Category.SCOPE, "Guardians are not shared, students name them all the same.",
        _guardians_not_shared, _HELD, alone="it takes every guardian out of the bundle",
    ),
    warning(
        "org-typed-department", "E.2", Category.VALUE, "A school that is typed department.", _org_typed_wrongly,
        "read as a school, because a class is held there",
    ),
    warning(
        "org-school-not-shared", "E.2", Category.SCOPE, "A school that is hidden while its classes remain.",
        _without_org("school"), _HELD, alone="it takes a school out of the bundle",
    ),
    notice(
        "org-district-not-shared", "E.2", Category.SCOPE, "A district that is hidden while its schools remain.",
        _without_org("district"), "schools are used without a parent",
        alone="every row that names the district dangles",
    ),
    warning(
        "courses-not-shared", "E.2", Category.SCOPE, "Courses are absent while every class names one.", _courses_gone,
        "classes are used without courses", alone="every class's course dangles",
    ),
    warning(
        "sessions-header-only", "E.2", Category.SCOPE, "academicSessions.csv with a header and no rows.",
        _sessions_header_only, "classes are not archived for want of terms", alone="every class's terms dangle",
    ),
)  # fmt: skip
