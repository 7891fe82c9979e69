"""What can be wrong with a row or a cell, whatever the file.

The number of a matter is the same in every family of codes, so ``USR-011`` and ``ENR-011`` both say that a date cannot
be read. ``<noun>``, ``<Noun>`` and ``<place>`` in the words of a matter become the family's own (see ``row_codes``).
"""

from __future__ import annotations

from rollbook.core.findings.kind import Severity
from rollbook.core.findings.matter import Matter

__all__ = [
    "BLANKS",
    "BLANK_WORD",
    "BOOLEAN_FORM",
    "BOOLEAN_UNKNOWN",
    "CELL_BLANK",
    "COMPOSED",
    "DATES_REVERSED",
    "DATE_FORM",
    "DATE_UNREADABLE",
    "DIFFERENT_TWICE",
    "EMAIL_INVALID",
    "ENROLLMENT_ROLE_UNKNOWN",
    "GRADE_FORM",
    "GRADE_LIST",
    "GRADE_UNKNOWN",
    "ID_BLANKS",
    "ID_CHARACTERS",
    "LIST_FORM",
    "MORE_ALIKE",
    "NO_ID",
    "NO_ORG",
    "NO_ROLE",
    "PHONE_DOUBTFUL",
    "PHONE_EXTENSION",
    "PHONE_FORM",
    "PHONE_IMPOSSIBLE",
    "PRIMARY_STUDENT",
    "PRIMARY_TWO",
    "ROLE_ALIAS",
    "ROLE_GENERIC",
    "ROLE_IN_CLASS",
    "ROLE_UNKNOWN",
    "SAME_TWICE",
    "SELF_AGENT",
    "SESSION_DATES",
    "STATUS_INACTIVE",
    "STATUS_LEAVING",
    "STATUS_UNKNOWN",
    "STATUS_UNLIKE",
    "TITLE_MISSING",
    "TYPE_UNKNOWN",
    "USER_IDS_UNREADABLE",
    "VALUE_MISSING",
    "WORD_FORM",
    "YEAR_FORM",
    "Matter",
]

