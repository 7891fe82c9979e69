"""How a small district arrives: whole or as a delta, with columns missing, rows refused, files left out."""

from __future__ import annotations

from copy import deepcopy
from random import Random
from typing import Any

from tests.support.rosters import ONEROSTER_11
from tests.support.source import FRAMES, KEYED, Day, Source

__all__ = ["delivered"]

Row = dict[str, Any]
OPTIONAL = (
    ("users", "enabled"), ("users", "email"), ("users", "sms"), ("users", "phone"), ("users", "middle_name"),
    ("users", "agents"), ("users", "grade"), ("users", "identifier"), ("classes", "class_type"), ("classes", "grades"),
    ("classes", "title"), ("classes", "location"), ("enrollments", "is_primary"), ("enrollments", "ends_on"),
)  # fmt: skip


def delivered(rnd: Random, source: Source, before: Source | None) -> Day:
    """The reading of today; a delta speaks of what is different from ``before``."""
    missing: set[tuple[str, str]] = set() if source.custody else {("users", "rights")}
    if source.version == "1.1":
        missing |= ONEROSTER_11 - {("users", "rights")}
    if before is not None and rnd.random() < 0.25:
        day = _delta(source, before, missing)
    else:
        frames = {frame: deepcopy(source.frames[frame]) for frame in FRAMES}
        day = Day(frames, dict.fromkeys(FRAMES, "bulk"), missing)
        if before is not None and rnd.random() < 0.2:
            _with_tombstones(day, source, before)
    if rnd.random() < 0.25:
        day.missing |= {rnd.choice(OPTIONAL)} | ({("users", "rights")} if rnd.random() < 0.3 else set())
    if rnd.random() < 0.1:
        frame = rnd.choice(("enrollments", "sessions", "courses"))
        day.modes[frame], day.frames[frame] = "absent", []
    for _ in range(rnd.choice((0, 0, 0, 1, 2))):
        _refuse(rnd, source, day)
    _blank(day)
    return day


def _blank(day: Day) -> None:
    """Columns that were not received hold nothing."""
    for frame, column in day.missing:
        for row in day.frames[frame]:
            if column in row and frame != "roles":
                row[column] = [] if isinstance(row[column], list) else None
    if ("users", "agents") in day.missing:
        day.frames["agents"] = []


def _about(source: Source, sid: str) -> tuple[Any, ...]:
    """All that a user's row says."""
    roles = [] if source.version == "1.2" else source.of("roles", "user_sourced_id", sid)
    return source.of("users", "sourced_id", sid), roles, source.of("agents", "user_sourced_id", sid)


def _delta(source: Source, before: Source, missing: set[tuple[str, str]]) -> Day:
    frames: dict[str, list[Row]] = {frame: [] for frame in FRAMES}
    for frame in KEYED:
        old = {row["sourced_id"]: row for row in before.frames[frame]}
        new = {row["sourced_id"]: row for row in source.frames[frame]}
        if frame == "users":
            frames[frame] = [
                row for sid, row in new.items() if sid not in old or _about(source, sid) != _about(before, sid)
            ]
        else:
            frames[frame] = [row for sid, row in new.items() if row != old.get(sid)]
        frames[frame] += [{**row, "status": "tobedeleted"} for sid, row in old.items() if sid not in new]
    said = {row["sourced_id"]: row["status"] for row in frames["users"]}
    frames["agents"] = [row for row in source.frames["agents"] if said.get(row["user_sourced_id"]) == "active"]
    if source.version == "1.1":
        frames["roles"] = [row for row in source.frames["roles"] if said.get(row["user_sourced_id"]) == "active"]
        gone = [row for row in before.frames["roles"] if said.get(row["user_sourced_id"]) == "tobedeleted"]
    else:
        frames["roles"] = [row for row in source.frames["roles"] if row not in before.frames["roles"]]
        keys = {(row["user_sourced_id"], row["org_sourced_id"], row["role"]) for row in source.frames["roles"]}
        gone = [
            row
            for row in before.frames["roles"]
            if (row["user_sourced_id"], row["org_sourced_id"], row["role"]) not in keys
        ]
    frames["roles"] += [{**row, "status": "tobedeleted"} for row in gone]
    return Day(deepcopy(frames), dict.fromkeys(FRAMES, "delta"), missing)


def _with_tombstones(day: Day, source: Source, before: Source) -> None:
    """A whole reading in which what left is still there, as tobedeleted."""
    for frame in KEYED:
        here = {row["sourced_id"] for row in source.frames[frame]}
        left = [row for row in before.frames[frame] if row["sourced_id"] not in here]
        day.frames[frame] += [{**row, "status": "tobedeleted"} for row in deepcopy(left)]
        if frame == "users":
            sids = {row["sourced_id"] for row in left}
            roles = [row for row in before.frames["roles"] if row["user_sourced_id"] in sids]
            day.frames["roles"] += [{**row, "status": "tobedeleted"} for row in deepcopy(roles)]


def _refuse(rnd: Random, source: Source, day: Day) -> None:
    """One row cannot be read; sometimes it does not even say whom it is about."""
    frame = rnd.choice(("users", "users", "classes", "enrollments", "sessions", "orgs", "roles"))
    if frame == "roles" and source.version == "1.1":
        frame = "users"
    rows = day.frames[frame]
    if not rows:
        return
    row = rnd.choice(rows)
    nameless = rnd.random() < 0.2
    rows.remove(row)
    refused = {"frame": frame, "sourced_id": None, "user_sourced_id": None, "class_sourced_id": None}
    if frame == "enrollments":
        refused["sourced_id"] = row["sourced_id"]
        if not nameless:
            half = rnd.random()
            refused["class_sourced_id"] = row["class_sourced_id"] if half < 0.7 else None
            refused["user_sourced_id"] = row["user_sourced_id"] if half > 0.3 else None
    elif frame == "roles":
        refused["user_sourced_id"] = None if nameless else row["user_sourced_id"]
    elif not nameless:
        refused["sourced_id"] = row["sourced_id"]
    day.refused.append(refused)
    if frame == "users":
        _forget(day, row["sourced_id"])
    if frame == "roles" and day.modes["roles"] == "bulk":
        sid = row["user_sourced_id"]
        if not any(other["user_sourced_id"] == sid for other in rows):  # the cleaner refuses users without a role
            for user in [user for user in day.frames["users"] if user["sourced_id"] == sid]:
                day.frames["users"].remove(user)
                day.refused.append(
                    {"frame": "users", "sourced_id": sid, "user_sourced_id": None, "class_sourced_id": None}
                )
                _forget(day, sid)


def _forget(day: Day, sid: str) -> None:
    for frame in ("roles", "agents"):
        day.frames[frame] = [row for row in day.frames[frame] if row["user_sourced_id"] != sid]
