"""What a district grants to an app: which schools and classes, which fields, and whom besides the enrolled."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.sandbox.server.tables import ACTIVE, Frames

__all__ = ["Sharing", "shared"]

_ALWAYS = frozenset({"sourcedId", "status", "dateLastModified", "role", "orgSourcedIds", "staffRole"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """``schools`` and ``classes``: sourcedIds; empty means all. ``hidden_fields``: CSV column names that are withheld.

    ``unenrolled``: also users without an enrollment (administrators, guardians). ClassLink leaves them out by default;
    that guardians follow this very switch is unconfirmed (classlink.md §3). ``demographics``: off unless granted.
    """

    schools: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    hidden_fields: tuple[str, ...] = ()
    unenrolled: bool = True
    demographics: bool = False


def shared(frames: Frames, sharing: Sharing) -> Frames:
    """The rows and cells that the app may see. What is not shared is absent, exactly as if it had never been."""
    kept = dict(frames)
    if sharing.schools or sharing.classes:
        kept |= _narrowed(frames, sharing)
    if not sharing.unenrolled:
        seated = kept["enrollments"].filter(pl.col("status") == ACTIVE).select(sourcedId="userSourcedId")
        kept["users"] = kept["users"].join(seated, on="sourcedId", how="semi", maintain_order="left")
    present = kept["users"].select("sourcedId")
    kept["demographics"] = (
        kept["demographics"].join(present, on="sourcedId", how="semi", maintain_order="left")
        if sharing.demographics
        else kept["demographics"].clear()
    )
    hidden = set(sharing.hidden_fields) - _ALWAYS
    return {file: _blanked(frame, hidden) for file, frame in kept.items()}


def _narrowed(frames: Frames, sharing: Sharing) -> Frames:
    classes, enrollments, people = frames["classes"], frames["enrollments"], frames["users"]
    if sharing.schools:
        here = pl.Series(sharing.schools, dtype=pl.String).implode()
        classes = classes.filter(pl.col("schoolSourcedId").is_in(here))
        enrollments = enrollments.filter(pl.col("schoolSourcedId").is_in(here))
    if sharing.classes:
        these = pl.Series(sharing.classes, dtype=pl.String).implode()
        classes = classes.filter(pl.col("sourcedId").is_in(these))
        enrollments = enrollments.filter(pl.col("classSourcedId").is_in(these))
    schools = classes.get_column("schoolSourcedId").unique().implode()
    # Sharing by school leaves the district office shared; unconfirmed, like most of who is sent without a class.
    offices = frames["orgs"].filter(pl.col("type") != "school").get_column("sourcedId")
    places = pl.concat([schools.explode(), offices]).implode()
    seated = enrollments.select(sourcedId="userSourcedId").unique()
    pupils = people.filter(pl.col("role") == "student").join(seated, on="sourcedId", how="semi")
    families = pupils.select(sourcedId=pl.col("agentSourcedIds").str.split(",")).explode(
        "sourcedId", empty_as_null=False
    )
    at_school = people.filter(
        ~pl.col("role").is_in(["student", "parent", "guardian", "relative"])
        & pl.col("orgSourcedIds").str.split(",").list.eval(pl.element().is_in(places)).list.any()
    ).select("sourcedId")
    wanted = pl.concat([seated, families.drop_nulls(), *([] if sharing.classes else [at_school])]).unique()
    return {
        "classes": classes,
        "enrollments": enrollments,
        "users": people.join(wanted, on="sourcedId", how="semi", maintain_order="left"),
        "orgs": frames["orgs"].filter(pl.col("sourcedId").is_in(places)),
    }


def _blanked(frame: pl.DataFrame, hidden: set[str]) -> pl.DataFrame:
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in frame.columns if name in hidden)
