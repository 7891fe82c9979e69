"""Columns under other names, in another order, lacking, or one too many (facts E.4)."""

from __future__ import annotations

from rollbook.sandbox.district.mess.draft import Draft, parse
from rollbook.sandbox.district.mess.edits import inserted, lacking, renamed, reshaped
from rollbook.sandbox.district.mess.kinds import Category, fatal, notice, warning

__all__ = ["HEADERS"]

_READ = "read as the column it means"


def _header_case(draft: Draft) -> None:
    page = draft.page("academicSessions")
    for column in page.header:
        page.renames[column] = column.upper()
    draft.note("academicSessions", "every column is in capitals", in_header=True)


def _header_blanks(draft: Draft) -> None:
    renamed("classes", "classCode", " classCode ")(draft)


def _moved_last(cells: list[str], _: bool) -> list[str]:
    return [cells[0], *cells[3:], *cells[1:3]]


def _with_metadata(cells: list[str], is_header: bool) -> list[str]:
    return [*cells, "metadata.region" if is_header else "north"]


def _with_two_blank(cells: list[str], _: bool) -> list[str]:
    return [*cells, "", ""]


def _role_of(cells: list[str]) -> str:
    return {"T": "teacher", "G": "guardian"}.get(cells[0][:1], "student")


def _drop_header(draft: Draft) -> None:
    page = draft.page("users")
    first = parse(page.slots.pop(0))
    page.renames = dict(zip(page.header, first, strict=True))
    draft.note("users", "the first line is a row of data", in_header=True)


def _relabel(draft: Draft) -> None:
    manifest = draft.page("manifest")
    slot = draft.find("manifest", "propertyName", "oneroster.version")
    manifest.write(slot, {"propertyName": "oneroster.version", "value": "1.2"})
    draft.note("manifest", "oneroster.version is 1.2, users.csv has the columns of 1.1", slot=slot, column="value")


HEADERS = (
    notice(
        "header-case", "E.4", Category.HEADER, "Column names in capitals.", _header_case, _READ,
    ),
    notice(
        "header-order", "E.4", Category.HEADER, "Columns in another order.",
        reshaped("orgs", _moved_last, "status and dateLastModified stand last"), "read by name, not by place",
    ),
    notice(
        "header-blanks", "E.4", Category.HEADER, "A column name with blanks around it.", _header_blanks, _READ,
    ),
    notice(
        "header-asterisk", "C.2", Category.HEADER, "A column name with the asterisk of the specification's tables.",
        renamed("courses", "title", "title*"), _READ,
    ),
    notice(
        "header-grade", "E.4", Category.HEADER, "grade for grades.", renamed("users", "grades", "grade"), _READ,
    ),
    notice(
        "header-agents", "E.4", Category.HEADER, "agents for agentSourcedIds.",
        renamed("users", "agentSourcedIds", "agents"), _READ,
    ),
    notice(
        "header-user-id", "E.4", Category.HEADER, "userId for userSourcedId.",
        renamed("enrollments", "userSourcedId", "userId"), _READ,
    ),
    notice(
        "header-source-id", "E.4", Category.HEADER, "sourceID for sourcedId.",
        renamed("courses", "sourcedId", "sourceID"), _READ,
    ),
    notice(
        "header-birthdate", "E.4", Category.HEADER, "birthdate for birthDate.",
        renamed("demographics", "birthDate", "birthdate"),
        "dropped with the rest of demographics unless asked for (S-4)",
    ),
    warning(
        "header-typo-optional", "E.4", Category.HEADER, "A misspelt optional column.",
        renamed("classes", "location", "locaton"),
        "read as the column it means, or as not received: nothing is blanked",
    ),
    warning(
        "header-typo-required", "E.4", Category.HEADER, "A misspelt required column: famliyName.",
        renamed("users", "familyName", "famliyName"),
        "read as familyName with a finding, or the run is refused; never read as everybody gone (S-2)",
        alone="a reader may refuse the whole bundle", group="users header",
    ),
    fatal(
        "header-missing", "E.4", Category.HEADER, "A file without its header row.",
        _drop_header, "the run is refused; the first row is not taken for names (S-2)",
        alone="a reader refuses the whole bundle", group="users header",
    ),
    notice(
        "column-vendor", "E.4", Category.HEADER, "A vendor's own column among the others.",
        inserted("courses", "title", "ext_department", lambda _: "D4"), "dropped (S-4)",
    ),
    notice(
        "column-metadata", "E.4", Category.HEADER, "A metadata column at the end, as the specification allows.",
        reshaped("orgs", _with_metadata, "metadata.region stands last", "metadata.region"), "dropped (S-4)",
    ),
    warning(
        "column-missing-optional", "E.4", Category.HEADER, "An optional column lacks.",
        lacking("orgs", "identifier"),
        "not received, which is not the same as blank: nothing is blanked",
    ),
    fatal(
        "column-missing-required", "E.4", Category.HEADER, "A required column lacks.",
        lacking("enrollments", "classSourcedId"),
        alone="a reader refuses the whole bundle",
    ),
    notice(
        "columns-trailing-empty", "E.4", Category.HEADER, "Two empty columns at the end of every line.",
        reshaped("courses", _with_two_blank, "two columns without a name stand last"), "dropped",
    ),
    notice(
        "users-role-and-roles", "E.6", Category.HEADER, "users.csv of 1.2 with a role column beside roles.csv.",
        inserted("users", "enabledUser", "role", _role_of), "roles.csv decides", versions=("1.2",),
    ),
    notice(
        "column-resources", "E.6", Category.HEADER, "The column resourceSourcedIds of 1.2.0.",
        inserted("users", "userMasterIdentifier", "resourceSourcedIds", lambda _: ""),
        "dropped (S-4)", versions=("1.2",),
    ),
    warning(
        "version-label-wrong", "E.6", Category.MANIFEST, "A manifest that says 1.2 over files of 1.1.",
        _relabel, "read by shape, not by label", versions=("1.1",),
        alone="a reader may refuse the whole bundle", group="oneroster.version",
    ),
)  # fmt: skip
