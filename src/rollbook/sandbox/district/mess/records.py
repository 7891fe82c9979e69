"""Records, their status and their ids (facts E.1)."""

from __future__ import annotations

from rollbook.sandbox.district.mess.draft import Draft, Row
from rollbook.sandbox.district.mess.edits import added, cell, is_guardian, is_staff, is_student
from rollbook.sandbox.district.mess.kinds import Category, error, notice, warning

__all__ = ["RECORDS"]

_MODIFIED = "2026-08-30T04:05:06.000Z"
_GONE = "read as tobedeleted: archived, if the directory has it"


def _status_blank(draft: Draft) -> None:
    """All rows of courses.csv but one say active, as 1.1 producers do."""
    page = draft.page("courses")
    _, blank = draft.pick("courses")
    for slot in range(len(page.slots)):
        status = "" if slot == blank else "active"
        page.write(slot, page.read(slot) | {"status": status, "dateLastModified": _MODIFIED})
    row = page.read(blank)
    what = "status is blank where every other row says active"
    draft.note("courses", what, slot=blank, column="status", sourced_id=row["sourcedId"])


def _status_filled(draft: Draft) -> None:
    page, slot = draft.pick("users", is_staff)
    row = page.read(slot)
    page.write(slot, row | {"status": "active", "dateLastModified": _MODIFIED})
    what = "status and dateLastModified are filled in a bulk file"
    draft.note("users", what, slot=slot, column="status", sourced_id=row["sourcedId"])


def _duplicate(draft: Draft) -> None:
    page, slot = draft.pick("users", is_student)
    row = page.read(slot)
    copy = page.append(row | {"middleName": "Second", "identifier": "9" + row["identifier"][1:]})
    first = page.line_of(slot)
    what = f"the sourcedId of line {first} stands here again, with other values"
    draft.note("users", what, slot=copy, column="sourcedId", sourced_id=row["sourcedId"])


def _repeated(draft: Draft) -> None:
    page, slot = draft.pick("enrollments", is_student)
    row = page.read(slot)
    copy = page.append(row)
    draft.note("enrollments", f"line {page.line_of(slot)} stands here again, letter for letter", slot=copy,
               column="sourcedId", sourced_id=row["sourcedId"])  # fmt: skip


def _two_records(draft: Draft) -> None:
    """A teacher's second record, for another school, with the same name and contacts."""
    page, slot = draft.pick("users", is_staff)
    row = page.read(slot)
    org = draft.page("orgs").read(len(draft.page("orgs").slots) - 1)["sourcedId"]
    second = row | {"sourcedId": row["sourcedId"] + "-2", "username": row["username"] + "-2"}
    own_org = "orgSourcedIds" if draft.oneroster == "1.1" else "primaryOrgSourcedId"
    copy = page.append(second | {own_org: org, "agentSourcedIds": ""})
    if draft.oneroster == "1.2":
        roles = draft.page("roles")
        role = roles.read(draft.find("roles", "userSourcedId", row["sourcedId"]))
        roles.append(role | {"sourcedId": role["sourcedId"] + "-2", "userSourcedId": second["sourcedId"],
                             "orgSourcedId": org})  # fmt: skip
    what = f"the person of {row['sourcedId']} has a second record for another school"
    draft.note("users", what, slot=copy, column="sourcedId", sourced_id=second["sourcedId"])


def _course(draft: Draft, **cells: str) -> Row:
    page = draft.page("courses")
    return page.read(len(page.slots) - 1) | cells


def _student_id(draft: Draft) -> str:
    page = draft.page("users")
    return page.read(len(page.slots) - 1)["sourcedId"]


def _churned(draft: Draft) -> None:
    """Every user id of the district takes another form, wherever it stands."""
    columns = {
        "users": ("sourcedId", "agentSourcedIds"),
        "roles": ("userSourcedId",),
        "enrollments": ("userSourcedId",),
        "demographics": ("sourcedId",),
    }
    for file, names in columns.items():
        if not (draft.folder / f"{file}.csv").exists():
            continue
        page = draft.page(file)
        for slot in range(len(page.slots)):
            row = page.read(slot)
            page.write(slot, row | {name: _prefixed(row[name]) for name in names})
    draft.note("users", "every user's sourcedId has the new form 994_…", column="sourcedId")


