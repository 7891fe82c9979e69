"""The planner, row at a time: what it means for a record to be created, changed, to leave, to wait.

Plain lists and dicts, one rule after the other, slow and readable. ``tests/property/test_plan_reference.py`` holds
``rollbook.core`` equal to it. A record is named (kind, key): the key of an object is its id, or, while it has none, the
sourcedId it comes with; an enrollment's is (classroom, member), a guardianship's (student, person).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from tests.reference.planner_match import Matches, match_persons, match_students
from tests.reference.planner_relations import Relations
from tests.reference.planner_scope import Reading, Row, Scope

from rollbook.core.policy import Policy

__all__ = ["Reading", "ReferencePlan", "plan"]

Key = Any
NAMES = ("given_name", "family_name", "middle_name", "preferred_given_name", "preferred_family_name")
STUDENT = {name: name for name in (*NAMES, "state_id", "grade", "email", "birth_on")} | {"student_number": "identifier"}
CLASSROOM = {"name": "title", "code": "code", "class_type": "class_type", "grades": "grades", "subject": "subject",
             "location": "location", "periods": "periods"}  # fmt: skip
WEIGHT = ("create", "restore", "archive", "suspend", "end", "update")
REMOVALS = ("archive", "suspend", "end")


def plan(reading: Reading, tables: Mapping[str, list[Row]], policy: Policy, today: dt.date) -> ReferencePlan:
    """What should happen, and what of it waits."""
    return ReferencePlan(Scope(reading, tables, policy, today))


class ReferencePlan(Relations):
    """``records``: (kind, key) → (action, reason); ``held``: those that wait."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.reading, self.tables = scope, scope.reading, scope.tables
        self.policy, self.today = scope.policy, scope.today
        self.events: dict[tuple[str, Key], list[tuple[str, str, bool]]] = defaultdict(list)
        self.students: Matches = match_students(scope)
        self.persons: Matches = match_persons(scope, self.students)
        self.class_ref = {row["sourced_id"]: self._ref("classroom", row["sourced_id"]) for row in scope.classes}
        self._frozen()
        self._who_is_who()
        self._leaving()
        self._students()
        self._persons()
        self._classrooms()
        self._student_schools()
        self._staff_roles()
        self._guardianships()
        self._enrollments()
        self.records = {
            key: min(told, key=lambda event: WEIGHT.index(event[0]))[:2] for key, told in self.events.items()
        }
        self._hold()

    def _tell(self, kind: str, key: Key, action: str, reason: str, names: bool = False) -> None:
        self.events[kind, key].append((action, reason, names))

    def _ref(self, kind: str, sid: str) -> Key:
        return self.scope.links[kind].get(sid, sid)

    def _owned(self, table: str, fields: Mapping[str, str], frame: str) -> list[str]:
        owners = self.policy.field_owners
        return [
            name
            for name, column in fields.items()
            if self.reading.said(frame, column)
            and owners.get(f"{table}.{name}", owners.get(name, "source")) == "source"
        ]

    # who stays as they are

    def _frozen(self) -> None:
        scope, reading = self.scope, self.reading
        users = {row["sourced_id"] for row in reading.refused_in("users")}
        users |= {row["user_sourced_id"] for row in reading.refused_in("roles")} | scope.placeless
        classes = {row["sourced_id"] for row in reading.refused_in("classes")} | scope.misplaced
        links = scope.links
        known_students = (links["student"] | self.students.refs).items()
        self.frozen_students = {obj for sid, obj in known_students if sid in users and isinstance(obj, int)}
        known_persons = (links["person"] | self.persons.refs).items()
        self.frozen_persons = {obj for sid, obj in known_persons if sid in users and isinstance(obj, int)}
        self.frozen_classes = {obj for sid, obj in links["classroom"].items() if sid in classes}
        self.frozen_user_ids, self.frozen_class_ids = users, classes
        self.nameless = {
            row["frame"]
            for row in reading.refused
            if (row["frame"] in ("users", "classes") and row["sourced_id"] is None)
            or (row["frame"] == "roles" and row["user_sourced_id"] is None)
            or (row["frame"] == "enrollments" and row["user_sourced_id"] is None and row["class_sourced_id"] is None)
        }
        no_rights = {sid for sid, row in scope.users.items() if row["rights"] == "none"}
        self.no_rights = {obj for sid, obj in links["person"].items() if sid in no_rights}

    def _who_is_who(self) -> None:
        """References of users and classes that enrollments and pairs may name: those in scope, and known ones on which
        this reading has nothing to say."""
        scope = self.scope
        self.student_of: dict[str, Key] = dict(self.students.refs)
        self.person_of: dict[str, Key] = dict(self.persons.refs)
        self.class_of: dict[str, Key] = dict(self.class_ref)
        for kind, refs, frame, frozen in (
            ("student", self.student_of, "users", self.frozen_user_ids),
            ("person", self.person_of, "users", self.frozen_user_ids),
            ("classroom", self.class_of, "classes", self.frozen_class_ids),
        ):
            spoken = {row["sourced_id"] for row in self.reading.frames[frame]}
            for sid, obj in scope.links[kind].items():
                silent = sid not in spoken if not self.reading.whole(frame) else sid in frozen
                if sid not in refs and silent:
                    refs[sid] = obj
        stored = scope.by_id("student")
        archived = {key for key, row in stored.items() if row["status"] == "archived"}
        self.dormant = archived & set(self.student_of.values())
        if self.policy.archived_students == "restore":
            self.dormant = set()
        self.still = self.frozen_students | self.dormant
        self.schools_of: dict[Key, list[int]] = defaultdict(list)
        for sid, found in scope.student_schools.items():
            key = self.student_of.get(sid)
            if key is not None and not (self.policy.archived_students == "skip" and key in self.dormant):
                self.schools_of[key] += [school for school in found if school not in self.schools_of[key]]
        self.roles_of: dict[Key, set[tuple[int | None, str]]] = defaultdict(set)
        for sid, roles in scope.staff.items():
            if sid in self.person_of:
                self.roles_of[self.person_of[sid]] |= roles
        before = {row["person_id"] for row in scope.mine("staff_role")}
        self.staff = before | {key for key, roles in self.roles_of.items() if roles}
        at_school = {
            row["student_id"]
            for row in self.tables["student_school"]
            if row["status"] == "active" and row["school_id"] in scope.in_scope
        }
        self.reachable = at_school | self.schools_of.keys()

    def _person_kind(self, key: Key) -> str:
        return "staff" if key in self.staff else "guardian"

    # leaving

    def _gone(self, kind: str, frame: str, here: set[Key], frozen: set[int]) -> list[int]:
        """Linked objects that the reading has no row in scope for, and may judge."""
        spoken = {row["sourced_id"] for row in self.reading.frames[frame]}
        found = []
        for obj in dict.fromkeys(self.scope.links[kind].values()):
            silent = not self.reading.whole(frame) and any(sid not in spoken for sid in self.scope.ids_of(kind, obj))
            if obj not in here and obj not in frozen and not silent:
                found.append(obj)
        return found

    def _verdict(self, schools: set[int]) -> str | None:
        """What leaving means for an object of these schools; None: not this sync's business."""
        if schools - self.scope.in_scope - self.scope.unshared:
            return None
        return "suspend" if schools & self.scope.unshared else "archive"

    def _leaving(self) -> None:
        scope = self.scope
        self.unjudged = set()
        self.gone_students, self.kept_students, self.gone_classes = set(), set(), dict[int, str]()
        stored = scope.by_id("student")
        for key in self._gone("student", "users", set(self.students.refs.values()), self.frozen_students):
            rows = [r for r in self.tables["student_school"] if r["student_id"] == key and r["status"] == "active"]
            verdict = self._verdict({row["school_id"] for row in rows})
            status = stored[key]["status"]
            if verdict != "archive":
                self.unjudged.add(key)
            if verdict == "archive" and status in ("active", "suspended"):
                if self.policy.leaving_students == "end_enrollments":
                    self.kept_students.add(key)
                else:
                    self.gone_students.add(key)
                    self._tell("student", key, "archive", "left")
            elif verdict == "archive":
                self.gone_students.add(key)  # for the second time: what hangs on them may still be there
            elif verdict == "suspend" and status == "active":
                self._tell("student", key, "suspend", "school_not_shared")
        rooms = scope.by_id("classroom")
        for key in self._gone("classroom", "classes", set(self.class_ref.values()), self.frozen_classes):
            room = rooms[key]
            verdict = self._verdict({room["school_id"]})
            why = {scope.left_classes.get(sid, "absent") for sid in scope.ids_of("classroom", key)}
            over = room["ends_on"] is not None and room["ends_on"] < self.today
            reason = "session_ended" if over and why & {"absent", "session_ended"} else "left"
            if verdict == "archive":
                self.gone_classes[key] = reason
                if room["status"] in ("active", "suspended"):
                    self._tell("classroom", key, "archive", reason)
            elif verdict == "suspend" and room["status"] == "active":
                self._tell("classroom", key, "suspend", "school_not_shared")
        self._leaving_persons()

    def _leaving_persons(self) -> None:
        self.gone_persons = set()
        stored = self.scope.by_id("person")
        listing = self.reading.said("users", "agents") and self.policy.manage_guardians
        self.left_persons = self._gone("person", "users", set(self.persons.refs.values()), self.frozen_persons)
        for key in self.left_persons:
            if stored[key]["disabled_by"] not in (None, "source"):
                continue
            kind = self._person_kind(key)
            if not listing and kind == "guardian":
                continue
            if not any(
                self._role_stays(row) for row in self.tables["staff_role"] if row["person_id"] == key
            ) and not any(
                self._pair_stays(row, listing) for row in self.tables["guardianship"] if row["person_id"] == key
            ):
                self.gone_persons.add(key)
                self._tell(kind, key, "archive", "left")

    def _role_stays(self, row: Row) -> bool:
        mine = row["managed"] and (row["school_id"] is None or row["school_id"] in self.scope.in_scope)
        return row["status"] == "active" and not mine

    def _pair_stays(self, row: Row, listing: bool) -> bool:
        if row["status"] != "active":
            return False
        if not listing or not row["managed"]:
            return True
        if row["person_id"] in self.no_rights:
            return False
        student = row["student_id"]
        return student not in self.reachable or student in self.still or student in self.kept_students | self.unjudged

    # objects

    def _students(self) -> None:
        fields = self._owned("student", STUDENT, "users")
        stored, seen = self.scope.by_id("student"), set()
        for row in self.scope.students:
            key = self.students.refs[row["sourced_id"]]
            if key in seen:
                continue
            seen.add(key)
            if isinstance(key, str):
                self._tell("student", key, "create", "new")
                continue
            old = stored[key]
            if key in self.frozen_students:
                continue
            if old["status"] == "archived" and self.policy.archived_students == "skip":
                continue
            back = old["status"] == "suspended" or (
                old["status"] == "archived" and self.policy.archived_students == "restore"
            )
            changed = {name for name in fields if row[STUDENT[name]] != old[name]}
            if row["birth_on"] is None:
                changed.discard("birth_on")
            if back or changed or key in self.students.adopted:
                names = bool(changed & {*NAMES, "email"})
                self._tell("student", key, "restore" if back else "update", "changed", names)

    def _persons(self) -> None:
        sms = self.policy.phone_column == "sms"
        columns = {"email": "email", "mobile": "sms" if sms else "phone", "home_phone": "phone" if sms else "sms"}
        names, contacts = self._owned("person", {n: n for n in NAMES}, "users"), self._owned("person", columns, "users")
        stored = self.scope.by_id("person")
        said = self.reading.said("users", "enabled")
        spoken = {row["sourced_id"] for row in self.reading.frames["users"]}
        humans: dict[Key, list[Row]] = defaultdict(list)
        for row in self.scope.adults:
            humans[self.persons.refs[row["sourced_id"]]].append(row)
        for key, rows in humans.items():
            rows.sort(key=lambda row: (row["sourced_id"] not in self.scope.staff_adults, row["sourced_id"]))
            human = {
                column: next((row[column] for row in rows if row[column] is not None), None)
                for column in (*NAMES, "email", "sms", "phone")
            }
            enabled = any(row["enabled"] is not False for row in rows) if said else None
            kind = self._person_kind(key)
            if isinstance(key, str):
                self._tell(kind, key, "create", "new")
                continue
            if key in self.frozen_persons:
                continue
            partly = not self.reading.whole("users") and any(
                sid not in spoken for sid in self.scope.ids_of("person", key)
            )
            old = stored[key]
            changed = {n for n in names if human[n] != old[n] and not (partly and human[n] is None)}
            wanted = {name: human[column] for name, column in columns.items()}
            if wanted["home_phone"] == wanted["mobile"]:
                wanted["home_phone"] = None
            own = {
                row["kind"]: row["value"]
                for row in self.tables["contact_method"]
                if row["person_id"] == key and row["owner"] == "source"
            }
            moved = {n for n in contacts if wanted[n] != own.get(n) and not (partly and wanted[n] is None)}
            if old["account_state"] == "active" and not self.policy.update_active_contacts:
                moved = set()
            after = {name: wanted[name] if name in moved else own.get(name) for name in columns}
            state = old["account_state"]
            if state in ("no_contact", "invitee"):
                if after["email"] or after["mobile"]:
                    state = "invitee"
                elif moved & {"email", "mobile"}:
                    state = "no_contact"
            disabled = old["disabled_by"]
            if disabled in (None, "sync", "source"):
                off = disabled == "source" if enabled is None else not enabled
                disabled = "source" if off else None
            back = old["disabled_by"] == "sync"
            other = state != old["account_state"] or disabled != old["disabled_by"]
            if changed or moved or other or key in self.persons.adopted:
                self._tell(kind, key, "restore" if back else "update", "changed", bool(changed or moved))

    def _classrooms(self) -> None:
        scope = self.scope
        fields = self._owned("classroom", CLASSROOM, "classes")
        rooms = scope.by_id("classroom")
        courses = {row["sourced_id"]: row["title"] for row in self.reading.active("courses")}
        for row in scope.classes:
            key = self.class_ref[row["sourced_id"]]
            if isinstance(key, str):
                self._tell("classroom", key, "create", "new")
                continue
            old = rooms[key]
            if self._excluded(key):
                continue
            known = scope.links["course"].get(row["course_sourced_id"])
            title = courses.get(row["course_sourced_id"])
            if row["course_sourced_id"] not in courses and known is not None:
                title = scope.by_id("course")[known]["title"]
            new = {name: row[column] for name, column in CLASSROOM.items()}
            new["name"] = row["title"] or title or row["code"] or "Untitled class"
            changed = {name for name in fields if new[name] != old[name]}
            if self.reading.said("classes", "school_sourced_id"):
                changed |= {"school"} if scope.school_of[row["school_sourced_id"]] != old["school_id"] else set()
            course = (
                known
                if known is not None
                else row["course_sourced_id"]
                if row["course_sourced_id"] in courses
                else None
            )
            changed |= {"course"} if course != old["course_id"] else set()
            terms = {self._ref("session", term) for term in row["term_sourced_ids"] if term in scope.sessions}
            changed |= {"terms"} if terms != set(old["session_ids"]) else set()
            changed |= (
                {"dates"} if scope.class_dates[row["sourced_id"]] != (old["starts_on"], old["ends_on"]) else set()
            )
            back = old["status"] != "active"
            if back or changed or old["kind"] != "sync":
                self._tell("classroom", key, "restore" if back else "update", "changed", "name" in changed)

    def _excluded(self, key: Key) -> bool:
        """Archived by hand, and to stay so."""
        room = self.scope.by_id("classroom").get(key) if isinstance(key, int) else None
        return (
            room is not None
            and not self.policy.unarchive_classrooms
            and room["status"] == "archived"
            and room["archived_by"] != "sync"
        )

    # holds

    def _hold(self) -> None:
        from tests.reference.planner_holds import held

        self.held = held(self)

    def counter(self) -> Counter[tuple[str, str]]:
        """(kind, action) → number, for reading in a failure."""
        return Counter((kind, action) for (kind, _), (action, _) in self.records.items())
