"""A reading and a directory, cut down to those who are looked at; what is left says of them what the whole says."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from rollbook.core.narrow.reach import Reach
from rollbook.core.narrow.sides import MEMBERS, Sides
from rollbook.core.roster import Roster
from rollbook.core.snapshot import Snapshot
from rollbook.core.state import State

__all__ = ["Cut", "cut_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What is left out: users of whom nothing is looked at (``untouched``); users of whom no ties and only single enrollments
    are (``loose``, those included); classes (``other_classes``). ``pairs``: the single enrollments."""

    reach: Reach
    untouched: pl.DataFrame
    loose: pl.DataFrame
    classes: pl.Series
    other_classes: pl.DataFrame

    def snapshot(self, whole: Snapshot) -> Snapshot:
        """The rows of those who are looked at; classes are cut later."""
        streams = dict(whole.streams)
        for name, owner in MEMBERS.items():
            stream = streams.get(name)
            if stream is None or owner not in stream.frame.columns:
                continue
            if name == "enrollments":
                frame = _enrollments(stream.frame, self.reach)
            else:
                frame = stream.frame.filter(pl.col(owner).is_in(self.reach.users.implode()))
            streams[name] = replace(stream, frame=frame)
        return replace(whole, streams=streams)

    def roster(self, cleaned: Roster) -> Roster:
        """What ``snapshot`` was cleaned to, without the ties of loose users and without other classes."""
        frames = dict(cleaned.frames)
        family = self.reach.family.implode()
        frames["agents"] = frames["agents"].filter(
            pl.col("user_sourced_id").is_in(family) | pl.col("agent_sourced_id").is_in(family)
        )
        frames["classes"] = frames["classes"].filter(pl.col("sourced_id").is_in(self.classes.implode()))
        return replace(cleaned, frames=frames)

    def state(self, whole: State) -> State:
        """The directory without the objects of untouched users and other classes, and without the ties of loose ones.
        Whoever is bound to no user of either reading stays, with everything."""
        frames = dict(whole.frames)
        links = frames["links"]
        kind = pl.col("kind")
        people = links.filter(kind.is_in(["student", "person"]))
        untouched = people.join(self.untouched, on="sourced_id", how="semi")
        loose = people.join(self.loose, on="sourced_id", how="semi")
        family = people.filter(pl.col("sourced_id").is_in(self.reach.family.implode()))
        rooms = links.filter(kind == "classroom").join(self.other_classes, on="sourced_id", how="semi")
        frames["links"] = links.join(pl.concat([untouched, rooms]), on="id", how="anti", maintain_order="left")
        frames["students"] = _without(frames["students"], "id", _objects(untouched, "student"))
        frames["persons"] = _without(frames["persons"], "id", _objects(untouched, "person"))
        frames["classrooms"] = _without(frames["classrooms"], "id", rooms["object_id"])
        frames["student_schools"] = _without(frames["student_schools"], "student_id", _objects(untouched, "student"))
        frames["staff_roles"] = _without(frames["staff_roles"], "person_id", _objects(untouched, "person"))
        frames["guardianships"] = _ties(frames["guardianships"], loose, family)
        frames["enrollments"] = self._kept_enrollments(frames["enrollments"], links, loose)
        return replace(whole, frames=frames)

    def _kept_enrollments(self, rows: pl.DataFrame, links: pl.DataFrame, loose: pl.DataFrame) -> pl.DataFrame:
        return enrollments_of(rows, links, loose, self.reach.pairs)


def cut_of(sides: Sides, reach: Reach, state: State) -> Cut:
    """The classes that are looked at are those of the enrollments that are, in either reading and in the directory."""
    present = sides.stretches["users"].after.select(sourced_id="sourcedId")
    untouched = present.filter(~pl.col("sourced_id").is_in(reach.users.implode()))
    loose = present.filter(~pl.col("sourced_id").is_in(reach.family.implode()))
    stretch = sides.stretches["enrollments"]
    said = [_enrollments(frame, reach)["classSourcedId"] for frame in (stretch.removed, stretch.after)]
    links = state.frames["links"]
    rooms = links.filter(pl.col("kind") == "classroom")
    people = links.filter(pl.col("kind").is_in(["student", "person"]))
    rows = state.frames["enrollments"]
    kept = enrollments_of(rows, links, people.join(loose, on="sourced_id", how="semi"), reach.pairs)
    kept = kept.filter(pl.col("status") == "active")
    known = rooms.join(kept, left_on="object_id", right_on="classroom_id", how="semi")["sourced_id"]
    classes = pl.concat([*said, known]).unique()
    every = sides.after.streams["classes"].frame.select(sourced_id="sourcedId")
    return Cut(
        reach=reach,
        untouched=untouched,
        loose=loose,
        classes=classes,
        other_classes=every.filter(~pl.col("sourced_id").is_in(classes.implode())),
    )


def enrollments_of(rows: pl.DataFrame, links: pl.DataFrame, loose: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Enrollments of the directory, without those of ``loose`` users' objects; but with ``pairs``."""
    member = pl.col("student_id").is_in(_objects(loose, "student").implode()).fill_null(False)
    member = member | pl.col("person_id").is_in(_objects(loose, "person").implode()).fill_null(False)
    out = rows.select(member.alias("out")).to_series()
    rooms = links.filter(pl.col("kind") == "classroom").select(classSourcedId="sourced_id", classroom_id="object_id")
    singles = pairs.join(rooms, on="classSourcedId").join(loose, left_on="userSourcedId", right_on="sourced_id")
    for kind, column in (("student", "student_id"), ("person", "person_id")):
        wanted = singles.filter(pl.col("kind") == kind).select("classroom_id", pl.col("object_id").alias(column))
        if wanted.is_empty():
            continue
        rows_of = rows.with_row_index("_row").filter(pl.col(column).is_in(wanted[column].implode()).fill_null(False))
        found = rows_of.join(wanted.unique(), on=("classroom_id", column), how="semi")["_row"]
        out = out.scatter(found, False)
    return rows.filter(~out)


def _enrollments(frame: pl.DataFrame, reach: Reach) -> pl.DataFrame:
    """Rows of the family, and of the single pairs, in their order."""
    of_family = frame.select(pl.col("userSourcedId").is_in(reach.family.implode()).alias("in")).to_series()
    rows = frame.with_row_index("_row").filter(pl.col("userSourcedId").is_in(reach.pairs["userSourcedId"].implode()))
    singles = rows.join(reach.pairs, on=("classSourcedId", "userSourcedId"), how="semi")["_row"]
    return frame.filter(of_family.scatter(singles, True))


def _objects(links: pl.DataFrame, kind: str) -> pl.Series:
    return links.filter(pl.col("kind") == kind)["object_id"].unique()


def _without(rows: pl.DataFrame, column: str, ids: pl.Series) -> pl.DataFrame:
    return rows.filter(~pl.col(column).is_in(ids.implode()).fill_null(False))


def _ties(rows: pl.DataFrame, loose: pl.DataFrame, family: pl.DataFrame) -> pl.DataFrame:
    """Guardianships but those of loose users; of these only the ones with somebody of no reading: who left may be
    recognised by their guardians, and a guardian who left by the children."""
    sides = []
    for kind, column in (("student", "student_id"), ("person", "person_id")):
        out = _objects(loose, kind)
        bound = pl.concat([out, _objects(family, kind)])
        sides.append((pl.col(column).is_in(out.implode()), ~pl.col(column).is_in(bound.implode())))
    (student_out, student_free), (person_out, person_free) = sides
    return rows.filter(~((student_out | person_out) & ~student_free & ~person_free))
