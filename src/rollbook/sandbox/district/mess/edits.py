"""The few shapes that most deviations have: a cell with another value, a column under another name, one more row."""

from __future__ import annotations

from collections.abc import Callable

from rollbook.sandbox.district.mess.draft import Draft, Row, Where
from rollbook.sandbox.district.mess.kinds import Plant

__all__ = [
    "added",
    "cell",
    "has",
    "inserted",
    "is_guardian",
    "is_staff",
    "is_student",
    "lacking",
    "renamed",
    "reshaped",
    "role_cell",
    "where_all",
]  # fmt: skip


def is_student(row: Row) -> bool:
    """A row of users.csv, or one that names a user, is about a student.

    In users.csv not about one in kindergarten: those few are left to the codes that need them.
    """
    return row.get("userSourcedId", row["sourcedId"])[:1].isdigit() and row.get("grades") != "KG"


def is_guardian(row: Row) -> bool:
    """The same for a guardian."""
    return row.get("userSourcedId", row["sourcedId"]).startswith("G")


def is_staff(row: Row) -> bool:
    """The same for staff."""
    return row.get("userSourcedId", row["sourcedId"]).startswith("T")


def has(*columns: str) -> Where:
    """The columns are filled."""
    return lambda row: all(row[column] for column in columns)


def where_all(*conditions: Where) -> Where:
    """All conditions hold."""
    return lambda row: all(condition(row) for condition in conditions)


def cell(file: str, column: str, value: str | Callable[[Row], str], where: Where | None = None) -> Plant:
    """One row gets another value in one column."""

    def plant(draft: Draft) -> None:
        page, slot = draft.pick(file, where)
        row = page.read(slot)
        old, new = row[column], value if isinstance(value, str) else value(row)
        page.write(slot, row | {column: new})
        sourced_id = new if column == "sourcedId" and new else row["sourcedId"]
        draft.note(file, f"{column} is {new!r} instead of {old!r}", slot=slot, column=column, sourced_id=sourced_id)

    return plant


def role_cell(value: str | Callable[[Row], str], where: Where) -> Plant:
    """One person's role gets another value, in the file where this version keeps roles."""

    def plant(draft: Draft) -> None:
        cell("users" if draft.oneroster == "1.1" else "roles", "role", value, where)(draft)

    return plant


def added(file: str, row: Callable[[Draft], Row], what: str, column: str | None = None) -> Plant:
    """One more row stands at the end of the file."""

    def plant(draft: Draft) -> None:
        new = row(draft)
        slot = draft.page(file).append(new)
        draft.note(file, what, slot=slot, column=column, sourced_id=new.get("sourcedId") or None)

    return plant


def renamed(file: str, column: str, name: str) -> Plant:
    """One column has another name in the header."""

    def plant(draft: Draft) -> None:
        draft.page(file).renames[column] = name
        draft.note(file, f"the header says {name!r} instead of {column!r}", in_header=True, column=column)

    return plant


def reshaped(file: str, cells: Callable[[list[str], bool], list[str]], what: str, column: str | None = None) -> Plant:
    """Every line of the file has other cells; the flag says which line is the header."""

    def plant(draft: Draft) -> None:
        draft.page(file).reshapes.append(cells)
        draft.note(file, what, in_header=True, column=column)

    return plant


def inserted(file: str, after: str, name: str, value: Callable[[list[str]], str]) -> Plant:
    """One more column stands after another one; its cells follow from the rest of their line."""

    def plant(draft: Draft) -> None:
        page = draft.page(file)
        place = 0

        def insert(cells: list[str], is_header: bool) -> list[str]:
            nonlocal place
            if is_header:
                place = cells.index(page.renames.get(after, after)) + 1
            return [*cells[:place], name if is_header else value(cells), *cells[place:]]

        page.reshapes.append(insert)
        draft.note(file, f"the column {name!r} stands after {after!r}", in_header=True, column=name)

    return plant


def lacking(file: str, column: str) -> Plant:
    """One column is not there, neither in the header nor in the rows."""

    def plant(draft: Draft) -> None:
        page = draft.page(file)
        place = 0

        def remove(cells: list[str], is_header: bool) -> list[str]:
            nonlocal place
            if is_header:
                place = cells.index(page.renames.get(column, column))
            return cells[:place] + cells[place + 1 :]

        page.reshapes.append(remove)
        draft.note(file, f"the column {column!r} is not there", in_header=True, column=column)

    return plant
