"""Bytes in, rows out: every row of a file is in the frame, refused with its line, or counted as blank."""

from __future__ import annotations

import codecs

import pytest

from rollbook.connectors.kit.csv import Heading, Table, read_table
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.snapshot import LINE

COLUMNS = ("sourcedId", "name", "note")


def interpret(raw: list[str]) -> Heading:
    keep = {position: heading for position, heading in enumerate(raw) if heading in COLUMNS}
    return Heading(keep, raw.index("sourcedId"), findings.empty())


def table(data: bytes) -> Table:
    return read_table(data, stream="x.csv", known=COLUMNS.__contains__, interpret=interpret)


def rows(data: bytes) -> list[tuple[object, ...]]:
    return table(data).frame.select(LINE, *COLUMNS).rows()


HEAD = b"sourcedId,name,note\n"
AB = [(2, "1", "a", "x"), (3, "2", "b", "y")]

READ: list[tuple[str, bytes, list[tuple[object, ...]], list[str]]] = [
    ("plain", HEAD + b"1,a,x\n2,b,y\n", AB, []),
    ("no line end at the end", HEAD + b"1,a,x\n2,b,y", AB, ["CSV-016"]),
    ("CRLF", b"sourcedId,name,note\r\n1,a,x\r\n2,b,y\r\n", AB, ["CSV-019"]),
    ("CRLF and quotes", b'sourcedId,name,note\r\n1,"a","x"\r\n2,b,"y"\r\n', AB, ["CSV-019"]),
    ("LF and CRLF mixed", HEAD + b"1,a,x\r\n2,b,y\n", AB, ["CSV-020"]),
    ("bare CR", b"sourcedId,name,note\r1,a,x\r2,b,y\r", AB, ["CSV-007"]),
    ("bare CR among CRLF", b"sourcedId,name,note\r\n1,a,x\r2,b,y\r\n", AB, ["CSV-007"]),
    ("quoted", HEAD + b'"1","a","x"\n"2",b,"y"\n', AB, []),
    ("empty quoted", HEAD + b'1,"",""\n', [(2, "1", "", "")], []),
    ("separator in quotes", HEAD + b'1,"a,b",x\n', [(2, "1", "a,b", "x")], []),
    ("quote in quotes", HEAD + b'1,"a ""q"" b",x\n2,b,y\n', [(2, "1", 'a "q" b', "x"), (3, "2", "b", "y")], []),
    ("quotes within a cell", HEAD + b'1,5" pi"pe,x\n', [(2, "1", '5" pi"pe', "x")], ["CSV-021"]),
    ("one quote within a cell", HEAD + b'1,5" pipe,x\n2,b,y\n', [(2, "1", '5" pipe', "x"), (3, "2", "b", "y")],
     ["CSV-021"]),
    ("line break in a cell", HEAD + b'1,"a\nb",x\n2,b,y\n', [(2, "1", "a\nb", "x"), (4, "2", "b", "y")], ["CSV-015"]),
    ("blank rows", HEAD + b"\n1,a,x\n\n  \n,,\n2,b,y\n", [(3, "1", "a", "x"), (7, "2", "b", "y")], ["CSV-008"]),
    ("row of separators only", HEAD + b"1,a,x\n,,\n2,b,y\n", [AB[0], (4, "2", "b", "y")], ["CSV-008"]),
    ("blank rows at the end", HEAD + b"1,a,x\n2,b,y\n\n\n\n", AB, []),
    ("blank lines before the header", b"\n\n" + HEAD + b"1,a,x\n", [(4, "1", "a", "x")], []),
    ("empty cells at the end of every row", HEAD + b"1,a,x,,\n2,b,y,,\n", AB, ["CSV-014"]),
    ("nameless columns at the end", b"sourcedId,name,note,,\n1,a,x,,\n2,b,y,,\n", AB, []),
    ("nameless columns of the header alone", b"sourcedId,name,note,,\n1,a,x\n2,b,y\n", AB, []),
    ("Ctrl-Z at the end", HEAD + b"1,a,x\n2,b,y\n\x1a", AB, []),
    ("null characters", HEAD + b"1,a\x00,x\n2,b,y\n", AB, ["CSV-017"]),
    ("semicolons", b"sourcedId;name;note\n1;a,b;x\n", [(2, "1", "a,b", "x")], ["CSV-006"]),
    ("tabs", b"sourcedId\tname\tnote\n1\ta\tx\n2\tb\ty\n", AB, ["CSV-006"]),
    ("bars", b"sourcedId|name|note\n1|a|x\n2|b|y\n", AB, ["CSV-006"]),
    ("other order, other columns", b"note,zip,sourcedId,name\nx,9,1,a\ny,9,2,b\n", AB, []),
    ("no rows", HEAD, [], []),
    ("no rows, no line end", HEAD[:-1], [], []),
    ("UTF-8", HEAD + "1,Nguyễn,x\n".encode(), [(2, "1", "Nguyễn", "x")], []),
    ("UTF-8 with BOM", codecs.BOM_UTF8 + HEAD + b"1,a,x\n2,b,y\n", AB, ["CSV-002"]),
    ("UTF-16 with BOM", "\ufeff".encode("utf-16-le") + (HEAD + b"1,a,x\n2,b,y\n").decode().encode("utf-16-le"), AB,
     ["CSV-003"]),
    ("UTF-16 big-endian with BOM",
     "\ufeff".encode("utf-16-be") + (HEAD + b"1,a,x\n2,b,y\n").decode().encode("utf-16-be"), AB, ["CSV-003"]),
    ("UTF-16 without BOM", (HEAD + b"1,a,x\n2,b,y\n").decode().encode("utf-16-le"), AB, ["CSV-003"]),
    ("UTF-16 big-endian without BOM", (HEAD + b"1,a,x\n2,b,y\n").decode().encode("utf-16-be"), AB, ["CSV-003"]),
    ("Windows-1252", HEAD + "1,Zoë,x\n2,Müller–Ruiz,y\n".encode("cp1252"),
     [(2, "1", "Zoë", "x"), (3, "2", "Müller–Ruiz", "y")], ["CSV-004"]),
]  # fmt: skip


