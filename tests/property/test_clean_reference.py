"""The columnar cleaning equals the plain reference, on columns of messy cells."""

from __future__ import annotations

import string
from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.reference import clean as plain

from rollbook.core.clean.booleans import clean_booleans
from rollbook.core.clean.dates import clean_dates
from rollbook.core.clean.emails import clean_emails
from rollbook.core.clean.grades import clean_class_grades, clean_user_grades
from rollbook.core.clean.lists import split
from rollbook.core.clean.phones import clean_phones
from rollbook.core.clean.repaired import Repaired
from rollbook.core.clean.roles import clean_roles
from rollbook.core.clean.statuses import clean_statuses
from rollbook.core.clean.text import clean_ids, clean_text, unusual_rows
from rollbook.core.findings import matters

NAMES = {getattr(matters, name): name for name in matters.__all__ if name.isupper()}

EDGES = st.sampled_from(["", "", "", " ", "\u00a0", "\u200b", "\t", "\ufeff", "\x00"])
INSIDE = st.sampled_from(["", "", " ", "\u00a0", "\u0301", "\u200b", "\u200d", "\n", "\x07", "é"])
WORD = st.text(string.ascii_letters + string.digits + "éŁ中", max_size=5)
TEXT = st.one_of(
    st.tuples(EDGES, WORD, INSIDE, WORD, EDGES).map("".join),
    st.sampled_from(["NULL", "null ", "Null", "\\N", "N/A", "NA", "(null)", "", " "]),
    st.text(max_size=6),
)
SPELLED = st.sampled_from(
    [
        "active",
        "Active",
        "to be deleted",
        "tobedeleted",
        "inactive",
        "INACTIVE",
        "gone",
        "true",
        "TRUE",
        "False",
        "1",
        "0",
        "Y",
        "no",
        "maybe",
    ]
)
GRADE = st.sampled_from(
    [
        "KG",
        "01",
        "12",
        "13",
        "Other",
        "2",
        "K",
        "0",
        "00",
        "-1",
        "-3",
        "14",
        "1st",
        "Kindergarten",
        "Pre-K",
        "First Grade",
        "other",
        "Grade 9",
        "9.0",
        "XX",
        "",
        " 05",
        "ug",
    ]
)
GRADES = st.lists(GRADE, min_size=1, max_size=3).map(",".join)
ROLE = st.sampled_from(
    [
        "student",
        "Student",
        "TEACHER",
        "co-teacher",
        "Co Teacher",
        "ext:studentTeacher",
        "ext:leadTeacher",
        "ext:x",
        "boss",
        "districtadministrator",
        "ext:Instructor",
        "administrator",
        "parent",
        "Site Administrator",
    ]
)
DAY = st.integers(0, 40).map(str) | st.integers(1, 12).map("{:02}".format)
MARK = st.sampled_from("-/.")
TIME = st.sampled_from(["", "", "", "T00:00:00.000Z", " 08:01:05", " 12:00:00 AM", "T08:00:00+02:00", " soon"])
YEAR = st.sampled_from(["2026", "2027", "26", "0000", "1999"])
DATE = st.one_of(
    st.tuples(YEAR, MARK, DAY, MARK, DAY, TIME).map("".join),
    st.tuples(DAY, MARK, DAY, MARK, YEAR, TIME).map("".join),
    st.dates().map(str),
    st.sampled_from(["20260817", "17-AUG-2026", "soon", "2026-02-30"]),
)
LIST = st.tuples(
    st.sampled_from(",,,;"), st.lists(st.sampled_from(["S1", "S2", " S1", "S 3", "", " ", "a;b"]), max_size=4)
).map(lambda parts: parts[0].join(parts[1]))
LABEL = st.text("abXY01-_.+'é", min_size=1, max_size=6)
EMAIL = st.one_of(
    st.tuples(
        LABEL, st.just("@"), LABEL, st.sampled_from([".org", ".ORG", ".local", ".test", ".c", ".x1", ".co.uk", ""])
    ),
    st.tuples(st.text("ab.", min_size=60, max_size=70), st.just("@example.org")),
).map("".join)
DIGITS = st.text(string.digits, min_size=1, max_size=4)
EXCHANGE = st.integers(200, 999).map(str)
PHONE = st.one_of(
    st.tuples(
        st.sampled_from(["", "", "1", "+1", "+1 ", "1-", "+44 "]),
        st.sampled_from(["", "("]),
        EXCHANGE,
        st.sampled_from(["", ")", ") ", ".", "-"]),
        EXCHANGE,
        st.sampled_from(["", " ", "-", "."]),
        st.integers(0, 9999).map("{:04}".format),
        st.sampled_from(["", "", "", " x12"]),
    ).map("".join),
    st.tuples(DIGITS, DIGITS, DIGITS).map("".join),
    st.sampled_from(["9999999999", "0000000000", "+44 20 7946 0958", "call me", "1-800-FLOWERS", "2065550100"]),
)


