"""Finding codes of files: the bundle (FIL) and its manifest (MAN); ``FILE_CODES`` also holds what is inside them."""

from __future__ import annotations

from rollbook.core.findings.clever_codes import CLEVER_CODES
from rollbook.core.findings.csv_codes import CSV_CODES
from rollbook.core.findings.guardian_codes import GUARDIAN_CODES
from rollbook.core.findings.kind import FindingKind, Severity
from rollbook.core.findings.simple_codes import SIMPLE_CODES

__all__ = ["FILE_CODES"]

_FATAL, _WARNING, _NOTICE = Severity.FATAL, Severity.WARNING, Severity.NOTICE

_BUNDLE: tuple[FindingKind, ...] = (
    FindingKind(
        "FIL-001",
        _FATAL,
        "No CSV files",
        "There are no CSV files in {stream}.",
        "Check the path: a folder or a zip that holds orgs.csv, users.csv, classes.csv and enrollments.csv.",
    ),
    FindingKind(
        "FIL-002",
        _FATAL,
        "Damaged file",
        "{stream} cannot be opened: {detail}.",
        "Most often the file was read while it was still being uploaded, or the upload broke off. Send it again.",
    ),
    FindingKind(
        "FIL-003",
        _FATAL,
        "Locked with a password",
        "{stream} is locked with a password.",
        "Export the zip without a password. The connection itself keeps the files safe on their way.",
    ),
    FindingKind(
        "FIL-004",
        _FATAL,
        "File name leads elsewhere",
        "The zip {stream} holds a file whose name points outside of the zip. Nothing was unpacked.",
        "This is not how a roster is packed. Find out who made the zip before you send another.",
    ),
    FindingKind(
        "FIL-005",
        _FATAL,
        "Link instead of a file",
        "{stream} is a link to another place, or no ordinary file, so it was not read.",
        "Put the file itself there, not a link to it.",
    ),
    FindingKind(
        "FIL-006",
        _FATAL,
        "Too many files",
        "{stream} holds {detail} files, more than a roster ever has.",
        "Send only the OneRoster files. A OneRoster bundle has at most 22.",
    ),
    FindingKind(
        "FIL-007",
        _FATAL,
        "Too large",
        "{stream} would take {detail} when unpacked, more than this server allows.",
        "If your district really is that large, ask the person who runs this server to raise the limit.",
    ),
    FindingKind(
        "FIL-008",
        _FATAL,
        "Packed suspiciously small",
        "{stream} unpacks to {detail} times its size. Rosters do not; files made to fill up a server do.",
        "Make the zip again with an ordinary program. If it happens again, send the files without zipping them.",
    ),
    FindingKind(
        "FIL-009",
        _FATAL,
        "Zip inside a zip",
        "{stream} holds another packed file ({detail}). Only one layer is unpacked.",
        "Unpack the inner file and send that one, or send the CSV files themselves.",
    ),
    FindingKind(
        "FIL-010",
        _FATAL,
        "Several folders",
        "{stream} holds CSV files in several folders, so it is not clear which are meant.",
        "Leave only the folder of the newest export.",
    ),
    FindingKind(
        "FIL-011",
        _FATAL,
        "Same file twice",
        "{stream} is there twice, spelled with capitals and without.",
        "Delete the older of the two.",
    ),
    FindingKind(
        "FIL-012",
        _FATAL,
        "File missing",
        "{stream} is missing. Without it a roster cannot be read, and nothing was changed.",
        "Include {stream} in the export of your student information system, then send all files again.",
    ),
    FindingKind(
        "FIL-013",
        _FATAL,
        "Empty file",
        "{stream} is completely empty: not even the column headings are there.",
        "The export broke off, or the disk was full. Run the export again.",
    ),
    FindingKind(
        "FIL-014",
        _FATAL,
        "Another kind of roster",
        "This looks like {detail}, not OneRoster.",
        "Choose OneRoster (version 1.1 or 1.2) when you export from your student information system.",
    ),
    FindingKind(
        "FIL-015",
        _FATAL,
        "No complete delivery",
        "No delivery in {stream} is complete; the newest is {detail}.",
        "It may still be uploading, or the upload broke off. Send it again.",
    ),
    FindingKind(
        "FIL-020",
        _WARNING,
        "No rows",
        "{stream} has column headings but not one row. Nobody is removed because of that before a person agrees.",
        "Check that the export has the right school year and schools selected.",
    ),
    FindingKind(
        "FIL-021",
        _NOTICE,
        "No rows",
        "{stream} has column headings but no rows.",
        "Nothing to do if your schools do not use it.",
    ),
    FindingKind(
        "FIL-022",
        _NOTICE,
        "Outer folder",
        "The files lie in a folder ({detail}) instead of at the top. They were read from there.",
        "Nothing to do. By the letter of OneRoster the files lie at the top of the zip.",
    ),
    FindingKind(
        "FIL-023",
        _NOTICE,
        "Leftovers of a computer",
        "{detail} files that macOS or Windows leaves behind were skipped.",
        "Nothing to do.",
    ),
    FindingKind(
        "FIL-024",
        _NOTICE,
        "File name spelled differently",
        "{detail} was read as {stream}.",
        "Nothing to do here; other programs insist on the exact spelling {stream}.",
    ),
    FindingKind(
        "FIL-025",
        _NOTICE,
        "Windows folder names",
        "The zip names its files with backslashes. They were read all the same.",
        "Nothing to do.",
    ),
    FindingKind(
        "FIL-026",
        _NOTICE,
        "File not needed",
        "{stream} was not opened: Rollbook does not use it.",
        "Leave it out of the export; what is not shared cannot leak.",
    ),
    FindingKind(
        "FIL-027",
        _NOTICE,
        "Unknown file",
        "{stream} is not a OneRoster file and was not opened.",
        "Nothing to do. If it should have been one of the OneRoster files, correct its name.",
    ),
    FindingKind(
        "FIL-028",
        _WARNING,
        "File missing",
        "{stream} was not delivered. What Rollbook knows from earlier files stays as it is.",
        "Include {stream} in the export if your student information system can.",
    ),
    FindingKind(
        "FIL-029",
        _NOTICE,
        "Private data not opened",
        "{stream} was received but not opened, because this connection keeps no birth dates.",
        "Leave it out of the export, or turn on keep_birth_dates if students shall be matched by birth date.",
    ),
    FindingKind(
        "FIL-030",
        _NOTICE,
        "Nothing new delivered",
        "{stream} brings nothing new: {detail}.",
        "If the roster should have changed since, find out why no new files were sent.",
    ),
    FindingKind(
        "FIL-031",
        _WARNING,
        "Older delivery read",
        "{stream} was read although {detail} is newer, because {detail} is not whole.",
        "The upload of the newer one broke off. Send it again.",
    ),
    FindingKind(
        "FIL-032",
        _WARNING,
        "Files of different days",
        "The files of {stream} were not sent together: {detail}.",
        "Send all files each time, or one zip; files of different days may contradict each other.",
    ),
)

