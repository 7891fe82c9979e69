"""Files as such (facts E.4): encodings, separators, line ends, lines that are not rows, and what the manifest says."""

from __future__ import annotations

from rollbook.sandbox.district.mess.draft import CUT_FILE, Draft, dump, parse
from rollbook.sandbox.district.mess.edits import has, is_guardian, is_student, where_all
from rollbook.sandbox.district.mess.kinds import Category, Plant, error, fatal, notice, warning

__all__ = ["FILES"]

_REFUSED = "the row is refused; its object stays as it is (S-2)"
_READ = "read as if it were not so"
_TRUNCATED = "the run fails, or what is missing is held; never read as gone (S-2)"


def _encoded(file: str, encoding: str, what: str) -> Plant:
    def plant(draft: Draft) -> None:
        draft.page(file).encoding = encoding
        draft.note(file, what)

    return plant


def _separated(file: str, separator: str, what: str) -> Plant:
    def plant(draft: Draft) -> None:
        draft.page(file).separator = separator
        draft.note(file, what, in_header=True)

    return plant


def _lines_end(file: str, line_end: str, what: str) -> Plant:
    def plant(draft: Draft) -> None:
        draft.page(file).line_end = line_end
        draft.note(file, what)

    return plant


def _mixed_line_ends(draft: Draft) -> None:
    """Two systems wrote to one file."""
    page = draft.page("classes")
    for slot in range(0, len(page.slots), 2):
        page.line_ends[slot] = "\r\n"
    draft.note("classes", "every other line ends with CRLF, the rest with LF")


def _bare_cr(draft: Draft) -> None:
    draft.page("academicSessions").line_end = "\r"
    draft.note("academicSessions", "lines end with CR alone")


def _mixed_encoding(draft: Draft) -> None:
    """One row of a UTF-8 file was pasted in from Windows."""
    page, slot = draft.pick("users", lambda row: is_student(row) and _is_accented(row["givenName"] + row["familyName"]))
    page.encodings[slot] = "cp1252"
    draft.note("users", "the row is in Windows-1252, the file in UTF-8", slot=slot, column="familyName",
               sourced_id=page.read(slot)["sourcedId"])  # fmt: skip


def _is_accented(text: str) -> bool:
    try:
        return not text.isascii() and bool(text.encode("cp1252"))
    except UnicodeEncodeError:
        return False


def _unquoted_comma(draft: Draft) -> None:
    page, slot = draft.pick("users", where_all(is_guardian, has("familyName")))
    row = page.read(slot)
    cells = [row[name] for name in page.header]
    cells[page.header.index("familyName")] = "\0"
    page.slots[slot] = dump(cells).replace("\0", f"{row['familyName']}, Jr.")
    draft.note("users", "a comma in the name, without quotes: one cell too many", slot=slot, column="familyName",
               sourced_id=row["sourcedId"])  # fmt: skip


def _unquoted_list(draft: Draft) -> None:
    page, slot = draft.pick("classes", lambda row: "," in row["termSourcedIds"])
    row = page.read(slot)
    page.slots[slot] = page.slots[slot].replace('"', "")
    draft.note("classes", "a list without quotes: one cell too many", slot=slot, column="termSourcedIds",
               sourced_id=row["sourcedId"])  # fmt: skip


def _stray_quote(draft: Draft) -> None:
    page, slot = draft.pick("classes", has("location"))
    row = page.read(slot)
    page.slots[slot] = page.slots[slot].replace(row["location"], f'{row["location"]} 12" bench')
    draft.note("classes", "a quotation mark within an unquoted cell", slot=slot, column="location",
               sourced_id=row["sourcedId"])  # fmt: skip


def _short(draft: Draft) -> None:
    page, slot = draft.pick("enrollments", is_student)
    cells = parse(page.slots[slot])
    page.slots[slot] = dump(cells[:6])
    draft.note("enrollments", f"the row has 6 cells, the header {len(page.header)}", slot=slot,
               column=page.header[6], sourced_id=cells[0])  # fmt: skip