def _prefixed(ids: str) -> str:
    return ",".join(f"994_{one}" for one in ids.split(",") if one)


def _zeros_lost(draft: Draft) -> None:
    """users.csv and demographics.csv went through a spreadsheet: ids that look like numbers became numbers."""
    for file in ("users", "demographics"):
        page = draft.page(file)
        for slot in range(len(page.slots)):
            row = page.read(slot)
            page.write(slot, row | {"sourcedId": _as_number(row["sourcedId"])})
    draft.note("users", "every numeric sourcedId has lost its leading zeros", column="sourcedId")


def _as_number(text: str) -> str:
    return str(int(text)) if text.isdigit() else text


RECORDS = (
    notice(
        "status-blank", "E.1", Category.STATUS, "A blank status among rows that say active.", _status_blank,
        "read as active",
    ),
    notice(
        "status-inactive", "E.1", Category.STATUS, "The status inactive, dropped from the standard before 1.1.",
        cell("users", "status", "inactive", is_student), _GONE,
    ),
    notice(
        "status-capitalised", "E.1", Category.STATUS, "Active with a capital.",
        cell("users", "status", "Active", is_student), "read as active",
    ),
    notice(
        "status-tobedeleted", "E.1", Category.STATUS, "A row marked tobedeleted in a bulk file.",
        cell("users", "status", "tobedeleted", is_guardian), _GONE,
    ),
    warning(
        "status-unknown", "E.1", Category.STATUS, "A status of the vendor's own.",
        cell("users", "status", "enrolled", is_student),
    ),
    notice(
        "status-filled-in-bulk", "E.6", Category.STATUS, "status and dateLastModified filled in a bulk file of 1.2.",
        _status_filled, "read as active", versions=("1.2",),
    ),
    warning(
        "sourced-id-duplicate", "E.1", Category.IDENTITY, "One sourcedId on two rows that differ.", _duplicate,
        "one of the rows is used, by a fixed rule; the object stays",
    ),
    notice(
        "row-repeated", "E.1", Category.IDENTITY, "The same row twice.", _repeated, "used once",
    ),
    notice(
        "person-two-records", "E.1", Category.IDENTITY, "A teacher at two schools as two user records.", _two_records,
        "one account when the evidence is strong, else a suggestion (R-3)",
    ),
    notice(
        "sourced-id-shared-across-kinds", "E.1", Category.IDENTITY, "A course with the sourcedId of a student.",
        added("courses", lambda draft: _course(draft, sourcedId=_student_id(draft), title="Advisory"),
              "the sourcedId is also a student's", "sourcedId"),
        "two objects: a sourcedId is unique within its kind only",
    ),
    notice(
        "sourced-id-odd-characters", "E.1", Category.IDENTITY, "A sourcedId with braces, a bar, a colon and a blank.",
        added("courses", lambda draft: _course(draft, sourcedId="{C|7:1 2}", title="Orientation"),
              "the sourcedId has characters outside the CSV binding's set", "sourcedId"),
        "used byte for byte (O-1)",
    ),
    warning(
        "sourced-ids-churned", "E.1", Category.IDENTITY, "Every user's sourcedId in a new form (994_0000001).",
        _churned,
        "held with the cause that all ids changed, and a mapping proposed (R-2, R-10)",
        alone="it changes every person of the bundle",
    ),
    error(
        "sourced-ids-zeros-lost", "E.1", Category.IDENTITY, "A spreadsheet took the leading zeros of all user ids.",
        _zeros_lost, "held with the cause that ids changed, the near misses named (R-10)",
        alone="it changes every student of the bundle",
    ),
)  # fmt: skip