_MANIFEST: tuple[FindingKind, ...] = (
    FindingKind(
        "MAN-001",
        _WARNING,
        "No manifest",
        "There is no manifest.csv. Every file was read as the complete list of its kind.",
        "Let the export write manifest.csv: it says which files are complete and which hold only changes.",
    ),
    FindingKind(
        "MAN-002",
        _FATAL,
        "Manifest cannot be read",
        "manifest.csv cannot be read: {detail}.",
        "Its first line must be propertyName,value and every other line must have exactly two cells.",
    ),
    FindingKind(
        "MAN-003",
        _FATAL,
        "Unknown mode",
        "Line {line} of manifest.csv says {detail} for {column}; only bulk, delta and absent have a meaning.",
        "Correct the line: bulk for a complete list, delta for changes only, absent if the file is not sent.",
    ),
    FindingKind(
        "MAN-004",
        _FATAL,
        "Promised file missing",
        "manifest.csv promises {stream} ({detail}), but the file is not there. Nothing was changed.",
        "The upload may not have been complete. Send all files again.",
    ),
    FindingKind(
        "MAN-005",
        _WARNING,
        "File that should be absent",
        "manifest.csv says that {stream} is absent, but it is there. It was not read.",
        "Correct manifest.csv if the file is meant, or delete the file.",
    ),
    FindingKind(
        "MAN-006",
        _WARNING,
        "File not in the manifest",
        "manifest.csv does not mention {stream}. It was read as the complete list.",
        "Let the export write a line file.{detail} into manifest.csv.",
    ),
    FindingKind(
        "MAN-007",
        _NOTICE,
        "Manifest lines missing",
        "manifest.csv leaves out {detail}; they count as absent.",
        "Nothing to do; by the letter of OneRoster every file has a line.",
    ),
    FindingKind(
        "MAN-008",
        _FATAL,
        "Contradiction in the manifest",
        "manifest.csv gives {column} twice with different values (the second in line {line}).",
        "Delete the wrong line.",
    ),
    FindingKind(
        "MAN-009",
        _NOTICE,
        "Line twice in the manifest",
        "manifest.csv gives {column} twice with the same value (line {line}).",
        "Nothing to do.",
    ),
    FindingKind(
        "MAN-010",
        _NOTICE,
        "Unknown line in the manifest",
        "Line {line} of manifest.csv is not known to OneRoster and was skipped.",
        "Nothing to do.",
    ),
    FindingKind(
        "MAN-011",
        _WARNING,
        "Version differs",
        "manifest.csv does not say which version of OneRoster this really is; the files have the shape of {detail}.",
        "Nothing to do: the files were read by their shape. Tell the maker of the export if it goes on.",
    ),
    FindingKind(
        "MAN-012",
        _NOTICE,
        "Spelling in the manifest",
        "Line {line} of manifest.csv was understood although {column} is spelled differently.",
        "Nothing to do; other programs insist on the exact spelling.",
    ),
    FindingKind(
        "MAN-013",
        _NOTICE,
        "Manifest version",
        "manifest.csv does not say manifest.version 1.0. It was read all the same.",
        "Nothing to do.",
    ),
)

FILE_CODES: tuple[FindingKind, ...] = (*_BUNDLE, *_MANIFEST, *CSV_CODES, *CLEVER_CODES, *GUARDIAN_CODES, *SIMPLE_CODES)
