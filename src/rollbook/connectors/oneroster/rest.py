"""OneRoster's JSON, 1.1 and 1.2, as the text columns of its CSV; told apart by shape, not by label."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from rollbook.connectors.kit.http import Reply, is_page
from rollbook.connectors.oneroster.needs import used_columns
from rollbook.core.errors import DataError, TransientError
from rollbook.core.policy import Policy

__all__ = ["CHANGED", "COLLECTIONS", "ODD", "ROLES", "Collection", "Wire", "roles_of"]

CHANGED = "_changed"
"""Column of every page: the provider's dateLastModified, for our own use."""
ROLES = "_roles"
"""Column of a page of users: 1.2's roles of each, as they came."""
ODD = "_odd"
"""Column of every page: the row came in a page whose shapes were not OneRoster's."""

_ID = pl.Struct({"sourcedId": pl.String()})
_ROLE = pl.Struct(
    {"roleType": pl.String(), "role": pl.String(), "org": _ID, "beginDate": pl.String(), "endDate": pl.String()}
)
_REFERENCE = {
    "parentSourcedId": "parent",
    "orgSourcedId": "org",
    "courseSourcedId": "course",
    "schoolSourcedId": "school",
    "classSourcedId": "class",
    "userSourcedId": "user",
}
_REFERENCES = {"orgSourcedIds": "orgs", "agentSourcedIds": "agents", "termSourcedIds": "terms"}
_LISTS = frozenset({"grades", "subjects", "periods"})
_RENAMED = {"preferredGivenName": "preferredFirstName", "preferredFamilyName": "preferredLastName"}
_METADATA = "metadata."


@dataclass(frozen=True, slots=True)
class Collection:
    """``stream``: the CSV file it stands for; ``path``: its endpoint; ``key``: the name of the list in the answer."""

    stream: str
    path: str
    key: str


COLLECTIONS: Mapping[str, Collection] = {
    name: Collection(name, f"/{name}", name)
    for name in ("academicSessions", "orgs", "courses", "classes", "users", "enrollments", "demographics")
}
"""Everything that is read, in the order in which vendors like it. Nested endpoints are not needed."""


class Wire:
    """How one collection is decoded under a policy: only what Rollbook uses ever becomes a value (S-4)."""

    def __init__(self, collection: Collection, policy: Policy) -> None:
        self.collection = collection
        self.columns = tuple(sorted(used_columns(collection.stream, policy)))
        fields: dict[str, pl.DataType] = {}
        metadata: dict[str, pl.DataType] = {}
        for column in self.columns:
            if column.startswith(_METADATA):
                metadata[column.removeprefix(_METADATA)] = pl.String()
            else:
                fields[_wire_name(column)] = _wire_type(column)
        fields["dateLastModified"] = pl.String()
        if collection.stream == "users":
            fields["roles"] = pl.List(_ROLE)
        if metadata:
            fields["metadata"] = pl.Struct(metadata)
        self._row = pl.Struct(fields)
        self.fields = ",".join(fields)
        """The value of the query parameter ``fields``: what we need, and nothing else."""

    def parse(self, reply: Reply, vendor: str) -> pl.DataFrame:
        """One page: the collection's CSV columns as text (null where nothing came), ``CHANGED``, ``ODD`` and, of users,
        ``ROLES``.

        Raises TransientError when the body is a web page or cut off, DataError when it is JSON but not this
        collection. Values in unexpected shapes are read as well as they can be.
        """
        body = _utf8(reply, vendor)
        key = self.collection.key
        is_odd = False
        try:
            page = pl.read_json(io.BytesIO(body), schema={key: pl.List(self._row)})
            rows = page[key][0] if page.height == 1 else None
        except pl.exceptions.ComputeError:  # its text holds values, so it is not passed on
            rows = None
        if rows is None:
            rows = self._read_tolerantly(body, reply, vendor)
            is_odd = True
        wire = pl.DataFrame({key: rows}).unnest(key)
        kept = [_text(column).alias(column) for column in self.columns]
        kept.append(pl.col("dateLastModified").alias(CHANGED))
        kept.append(pl.lit(is_odd).alias(ODD))
        if self.collection.stream == "users":
            kept.append(pl.col("roles").alias(ROLES))
        return wire.select(kept)

    def _read_tolerantly(self, body: bytes, reply: Reply, vendor: str) -> pl.Series:
        """Row by row: only for a page that is not as OneRoster says."""
        try:
            answer = json.loads(body)
        except ValueError:
            raise TransientError(
                f"{vendor} answered {reply.path} with something that is not JSON, or not all of it.",
                hint="Try again later. If it is always so, check the address of this source.",
                detail={"path": reply.path},
            ) from None
        rows = answer.get(self.collection.key) if isinstance(answer, dict) else answer
        if not isinstance(rows, list):
            raise DataError(
                f"The answer of {vendor} to {reply.path} has no list {self.collection.key!r}.",
                hint="Check the address and the version of this source.",
                detail={"path": reply.path},
            )
        return pl.Series([_shaped(row, self._row) for row in rows], dtype=self._row)