def _last_row_cut(draft: Draft) -> None:
    """The line itself ends: where it does not, the whole file may be cut, which is another code."""
    page = draft.page(CUT_FILE)
    slot = len(page.slots) - 1
    sourced_id = parse(page.slots[slot])[0]
    page.taken.add(slot)
    page.slots[slot] = f"{sourced_id},,,Comp"
    draft.note(CUT_FILE, "the last row has too few cells", slot=slot, column=page.header[4], sourced_id=sourced_id)


def _cut(draft: Draft) -> None:
    draft.page("enrollments").cut_at = 0.6
    draft.note("enrollments", "the file breaks off in the middle of a row after about 60 % of its bytes")


def _blank_line(text: str, what: str) -> Plant:
    def plant(draft: Draft) -> None:
        page, slot = draft.pick("enrollments")
        page.before[slot] = text
        draft.note("enrollments", what, slot=slot, is_before=True)

    return plant


def _newline_in_cell(draft: Draft) -> None:
    page, slot = draft.pick("classes", has("title"))
    row = page.read(slot)
    page.write(slot, row | {"title": row["title"].replace(" ", "\n", 1)})
    draft.note("classes", "a line break within a quoted cell", slot=slot, column="title", sourced_id=row["sourcedId"])


def _header_only(file: str) -> Plant:
    def plant(draft: Draft) -> None:
        draft.page(file).slots = []
        draft.note(file, "the file has a header and no rows")

    return plant


def _empty_extra(draft: Draft) -> None:
    page = draft.page("resources")
    page.header = ["sourcedId", "status", "dateLastModified", "vendorResourceId", "title", "roles", "importance",
                   "vendorId", "applicationId"]  # fmt: skip
    page.slots = []
    _set(draft, "file.resources", "bulk")
    draft.note("resources", "the file has a header and no rows")


def _zero_bytes(draft: Draft) -> None:
    page = draft.page("users")
    page.cut_at = 0.0
    draft.note("users", "the file has no bytes")


def _set(draft: Draft, name: str, value: str) -> int:
    page = draft.page("manifest")
    slot = draft.find("manifest", "propertyName", name)
    page.write(slot, {"propertyName": name, "value": value})
    return slot


def _says(name: str, value: str, what: str) -> Plant:
    def plant(draft: Draft) -> None:
        slot = _set(draft, name, value)
        draft.note("manifest", what, slot=slot, column="value")

    return plant


def _manifest_missing(draft: Draft) -> None:
    draft.later(lambda folder: (folder / "manifest.csv").unlink())
    draft.note("", "the bundle has no manifest.csv")


def _manifest_rows_missing(draft: Draft) -> None:
    page = draft.page("manifest")
    for name in ("file.categories", "file.results"):
        del page.slots[draft.find("manifest", "propertyName", name)]
    draft.note("manifest", "file.categories and file.results are not declared", column="propertyName")


def _manifest_asterisk(draft: Draft) -> None:
    page = draft.page("manifest")
    slot = draft.find("manifest", "propertyName", "file.classes")
    page.write(slot, {"propertyName": "file.classes*", "value": "bulk"})
    draft.note("manifest", "file.classes carries an asterisk", slot=slot, column="propertyName")


def _declared_not_there(draft: Draft) -> None:
    draft.later(lambda folder: (folder / "enrollments.csv").unlink())
    draft.note("enrollments", "the manifest declares the file, it is not in the bundle")


