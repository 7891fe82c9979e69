"""OneRoster's filter parameter (oneroster.md B.5): one or two clauses as an expression over a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import polars as pl

__all__ = ["BadFilter", "matching"]

_CLAUSE = re.compile(r"([A-Za-z][\w.]*)(!=|>=|<=|=|>|<|~)'((?:[^']|'')*)'")
_OPERATOR = re.compile(r" (AND|OR) ", re.IGNORECASE)
_COMPARE: dict[str, Callable[[pl.Expr, str], pl.Expr]] = {
    "=": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    "~": lambda column, value: column.str.to_lowercase().str.contains(value.lower(), literal=True),
}


class BadFilter(Exception):
    """The filter is no filter, or asks for a field that is not there."""


def matching(text: str, columns: list[str]) -> pl.Expr:
    """The rows that the filter means. AND binds before OR; every further clause is accepted, as ClassLink does.

    Raises BadFilter. Dots reach references (``school.sourcedId``).
    """
    expression: pl.Expr | None = None
    group: pl.Expr | None = None
    position, operator = 0, ""
    while True:
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise BadFilter
        test = _test(clause[1], clause[2], clause[3], columns)
        if operator == "AND" and group is not None:
            group = group & test
        else:
            expression = group if expression is None else (expression | group if group is not None else expression)
            group = test
        position = clause.end()
        if position == len(text):
            break
        between = _OPERATOR.match(text, position)
        if between is None:
            raise BadFilter
        operator, position = between.group(1).upper(), between.end()
    return group if expression is None else expression | group


def _test(field: str, predicate: str, value: str, columns: list[str]) -> pl.Expr:
    column = field
    if "." in field:
        whole, _, rest = field.partition(".")
        column = {"orgs": "orgSourcedIds", "roles": "role"}.get(whole, f"{whole}SourcedId")
        if rest not in ("sourcedId", "role"):
            raise BadFilter
    if column not in columns:
        raise BadFilter
    value = value.replace("''", "'")
    if column == "dateLastModified":
        value = _moment(value)
    return _COMPARE[predicate](pl.col(column), value).fill_null(False)


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise BadFilter from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
