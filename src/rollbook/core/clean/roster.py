"""Snapshot → Roster."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from rollbook.core.clean.sheet import REFUSED_SCHEMA, Part
from rollbook.core.clean.streams import classes, courses, enrollments, orgs, roles, sessions, users
from rollbook.core.clean.streams.demographics import clean_demographics
from rollbook.core.findings import empty, merge
from rollbook.core.policy import Policy
from rollbook.core.roster import ROSTER_SCHEMAS, Roster
from rollbook.core.snapshot import Mode, Snapshot, Stream

__all__ = ["clean"]

_STREAMS: dict[str, tuple[str, Mapping[str, str]]] = {
    "sessions": ("academicSessions", sessions.COLUMNS),
    "orgs": ("orgs", orgs.COLUMNS),
    "courses": ("courses", courses.COLUMNS),
    "classes": ("classes", classes.COLUMNS),
    "users": ("users", users.COLUMNS),
    "enrollments": ("enrollments", enrollments.COLUMNS),
}
"""Frame → its stream and columns. ``roles`` and ``agents`` come out of users, or have no file of their own."""


def clean(snapshot: Snapshot, policy: Policy) -> Roster:
    """The roster that a snapshot means: every frame as ``ROSTER_SCHEMAS`` has it, each cell repaired, dropped with a
    finding, or refused with its row (S-3).

    A stream that was not delivered gives an empty frame and ``Mode.ABSENT``. Ids keep their bytes (O-1). References are
    not followed: whether an enrollment's class exists is for scope to say. The reader's findings come first among the
    roster's.
    """
    streams = {name: stream for name, stream in snapshot.streams.items() if stream.mode is not Mode.ABSENT}
    region = policy.region
    parts = {
        "sessions": _part(streams, "sessions", lambda stream: sessions.clean_sessions(stream, region=region)),
        "orgs": _part(streams, "orgs", orgs.clean_orgs),
        "courses": _part(streams, "courses", courses.clean_courses),
        "classes": _part(streams, "classes", classes.clean_classes),
        "enrollments": _part(
            streams, "enrollments", lambda stream: enrollments.clean_enrollments(stream, region=region)
        ),
    }
    people = _people(streams, policy)
    parts.update(people)
    every = [
        parts[name] for name in ("sessions", "orgs", "courses", "classes", "users", "enrollments", "roles", "births")
    ]
    return Roster(
        frames={name: parts[name].frame for name in ROSTER_SCHEMAS},
        modes=_modes(streams),
        received=_received(streams, policy),
        refused=pl.concat([part.refused for part in every]),
        findings=merge([snapshot.findings, *(part.findings for part in every)]),
    )


def _nothing(schema: Mapping[str, pl.DataType]) -> Part:
    return Part(frame=pl.DataFrame(schema=schema), refused=pl.DataFrame(schema=REFUSED_SCHEMA), findings=empty())


def _part(streams: Mapping[str, Stream], frame: str, cleaned: Callable[[Stream], Part]) -> Part:
    stream = streams.get(_STREAMS[frame][0])
    return cleaned(stream) if stream else _nothing(ROSTER_SCHEMAS[frame])


def _people(streams: Mapping[str, Stream], policy: Policy) -> dict[str, Part]:
    """The parts ``users``, ``roles``, ``agents`` and ``births``."""
    stream, role_stream, demographics = (streams.get(name) for name in ("users", "roles", "demographics"))
    role_part = (
        roles.clean_role_rows(role_stream, region=policy.region) if role_stream else _nothing(ROSTER_SCHEMAS["roles"])
    )
    births = (
        clean_demographics(demographics, region=policy.region)
        if demographics
        else _nothing({"sourced_id": pl.String(), "birth_on": pl.Date()})
    )
    if stream is None:
        users_part, agents = _nothing(ROSTER_SCHEMAS["users"]), pl.DataFrame(schema=ROSTER_SCHEMAS["agents"])
    else:
        people = users.clean_people(
            stream, policy, role_rows=role_part.frame, roles_mode=_modes(streams)["roles"], births=births.frame
        )
        users_part, agents = people.users, people.agents
        role_part = Part(frame=people.roles, refused=role_part.refused, findings=role_part.findings)
    nothing = _nothing(ROSTER_SCHEMAS["agents"])
    agents_part = Part(frame=agents, refused=nothing.refused, findings=nothing.findings)
    return {"users": users_part, "roles": role_part, "agents": agents_part, "births": births}


def _modes(streams: Mapping[str, Stream]) -> dict[str, Mode]:
    """Frame → how to read absence in it."""

    def mode(name: str) -> Mode:
        return streams[name].mode if name in streams else Mode.ABSENT

    modes = {frame: mode(stream) for frame, (stream, _) in _STREAMS.items()}
    modes["agents"] = modes["users"]
    modes["roles"] = mode("roles") if "roles" in streams else modes["users"]
    return {frame: modes[frame] for frame in ROSTER_SCHEMAS}


def _received(streams: Mapping[str, Stream], policy: Policy) -> frozenset[tuple[str, str]]:
    """(frame, column) of every roster column whose source column was there."""
    received = {
        (frame, name)
        for frame, (stream, columns) in _STREAMS.items()
        if stream in streams
        for name, column in columns.items()
        if column in streams[stream].columns
    }
    people = streams.get("users")
    if people:
        fed = {("roles", "role"): "role", ("roles", "org_sourced_id"): "orgSourcedIds"}
        received |= {pair for pair, column in fed.items() if column in people.columns}
        if policy.custody_column and policy.custody_column in people.frame.columns:
            received.add(("users", "rights"))
    if "roles" in streams:
        received |= {("roles", name) for name, column in roles.COLUMNS.items() if column in streams["roles"].columns}
    if "demographics" in streams and "birthDate" in streams["demographics"].columns:
        received.add(("users", "birth_on"))
    return frozenset(received)
