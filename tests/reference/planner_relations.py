"""Memberships, roles, guardianships and enrollments, row at a time: small rows, compared whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.reference.planner_scope import Row

if TYPE_CHECKING:
    from tests.reference.planner import ReferencePlan

__all__ = ["Relations"]

Key = Any


class Relations:
    """What ``ReferencePlan`` says of relations. Rows by hand count as present and are left alone (R-9)."""

    def _relation(
        self: ReferencePlan,
        table: str,
        kind: str | None,
        incoming: Mapping[tuple[Key, ...], Row],
        key_of: Any,
        record_of: Any,
        speaks: Any,
    ) -> None:
        """``incoming``: key → values to be. Rows by hand count as present and are left alone."""
        have = {key_of(row): row for row in self.tables[table]}
        for key, values in incoming.items():
            row = have.get(key)
            if row is None:
                self._tell(kind or table, record_of(key), "update" if kind else "create", "new")
            elif row["managed"]:
                changed = any(row[name] != value for name, value in values.items())
                if row["status"] != "active" or changed:
                    action = "restore" if row["status"] != "active" and not kind else "update"
                    self._tell(kind or table, record_of(key), action, "changed")
        for row in self.scope.mine(table):
            key = key_of(row)
            if key not in incoming and (reason := speaks(row)):
                self._tell(kind or table, record_of(key), "update" if kind else "end", reason)

    def _student_schools(self: ReferencePlan) -> None:
        said = "roles" not in self.nameless
        here = {key for key in self.students.refs.values() if isinstance(key, int)}
        here |= self._named_in_roles("student", self.scope.unseen)

        def speaks(row: Row) -> str | None:
            student = row["student_id"]
            ours = row["school_id"] in self.scope.in_scope and student in here and student not in self.still
            return "absent" if said and ours else None

        incoming = {(key, school): {} for key, schools in self.schools_of.items() for school in schools}
        self._relation(
            "student_school",
            "student",
            incoming,
            lambda row: (row["student_id"], row["school_id"]),
            lambda key: key[0],
            speaks,
        )

    def _named_in_roles(self: ReferencePlan, kind: str, unseen: set[str]) -> set[int]:
        """Those of whom a delta holds a role row, and not their own."""
        named = {row["user_sourced_id"] for row in self.reading.frames["roles"]} & unseen
        return {obj for sid, obj in self.scope.links[kind].items() if sid in named}

    def _staff_roles(self: ReferencePlan) -> None:
        said = "roles" not in self.nameless
        whole = said and self.reading.whole("roles") and "users" not in self.nameless
        here = {key for key in self.persons.refs.values() if isinstance(key, int)}
        here |= self._named_in_roles("person", self.scope.unseen)
        here |= {obj for sid, obj in self.scope.links["person"].items() if sid in self.scope.deleted_users}

        def speaks(row: Row) -> str | None:
            person, school = row["person_id"], row["school_id"]
            ours = (school is None or school in self.scope.in_scope) and person not in self.frozen_persons
            judged = (said and person in here) or person in self.gone_persons or whole
            return "absent" if ours and judged else None

        incoming = {(key, *role): {} for key, roles in self.roles_of.items() for role in roles}
        self._relation(
            "staff_role",
            "staff",
            incoming,
            lambda row: (row["person_id"], row["school_id"], row["role"]),
            lambda key: key[0],
            speaks,
        )

    def _guardianships(self: ReferencePlan) -> None:
        self.pairs: dict[tuple[Key, Key], Row] = {}
        if not self.policy.manage_guardians:
            return
        linked = {
            (row["student_id"], row["person_id"]) for row in self.tables["guardianship"] if row["status"] == "active"
        }
        for (student, guardian), (word, rights, only_known) in sorted(
            self.scope.pairs.items(), key=lambda item: item[1][2]
        ):
            key = (self.student_of.get(student), self.person_of.get(guardian))
            if None in key or key[0] in self.dormant or (only_known and key not in linked):
                continue
            values = {"relationship": word, "rights": rights}
            if not self.reading.said("users", "rights"):
                values.pop("rights")
            self.pairs.setdefault(key, values)
        users = {row["sourced_id"] for row in self.reading.frames["users"]}
        named_students = {obj for sid, obj in self.scope.links["student"].items() if sid in users}
        named_persons = {obj for sid, obj in self.scope.links["person"].items() if sid in users}
        listing = {student for student, _ in self.pairs}

        def speaks(row: Row) -> str | None:
            student, person = row["student_id"], row["person_id"]
            if person in self.no_rights:
                return "no_rights"
            if not self.reading.said("users", "agents") or student not in self.reachable:
                return None
            if student in self.still | self.kept_students | self.unjudged or person in self.frozen_persons:
                return None
            left = student in self.gone_students or person in self.left_persons
            listed = student in named_students and (person in named_persons or student in listing)
            return "absent" if self.reading.whole("users") or left or listed else None

        self._relation(
            "guardianship", None, self.pairs, lambda row: (row["student_id"], row["person_id"]), lambda key: key, speaks
        )

    def _enrollments(self: ReferencePlan) -> None:
        still = {
            row["person_id"]
            for row in self.tables["staff_role"]
            if row["status"] == "active" and (not row["managed"] or row["person_id"] in self.frozen_persons)
        }
        may_teach = {key for key, roles in self.roles_of.items() if roles} | still
        found: dict[tuple[Key, str, Key], list[Row]] = defaultdict(list)
        named, self.slips = set(), set()
        for row in self.reading.frames["enrollments"]:
            room = self.class_of.get(row["class_sourced_id"])
            student, person = self.student_of.get(row["user_sourced_id"]), self.person_of.get(row["user_sourced_id"])
            named |= {(room, "student", student), (room, "person", person)}
            if row not in self.scope.enrollments or room is None:
                continue
            if row["role"] == "student" and person is not None:
                self.slips.add((room, "person", person))
            if row["role"] != "student" and student is not None:
                self.slips.add((room, "student", student))
            if self._excluded(room):
                continue
            if row["role"] == "student" and student is not None and student not in self.dormant:
                found[room, "student", student].append(row)
            elif row["role"] != "student" and person in may_teach:
                found[room, "person", person].append(row)
        self.incoming = {key: self._merged(rows, key[1] == "student") for key, rows in found.items()}
        rooms = self.scope.by_id("classroom")
        self._relation(
            "enrollment",
            None,
            self.incoming,
            self._member,
            lambda key: (key[0], key[2]),
            lambda row: self._ends(row, rooms, named),
        )

    @staticmethod
    def _member(row: Row) -> tuple[Key, str, Key]:
        side = "student" if row["student_id"] is not None else "person"
        return row["classroom_id"], side, row[f"{side}_id"]

    def _merged(self: ReferencePlan, rows: list[Row], student: bool) -> Row:
        """Several rows of one member as one: the teacher's role wins, dates cover all."""
        begins, ends = [row["begins_on"] for row in rows], [row["ends_on"] for row in rows]
        values = {
            "is_primary": any(row["is_primary"] for row in rows),
            "begins_on": None if None in begins else min(begins),
            "ends_on": None if None in ends else max(ends),
        }
        values = {name: value for name, value in values.items() if self.reading.said("enrollments", name)}
        roles = [row["role"] for row in rows]
        return values if student else {"role": "teacher" if "teacher" in roles else roles[0], **values}

    def _ends(self: ReferencePlan, row: Row, rooms: Mapping[int, Row], named: set[tuple[Key, str, Key]]) -> str | None:
        room, side, member = self._member(row)
        still = self.still if side == "student" else self.frozen_persons
        here = rooms[room]["school_id"] in self.scope.in_scope or room in self.class_ref.values()
        if not here or room in self.frozen_classes or member in still:
            return None
        if self._excluded(room) or self._may_be_refused(room, side, member) or (room, side, member) in self.slips:
            return None
        left = self.gone_students | self.kept_students if side == "student" else set(self.left_persons)
        if not (
            self.reading.whole("enrollments")
            or room in self.gone_classes
            or member in left
            or (room, side, member) in named
        ):
            return None
        if self.gone_classes.get(room) == "session_ended":
            return "session_ended"
        return "enrollment_ended" if row["ends_on"] is not None and row["ends_on"] < self.today else "left"

    def _may_be_refused(self: ReferencePlan, room: int, side: str, member: int) -> bool:
        """Whether a refused enrollment row may be this one: it names both, or names one and the other is unknown."""
        for row in self.reading.refused_in("enrollments"):
            links = self.scope.links
            classes, students, persons = (
                links["classroom"] | self.class_ref,
                links["student"] | self.students.refs,
                links["person"] | self.persons.refs,
            )
            a_room = classes.get(row["class_sourced_id"])
            users = {"student": students.get(row["user_sourced_id"]), "person": persons.get(row["user_sourced_id"])}
            nobody = users["student"] is None and users["person"] is None
            if (a_room == room and (nobody or users[side] == member)) or (a_room is None and users[side] == member):
                return True
        return False
