"""What waits, row at a time (R-10)."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.reference.planner import ReferencePlan

__all__ = ["held"]

Key = Any
EXPECTED = ("session_ended", "enrollment_ended")


def held(plan: ReferencePlan) -> set[tuple[str, Key]]:
    """The records that wait for a person."""
    group = {record: _group(action) for record, (action, _) in plan.records.items()}
    names = {record for record, told in plan.events.items() if any(name for _, _, name in told)}
    unreadable = _unreadable(plan)
    counted: dict[tuple[str, int | None, str], list[tuple[str, Key]]] = defaultdict(list)
    for record, (_, reason) in plan.records.items():
        kind, key = record
        expected = reason in EXPECTED and kind not in unreadable
        alarming = group[record] == "removal" and not expected and reason != "no_rights"
        if alarming or (group[record] == "update" and record in names):
            counted[kind, home(plan, kind, key), group[record]].append(record)
    base = _bases(plan)
    waits: dict[tuple[str, Key], str] = {}
    for (kind, school, what), records in counted.items():
        percent = plan.policy.update_threshold if what == "update" else _percent(plan, school)
        over = len(records) > max(base[kind, school] * percent // 100, 3)
        if over or (what == "removal" and kind in unreadable):
            waits |= dict.fromkeys(records, what)
    for record, (action, _) in plan.records.items():
        ambiguous = plan.students.ambiguous if record[0] == "student" else plan.persons.ambiguous
        if action == "create" and record[0] in ("student", "staff", "guardian") and record[1] in ambiguous:
            waits[record] = "create"
    return waits.keys() | _dependents(plan, group, waits)


def _group(action: str) -> str:
    return {"archive": "removal", "suspend": "removal", "end": "removal", "update": "update"}.get(action, "create")


def _unreadable(plan: ReferencePlan) -> set[str]:
    people = {"student", "guardian", "staff", "guardianship", "enrollment"}
    kinds = {"users": people, "roles": people, "classes": {"classroom", "enrollment"}, "enrollments": {"enrollment"}}
    return {kind for frame in plan.nameless for kind in kinds.get(frame, ())}


def _percent(plan: ReferencePlan, school: int | None) -> int:
    own = plan.policy.school_deletion_thresholds
    numbers = {row["id"]: row["school_number"] for row in plan.tables["school"]}
    if numbers.get(school) in own:
        return own[numbers[school]]
    if str(school) in own and str(school) not in numbers.values():
        return own[str(school)]
    return plan.policy.deletion_threshold


def _dependents(
    plan: ReferencePlan, group: dict[tuple[str, Key], str], waits: dict[tuple[str, Key], str]
) -> set[tuple[str, Key]]:
    """What hangs on a waiting record waits too, when the same sort of thing happens to it."""
    parents = {record: what for record, what in waits.items() if what != "update"}
    if not parents:
        return set()
    more = {
        ("guardian", row["person_id"])
        for row in plan.tables["guardianship"]
        if row["status"] == "active" and ("student", row["student_id"]) in parents
    }
    found = {record for record in more if group.get(record) == "removal" and record not in waits}
    parents |= dict.fromkeys(found, "removal")
    for record, (_, reason) in plan.records.items():
        kind, key = record
        if kind not in ("enrollment", "guardianship") or record in waits or reason == "no_rights":
            continue
        owners = [("student", key[0]), ("guardian", key[1]), ("staff", key[1])]
        if kind == "enrollment":
            owners = [("classroom", key[0]), ("student", key[1]), ("staff", key[1]), ("guardian", key[1])]
        if any(parents.get(owner) == group[record] for owner in owners):
            found.add(record)
    return found


# where a record is counted


def home(plan: ReferencePlan, kind: str, key: Key) -> int | None:
    if kind == "student":
        return _student_home(plan, key)
    if kind == "classroom":
        return _class_home(plan, key)
    if kind == "enrollment":
        return _class_home(plan, key[0])
    if kind == "guardianship":
        return _student_home(plan, key[0])
    return _person_home(plan, key)


def _known_home(plan: ReferencePlan, student: Key) -> int | None:
    rows = [r for r in plan.tables["student_school"] if r["student_id"] == student and r["status"] == "active"]
    return min((row["school_id"] for row in rows), default=None)


def _student_home(plan: ReferencePlan, key: Key) -> int | None:
    return min(plan.schools_of[key]) if plan.schools_of.get(key) else _known_home(plan, key)


def _class_home(plan: ReferencePlan, key: Key) -> int | None:
    for row in plan.scope.classes:
        if plan.class_ref[row["sourced_id"]] == key:
            return plan.scope.school_of[row["school_sourced_id"]]
    room = plan.scope.by_id("classroom").get(key)
    return room["school_id"] if room else None


def _first(schools: list[int | None]) -> int | None:
    """The smallest; the district comes last."""
    return min((school for school in schools if school is not None), default=None)


def _person_home(plan: ReferencePlan, key: Key) -> int | None:
    if plan.roles_of.get(key):
        return _first([school for school, _ in plan.roles_of[key]])
    children = [_student_home(plan, student) for student, person in plan.pairs if person == key]
    children = [school for school in children if school is not None]
    return _first(children) if children else _person_home_before(plan, key)


def _person_home_before(plan: ReferencePlan, key: int) -> int | None:
    """Where they are staff, else their children's school; of somebody with nothing left, where they were last."""
    for is_active in (True, False):
        roles, pairs = (
            [r for r in plan.tables[table] if (r["status"] == "active") is is_active and r["person_id"] == key]
            for table in ("staff_role", "guardianship")
        )
        if roles:
            return _first([row["school_id"] for row in roles])
        if children := [row for row in pairs if _known_home(plan, row["student_id"]) is not None]:
            return _first([_known_home(plan, row["student_id"]) for row in children])
    return None