@pytest.mark.parametrize(("data", "expected", "codes"), [case[1:] for case in READ], ids=[case[0] for case in READ])
def test_it_reads(data: bytes, expected: list[tuple[object, ...]], codes: list[str]) -> None:
    read = table(data)
    assert read.frame.select(LINE, *COLUMNS).rows() == expected
    assert read.findings["code"].to_list() == codes
    assert read.refused.height == 0
    assert read.rows == len(expected)


# name, rows of the file, rows that remain, refused (line, sourcedId), codes of the refusals
REFUSED: list[tuple[str, bytes, list[tuple[object, ...]], list[tuple[int, str | None]], list[str]]] = [
    ("short", b"1,a,x\n2,b\n3,c,z\n", [(2, "1", "a", "x"), (4, "3", "c", "z")], [(3, "2")], ["CSV-009"]),
    ("short, last, but ended", b"1,a,x\n2,b\n", [(2, "1", "a", "x")], [(3, "2")], ["CSV-009"]),
    ("one cell", b"1,a,x\nstray\n", [(2, "1", "a", "x")], [(3, None)], ["CSV-009"]),
    ("long: a comma in a name", b"1,a,x\n2,b,Jr.,y\n", [(2, "1", "a", "x")], [(3, "2")], ["CSV-010"]),
    ("long: a comma in a name before an empty cell", b"1,a,x\n2,b,Jr.,\n3,c,\n",
     [(2, "1", "a", "x"), (4, "3", "c", "")], [(3, "2")], ["CSV-010"]),
    ("empty cells at the end of one row", b"1,a,x,,\n2,b,y\n", [(3, "2", "b", "y")], [(2, "1")], ["CSV-010"]),
    ("one long among empty cells at the end", b"1,a,x,\n2,b,Jr.,y,\n3,c,z,\n", [(2, "1", "a", "x"), (4, "3", "c", "z")],
     [(3, "2")], ["CSV-010"]),
    ("one short among empty cells at the end", b"1,a,x,\n2,b,\n3,c,z,\n", [(2, "1", "a", "x"), (4, "3", "c", "z")],
     [(3, "2")], ["CSV-009"]),
    ("one long hides one short", b"1,a,x\n2,b\n3,c,z,z\n", [(2, "1", "a", "x")], [(3, "2"), (4, "3")],
     ["CSV-009", "CSV-010"]),
    ("short hides behind a blank line", b"1,a,x\n\n2\n,,\n", [(2, "1", "a", "x")], [(4, None)], ["CSV-009"]),
    ("short hides behind an escaped quote", b'1,"a ""q""",x\n2,b\n', [(2, "1", 'a "q"', "x")], [(3, "2")], ["CSV-009"]),
    ("text after a closing quote", b'1,a,x\n2,"b"c,y\n3,c,z\n', [(2, "1", "a", "x"), (4, "3", "c", "z")], [(3, "2")],
     ["CSV-011"]),
    ("open quote, closed rows later", b'1,a,x\n2,"b,y\n3,"c",z\n', [(2, "1", "a", "x"), (4, "3", "c", "z")], [(3, "2")],
     ["CSV-011"]),
    ("open quote in the last row", b'1,a,x\n2,"b,y\n', [(2, "1", "a", "x")], [(3, "2")], ["CSV-011"]),
    ("damaged letter among UTF-8", "1,Zoë,x\n".encode() + b"2,Zo\xeb,y\n3,c,z\n",
     [(2, "1", "Zoë", "x"), (4, "3", "c", "z")],
     [(3, "2")], ["CSV-005"]),
    ("damaged letter in a quoted cell", "1,Zoë,x\n".encode() + b'2,"Zo\xeb, B",y\n', [(2, "1", "Zoë", "x")], [(3, "2")],
     ["CSV-005"]),
    ("damaged letter in the id", "1,Zoë,x\n".encode() + b"2\xeb,b,y\n", [(2, "1", "Zoë", "x")], [(3, None)],
     ["CSV-005"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kept", "refused", "codes"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_it_refuses_single_rows(
    body: bytes, kept: list[tuple[object, ...]], refused: list[tuple[int, str | None]], codes: list[str]
) -> None:
    read = table(HEAD + body)
    assert read.frame.select(LINE, *COLUMNS).rows() == kept
    assert read.refused.rows() == refused
    errors = read.findings.filter(read.findings["severity"] == "error")
    assert errors["code"].to_list() == codes
    assert errors["line"].to_list() == [line for line, _ in refused]
    assert read.rows == len(kept) + len(refused)


FATAL: list[tuple[str, bytes, str, int | None]] = [
    ("zero bytes", b"", "FIL-013", None),
    ("only blank lines", b"\n\r\n  \n", "FIL-013", None),
    ("a workbook", b"PK\x03\x04" + b"\x00" * 50, "CSV-001", None),
    ("open quote swallows the rest", HEAD + b'1,a,x\n2,"b,y\n3,c,z\n4,d,z\n', "CSV-012", 3),
    ("cut: short last row", HEAD + b"1,a,x\n2,b", "CSV-013", 3),
    ("cut: within the id", HEAD + b"1,a,x\n2", "CSV-013", 3),
    ("cut: open quote", HEAD + b'1,a,x\n2,"b', "CSV-013", 3),
    ("cut: within a letter", HEAD + "1,a,x\n2,b,Zoë".encode()[:-1], "CSV-013", 3),
    ("cut: UTF-16", (HEAD + b"1,a,x\n2,b").decode().encode("utf-16-le")[:-1], "CSV-013", 3),
    ("no row fits", HEAD + b"1,a\n2,b\n", "CSV-018", None),
    ("headings with an open quote", b'"sourcedId,name,note\n1,a,x\n', "CSV-012", 1),
]


@pytest.mark.parametrize(("data", "code", "line"), [case[1:] for case in FATAL], ids=[case[0] for case in FATAL])
def test_it_refuses_whole_files(data: bytes, code: str, line: int | None) -> None:
    with pytest.raises(DataError) as caught:
        table(data)
    found = caught.value.findings
    assert found is not None
    assert (found["code"][0], found["line"][0], found["severity"][0]) == (code, line, "fatal")
    assert "x.csv" in caught.value.message
    assert caught.value.hint


def test_a_comma_in_a_name_does_not_move_into_a_nameless_column() -> None:
    read = table(b"sourcedId,name,note,\n1,a,x,\n2,b,Jr.,y\n3,c,z,\n")
    assert read.frame["sourcedId"].to_list() == ["1", "3"]
    assert read.refused.rows() == [(3, "2")]


def test_a_record_of_many_lines_is_an_open_quotation_mark() -> None:
    swallowed = b"".join(b"%d,c,z\n" % number for number in range(200))
    with pytest.raises(DataError) as caught:
        table(HEAD + b'1,"a\n' + swallowed + b'b",x\n')
    assert caught.value.findings is not None
    assert caught.value.findings["code"][0] == "CSV-012"


@pytest.mark.parametrize("place", [b"9\xff,b,y\n", b"9,b\xff,y\n", b"9,b,\xff\n", b'9,"b\xff",y\n', b"9,b,y\xff\n"])
def test_a_damaged_byte_is_noticed_wherever_it_is(place: bytes) -> None:
    many = "".join(f"{number},Zoë,x\n" for number in range(2_000)).encode()
    read = table(HEAD + many + place + many)
    assert read.refused[LINE].to_list() == [2_002]
    assert read.frame.height == 4_000


def test_no_error_and_no_finding_repeats_a_cell() -> None:
    read = table(HEAD + b"1,Alva,x\n2,Lindqvist,Alva,x\n3,Okafor\n")
    said = " ".join(map(str, read.findings.drop("sourced_id").rows()))
    assert not any(name in said for name in ("Alva", "Lindqvist", "Okafor"))
