"""Scope, row at a time: which rows of a reading the sync may touch. Written from the contract, not from the frames."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rollbook.core.policy import Policy

__all__ = ["Reading", "Row", "Scope"]

Row = dict[str, Any]
GUARDIANS = ("guardian", "parent", "relative")


@dataclass
class Reading:
    """What came: frame → rows, frame → ``bulk``, ``delta`` or ``absent``; columns that were not there; refused rows."""

    frames: Mapping[str, list[Row]]
    modes: Mapping[str, str]
    missing: frozenset[tuple[str, str]] = frozenset()
    refused: list[Row] = field(default_factory=list)

    def whole(self, frame: str) -> bool:
        return self.modes[frame] == "bulk"

    def active(self, frame: str) -> list[Row]:
        return [row for row in self.frames[frame] if row["status"] == "active"]

    def said(self, frame: str, column: str) -> bool:
        return (frame, column) not in self.missing

    def refused_in(self, *frames: str) -> list[Row]:
        return [row for row in self.refused if row["frame"] in frames]


class Scope:
    """The reading against the links and settings of one connection. ``tables``: table → rows of the directory."""

    def __init__(self, reading: Reading, tables: Mapping[str, list[Row]], policy: Policy, today: dt.date) -> None:
        self.reading, self.tables, self.policy, self.today = reading, tables, policy, today
        self.links: dict[str, dict[str, int]] = defaultdict(dict)
        for link in tables["source_link"]:
            self.links[link["kind"]][link["sourced_id"]] = link["object_id"]
        self.delta_roles = not reading.whole("roles") and reading.said("roles", "user_sourced_id")
        self._schools()
        self.enrollments = [
            row for row in reading.active("enrollments") if self._running(row) and row["role"] not in GUARDIANS
        ]
        self._classes()
        self._people()

    def by_id(self, table: str) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables[table]}

    def mine(self, table: str) -> list[Row]:
        """Active rows that this connection made."""
        return [row for row in self.tables[table] if row["managed"] and row["status"] == "active"]

    def ids_of(self, kind: str, obj: int) -> list[str]:
        return [sid for sid, found in self.links[kind].items() if found == obj]

    def _running(self, row: Row) -> bool:
        horizon = self.today + dt.timedelta(days=self.policy.look_ahead_days)
        return (row["begins_on"] is None or row["begins_on"] <= horizon) and (
            row["ends_on"] is None or row["ends_on"] >= self.today
        )

    # schools

    def _schools(self) -> None:
        reading, matched = self.reading, self.links["school"]
        if reading.whole("orgs"):
            refused = {row["sourced_id"] for row in reading.refused_in("orgs")}
            present = {row["sourced_id"] for row in reading.active("orgs")} | refused
            shared = {org for org in matched if org in present or None in refused}
        else:
            deleted = {row["sourced_id"] for row in reading.frames["orgs"] if row["status"] != "active"}
            shared = set(matched) - deleted
        self.school_of = {org: matched[org] for org in shared}
        self.in_scope = set(self.school_of.values())
        self.unshared = set(matched.values()) - self.in_scope
        self.org_types = {row["sourced_id"]: row["type"] for row in reading.frames["orgs"]}

    # classes

    def _classes(self) -> None:
        self.left_classes: dict[str, str] = {}
        self.classes: list[Row] = []
        self.misplaced: set[str] = set()
        self.class_dates: dict[str, tuple[dt.date | None, dt.date | None]] = {}
        here = {row["sourced_id"]: row for row in self.reading.active("sessions")}
        stored = self.by_id("academic_session")
        self.sessions = {sid: stored[obj] for sid, obj in self.links["session"].items()} | here
        schools = {row["sourced_id"] for row in self.reading.active("orgs") if row["type"] == "school"}
        schools |= self.links["school"].keys()
        for row in self.reading.frames["classes"]:
            known = [self.sessions[term] for term in row["term_sourced_ids"] if term in self.sessions]
            self.class_dates[row["sourced_id"]] = (
                min((s["starts_on"] for s in known), default=None),
                max((s["ends_on"] for s in known), default=None),
            )
            reason = self._class_reason(row, known, here)
            if reason is None:
                self.classes.append(row)
            else:
                self.left_classes[row["sourced_id"]] = reason
                if reason == "school_not_matched" and row["school_sourced_id"] not in schools:
                    self.misplaced.add(row["sourced_id"])

    def _class_reason(self, row: Row, known: list[Row], here: Mapping[str, Row]) -> str | None:
        if row["status"] != "active":
            return "tobedeleted"
        if row["school_sourced_id"] not in self.school_of:
            return "school_not_matched"
        if not self._in_session(row, known, here):
            if known and all(session["ends_on"] < self.today for session in known):
                return "session_ended"
            return "session_not_chosen" if self.policy.sessions == "chosen" else "session_future"
        return "class_filter" if self._filtered(row) else None

    def _in_session(self, row: Row, known: list[Row], here: Mapping[str, Row]) -> bool:
        terms = row["term_sourced_ids"]
        refused = {item["sourced_id"] for item in self.reading.refused_in("sessions")}
        if any(term not in self.sessions and (term in refused or None in refused) for term in terms):
            return True
        if self.policy.sessions == "all":
            return True
        if self.policy.sessions == "current":
            horizon = self.today + dt.timedelta(days=self.policy.look_ahead_days)
            return not known or any(s["starts_on"] <= horizon and s["ends_on"] >= self.today for s in known)
        wanted = set(self.policy.chosen_sessions)
        for _ in self.reading.frames["sessions"]:
            wanted |= {s["sourced_id"] for s in self.reading.frames["sessions"] if s["parent_sourced_id"] in wanted}
        if any(term in wanted for term in terms):
            return True
        return row["sourced_id"] in self.links["classroom"] and not any(term in here for term in terms)

    def _filtered(self, row: Row) -> bool:
        policy, linked = self.policy, row["sourced_id"] in self.links["classroom"]
        out = []
        if policy.classes == "homeroom":
            out.append(("class_type", row["class_type"] != "homeroom"))
        if policy.class_grades:
            out.append(("grades", not set(row["grades"]) & set(policy.class_grades)))
        if policy.class_name_contains:
            out.append(("title", policy.class_name_contains.lower() not in (row["title"] or "").lower()))
        if any(wrong and (self.reading.said("classes", column) or not linked) for column, wrong in out):
            return True
        return not policy.classes_without_teacher and not self._has_teacher(row["sourced_id"])

    def _has_teacher(self, sid: str) -> bool:
        if any(row["role"] == "teacher" and row["class_sourced_id"] == sid for row in self.enrollments):
            return True
        refused = {row["class_sourced_id"] for row in self.reading.refused_in("enrollments")}
        if self.reading.whole("enrollments") and sid not in refused and None not in refused:
            return False
        over = {
            (row["class_sourced_id"], self.links["person"].get(row["user_sourced_id"]))
            for row in self.reading.frames["enrollments"]
            if row not in self.enrollments
        }
        return any(
            row["role"] == "teacher"
            and row["status"] == "active"
            and row["classroom_id"] == self.links["classroom"].get(sid)
            and (sid, row["person_id"]) not in over
            for row in self.tables["enrollment"]
        )

    # people

    def _people(self) -> None:
        reading = self.reading
        users = {row["sourced_id"]: row for row in reading.frames["users"]}
        self.users = {sid: row for sid, row in users.items() if row["status"] == "active"}
        self.deleted_users = users.keys() - self.users.keys()
        roles = [row for row in reading.active("roles") if self._running(row)]
        self.placeless = {row["user_sourced_id"] for row in roles if self._nowhere(row["org_sourced_id"])}
        # whom a delta leaves unsaid
        self.unseen = set() if reading.whole("users") else self._linked_users() - users.keys()
        self.unsaid = (self._linked_users() if self.delta_roles else set(self.unseen)) - self.deleted_users
        self.over = {
            (row["user_sourced_id"], self.school_of.get(row["org_sourced_id"]), row["role"])
            for row in reading.frames["roles"]
            if not (row["status"] == "active" and self._running(row))
            and (row["org_sourced_id"] in self.school_of or self.org_types.get(row["org_sourced_id"]) != "school")
        }
        self.student_ids = {row["user_sourced_id"] for row in roles if row["role"] == "student"}
        carried = self._carried_schools()
        self.student_ids |= carried.keys() | {sid for sid in self.unseen if sid in self.links["student"]}
        self.adult_roles = [
            r for r in roles if r["role"] != "student" and r["user_sourced_id"] not in self.student_ids_said(roles)
        ]
        self._students([row for row in roles if row["role"] == "student"], carried)
        self._staff()
        self._guardians()
        known = self._linked_users() if self.unseen or self.delta_roles or not reading.whole("users") else set()
        self.adults = [
            row
            for sid, row in self.users.items()
            if sid not in self.student_ids
            and (
                sid in self.staff
                or sid in {guardian for _, guardian in self.pairs}
                or (sid in known and sid in self.links["person"])
            )
        ]
        speaking = {row["sourced_id"] for row in self.adults}
        speaking |= {sid for sid in known if sid in self.links["person"] and sid not in self.deleted_users}
        self.staff = {sid: found for sid, found in self.staff.items() if sid in speaking}
        self.staff_adults = {row["user_sourced_id"] for row in self.adult_roles if row["role"] not in GUARDIANS}

    @staticmethod
    def student_ids_said(roles: Iterable[Row]) -> set[str]:
        return {row["user_sourced_id"] for row in roles if row["role"] == "student"}

    def _linked_users(self) -> set[str]:
        return self.links["student"].keys() | self.links["person"].keys()

    def _nowhere(self, org: str | None) -> bool:
        """The org of a role is not in a whole reading."""
        refused = {row["sourced_id"] for row in self.reading.refused_in("orgs")}
        known = self.org_types.keys() | refused | self.links["school"].keys()
        return self.reading.whole("orgs") and org is not None and org not in known

    def _carried_schools(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for sid in sorted(self.unsaid & self.links["student"].keys()):
            for row in sorted(self.mine("student_school"), key=lambda row: row["school_id"]):
                if (
                    row["student_id"] == self.links["student"][sid]
                    and (sid, row["school_id"], "student") not in self.over
                ):
                    found[sid].append(row["school_id"])
        return found

    def _students(self, roles: list[Row], carried: Mapping[str, list[int]]) -> None:
        schools: dict[str, list[int]] = defaultdict(list)
        orgs: dict[str, list[str | None]] = defaultdict(list)
        for row in roles:
            orgs[row["user_sourced_id"]].append(row["org_sourced_id"])
            if row["org_sourced_id"] in self.school_of:
                schools[row["user_sourced_id"]].append(self.school_of[row["org_sourced_id"]])
        class_school = {row["sourced_id"]: self.school_of[row["school_sourced_id"]] for row in self.classes}
        for sid, named in orgs.items():
            if schools[sid] or any(self.org_types.get(org or "") == "school" for org in named):
                continue
            by_class = [
                class_school[row["class_sourced_id"]]
                for row in self.enrollments
                if row["user_sourced_id"] == sid
                and row["role"] == "student"
                and row["class_sourced_id"] in class_school
            ]
            schools[sid] += by_class
            surely_none = all(org is None or org in self.org_types or not self.reading.whole("orgs") for org in named)
            if surely_none and not (by_class and self.reading.whole("enrollments")):
                before = [
                    r["school_id"]
                    for r in self.mine("student_school")
                    if r["student_id"] == self.links["student"].get(sid)
                ]
                schools[sid] += sorted(school for school in before if school in self.in_scope)
        for sid, found in carried.items():
            schools[sid] += found
        self.students = [row for sid, row in self.users.items() if schools.get(sid)]
        present = {row["sourced_id"] for row in self.students} | (self.unseen & self.links["student"].keys())
        self.present_students = present
        self.student_schools = {
            sid: list(dict.fromkeys(found)) for sid, found in schools.items() if found and sid in present
        }

    def _staff(self) -> None:
        """``staff``: user → (school or None, role) pairs."""
        above = {row["sourced_id"] for row in self.reading.active("orgs") if row["type"] != "school"}
        self.staff: dict[str, set[tuple[int | None, str]]] = defaultdict(set)
        for row in self.adult_roles:
            sid, org, role = row["user_sourced_id"], row["org_sourced_id"], row["role"]
            if role in GUARDIANS:
                continue
            if org in self.school_of:
                self.staff[sid].add((self.school_of[org], role))
            elif org in above:
                self.staff[sid].add((None, role))
            elif org not in self.org_types and org not in self.links["school"]:
                # nobody says where: what is known stays
                for known in self.mine("staff_role"):
                    same = known["person_id"] == self.links["person"].get(sid) and known["role"] == role
                    if same and (org is None or known["school_id"] is None):
                        self.staff[sid].add((known["school_id"], role))
        for sid in self.unsaid & self.links["person"].keys():
            for known in self.mine("staff_role"):
                if known["person_id"] == self.links["person"][sid]:
                    role = (known["school_id"], known["role"])
                    if (sid, *role) not in self.over:
                        self.staff[sid].add(role)
        self.staff = {sid: found for sid, found in self.staff.items() if found}

    def _guardians(self) -> None:
        """``pairs``: (student, guardian) → (relationship, rights, whether a link is kept only, never made)."""
        self.pairs: dict[tuple[str, str], tuple[str, str | None, bool]] = {}
        if not self.policy.manage_guardians or not self.reading.frames["agents"]:
            return
        words: dict[str, tuple[str, str | None]] = {}
        spoken = {row["user_sourced_id"] for row in self.reading.frames["roles"]}
        remembered = set()
        for row in self.adult_roles:
            sid, role = row["user_sourced_id"], row["role"]
            if role in GUARDIANS and sid in self.users:
                words[sid] = (min(role, words.get(sid, (role, None))[0]), None)
        for sid in self.unsaid & self.links["person"].keys():
            over = any(user == sid and role in GUARDIANS for user, _, role in self.over)
            children = [r for r in self.mine("guardianship") if r["person_id"] == self.links["person"][sid]]
            if children and not over and sid not in words:
                words[sid] = (children[0]["relationship"], children[0]["rights"])
                remembered |= {sid} & spoken
        blind = (
            bool(self.policy.custody_column)
            and not self.reading.said("users", "rights")
            and self.reading.frames["users"]
        )
        for row in sorted(
            self.reading.frames["agents"], key=lambda row: row["user_sourced_id"] not in self.student_ids
        ):
            student, guardian = row["user_sourced_id"], row["agent_sourced_id"]
            if student not in self.student_ids:
                student, guardian = guardian, student
            if student not in self.present_students or guardian not in words:
                continue
            if blind and guardian not in self.links["person"]:
                continue
            word, rights = words[guardian]
            user = self.reading_user(guardian)
            if user is not None and user["rights"] is not None:
                rights = user["rights"]
            if word in self.policy.guardian_relationships and rights != "none":
                self.pairs.setdefault((student, guardian), (word, rights, bool(blind) or guardian in remembered))

    def reading_user(self, sid: str) -> Row | None:
        return next((row for row in self.reading.frames["users"] if row["sourced_id"] == sid), None)
