"""Finding codes of what is inside a file: column headings (HDR), rows and characters (CSV)."""

from __future__ import annotations

from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["CSV_CODES"]

_FATAL, _ERROR, _WARNING, _NOTICE = Severity.FATAL, Severity.ERROR, Severity.WARNING, Severity.NOTICE

_HEADINGS: tuple[FindingKind, ...] = (
    FindingKind(
        "HDR-001",
        _FATAL,
        "No column headings",
        "The first line of {stream} does not hold the column headings of OneRoster.",
        "Turn on 'include column names' in the export. The first line of {stream} begins with {detail}.",
    ),
    FindingKind(
        "HDR-002",
        _FATAL,
        "Column twice",
        "{stream}, line 1: the column {column} is there twice, so it is not clear which one counts.",
        "Remove one of the two from the export.",
    ),
    FindingKind(
        "HDR-003",
        _FATAL,
        "Column missing",
        "{stream}, line 1: the column {column} is missing, and the file cannot be used without it. {detail}",
        "Add the column {column} to the export, or correct its spelling. Nothing was changed.",
    ),
    FindingKind(
        "HDR-004",
        _NOTICE,
        "Column spelled differently",
        "{stream}, line 1: {detail} was read as {column}.",
        "Nothing to do here; other programs insist on the exact spelling {column}.",
    ),
    FindingKind(
        "HDR-005",
        _WARNING,
        "Column guessed",
        "{stream}, line 1: {detail} is no OneRoster column. It was read as {column}, which is missing and looks alike.",
        "Check that this is right, and correct the spelling to {column} in the export.",
    ),
    FindingKind(
        "HDR-006",
        _NOTICE,
        "Columns not used",
        "{stream}, line 1: these columns are not part of OneRoster and were dropped: {detail}.",
        "Nothing to do. Leave them out of the export if you can: what is not shared cannot leak.",
    ),
    FindingKind(
        "HDR-007",
        _WARNING,
        "Column missing",
        "{stream}, line 1: the column {column} is missing. What Rollbook knows about it stays as it is.",
        "Add the column {column} to the export, even if it is empty.",
    ),
    FindingKind(
        "HDR-008",
        _NOTICE,
        "Order of the columns",
        "{stream}, line 1: the columns are in another order than OneRoster gives. They were read by their names.",
        "Nothing to do here; other programs insist on the order.",
    ),
    FindingKind(
        "HDR-009",
        _NOTICE,
        "Extra columns not used",
        "{stream}, line 1: these extra columns were dropped: {detail}.",
        "Nothing to do. If one of them says which guardians have no rights, name it in the setting custody_column.",
    ),
    FindingKind(
        "HDR-010",
        _WARNING,
        "Passwords received",
        "{stream} has a column {column}. It was dropped unread: Rollbook never keeps passwords from a roster.",
        "Turn passwords off in the export. Nobody but the sign-in system should have them.",
    ),
    FindingKind(
        "HDR-011",
        _NOTICE,
        "Column of the other version",
        "{stream}, line 1: the column {column} belongs to another version of OneRoster. {detail}",
        "Nothing to do.",
    ),
)

