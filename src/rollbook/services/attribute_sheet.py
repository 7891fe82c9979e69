"""``student_attributes.csv``: one row a student, one column an attribute; read, judged row by row, then set (section 9)."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from rollbook.connectors.kit.encoding import to_utf8
from rollbook.core.attributes import AttributeType, parse_value
from rollbook.core.errors import DataError
from rollbook.core.findings import empty
from rollbook.core.spreadsheet import defused, plain
from rollbook.services import attributes
from rollbook.store.models import AttributeKind, District, SourceLink, Student, StudentAttribute

__all__ = ["KEYS", "RESULT_SCHEMA", "Judged", "judge", "write"]

KEYS: Final = ("studentSisId", "student_number", "state_id")
"""A column by which a student is found: the source's sourcedId, or a number of ours. The first that is there counts."""
RESULT_SCHEMA: Final[dict[str, pl.DataType]] = {
    "line": pl.UInt32(),
    "student": pl.String(),
    "result": pl.String(),
    "message": pl.String(),
}
"""One row a row of the file: ``result`` is ``ok`` or ``refused``, ``message`` why."""
_NAME: Final = "student_attributes.csv"
_LARGEST: Final = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``values``: (student, attribute) → value, of the rows that are ``ok``; ``lines``: ``RESULT_SCHEMA``; ``unknown``:
    columns that are no attribute of the district, which are left out."""

    values: Mapping[tuple[int, int], str]
    lines: pl.DataFrame
    unknown: tuple[str, ...]

    @property
    def refused(self) -> int:
        """Rows of which nothing is taken."""
        return self.lines.filter(pl.col("result") == "refused").height


def judge(*, district: District, data: bytes, blank_removes: bool) -> Judged:
    """What the file says. A row with one value that cannot be is refused whole, with the reason; other rows stand. A blank
    cell leaves the value as it is, or takes it away with ``blank_removes``.

    Raises DataError for a file that is no such table: then nothing of it counts (S-2).
    """
    rows = _table(data)
    key = next((name for name in KEYS if name in rows.columns), None)
    if key is None:
        raise _wrong(
            f"Line 1 of the file has none of the columns {', '.join(KEYS)}.",
            "Add one of them, so that each row names its student.",
        )
    known = {kind.name.casefold(): kind for kind in attributes.kinds(district)}
    kinds = {name: known[name.casefold()] for name in rows.columns if name != key and name.casefold() in known}
    if len({kind.pk for kind in kinds.values()}) < len(kinds):
        raise _wrong("Two columns of the file are the same attribute.", "Keep one of them.")
    unknown = tuple(name for name in rows.columns if name not in kinds and name not in KEYS and name != "_line")
    if not kinds:
        raise _wrong(
            "No column of the file is an attribute of this district.", "Define the attribute first, under that name."
        )
    found = rows.with_columns(_key=pl.col(key).str.strip_chars()).join(
        _students(district, key), on="_key", how="left", maintain_order="left"
    )
    found = found.with_columns(_key_refusal(key).alias("_why"))
    for name, kind in kinds.items():
        found = _judged(found, name, kind)
    return Judged(
        values=_values(found.filter(pl.col("_why").is_null()), kinds, blank_removes),
        lines=found.select(
            pl.col("_line").alias("line").cast(RESULT_SCHEMA["line"]),
            pl.col("_key").fill_null("").alias("student"),
            pl.when(pl.col("_why").is_null()).then(pl.lit("ok")).otherwise(pl.lit("refused")).alias("result"),
            pl.col("_why").fill_null("").alias("message"),
        ),
        unknown=unknown,
    )


def write(district: District, *, with_sensitive: bool) -> bytes:
    """All students that have an attribute, as a file that ``judge`` reads; no cell becomes a formula. Three queries."""
    kinds = [kind for kind in attributes.kinds(district) if with_sensitive or not kind.is_sensitive]
    values = StudentAttribute.objects.filter(district=district, kind__in=kinds).values_list(
        "student_id", "kind__name", "value"
    )
    shape = {"pk": pl.Int64, "name": pl.String, "value": pl.String}
    long = pl.DataFrame(list(values), schema=shape, orient="row")
    numbers = Student.objects.filter(district=district).values_list("pk", "student_number", "state_id")
    students = pl.DataFrame(
        list(numbers), schema={"pk": pl.Int64, "student_number": pl.String, "state_id": pl.String}, orient="row"
    )
    table = students.join(long.select("pk").unique(), on="pk", how="semi").sort("pk")
    for kind in kinds:
        mine = long.filter(pl.col("name") == kind.name).select("pk", pl.col("value").alias(kind.name))
        table = table.join(mine, on="pk", how="left", maintain_order="left")
    buffer = io.BytesIO()
    defused(table.drop("pk")).write_csv(buffer)
    return buffer.getvalue()


def _table(data: bytes) -> pl.DataFrame:
    """The rows as text, with their ``_line`` in the file; headings trimmed."""
    if len(data) > _LARGEST:
        raise _wrong("The file is larger than 200 MB.", "Split it into several.")
    text = to_utf8(data, stream=_NAME)
    if text.damaged:
        raise _wrong("The file has lines that are no text in its encoding.", "Save it as “CSV UTF-8” and try again.")
    head = text.data.partition(b"\n")[0]
    separator = ";" if head.count(b";") > head.count(b",") else ","
    try:
        rows = pl.read_csv(text.data, infer_schema=False, separator=separator, truncate_ragged_lines=False)
    except (pl.exceptions.ComputeError, pl.exceptions.NoDataError, pl.exceptions.SchemaError) as error:
        raise _wrong("The file cannot be split into rows and columns.", "Save it as CSV again.") from error
    names = [name.strip() for name in rows.columns]
    if len({name.casefold() for name in names}) < len(names):
        raise _wrong("Two columns of the file have the same heading.", "Keep one of them.")
    if any(name.startswith("_") for name in names):
        raise _wrong("The heading of a column cannot begin with an underscore.", "Give it another heading.")
    exact = {name.casefold(): name for name in KEYS}
    rows.columns = [exact.get(name.casefold(), name) for name in names]
    return plain(rows).with_row_index("_line", offset=2)


def _students(district: District, key: str) -> pl.DataFrame:
    """``_key``, ``_pk``: whom a key names; null where it names several students."""
    if key == "studentSisId":
        links = SourceLink.objects.filter(district=district, kind="student")
        pairs = list(links.values_list("sourced_id", "object_id"))
    else:
        students = Student.objects.filter(district=district).exclude(**{f"{key}__isnull": True})
        pairs = list(students.values_list(key, "pk"))
    frame = pl.DataFrame(pairs, schema={"_key": pl.String, "_pk": pl.Int64}, orient="row").unique()
    several = pl.len().over("_key") > 1
    return frame.with_columns(_pk=pl.when(several).then(None).otherwise("_pk"), is_known=pl.lit(True)).unique()


def _key_refusal(key: str) -> pl.Expr:
    blank = pl.col("_key").fill_null("") == ""
    again = pl.col("_pk").is_not_null() & pl.col("_pk").is_duplicated()
    return (
        pl.when(blank)
        .then(pl.lit(f"The row has no {key}."))
        .when(pl.col("is_known").is_null())
        .then(pl.lit(f"No student has this {key}. Check leading zeros: a spreadsheet drops them."))
        .when(pl.col("_pk").is_null())
        .then(pl.lit(f"Several students have this {key}. Use another column to name them."))
        .when(again)
        .then(pl.lit("The file names this student in another row, too. Keep one."))
        .otherwise(pl.lit(None, dtype=pl.String))
    )


def _judged(rows: pl.DataFrame, name: str, kind: AttributeKind) -> pl.DataFrame:
    """``rows`` with column ``name`` as it is kept, and ``_why`` where it cannot be. Each distinct text is judged once."""
    texts = rows[name].drop_nulls().unique().to_list()
    values: dict[str, str] = {}
    whys: dict[str, str] = {}
    for text in texts:
        try:
            values[text] = parse_value(AttributeType(kind.type), text) if text.strip() else ""
        except ValueError as error:
            whys[text] = f"Column {name}: write {error}."
    why = pl.col(name).replace_strict(whys, default=None, return_dtype=pl.String)
    return rows.with_columns(
        pl.coalesce("_why", why).alias("_why"),
        pl.col(name).replace_strict(values, default=None, return_dtype=pl.String).fill_null("").alias(name),
    )


def _values(rows: pl.DataFrame, kinds: Mapping[str, AttributeKind], blank_removes: bool) -> dict[tuple[int, int], str]:
    values: dict[tuple[int, int], str] = {}
    for name, kind in kinds.items():
        told = rows if blank_removes else rows.filter(pl.col(name) != "")
        values |= {(student, kind.pk): value for student, value in told.select("_pk", name).iter_rows()}
    return values


def _wrong(message: str, hint: str) -> DataError:
    return DataError(message, findings=empty(), hint=hint)
