"""People: names, contacts, roles (facts E.3)."""

from __future__ import annotations

import unicodedata

from rollbook.sandbox.district.mess.draft import Draft, Row
from rollbook.sandbox.district.mess.edits import (
    cell,
    has,
    is_guardian,
    is_staff,
    is_student,
    role_cell,
    where_all,
)
from rollbook.sandbox.district.mess.kinds import Category, error, notice, warning

__all__ = ["PEOPLE"]

_READ = "read as what it means"
_DROPPED = "the value is dropped; the row is used"
_CLEANED = "cleaned; no change of name is reported"


def _decomposed(row: Row) -> str:
    return unicodedata.normalize("NFD", row["familyName"])


def _has_accent(row: Row) -> bool:
    return _decomposed(row) != row["familyName"]


def _shared_email(draft: Draft) -> None:
    """Two adults of different families have one address."""
    page, slot = draft.pick("users", where_all(is_guardian, has("email")))
    other = page.read(slot)
    cell("users", "email", other["email"], lambda row: is_guardian(row) and row["email"] not in ("", other["email"]))(
        draft
    )


def _formatted(row: Row) -> str:
    digits = row["sms"][2:]
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def _dotted_with_extension(row: Row) -> str:
    digits = row["sms"][2:]
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:]} x23"


def _local(row: Row) -> str:
    return f"{row['sms'][5:8]}-{row['sms'][8:]}"


def _two_primaries(draft: Draft) -> None:
    """A second teacher of a class who is primary too."""
    page, slot = draft.pick("enrollments", lambda row: row["role"] == "teacher" and row["primary"] == "true")
    row = page.read(slot)
    users = draft.page("users")
    other = next(
        user["sourcedId"]
        for user in map(users.read, range(len(users.slots)))
        if is_staff(user) and user["sourcedId"] != row["userSourcedId"]
    )
    second = page.append(row | {"sourcedId": row["sourcedId"] + "-2", "userSourcedId": other})
    what = f"the class of line {page.line_of(slot)} has a second primary teacher"
    draft.note("enrollments", what, slot=second, column="primary", sourced_id=row["sourcedId"] + "-2")


_GUARDIAN_WITH_PHONE = where_all(is_guardian, has("sms"))
_GUARDIAN_WITH_EMAIL = where_all(is_guardian, has("email"))