_ROWS: tuple[FindingKind, ...] = (
    FindingKind(
        "CSV-001",
        _FATAL,
        "Characters cannot be read",
        "{stream} is not a text file that can be read: {detail}.",
        "Save or export it as CSV in UTF-8. An Excel workbook with the ending .csv is not a CSV file.",
    ),
    FindingKind(
        "CSV-002",
        _NOTICE,
        "Byte order mark",
        "{stream} begins with an invisible mark that Excel writes (a BOM). It was taken off.",
        "Nothing to do.",
    ),
    FindingKind(
        "CSV-003",
        _WARNING,
        "UTF-16",
        "{stream} is written in UTF-16 instead of UTF-8. It was converted.",
        "Choose UTF-8 in the export.",
    ),
    FindingKind(
        "CSV-004",
        _WARNING,
        "Not UTF-8",
        "{stream} is not written in UTF-8. It was read as {detail}; the first special letter is in line {line}.",
        "Choose UTF-8 in the export, and check a few names with accents, beginning with line {line}.",
    ),
    FindingKind(
        "CSV-005",
        _ERROR,
        "Damaged letters",
        "Line {line} of {stream} holds damaged letters. The row was left out; what it is about stays as it is.",
        "Find the row in your student information system, type the name again, and export again.",
    ),
    FindingKind(
        "CSV-006",
        _NOTICE,
        "Other separator",
        "{stream} separates its columns by {detail} instead of commas. It was read that way.",
        "Nothing to do here. Programs set to another country write such files; OneRoster asks for commas.",
    ),
    FindingKind(
        "CSV-007",
        _NOTICE,
        "Line ends",
        "{stream} ends lines the way old Macintosh programs did. It was read that way.",
        "Nothing to do.",
    ),
    FindingKind(
        "CSV-008",
        _NOTICE,
        "Blank rows",
        "{stream} has {detail} blank rows (the first in line {line}). They were skipped.",
        "Nothing to do.",
    ),
    FindingKind(
        "CSV-009",
        _ERROR,
        "Row too short",
        "Line {line} of {stream} has too few cells ({detail}). The row was left out; what it is about stays as it is.",
        "Look at the row in a text editor. A line break inside a name or a title cuts a row in two.",
    ),
    FindingKind(
        "CSV-010",
        _ERROR,
        "Row too long",
        "Line {line} of {stream} has too many cells ({detail}). The row was left out; what it is about stays as it is.",
        "Most often a name or a list holds a comma and is not in quotation marks. Mend it at its source, or tell the "
        "maker of the export.",
    ),
    FindingKind(
        "CSV-011",
        _ERROR,
        "Quotation marks",
        "Line {line} of {stream} has a stray quotation mark. The row was left out; what it is about stays as it is.",
        "Remove the quotation mark from the name or title in your student information system.",
    ),
    FindingKind(
        "CSV-012",
        _FATAL,
        "Quotation mark never closed",
        "A quotation mark in line {line} of {stream} is never closed, so the lines after it cannot be told apart.",
        "Remove the quotation mark from the name or title in your student information system, and export again.",
    ),
    FindingKind(
        "CSV-013",
        _FATAL,
        "File looks cut",
        "{stream} breaks off in the middle of line {line}. The rest is missing, so nothing was changed.",
        "The upload broke off, or the file was read too early. Send it again.",
    ),
    FindingKind(
        "CSV-014",
        _NOTICE,
        "Empty cells at the end",
        "{detail} rows of {stream} end in empty cells beyond the last column (first in line {line}). They were cut.",
        "Nothing to do.",
    ),
    FindingKind(
        "CSV-015",
        _NOTICE,
        "Line break in a cell",
        "{detail} rows of {stream} have a line break inside a cell (first in line {line}). Each was read as one row.",
        "Nothing to do here; other programs refuse such files.",
    ),
    FindingKind(
        "CSV-016",
        _NOTICE,
        "No line end at the end",
        "The last line of {stream} does not end in a line break. It was read as it is.",
        "Nothing to do, unless the last row looks cut (line {line}).",
    ),
    FindingKind(
        "CSV-017",
        _WARNING,
        "Null characters",
        "{stream} held {detail} invisible null characters. They were removed.",
        "Tell the maker of the export; other programs stop at such characters.",
    ),
    FindingKind(
        "CSV-018",
        _FATAL,
        "No row can be read",
        "Not one row of {stream} fits its column headings.",
        "Look at the first two lines in a text editor: they must have the same number of cells.",
    ),
    FindingKind(
        "CSV-019",
        _NOTICE,
        "Line ends of Windows",
        "{stream} ends its lines the way Windows does. It was read that way.",
        "Nothing to do.",
    ),
    FindingKind(
        "CSV-020",
        _NOTICE,
        "Mixed line ends",
        "{stream} ends some lines the way Windows does and others not. All were read.",
        "Nothing to do, unless the file was put together by hand.",
    ),
    FindingKind(
        "CSV-021",
        _WARNING,
        "Quotation mark inside a cell",
        "{detail} rows of {stream} have a quotation mark inside a cell that has none around it (first in line "
        "{line}). It was kept as it is.",
        "Nothing to do here; other programs may read such a row differently.",
    ),
)

CSV_CODES: tuple[FindingKind, ...] = (*_HEADINGS, *_ROWS)
