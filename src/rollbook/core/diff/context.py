"""What every comparison looks at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from rollbook.core.match import Matched
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.core.scope import Scope
from rollbook.core.scope.lent import stands_beside
from rollbook.core.snapshot import Mode
from rollbook.core.state import LoadValues, State

__all__ = ["Context"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """The two sides and the rules. The cached frames are derived from them and used by several comparisons."""

    scope: Scope
    matched: Matched
    roster: Roster
    state: State
    values: LoadValues
    policy: Policy
    today: dt.date

    def whole(self, frame: str) -> bool:
        """Absence from this roster frame means gone."""
        return self.roster.modes[frame] is Mode.BULK

    def owned(self, table: str, fields: dict[str, str], frame: str) -> list[str]:
        """The fields of ``table`` that the source decides today: received, and owned by it (field ownership).
        ``fields``: field → roster column."""
        owners = self.policy.field_owners
        return [
            name
            for name, column in fields.items()
            if (frame, column) in self.roster.received
            and owners.get(f"{table}.{name}", owners.get(name, "source")) == "source"
        ]

    def links(self, kind: str) -> pl.DataFrame:
        """``link_id``, ``sourced_id``, ``object_id``, ``fingerprint`` of one kind."""
        return self._links.get((kind,), self.state.frames["links"].clear()).select(
            pl.col("id").alias("link_id"), "sourced_id", "object_id", "fingerprint"
        )

    @cached_property
    def _links(self) -> dict[tuple[object, ...], pl.DataFrame]:
        return self.state.frames["links"].partition_by("kind", as_dict=True)

    @cached_property
    def school_ids(self) -> pl.Series:
        """Ids of the schools in scope."""
        return self.scope.schools["school_id"].unique()

    @cached_property
    def frozen_users(self) -> pl.Series:
        """sourcedIds of users who stay as they are: their row or role was refused (S-3), or the org of a role of theirs
        is not in the data, so that nobody can say where they belong."""
        rows = self.roster.refused.filter(pl.col("frame").is_in(["users", "roles"]))
        named = rows.select(pl.when(pl.col("frame") == "users").then("sourced_id").otherwise("user_sourced_id"))
        ids = (named.to_series().cast(pl.String),)
        return pl.concat([*ids, self.scope.placeless["user_sourced_id"]]).drop_nulls().unique()

    @cached_property
    def frozen_classes(self) -> pl.Series:
        """sourcedIds of classes that stay as they are: their row was refused, or they are held at no school."""
        rows = self.roster.refused.filter(pl.col("frame") == "classes")
        return pl.concat([rows["sourced_id"].cast(pl.String), self.scope.misplaced["sourced_id"]]).drop_nulls().unique()

    def frozen_objects(self, kind: str) -> pl.Series:
        """Ids of the objects that stay as they are because their row was refused or cannot be placed; also of those
        that such a row is recognised as today."""
        ids = self.frozen_classes if kind == "classroom" else self.frozen_users
        if ids.is_empty():
            return pl.Series([], dtype=pl.Int64)
        matched = {"classroom": self.matched.classes, "student": self.matched.students, "person": self.matched.persons}
        here = matched[kind].filter(pl.col("ref") > 0).select("sourced_id", object_id="ref")
        known = pl.concat([self.links(kind).select("sourced_id", "object_id"), here])
        return known.filter(pl.col("sourced_id").is_in(ids.implode()))["object_id"].unique()

    @cached_property
    def roles_unreadable(self) -> bool:
        """A role row was refused that names nobody: any role may be the one it spoke of (S-2)."""
        rows = self.roster.refused.filter(pl.col("frame") == "roles")
        return bool(rows["user_sourced_id"].null_count())

    @cached_property
    def dormant(self) -> pl.Series:
        """Ids of students who are here, and stay archived by the setting: nothing that hangs on them is made or ended."""
        if self.policy.archived_students == "restore":
            return pl.Series([], dtype=pl.Int64)
        archived = self.state.frames["students"].filter(pl.col("status") == "archived")["id"]
        return archived.filter(archived.is_in(self.user_refs["student_id"].drop_nulls().implode()))

    @cached_property
    def still_students(self) -> pl.Series:
        """Ids of students on whose relations this reading has no say: frozen ones, and dormant ones."""
        return pl.concat([self.frozen_objects("student"), self.dormant]).unique()

    @cached_property
    def without_rights(self) -> pl.Series:
        """Ids of persons of whom the custody column says that they have no rights."""
        users = self.roster.frames["users"].filter((pl.col("status") == "active") & (pl.col("rights") == "none"))
        links = self.links("person").join(users, on="sourced_id", how="semi")
        return links["object_id"].unique()

    @cached_property
    def nameless(self) -> frozenset[str]:
        """Frames with a refused row that does not say whom it is about."""
        rows = self.roster.refused
        relation = pl.col("frame").is_in(["roles", "enrollments"])
        about = pl.when(relation).then(pl.coalesce("user_sourced_id", "class_sourced_id")).otherwise("sourced_id")
        return frozenset(rows.filter(about.is_null())["frame"])

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """Record kinds of which a refused row names nobody, so that any removal may be that row's (S-2)."""
        kinds = {
            "users": ("student", "guardian", "staff", "guardianship", "enrollment"),
            "roles": ("student", "guardian", "staff", "guardianship", "enrollment"),
            "classes": ("classroom", "enrollment"),
            "enrollments": ("enrollment",),
        }
        return frozenset(kind for frame in self.nameless for kind in kinds.get(frame, ()))

    @cached_property
    def students(self) -> pl.DataFrame:
        """Scope's students with ``ref``, one row a student. Of several rows of one child (a merge, C-2) that of the oldest
        link speaks, however the file is sorted, so that no night undoes what the night before wrote (R-12)."""
        rows = self.scope.students.join(self.matched.students, on="sourced_id", maintain_order="left")
        if not rows["ref"].is_duplicated().any():
            return rows
        links = self.links("student").select("sourced_id", "link_id")
        oldest = rows.join(links, on="sourced_id", how="left", maintain_order="left")
        oldest = oldest.sort("link_id", nulls_last=True, maintain_order=True)
        heads = oldest.unique("ref", keep="first", maintain_order=True)["sourced_id"]
        return rows.filter(pl.col("sourced_id").is_in(heads.implode()))

    @cached_property
    def unspoken(self) -> pl.Series:
        """Ids of merged students of whom a reading of changes holds a row, but not that of the oldest link: what it says
        of names and grade is not theirs to say."""
        if self.whole("users"):
            return pl.Series([], dtype=pl.Int64)
        links = self.links("student").sort("link_id")
        merged = links.filter(pl.col("object_id").is_duplicated())
        first = merged.unique("object_id", keep="first", maintain_order=True)
        return first.join(self.roster.frames["users"], on="sourced_id", how="anti")["object_id"]

    @cached_property
    def student_schools(self) -> pl.DataFrame:
        """``student_id`` (ref), ``school_id``: where students belong, in the order received."""
        rows = self.scope.student_schools.join(self.user_refs, on="user_sourced_id", maintain_order="left")
        rows = rows.select("student_id", "school_id").drop_nulls("student_id").unique(maintain_order=True)
        if self.policy.archived_students != "skip":
            return rows
        return rows.filter(~pl.col("student_id").is_in(self.dormant.implode()))

    @cached_property
    def staff_roles(self) -> pl.DataFrame:
        """``person_id`` (ref), ``school_id`` (null: district), ``role``."""
        rows = self.scope.staff_roles.join(self.user_refs, on="user_sourced_id", maintain_order="left")
        return rows.select("person_id", "school_id", "role").drop_nulls("person_id").unique(maintain_order=True)

    @cached_property
    def guardianships(self) -> pl.DataFrame:
        """``student_id``, ``person_id`` (refs), ``relationship``, ``rights``; each pair once."""
        refs = self.user_refs
        students = refs.select(student_sourced_id="user_sourced_id", student_id="student_id").drop_nulls()
        students = pl.concat([students, self.scope.lent])
        persons = refs.select(guardian_sourced_id="user_sourced_id", person_id="person_id").drop_nulls()
        pairs = (
            self.scope.guardianships.join(students, on="student_sourced_id", maintain_order="left")
            .join(persons, on="guardian_sourced_id", maintain_order="left")
            .filter(~pl.col("student_id").is_in(self.dormant.implode()))
        )
        if pairs["only_known"].any():
            linked = self.state.frames["guardianships"].filter(pl.col("status") == "active")
            known = pairs.join(linked, on=("student_id", "person_id"), how="semi", maintain_order="left")
            pairs = pl.concat([pairs.filter(~pl.col("only_known")), known.filter("only_known")])
        return pairs.select("student_id", "person_id", "relationship", "rights").unique(
            ("student_id", "person_id"), keep="first", maintain_order=True
        )

    @cached_property
    def student_homes(self) -> pl.DataFrame:
        """``ref``, ``school_id``: the one school a student is counted in: the first (by id) of those received, else of
        those known."""
        here = self.student_schools.rename({"student_id": "ref"}).sort("school_id")
        return pl.concat([here, self.student_homes_before]).unique("ref", keep="first", maintain_order=True)

    @cached_property
    def student_homes_before(self) -> pl.DataFrame:
        """``ref``, ``school_id``: the school a student was counted in until now."""
        known = self.state.frames["student_schools"].filter(pl.col("status") == "active").sort("school_id")
        return known.select(pl.col("student_id").alias("ref"), "school_id").unique(
            "ref", keep="first", maintain_order=True
        )

    @cached_property
    def person_homes_before(self) -> pl.DataFrame:
        """``ref``, ``school_id``: as ``person_homes``, until now; of somebody with nothing left, where they were last."""
        roles, pairs = self.state.frames["staff_roles"], self.state.frames["guardianships"]
        active = pl.col("status") == "active"
        parts = []
        for rows in (active, ~active):
            parts.append(roles.filter(rows).select(ref="person_id", school_id="school_id"))
            children = pairs.filter(rows).select("student_id", ref="person_id")
            parts.append(_of_children(children, self.student_homes_before))
        return _first_home(parts)

    @cached_property
    def students_here(self) -> pl.Series:
        """References of students of whom this reading, or the directory, says that they are at a school in scope; where
        guardians come alone, those of every guardianship that this source made, or makes."""
        if self.stands_beside:
            mine = self.state.frames["guardianships"].filter("managed")
            return pl.concat([self.scope.lent["student_id"], mine["student_id"]]).unique()
        known = self.state.frames["student_schools"].filter(
            (pl.col("status") == "active") & pl.col("school_id").is_in(self.school_ids.implode())
        )
        return pl.concat([self.student_schools["student_id"], known["student_id"]]).unique()

    @cached_property
    def staff_ids(self) -> pl.Series:
        """References of persons who are, or until now were, staff of this source."""
        before = self.state.frames["staff_roles"].filter(pl.col("managed") & (pl.col("status") == "active"))
        return pl.concat([self.staff_roles["person_id"], before["person_id"]]).unique()

    @cached_property
    def person_homes(self) -> pl.DataFrame:
        """``ref``, ``school_id``: the one school a person is counted in: the first (by id) where they are staff, else
        the first of their children; by this reading, else as known."""
        roles = self.staff_roles.select(pl.col("person_id").alias("ref"), "school_id")
        pairs = self.guardianships.select("student_id", ref="person_id")
        here = _first_home([roles, _of_children(pairs, self.student_homes)])
        return pl.concat([here, self.person_homes_before]).unique("ref", keep="first", maintain_order=True)

    @cached_property
    def class_homes(self) -> pl.DataFrame:
        """``ref``, ``school_id`` of every classroom, known or new."""
        here = self.scope.classes.join(self.matched.classes, on="sourced_id").select("ref", "school_id")
        before = self.state.frames["classrooms"].select(pl.col("id").alias("ref"), "school_id")
        return pl.concat([here, before]).unique("ref", keep="first", maintain_order=True)

    @cached_property
    def partly_seen(self) -> pl.Series:
        """Ids of persons of whom a delta holds some records, but not all: what these do not say, the others may."""
        if self.whole("users"):
            return pl.Series([], dtype=pl.Int64)
        silent = self.links("person").join(self.roster.frames["users"], on="sourced_id", how="anti")
        return silent["object_id"].unique()

    @cached_property
    def stands_beside(self) -> bool:
        """This source delivers guardians alone (``scope.lent``)."""
        return stands_beside(self.roster, self.state)

    @cached_property
    def others_staff(self) -> pl.Series:
        """Ids of persons who are staff, but not of this source, when it delivers guardians alone: it has no say on names
        and contacts with which staff sign in."""
        if not self.stands_beside:
            return pl.Series([], dtype=pl.Int64)
        roles = self.state.frames["staff_roles"].filter((pl.col("status") == "active") & ~pl.col("managed"))
        return roles["person_id"].unique()

    def spoilt(self, stream: str, header: str) -> pl.Series:
        """sourcedIds of rows whose value of that column was dropped or repaired with a warning: a value that could not
        be read is not a value that went away (S-2)."""
        told = self.roster.findings.filter(
            (pl.col("stream") == stream) & (pl.col("column") == header) & (pl.col("severity") == "warning")
        )
        return told["sourced_id"].drop_nulls().unique()

    def person_kind(self, ref: str) -> pl.Expr:
        """``staff`` or ``guardian`` for a reference column."""
        return pl.when(pl.col(ref).is_in(self.staff_ids.implode())).then(pl.lit("staff")).otherwise(pl.lit("guardian"))

    @cached_property
    def class_refs(self) -> pl.DataFrame:
        """``class_sourced_id``, ``classroom_id``: of classes in scope, and of known ones that this reading does not
        speak of (delta, refused row)."""
        return self.refs("classroom", self.matched.classes, "classes", self.frozen_classes).rename(
            {"sourced_id": "class_sourced_id", "ref": "classroom_id"}
        )

    @cached_property
    def user_refs(self) -> pl.DataFrame:
        """``user_sourced_id``, ``student_id``, ``person_id`` (one of both null)."""
        students = self.refs("student", self.matched.students, "users", self.frozen_users)
        persons = self.refs("person", self.matched.persons, "users", self.frozen_users)
        nobody = pl.lit(None, dtype=pl.Int64)
        return pl.concat(
            [
                students.select(user_sourced_id="sourced_id", student_id="ref", person_id=nobody),
                persons.select(user_sourced_id="sourced_id", student_id=nobody, person_id="ref"),
            ]
        )

    def refs(self, kind: str, here: pl.DataFrame, frame: str, frozen: pl.Series) -> pl.DataFrame:
        """``sourced_id``, ``ref``: ``here``, and known objects that this reading does not speak of."""
        spoken = here.select("sourced_id", "ref")
        if self.whole(frame) and not frozen.len():
            return spoken
        known = self.links(kind).select("sourced_id", ref="object_id").join(here, on="sourced_id", how="anti")
        if self.whole(frame):
            silent = known.filter(pl.col("sourced_id").is_in(frozen.implode()))
        else:
            silent = known.join(self.roster.frames[frame], on="sourced_id", how="anti")
        return pl.concat([spoken, silent])


def _of_children(pairs: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """``ref`` (of the guardian), ``school_id``."""
    return pairs.join(homes, left_on="student_id", right_on="ref").select("ref", "school_id")


def _first_home(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Each ``ref`` once, with the smallest ``school_id`` of the first part that knows it."""
    least = [part.group_by("ref").agg(pl.col("school_id").min()) for part in parts]
    return pl.concat(least).unique("ref", keep="first", maintain_order=True)