def _bases(plan: ReferencePlan) -> Counter[tuple[str, int | None]]:
    """What was active and of this source before the run, where it was counted then, and what is in the reading, where
    it is counted now."""
    scope = plan.scope
    rooms = scope.by_id("classroom")
    counted: set[tuple[str, Key, int | None]] = set()
    for row in plan.tables["student"]:
        linked = row["id"] in scope.links["student"].values() or row["id"] in plan.students.adopted
        if linked and row["status"] == "active":
            counted.add(("student", row["id"], _known_home(plan, row["id"])))
    for row in plan.tables["person"]:
        linked = row["id"] in scope.links["person"].values() or row["id"] in plan.persons.adopted
        if linked and row["disabled_by"] in (None, "source"):
            kind = "staff" if row["id"] in plan.staff else "guardian"
            counted.add((kind, row["id"], _person_home_before(plan, row["id"])))
    for row in plan.tables["classroom"]:
        if row["id"] in scope.links["classroom"].values() and row["status"] == "active":
            counted.add(("classroom", row["id"], row["school_id"]))
    for row in scope.mine("guardianship"):
        counted.add(("guardianship", (row["student_id"], row["person_id"]), _known_home(plan, row["student_id"])))
    for key in plan.students.refs.values():
        counted.add(("student", key, _student_home(plan, key)))
    for key in plan.persons.refs.values():
        counted.add(("staff" if key in plan.staff else "guardian", key, _person_home(plan, key)))
    for key in plan.class_ref.values():
        counted.add(("classroom", key, _class_home(plan, key)))
    for pair in plan.pairs:
        counted.add(("guardianship", pair, _student_home(plan, pair[0])))
    found = Counter((kind, school) for kind, _, school in counted)
    for row in scope.mine("enrollment"):
        found["enrollment", rooms[row["classroom_id"]]["school_id"]] += 1
    for (kind, key), (action, _) in plan.records.items():
        if kind == "enrollment" and action in ("create", "restore"):
            found[kind, _class_home(plan, key[0])] += 1
    return found