PEOPLE = (
    notice(
        "name-decomposed", "E.4", Category.VALUE, "A name in decomposed letters (NFD), as macOS writes them.",
        cell("users", "familyName", _decomposed, _has_accent), _CLEANED,
    ),
    notice(
        "name-stray-blanks", "E.4", Category.VALUE, "A name with blanks around it, two of them within, one no-break.",
        cell("users", "givenName", lambda row: f"  {row['givenName']}\u00a0 ", is_student), _CLEANED,
    ),
    notice(
        "name-zero-width", "E.4", Category.VALUE, "A name with a zero-width space and a byte-order mark in it.",
        cell("users", "familyName", lambda row: f"\ufeff{row['familyName']}\u200b", is_student), _CLEANED,
    ),
    error(
        "family-name-missing", "E.3", Category.REQUIRED, "A student without a family name.",
        cell("users", "familyName", "", is_student),
    ),
    error(
        "given-name-missing", "E.3", Category.REQUIRED, "A student without a given name.",
        cell("users", "givenName", "", is_student),
    ),
    error(
        "sourced-id-missing", "E.3", Category.REQUIRED, "A row without its sourcedId.",
        cell("users", "sourcedId", "", is_student),
        "the row is dropped; as nobody knows whose it was, no removal of this kind is certain",
    ),
    notice(
        "username-blank", "E.3", Category.REQUIRED, "A user without a username.",
        cell("users", "username", "", is_student), "kept; Rollbook does not need it",
    ),
    notice(
        "email-blank", "E.3", Category.VALUE, "A guardian without an e-mail.",
        cell("users", "email", "", _GUARDIAN_WITH_EMAIL), "kept; no removal of an address of the person's own",
    ),
    notice(
        "email-shared", "E.3", Category.VALUE, "Two adults of different families with one e-mail.", _shared_email,
        "allowed and reported (R-8)",
    ),
    warning(
        "email-invalid", "E.3", Category.VALUE, "An e-mail that is none.",
        cell("users", "email", lambda row: row["email"].replace("@", "(at)"), _GUARDIAN_WITH_EMAIL), _DROPPED,
    ),
    warning(
        "email-two", "E.3", Category.VALUE, "Two e-mails in one cell.",
        cell("users", "email", lambda row: f"{row['email']}; second.{row['email']}", _GUARDIAN_WITH_EMAIL), _DROPPED,
    ),
    notice(
        "email-capitals", "E.3", Category.VALUE, "An e-mail in capitals with a blank after it.",
        cell("users", "email", lambda row: row["email"].upper() + " ", _GUARDIAN_WITH_EMAIL),
        "case-folded; no change of contact is reported",
    ),
    notice(
        "phone-formatted", "E.3", Category.VALUE, "A phone number with brackets and a dash, without country.",
        cell("users", "sms", _formatted, _GUARDIAN_WITH_PHONE), "read in the district's region, to E.164",
    ),
    warning(
        "phone-extension", "E.3", Category.VALUE, "A phone number with dots and an extension.",
        cell("users", "sms", _dotted_with_extension, _GUARDIAN_WITH_PHONE), "read without the extension, and said so",
    ),
    warning(
        "phone-local", "E.3", Category.VALUE, "A phone number without its area code.",
        cell("users", "sms", _local, _GUARDIAN_WITH_PHONE), _DROPPED,
    ),
    warning(
        "phone-words", "E.3", Category.VALUE, "Words where a phone number is due.",
        cell("users", "sms", "call the office", _GUARDIAN_WITH_PHONE), _DROPPED,
    ),
    warning(
        "phone-spreadsheet", "E.3", Category.VALUE, "A phone number that a spreadsheet turned into a power of ten.",
        cell("users", "sms", lambda row: f"{int(row['sms'][1:]):.5E}", _GUARDIAN_WITH_PHONE), _DROPPED,
    ),
    notice(
        "role-capitalised", "E.3", Category.VALUE, "A role with a capital.", role_cell("Student", is_student), _READ,
    ),
    notice(
        "role-administrator", "E.3", Category.VALUE, "The generic administrator of 1.1 in a 1.2 file.",
        role_cell("administrator", where_all(is_staff, lambda row: row["role"] == "principal")),
        "read as a school administrator, because the org is a school", versions=("1.2",),
    ),
    error(
        "role-ext", "E.3", Category.VALUE, "A role of the vendor's own, which 1.1 does not allow.",
        role_cell("ext:coach", where_all(is_staff, lambda row: row["role"] == "aide")), "read as other staff",
        versions=("1.1",),
    ),
    error(
        "role-unknown", "E.3", Category.VALUE, "A role that no version knows.",
        role_cell("mentor", where_all(is_staff, lambda row: row["role"] in ("aide", "counselor"))),
    ),
    notice(
        "enrollment-role-capitalised", "E.3", Category.VALUE, "An enrollment role with a capital.",
        cell("enrollments", "role", "Student", is_student), _READ,
    ),
    warning(
        "enrollment-role-co-teacher", "E.3", Category.VALUE, "The enrollment role co-teacher.",
        cell("enrollments", "role", "co-teacher", is_staff), "read as a teacher who is not primary",
    ),
    notice(
        "enrollment-role-aide", "E.3", Category.VALUE, "The enrollment role aide, of an older text of the standard.",
        cell("enrollments", "role", "aide", is_staff), "kept as staff of the class, or dropped and said so",
    ),
    error(
        "enrollment-role-unknown", "E.3", Category.VALUE, "An enrollment role that no version knows.",
        cell("enrollments", "role", "auditor", is_student),
    ),
    notice(
        "primary-two", "E.3", Category.RULE, "Two primary teachers in one class.", _two_primaries, "both are kept",
    ),
    warning(
        "primary-student", "E.3", Category.RULE, "A student who is primary.",
        cell("enrollments", "primary", "true", is_student), "read as not primary",
    ),
)  # fmt: skip