def column(cells: list[str | None]) -> pl.Series:
    return pl.Series("cells", cells, dtype=pl.String)


def by_cell(repaired: Repaired) -> list[tuple[object, set[str]]]:
    """(value, names of the matters remarked) of each cell."""
    remarks: list[set[str]] = [set() for _ in range(repaired.values.len())]
    for remark in repaired.remarks:
        assert remark.detail is None or remark.detail.len() == remark.rows.len()
        for row in remark.rows:
            remarks[row].add(NAMES[remark.matter])
    return list(zip(repaired.values.to_list(), remarks, strict=True))


def columns(cell: st.SearchStrategy[str]) -> st.SearchStrategy[list[str | None]]:
    return st.lists(st.none() | cell.filter(bool), max_size=12)


@pytest.mark.parametrize(("columnar", "reference"), [(clean_text, plain.clean_text), (clean_ids, plain.clean_id)])
@given(cells=st.lists(TEXT, max_size=12))
def test_text_is_cleaned_as_the_reference_does(
    columnar: Callable[[pl.Series], Repaired],
    reference: Callable[[str], tuple[str | None, set[str]]],
    cells: list[str],
) -> None:
    assert by_cell(columnar(column(cells))) == [reference(cell) for cell in cells]


@given(cells=st.lists(TEXT, max_size=12))
def test_a_cell_that_is_skipped_needs_no_cleaning(cells: list[str]) -> None:
    unusual = set(unusual_rows(column(cells)).to_list())
    for row, cell in enumerate(cells):
        if row not in unusual:
            assert plain.clean_text(cell) == (cell or None, set())
            assert plain.clean_id(cell) == (cell or None, set())


@pytest.mark.parametrize(
    ("columnar", "reference"),
    [(clean_statuses, plain.clean_status), (clean_booleans, plain.clean_boolean)],
)
@given(cells=columns(SPELLED | WORD))
def test_words_are_read_as_the_reference_does(
    columnar: Callable[[pl.Series], Repaired],
    reference: Callable[[str | None], tuple[object, set[str]]],
    cells: list[str | None],
) -> None:
    assert by_cell(columnar(column(cells))) == [reference(cell) for cell in cells]


@given(cells=columns(GRADES))
def test_grades_are_read_as_the_reference_does(cells: list[str | None]) -> None:
    assert by_cell(clean_user_grades(column(cells))) == [plain.clean_user_grade(cell) for cell in cells]
    assert by_cell(clean_class_grades(column(cells))) == [plain.clean_grades(cell) for cell in cells]


@given(cells=columns(ROLE))
def test_roles_are_read_as_the_reference_does(cells: list[str | None]) -> None:
    assert by_cell(clean_roles(column(cells))) == [plain.clean_role(cell) for cell in cells]


@given(cells=columns(LIST))
def test_lists_are_split_as_the_reference_does(cells: list[str | None]) -> None:
    assert by_cell(split(column(cells))) == [plain.split_list(cell) for cell in cells]


@given(cells=columns(DATE), region=st.sampled_from(["US", "DE"]))
def test_dates_are_read_as_the_reference_does(cells: list[str | None], region: str) -> None:
    day_first = plain.is_day_first(cells, region)
    expected = [plain.clean_date(cell, day_first=day_first) for cell in cells]
    assert by_cell(clean_dates(column(cells), region=region)) == expected


@given(cells=columns(EMAIL))
def test_the_fast_lane_of_emails_agrees_with_email_validator(cells: list[str | None]) -> None:
    assert by_cell(clean_emails(column(cells))) == [plain.clean_email(cell) for cell in cells]


@settings(max_examples=100)
@given(cells=columns(PHONE), region=st.sampled_from(["US", "CA", "GB"]))
@example(cells=["(206) 555-0100", "12065550100", "+1 206 555-0100"], region="US")
def test_the_fast_lane_of_phones_agrees_with_phonenumbers(cells: list[str | None], region: str) -> None:
    assert by_cell(clean_phones(column(cells), region=region)) == [plain.clean_phone(cell, region) for cell in cells]
