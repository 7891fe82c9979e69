"""Cleaning, one cell at a time, in plain Python: slow, and meant to be read. One function a rule.

Each function answers ``(value, remarks)``; the remarks are the names of matters in ``rollbook.core.findings.matters``.
Nothing here imports the columnar code; ``tests/property/test_clean_reference.py`` holds the two equal.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence

import phonenumbers
from email_validator import EmailNotValidError, validate_email

GRADES = ["IT", "PR", "PK", "TK", "KG", *[f"{n:02}" for n in range(1, 14)], "PS", "UG", "Other"]
NOTHING = {"NULL", "null", "(null)", "\\N", "N/A", "n/a", "#N/A"}


def is_edge(letter: str) -> bool:
    """White space of any kind, control and zero-width characters."""
    return (
        letter.isspace()
        or unicodedata.category(letter) == "Cc"
        or letter in "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
    )


def trim(text: str) -> str:
    start, end = 0, len(text)
    while start < end and is_edge(text[start]):
        start += 1
    while end > start and is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def clean_text(cell: str) -> tuple[str | None, set[str]]:
    remarks = set()
    composed = unicodedata.normalize("NFC", cell)
    if composed != cell:
        remarks.add("COMPOSED")
    seen = re.sub("[\t\n\r\x0b\x0c\x85\u00a0\u2007\u2028\u2029\u202f]+", " ", composed)
    seen = "".join(c for c in seen if unicodedata.category(c) != "Cc" and c not in "\u00ad\u200b\u2060\ufeff")
    seen = trim(seen)
    if seen in NOTHING:
        return None, remarks | {"BLANK_WORD"}
    if seen and seen != composed:
        remarks.add("BLANKS")
    return seen or None, remarks


def clean_id(cell: str) -> tuple[str | None, set[str]]:
    trimmed = trim(cell)
    if trimmed in NOTHING:
        return None, {"BLANK_WORD"}
    return trimmed or None, {"ID_BLANKS"} if trimmed and trimmed != cell else set()


def fold(word: str) -> str:
    return "".join(c for c in word.casefold() if c.isalnum())


def clean_status(cell: str | None) -> tuple[str, set[str]]:
    if cell is None or cell in {"active", "tobedeleted"}:
        return cell or "active", set()
    if fold(cell) in {"active", "tobedeleted"}:
        return fold(cell), {"WORD_FORM"}
    if fold(cell) == "inactive":
        return "tobedeleted", {"STATUS_INACTIVE"}
    return "active", {"STATUS_UNKNOWN"}


def clean_boolean(cell: str | None) -> tuple[bool | None, set[str]]:
    if cell is None or cell in {"true", "false"}:
        return None if cell is None else cell == "true", set()
    if fold(cell) in {"true", "t", "yes", "y", "1"}:
        return True, {"BOOLEAN_FORM"}
    if fold(cell) in {"false", "f", "no", "n", "0"}:
        return False, {"BOOLEAN_FORM"}
    return None, {"BOOLEAN_UNKNOWN"}


def read_grade(word: str) -> str | None:
    """The CEDS grade of one word. Numbers as PowerSchool has them; everything else by name or ordinal."""
    if word in GRADES:
        return word
    number = re.fullmatch(r"(-?\d{1,3})(\.0+)?", word.strip())
    if not number:
        number = re.fullmatch(r"(?:grade|gr|g)?0*(\d{1,2})(?:st|nd|rd|th)?(?:grade)?", fold(word))
        number = None if word.lstrip().startswith("-") else number
    if number:
        value = int(number[1])
        return (
            "IT" if value < -2 else "PK" if value < 0 else "KG" if value == 0 else "PS" if value > 13 else f"{value:02}"
        )
    named = {fold(grade): grade for grade in GRADES} | {"k": "KG", "kindergarten": "KG", "prek": "PK", "first": "01"}
    return named.get(fold(word)) or named.get(fold(word).removesuffix("grade"))


def clean_grades(cell: str | None) -> tuple[list[str], set[str]]:
    grades: list[str] = []
    remarks = set()
    for word in (cell or "").split(","):
        grade = read_grade(word.strip()) if word.strip() else ""
        if grade is None:
            remarks.add("GRADE_UNKNOWN")
        elif grade:
            if grade != word.strip():
                remarks.add("GRADE_FORM")
            if grade not in grades:
                grades.append(grade)
    return grades, remarks


def clean_user_grade(cell: str | None) -> tuple[str | None, set[str]]:
    grades, remarks = clean_grades(cell)
    return (grades[0] if grades else None), remarks | ({"GRADE_LIST"} if len(grades) > 1 else set())


def clean_role(cell: str | None) -> tuple[str | None, set[str]]:
    """The reference knows the roles themselves, one alias and extensions that contain one role."""
    roles = ["student", "guardian", "parent", "relative", "administrator", "aide", "counselor", "districtAdministrator"]
    roles += ["principal", "proctor", "siteAdministrator", "systemAdministrator", "teacher"]
    aliases = {"coteacher": "teacher", "instructor": "teacher"}
    if cell is None or cell in roles:
        return cell, set()
    known = {fold(role): role for role in roles}
    if fold(cell) in known:
        return known[fold(cell)], {"WORD_FORM"}
    if fold(cell) in aliases:
        return aliases[fold(cell)], {"ROLE_ALIAS"}
    if cell.casefold().startswith("ext:"):
        token = fold(cell[4:])
        if token in known | aliases:
            return (known | aliases)[token], {"ROLE_ALIAS"}
        inside = [role for role in roles if role in token and not role.endswith("dministrator")]
        if len(inside) == 1:
            return inside[0], {"ROLE_ALIAS"}
    return None, {"ROLE_UNKNOWN"}


def split_list(cell: str | None) -> tuple[list[str], set[str]]:
    items: list[str] = []
    tidied = ";" in (cell or "") and "," not in (cell or "")
    cell = cell.replace(";", ",") if cell and tidied else cell
    for item in (cell or "").split(",") if cell else []:
        bare = item.strip()
        if bare != item or not bare or bare in items:
            tidied = True
        if bare and bare not in items:
            items.append(bare)
    return items, {"LIST_FORM"} if tidied else set()


def clean_date(cell: str | None, *, day_first: bool) -> tuple[dt.date | None, set[str]]:
    if cell is None:
        return None, set()
    time = r"([T ]\s*\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s?[AaPp]\.?[Mm]\.?)?\s?([Zz]|[Uu][Tt][Cc]|[+-]\d{2}:?\d{2})?)?"
    ascii_only = re.ASCII
    if found := re.fullmatch(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){time}", cell.replace("t", "T"), ascii_only):
        year, month, day = found[1], found[3], found[4]
    elif found := re.fullmatch(r"(\d{4})(\d{2})(\d{2})", cell, ascii_only):
        year, month, day = found[1], found[2], found[3]
    elif found := re.fullmatch(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}){time}", cell.replace("t", "T"), ascii_only):
        year, month, day = found[4], found[3] if day_first else found[1], found[1] if day_first else found[3]
    else:
        return None, {"DATE_UNREADABLE"}
    try:
        date = dt.date(int(year), int(month), int(day))
    except ValueError:
        return None, {"DATE_UNREADABLE"}
    if date.year < 1000:
        return None, {"DATE_UNREADABLE"}
    return date, set() if cell == date.isoformat() else {"DATE_FORM"}


def is_day_first(cells: Sequence[str | None], region: str) -> bool:
    """By the whole column: one value that can only be day-first decides, then one that can only be month-first."""
    for day_first in (True, False):
        for cell in cells:
            read, otherwise = (clean_date(cell, day_first=order)[0] for order in (day_first, not day_first))
            if read is not None and otherwise is None:
                return day_first
    return region != "US"


def clean_email(cell: str | None) -> tuple[str | None, set[str]]:
    if cell is None:
        return None, set()
    try:
        return validate_email(cell.lower(), check_deliverability=False).normalized.casefold(), set()
    except EmailNotValidError:
        return None, {"EMAIL_INVALID"}


def clean_phone(cell: str | None, region: str) -> tuple[str | None, set[str]]:
    if cell is None:
        return None, set()
    try:
        number = phonenumbers.parse(cell, region)
    except phonenumbers.NumberParseException:
        return None, {"PHONE_IMPOSSIBLE"}
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    one_digit = len(set(written[2:])) == 1 and written.startswith("+1") and len(written) == 12
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE or one_digit:
        return None, {"PHONE_IMPOSSIBLE"}
    extension = {"PHONE_EXTENSION"} if number.extension else set()
    if not phonenumbers.is_valid_number(number):
        return written, {"PHONE_DOUBTFUL"} | extension
    return written, extension or ({"PHONE_FORM"} if written != cell else set())
