"""The fast CSV reader against Python's own: same cells, same lines, and no row lost when rows are bent."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rollbook.connectors.kit.csv import Heading, Table, read_table
from rollbook.core import findings
from rollbook.core.errors import DataError
from rollbook.core.snapshot import LINE

COLUMNS = ("sourcedId", "name", "note")
cells = st.text(st.sampled_from('ab1é,;"\n '), max_size=5)
ids = st.text(st.sampled_from("ab1"), min_size=1, max_size=3)
tables = st.lists(st.tuples(ids, cells, cells), max_size=8)


def read(data: bytes) -> Table:
    return read_table(
        data,
        stream="x.csv",
        known=COLUMNS.__contains__,
        interpret=lambda raw: Heading(dict(enumerate(raw)), 0, findings.empty()),
    )


def written(rows: list[tuple[str, ...]], *, quoting: int, end: str) -> bytes:
    target = io.StringIO()
    csv.writer(target, quoting=quoting, lineterminator=end).writerows([COLUMNS, *rows])  # type: ignore[arg-type]
    return target.getvalue().encode()


@given(tables, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]))
def test_what_csv_writes_is_read_back(rows: list[tuple[str, ...]], quoting: int, end: str) -> None:
    table = read(written(rows, quoting=quoting, end=end))
    assert table.frame.select(COLUMNS).rows() == rows
    assert not table.refused.height
    line, lines = 2, []
    for row in rows:
        lines.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    assert table.frame[LINE].to_list() == lines


@given(st.lists(st.lists(ids, min_size=1, max_size=5), min_size=1, max_size=12), st.booleans())
def test_every_ragged_row_is_accounted_for(rows: list[list[str]], ended: bool) -> None:
    lines = [",".join(row) for row in rows]
    data = "\n".join([",".join(COLUMNS), *lines]) + ("\n" if ended else "")
    right = [(number, *row) for number, row in enumerate(rows, 2) if len(row) == 3]
    wrong = [number for number, row in enumerate(rows, 2) if len(row) != 3]
    if len(rows[-1]) < 3 and not ended:
        with pytest.raises(DataError, match="breaks off"):
            read(data.encode())
        return
    if not right:
        with pytest.raises(DataError, match="Not one row"):
            read(data.encode())
        return
    table = read(data.encode())
    assert table.frame.select(LINE, *COLUMNS).rows() == right
    assert table.refused[LINE].to_list() == wrong


@given(st.binary(max_size=80))
def test_no_bytes_are_read_as_nothing(noise: bytes) -> None:
    """Whatever follows the headings is rows, refused rows or blank lines, or the file is refused."""
    try:
        table = read(b"sourcedId,name,note\n" + noise)
    except DataError:
        return
    blank = b' \t\r\n\x0b\x0c\x1a,;|"\xa0\x1c\x1d\x1e\x1f\x85'
    if noise.replace(b"\x00", b"").strip(blank):
        assert table.rows > 0
