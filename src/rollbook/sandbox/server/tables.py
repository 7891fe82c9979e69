"""The rows that the vendors serve: a generated district's tables on any day, each row knowing when it last changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import polars as pl

from rollbook.sandbox.district.calendar import YEAR_BEGINS, date_of
from rollbook.sandbox.district.days import District, district_on
from rollbook.sandbox.district.tables import tables
from rollbook.sandbox.district.users import users
from rollbook.sandbox.server.json_text import is_safe

__all__ = ["ACTIVE", "GONE", "Days", "Frames"]

Frames = Mapping[str, pl.DataFrame]
"""OneRoster file name → rows sorted by sourcedId, status and dateLastModified filled, blank cells null.

``users`` has the columns of 1.1 and of 1.2 side by side, and ``staffRole``: the finer word that 1.2 has for staff."""

ACTIVE, GONE = "active", "tobedeleted"
_KEPT_DAYS = 2


class Days:
    """The tables of each day, made when first asked for. Rows that left stay as tombstones, as providers keep them."""

    def __init__(self, *, students: int, seed: int) -> None:
        self._students, self._seed = students, seed
        self._made: dict[int, Frames] = {}
        self._lock = threading.Lock()

    def on(self, day: int) -> Frames:
        """The tables of a day. Equal arguments give equal tables; at most two days are kept in memory."""
        with self._lock:
            return self._on(day)

    def _on(self, day: int) -> Frames:
        if day not in self._made:
            date_of(day)
            before = max((known for known in self._made if known < day), default=0)
            for number in range(before + 1, day + 1):
                earlier = self._made.get(number - 1)
                self._made[number] = _stamped(self._plain(number), earlier, number)
                for old in sorted(self._made)[:-_KEPT_DAYS]:
                    if old != day:
                        del self._made[old]
        return self._made[day]

    def _plain(self, day: int) -> dict[str, pl.DataFrame]:
        district = district_on(day, students=self._students, seed=self._seed)
        pieces: dict[str, list[pl.DataFrame]] = {}
        for file, frame in tables(district, seed=self._seed, oneroster="1.1"):
            if file != "users":
                pieces.setdefault(file, []).append(frame.drop("status", "dateLastModified"))
        people = pl.concat(list(users(district, seed=self._seed, oneroster="1.1")), how="diagonal")
        people = people.join(_staff_roles(district), on="sourcedId", how="left", maintain_order="left")
        missing = [name for name in ("middleName", "phone", "userIds") if name not in people.columns]
        people = people.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)
        whole = {file: pl.concat(frames) for file, frames in pieces.items()} | {"users": people}
        if not all(map(is_safe, whole.values())):
            raise ValueError("a generated cell needs escaping, which the wire shapes leave out for speed")
        return whole


def _staff_roles(district: District) -> pl.DataFrame:
    return district.posts.select(
        sourcedId="T" + (pl.col("holder") + 1).cast(pl.String).str.zfill(6), staffRole="role"
    ).unique("sourcedId", keep="first", maintain_order=True)


def _stamped(after: Mapping[str, pl.DataFrame], before: Frames | None, day: int) -> Frames:
    changed_at = YEAR_BEGINS if before is None else date_of(day)
    now = f"{changed_at.isoformat()}T02:00:00.000Z"
    return {
        file: (_first(frame, now) if before is None else _later(frame, before[file], now)).sort("sourcedId")
        for file, frame in after.items()
    }


def _first(frame: pl.DataFrame, now: str) -> pl.DataFrame:
    return frame.with_columns(status=pl.lit(ACTIVE), dateLastModified=pl.lit(now))


def _later(frame: pl.DataFrame, before: pl.DataFrame, now: str) -> pl.DataFrame:
    """Rows equal to yesterday's keep their date; new, changed and gone ones get tonight's."""
    alive = before.filter(pl.col("status") == ACTIVE)
    known = alive.select(*frame.columns, _known="dateLastModified")
    rows = frame.join(known, on=frame.columns, how="left", nulls_equal=True).with_columns(
        status=pl.lit(ACTIVE), dateLastModified=pl.coalesce("_known", pl.lit(now))
    )
    gone = before.join(frame, on="sourcedId", how="anti").with_columns(
        dateLastModified=pl.when(pl.col("status") == ACTIVE).then(pl.lit(now)).otherwise("dateLastModified"),
        status=pl.lit(GONE),
    )
    return pl.concat([rows.drop("_known"), gone.select(rows.drop("_known").columns)])