def roles_of(users: pl.DataFrame) -> pl.DataFrame:
    """The rows of 1.2's roles.csv that the users carry; ``_line`` is the user's, a role has its user's status."""
    role = pl.col(ROLES).struct
    return (
        users.select("_line", "sourcedId", "status", ROLES)
        .filter(pl.col(ROLES).list.len() > 0)
        .explode(ROLES)
        .select(
            "_line",
            pl.col("status"),
            userSourcedId="sourcedId",
            roleType=role.field("roleType"),
            role=role.field("role"),
            orgSourcedId=role.field("org").struct.field("sourcedId"),
            beginDate=role.field("beginDate"),
            endDate=role.field("endDate"),
        )
    )


def _wire_name(column: str) -> str:
    return _REFERENCE.get(column) or _REFERENCES.get(column) or _RENAMED.get(column) or column


def _wire_type(column: str) -> pl.DataType:
    if column in _REFERENCE:
        return _ID
    if column in _REFERENCES:
        return pl.List(_ID)
    if column in _LISTS:
        return pl.List(pl.String())
    if column == "userIds":
        return pl.List(pl.Struct({"type": pl.String(), "identifier": pl.String()}))
    return pl.String()


def _text(column: str) -> pl.Expr:
    """The CSV cell of a column of the wire; lists are joined by commas, as in a cell."""
    if column.startswith(_METADATA):
        return pl.col("metadata").struct.field(column.removeprefix(_METADATA))
    wire = pl.col(_wire_name(column))
    if column in _REFERENCE:
        return wire.struct.field("sourcedId")
    if column in _REFERENCES:
        return wire.list.eval(pl.element().struct.field("sourcedId")).list.join(",", ignore_nulls=True)
    if column in _LISTS:
        return wire.list.join(",", ignore_nulls=True)
    if column == "userIds":
        item = pl.element().struct
        parts = (pl.lit("{"), item.field("type"), pl.lit(":"), item.field("identifier"), pl.lit("}"))
        pair = pl.concat_str(parts, ignore_nulls=True)
        return wire.list.eval(pair).list.join(",", ignore_nulls=True)
    return wire


def _utf8(reply: Reply, vendor: str) -> bytes:
    """The body in UTF-8. Raises TransientError for a web page, DataError for an encoding that cannot be read."""
    body = reply.body
    if is_page(body):
        raise TransientError(
            f"{vendor} answered {reply.path} with a web page instead of data.",
            hint="The server may be down for maintenance: try again later. Else check the address of this source.",
            detail={"path": reply.path},
        )
    encoding: str = json.detect_encoding(body)
    if encoding == "utf-8":
        try:
            body.decode()
        except UnicodeDecodeError:
            encoding = _declared(reply)
        else:
            return body
    elif encoding == "utf-8-sig":
        return body[3:]
    try:
        return body.decode(encoding).encode()
    except (LookupError, UnicodeDecodeError):
        raise DataError(
            f"The answer of {vendor} to {reply.path} is not in the encoding that it says, nor in UTF-8.",
            hint="Tell the vendor. Nothing was changed.",
            detail={"path": reply.path},
        ) from None


def _declared(reply: Reply) -> str:
    _, _, charset = reply.headers.get("content-type", "").partition("charset=")
    return charset.split(";")[0].strip(" \"'") or "utf-8"


def _shaped(value: Any, wanted: pl.DataType) -> Any:
    """``value`` as near to the shape ``wanted`` as it can be read; null where it cannot."""
    if isinstance(wanted, pl.List):
        inner = wanted.inner
        assert isinstance(inner, pl.DataType)
        items = value if isinstance(value, list) else [] if value is None else [value]
        return [shaped for item in items if (shaped := _shaped(item, inner)) is not None]
    if isinstance(wanted, pl.Struct):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, str | int) and [item.name for item in wanted.fields] == ["sourcedId"]:
            return {"sourcedId": str(value)}
        if not isinstance(value, dict):
            return None
        return {item.name: _shaped(value.get(item.name), _instance(item.dtype)) for item in wanted.fields}
    return _scalar(value)


def _instance(dtype: Any) -> pl.DataType:
    assert isinstance(dtype, pl.DataType)
    return dtype


def _scalar(value: Any) -> str | None:
    if isinstance(value, list):
        return ",".join(filter(None, map(_scalar, value))) or None
    if isinstance(value, dict):
        return _scalar(value.get("sourcedId"))
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
