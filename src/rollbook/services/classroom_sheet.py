"""Step 4 as a file: the existing classrooms and what becomes of them as CSV, out and in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from rollbook.services import sheets
from rollbook.services.classrooms import Settled, settle
from rollbook.services.sheets import wrong
from rollbook.store.existing import STATES, ExistingFilter, existing
from rollbook.store.models import Classroom, OfferedClass, SourceConnection

__all__ = ["COLUMNS", "Choices", "do", "parse", "read", "text", "write"]

COLUMNS = ("classroom id", "school", "name", "code", "state", "choice", "class sourcedId", "class name", "reason")
"""What a person edits is ``choice``: ``take over`` (the class in ``class sourcedId``), ``leave``, ``archive``, ``open``, or
blank to say nothing."""
_ID, _CHOICE, _CLASS = "classroom id", "choice", "class sourcedId"
_AGAIN = "Write the file anew (rollbook classrooms SLUG --csv FILE) and edit that."
_WORDS = ("take over", "leave", "archive", "open")


@dataclass(slots=True, kw_only=True)
class Choices:
    """What a file says, by classroom."""

    take: dict[int, str] = field(default_factory=dict)
    leave: list[int] = field(default_factory=list)
    archive: list[int] = field(default_factory=list)
    reopen: list[int] = field(default_factory=list)


def text(connection: SourceConnection) -> bytes:
    """All existing classrooms as CSV, for a spreadsheet: the undecided first. ``choice`` is blank; what is suggested
    stands beside it."""
    parts = []
    for state in STATES:
        rows = existing(connection, ExistingFilter(state=state)).order_by("school__name", "name", "pk")
        columns = ("pk", "school__name", "name", "code", "hint_class", "hint_reason")
        shape = {"classroom id": pl.Int64, "school": pl.String, "name": pl.String, "code": pl.String}
        shape |= {_CLASS: pl.String, "reason": pl.String}
        parts.append(
            pl.DataFrame(list(rows.values_list(*columns)), schema=shape, orient="row").with_columns(
                state=pl.lit(state), choice=pl.lit("")
            )
        )
    offered = OfferedClass.objects.filter(connection=connection).values_list("sourced_id", "name")
    names = pl.DataFrame(list(offered), schema={_CLASS: pl.String, "class name": pl.String}, orient="row")
    sheet = pl.concat(parts).join(names, on=_CLASS, how="left", maintain_order="left")
    return sheets.text(sheet.with_columns(pl.col(_ID).cast(pl.String)).select(COLUMNS))


def write(connection: SourceConnection, path: Path) -> None:
    """The existing classrooms stand in the CSV file ``path``. Raises ConfigError when it cannot be written."""
    sheets.write(path, text(connection))


def read(path: Path, connection: SourceConnection) -> Choices:
    """As ``parse``, of the file at ``path``. Raises ConfigError when it cannot be read, too."""
    return parse(path.name, sheets.data_of(path), connection)


def parse(name: str, data: bytes, connection: SourceConnection) -> Choices:
    """What the file ``name`` says.

    Raises DataError, with the line and what to do, for a file that is not such a CSV, a classroom that is not there, one
    named twice, a choice that cannot be read, or a take-over without a class. Nothing is changed.
    """
    rows = sheets.rows_of(name, data, (_ID, _CHOICE, _CLASS), again=_AGAIN)
    here = {str(key) for key in Classroom.objects.filter(district=connection.district_id).values_list("pk", flat=True)}
    choices, seen = Choices(), set()
    for line, (key, word, sourced_id) in enumerate(rows.select(_ID, _CHOICE, _CLASS).iter_rows(), 2):
        if not word:
            continue
        where = f"Line {line} of {name}"
        if key not in here:
            raise wrong(f"{where}: there is no classroom {key!r}.", _AGAIN)
        if key in seen:
            raise wrong(f"{where} names classroom {key} a second time.", "Keep one line for each classroom.")
        seen.add(key)
        match word.casefold():
            case "take over":
                if not sourced_id:
                    raise wrong(f"{where} has no class sourcedId.", "Write which class takes the classroom over.")
                choices.take[int(key)] = sourced_id
            case "leave":
                choices.leave.append(int(key))
            case "archive":
                choices.archive.append(int(key))
            case "open":
                choices.reopen.append(int(key))
            case _:
                raise wrong(f"{where}: {word!r} is no choice.", f"Write one of: {', '.join(_WORDS)}.")
    return choices


def do(choices: Choices, *, connection: SourceConnection, by: str) -> Settled:
    """What a file says is done, as one act. Raises what ``classrooms.settle`` raises."""
    take: Mapping[int, str] = choices.take
    return settle(
        connection=connection,
        take=take,
        leave=choices.leave,
        archive=choices.archive,
        reopen=choices.reopen,
        by=by,
    )