FILES = (
    notice("encoding-bom", "E.4", Category.DIALECT, "A byte-order mark before the first column name.",
           _encoded("users", "utf-8-sig", "the file begins with a UTF-8 byte-order mark"), _READ),
    warning("encoding-utf16", "E.4", Category.DIALECT, "UTF-16, as Excel's Unicode Text.",
            _encoded("academicSessions", "utf-16", "the file is in UTF-16 with a byte-order mark"), _READ),
    warning("encoding-windows-1252", "E.4", Category.DIALECT, "Windows-1252.",
            _encoded("courses", "cp1252", "the file is in Windows-1252, and has letters that are not ASCII"), _READ),
    error("encoding-mixed", "E.4", Category.DIALECT, "One row in Windows-1252 within a UTF-8 file.", _mixed_encoding,
            "the letters are repaired, or the row is refused and its object stays"),
    notice("separator-semicolon", "E.4", Category.DIALECT, "Semicolons, as Excel writes in many countries.",
            _separated("orgs", ";", "cells are separated by semicolons"), _READ),
    notice("separator-tab", "E.4", Category.DIALECT, "Tabs.",
            _separated("academicSessions", "\t", "cells are separated by tabs"), _READ),
    notice("line-ends-crlf", "E.4", Category.DIALECT, "CRLF, which the specification allows.",
           _lines_end("courses", "\r\n", "lines end with CRLF"), _READ),
    notice("line-ends-mixed", "E.4", Category.DIALECT, "Lines that end with CRLF beside lines that end with LF.",
            _mixed_line_ends, _READ),
    notice("line-ends-cr", "E.4", Category.DIALECT, "CR alone, as on an old Macintosh.", _bare_cr,
            "read, or refused; never read as empty (S-2)", alone="a reader may refuse the file"),
    error("row-unquoted-comma", "E.4", Category.DIALECT, "A comma in a name without quotes.", _unquoted_comma,
          _REFUSED),
    error("row-unquoted-list", "E.4", Category.DIALECT, "A list without quotes.", _unquoted_list, _REFUSED),
    notice("row-stray-quote", "E.4", Category.DIALECT, "A quotation mark within an unquoted cell.", _stray_quote,
          "read as it stands, or refused alone; the rows after it are not swallowed"),
    error("row-short", "E.4", Category.DIALECT, "A row with fewer cells than the header.", _short, _REFUSED),
    error("row-last-cut", "E.4", Category.DIALECT, "A last row with too few cells.", _last_row_cut, _REFUSED),
    notice("row-blank", "E.4", Category.DIALECT, "A blank line between rows.",
           _blank_line("\n", "the line is blank"), "skipped"),
    notice("row-blank-cells", "E.4", Category.DIALECT, "A line of commas only.",
           _blank_line(",,,,,,,,,\n", "the line holds commas only"), "skipped"),
    error("cell-newline", "E.4", Category.DIALECT, "A line break within a quoted cell.", _newline_in_cell,
            "read as a blank, or refused; its object stays, the lines after it keep their numbers"),
    fatal("file-cut", "E.4", Category.DIALECT, "A file that breaks off in the middle of a row.", _cut, _TRUNCATED,
          alone="two fifths of the enrollments are missing", group="enrollments"),
    fatal("file-empty", "E.4", Category.DIALECT, "A file of no bytes.", _zero_bytes, _TRUNCATED,
          alone="every user is missing"),
    notice("file-header-only", "E.4", Category.DIALECT, "A declared file with a header and no rows.", _empty_extra,
           "nothing to read"),
    warning("enrollments-header-only", "E.4", Category.SCOPE, "enrollments.csv with a header and no rows.",
          _header_only("enrollments"), _TRUNCATED, alone="every enrollment is missing", group="enrollments"),
    warning("manifest-missing", "E.4", Category.MANIFEST, "A bundle without manifest.csv.", _manifest_missing,
            "every file that is there is read as bulk", alone="it would hide what else the manifest says"),
    notice("manifest-rows-missing", "E.4", Category.MANIFEST, "A manifest that does not speak of every file.",
            _manifest_rows_missing, "read as absent"),
    notice("manifest-asterisk", "C.2", Category.MANIFEST, "A property name with an asterisk.", _manifest_asterisk,
            "read without it"),
    notice("manifest-version-1-2-1", "E.6", Category.MANIFEST, "1.2.1 in the manifest, where 1.2 is due.",
           _says("oneroster.version", "1.2.1", "oneroster.version is 1.2.1"), "read as 1.2", versions=("1.2",),
           group="oneroster.version"),
    notice("manifest-mode-capitalised", "E.4", Category.MANIFEST, "Bulk with a capital.",
            _says("file.orgs", "Bulk", "file.orgs is Bulk"), "read as bulk"),
    warning("manifest-absent-but-there", "C.2", Category.MANIFEST, "A file that the manifest calls absent is there.",
            _says("file.demographics", "absent", "demographics are declared absent, and are in the bundle"),
            "the manifest decides, or the file is read and said so; nothing is removed for it"),
    fatal("manifest-file-not-there", "C.2", Category.MANIFEST, "A file that the manifest declares is not there.",
          _declared_not_there, "the run fails, or nothing of that kind changes (S-2)",
          alone="every enrollment is missing", group="enrollments"),
)  # fmt: skip