NO_ID = Matter(
    1,
    Severity.ERROR,
    "A row has no sourcedId",
    "Row {line} of {stream} has no sourcedId, so nobody can tell which <noun> it is about. The row was left out; "
    "nothing was changed or removed because of it.",
    "Have the export fill the sourcedId of every row. It is made by the student system, not typed by a person: "
    "tell its support which row it is.",
)
SAME_TWICE = Matter(
    2,
    Severity.NOTICE,
    "The same row twice",
    "Row {line} of {stream} repeats <noun> {sourced_id} word for word ({detail}). It was read once.",
    "Nothing has to be done. If it happens every night, ask the support of the student system why rows are doubled.",
)
DIFFERENT_TWICE = Matter(
    3,
    Severity.WARNING,
    "One sourcedId on different rows",
    "<Noun> {sourced_id} stands on row {line} of {stream} and again further down ({detail}) with other values. "
    "The last row was used.",
    "Look the <noun> up in <place> and see whether there are two records of one, or two that share an id; keep one.",
)
STATUS_UNKNOWN = Matter(
    4,
    Severity.WARNING,
    "An unknown status",
    "Row {line} of {stream} says status “{detail}”, which OneRoster does not know. <Noun> {sourced_id} was read as "
    "active, so that nothing is removed by mistake.",
    "The export may only say active or tobedeleted. If the <noun> is meant to go, end it in <place>.",
)
STATUS_INACTIVE = Matter(
    5,
    Severity.NOTICE,
    "The old status “inactive”",
    "Row {line} of {stream} says status “{detail}”, a word of older OneRoster versions. It was read as tobedeleted: "
    "<Noun> {sourced_id} leaves.",
    "Nothing has to be done if the <noun> is really gone; otherwise make it active again in <place>.",
)
BLANKS = Matter(
    6,
    Severity.NOTICE,
    "Stray blanks or invisible characters",
    "The {column} on row {line} of {stream} has blanks around it or characters that cannot be seen. They were taken "
    "out.",
    "Nothing has to be done. To mend it, type the {column} afresh in <place>; such characters come with copying from "
    "web pages and word processors.",
)
BLANK_WORD = Matter(
    7,
    Severity.NOTICE,
    "A word that stands for nothing",
    "The {column} on row {line} of {stream} holds a word such as NULL or N/A. It was read as blank.",
    "Empty the {column} in <place>, or ask the support of the student system to export blanks as blanks.",
)
COMPOSED = Matter(
    8,
    Severity.NOTICE,
    "Letters written in pieces",
    "The {column} on row {line} of {stream} has accented letters stored as letter and accent apart. They were joined; "
    "the text looks the same.",
    "Nothing has to be done.",
)
ID_BLANKS = Matter(
    9,
    Severity.WARNING,
    "An id with blanks around it",
    "The {column} on row {line} of {stream} has blanks or invisible characters before or after the id. They were "
    "taken out so that the id is found elsewhere.",
    "Ask the support of the student system to export ids without blanks: other products may take such an id for "
    "another one.",
)
DATE_FORM = Matter(
    10,
    Severity.NOTICE,
    "A date in another form",
    "The {column} on row {line} of {stream} is written as {detail}, not as YYYY-MM-DD. It was read as that date.",
    "Nothing has to be done if the dates are right; ask for dates as YYYY-MM-DD in the export's settings.",
)
DATE_UNREADABLE = Matter(
    11,
    Severity.WARNING,
    "A date that cannot be",
    "The {column} on row {line} of {stream} is no date that can be read. The date was left out. {detail}",
    "Correct the date in <place>. Years need four digits, and a file must write all dates of a column alike.",
)
DATES_REVERSED = Matter(
    12,
    Severity.WARNING,
    "The end lies before the beginning",
    "On row {line} of {stream} the end date lies before the begin date ({detail}). Both dates were left out.",
    "Correct the dates of {sourced_id} in <place>.",
)
BOOLEAN_FORM = Matter(
    13,
    Severity.NOTICE,
    "True or false in other words",
    "The {column} on row {line} of {stream} says “{detail}”. It was read as true or false accordingly.",
    "Nothing has to be done. OneRoster writes true and false in small letters.",
)
BOOLEAN_UNKNOWN = Matter(
    14,
    Severity.WARNING,
    "Neither true nor false",
    "The {column} on row {line} of {stream} says “{detail}”, which is neither true nor false. It was read as blank.",
    "Correct the tick box behind {column} in <place>.",
)
WORD_FORM = Matter(
    15,
    Severity.NOTICE,
    "A known word in other letters",
    "The {column} on row {line} of {stream} says “{detail}”, which OneRoster writes in other letters. It was read as "
    "meant.",
    "Nothing has to be done.",
)
LIST_FORM = Matter(
    16,
    Severity.NOTICE,
    "A list with gaps",
    "The list in {column} on row {line} of {stream} has empty, padded or repeated items. They were tidied.",
    "Nothing has to be done.",
)
MORE_ALIKE = Matter(
    17,
    Severity.NOTICE,
    "Many rows alike",
    "The whole column {column} of {stream} is written in a way of its own: {detail}. Only the first rows are listed.",
    "Nothing has to be done row by row; ask the support of the student system to change the export once.",
)
VALUE_MISSING = Matter(
    18,
    Severity.ERROR,
    "A value that must be there is blank",
    "Row {line} of {stream} has no {column}. <Noun> {sourced_id} stays as it is until the row is mended.",
    "Fill in the {column} of {sourced_id} in <place>.",
)
TITLE_MISSING = Matter(
    19,
    Severity.WARNING,
    "No title or name",
    "Row {line} of {stream} has no {column}. <Noun> {sourced_id} was read without one.",
    "Give {sourced_id} a name in <place>, so that people can tell it from others.",
)
TYPE_UNKNOWN = Matter(
    20,
    Severity.WARNING,
    "An unknown type",
    "The {column} on row {line} of {stream} says “{detail}”, which is no {column} that OneRoster knows. It was read "
    "as blank.",
    "Choose one of the kinds that the student system offers for {sourced_id} in <place>.",
)
ROLE_ALIAS = Matter(
    21,
    Severity.WARNING,
    "A role under another name",
    "Row {line} of {stream} gives the role “{detail}”. It was read as the nearest role of OneRoster.",
    "Check that {sourced_id} has the right role in the directory; the role is set in <place>.",
)
ROLE_UNKNOWN = Matter(
    22,
    Severity.WARNING,
    "An unknown role",
    "Row {line} of {stream} gives the role “{detail}”, which is not known. That role was left out.",
    "Choose a role that the export knows for {sourced_id} in <place>.",
)
ENROLLMENT_ROLE_UNKNOWN = Matter(
    23,
    Severity.ERROR,
    "An enrollment in an unknown role",
    "Row {line} of {stream} puts somebody into a class as “{detail}”, which is not known. The enrollment stays as it "
    "is until the row is mended.",
    "Choose student or teacher for this enrollment in <place>.",
)
NO_ROLE = Matter(
    24,
    Severity.ERROR,
    "A person without any role",
    "The person on row {line} of {stream} has no role that can be used. Person {sourced_id} stays as is until a role "
    "is there.",
    "Give {sourced_id} a role (student, teacher, parent …) at a school in <place>.",
)
NO_ORG = Matter(
    25,
    Severity.WARNING,
    "A person at no school",
    "Row {line} of {stream} names no school. {sourced_id} was read without one and can only be reached through a "
    "class or a child.",
    "Assign {sourced_id} to a school in <place>.",
)
GRADE_FORM = Matter(
    31,
    Severity.NOTICE,
    "A grade in another form",
    "Row {line} of {stream} gives the grade “{detail}”. It was read as the usual code (PK, KG, 01 … 12).",
    "Nothing has to be done.",
)
GRADE_UNKNOWN = Matter(
    32,
    Severity.WARNING,
    "An unknown grade",
    "Row {line} of {stream} gives the grade “{detail}”, which is not known. It was left out.",
    "Choose a grade of the usual list (IT, PR, PK, TK, KG, 01 … 13, PS, UG, Other) for {sourced_id} in <place>.",
)
GRADE_LIST = Matter(
    33,
    Severity.WARNING,
    "A student in several grades",
    "Row {line} of {stream} gives {sourced_id} several grades: “{detail}”. The first was used.",
    "Leave one grade for {sourced_id} in <place>.",
)
EMAIL_INVALID = Matter(
    34,
    Severity.WARNING,
    "An e-mail address that cannot work",
    "The email on row {line} of {stream} is no address that mail can be sent to. It was left out.",
    "Correct the e-mail address of {sourced_id} in <place>: one address, without name or blanks.",
)
PHONE_IMPOSSIBLE = Matter(
    35,
    Severity.WARNING,
    "A phone number that cannot be",
    "The {column} on row {line} of {stream} is no phone number. It was left out.",
    "Correct the number of {sourced_id} in <place>: one number with area code, or with + and country code.",
)
PHONE_DOUBTFUL = Matter(
    36,
    Severity.NOTICE,
    "A phone number that looks unassigned",
    "The {column} on row {line} of {stream} has the length of a phone number, but no such area or exchange is known. "
    "It was kept.",
    "Call the number of {sourced_id} once, or correct it in <place>.",
)
USER_IDS_UNREADABLE = Matter(
    37,
    Severity.WARNING,
    "Further ids that cannot be read",
    "The userIds on row {line} of {stream} are not written as OneRoster asks: each in braces, type and id parted by a "
    "colon. What could be read was used.",
    "Ask the support of the student system to export userIds in the form that OneRoster prescribes.",
)
PRIMARY_STUDENT = Matter(
    38,
    Severity.WARNING,
    "A student marked as primary",
    "Row {line} of {stream} marks a student as primary; only teachers can be. The mark was left out.",
    "Check on {sourced_id} in <place> that this person is a student of the class, not its teacher.",
)
SESSION_DATES = Matter(
    39,
    Severity.ERROR,
    "A session without dates",
    "The academic session on row {line} of {stream} has no {column} that can be read. Session {sourced_id} stays as "
    "it is until the row is mended.",
    "Give {sourced_id} a first and a last day in <place>.",
)
SELF_AGENT = Matter(
    40,
    Severity.NOTICE,
    "Somebody listed as their own guardian",
    "Row {line} of {stream} lists {sourced_id} among the own agents. That entry was left out.",
    "Take the entry out of <place>.",
)
STATUS_UNLIKE = Matter(
    41,
    Severity.NOTICE,
    "A status unlike the other rows",
    "Row {line} of {stream} {detail}, unlike most rows of the file. A blank status was read as active.",
    "Nothing has to be done. A whole file need not say any status; one that does should say it on every row.",
)
STATUS_LEAVING = Matter(
    42,
    Severity.NOTICE,
    "A row marked for deletion",
    "Row {line} of {stream} is marked tobedeleted. <Noun> {sourced_id} leaves, if the directory has it.",
    "Nothing has to be done if the <noun> is really gone; otherwise make it active again in <place>.",
)
ID_CHARACTERS = Matter(
    43,
    Severity.NOTICE,
    "An id with unusual characters",
    "The sourcedId on row {line} of {stream} has characters that OneRoster advises against. It was used as it is.",
    "Nothing has to be done here. Other products may refuse such ids: tell the support of the student system.",
)
CELL_BLANK = Matter(
    44,
    Severity.NOTICE,
    "A blank cell in a column that is usually filled",
    "Row {line} of {stream} has no {column}, though nearly all other rows do. <Noun> {sourced_id} was read without it.",
    "Fill in the {column} of {sourced_id} in <place>, if there is one.",
)
YEAR_FORM = Matter(
    45,
    Severity.WARNING,
    "A school year in another form",
    "Row {line} of {stream} gives the school year as “{detail}”. The year in which it ends was used.",
    "Nothing has to be done. OneRoster names a school year by the year in which it ends, such as 2027.",
)
PHONE_FORM = Matter(
    46,
    Severity.NOTICE,
    "A phone number as people write it",
    "The {column} on row {line} of {stream} was read by the district's region and put into international form.",
    "Nothing has to be done.",
)
PHONE_EXTENSION = Matter(
    47,
    Severity.WARNING,
    "A phone number with an extension",
    "The {column} on row {line} of {stream} has an extension. The number was kept without it.",
    "Give {sourced_id} a number that can be dialled directly in <place>; an extension cannot get messages.",
)
ROLE_GENERIC = Matter(
    48,
    Severity.NOTICE,
    "The administrator of OneRoster 1.1",
    "Row {line} of {stream} gives the role administrator, which OneRoster 1.2 no longer has. It was kept as it is.",
    "Choose whether {sourced_id} is an administrator of the school or of the district in <place>.",
)
ROLE_IN_CLASS = Matter(
    49,
    Severity.NOTICE,
    "A role that classes do not have",
    "Row {line} of {stream} puts somebody into a class as “{detail}”, which OneRoster does not foresee. It was kept.",
    "Nothing has to be done if the person really belongs to the class; otherwise take the enrollment out of <place>.",
)
PRIMARY_TWO = Matter(
    50,
    Severity.NOTICE,
    "Several primary teachers in one class",
    "Row {line} of {stream} marks a primary teacher of a class that has another. Both were kept.",
    "Mark one teacher of the class as primary in <place>.",
)
