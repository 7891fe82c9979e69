"""Recognising people, row at a time (R-2, R-3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.reference.planner_scope import Row, Scope

__all__ = ["Matches", "match_persons", "match_students"]

Pair = tuple[str, int]


@dataclass
class Matches:
    """``refs``: sourcedId → id, or the sourcedId that leads a new human. ``adopted``: ids recognised without a link.
    ``ambiguous``: keys of new records that may be somebody who is here."""

    refs: dict[str, Any]
    adopted: set[int]
    ambiguous: set[str]


def _forsaken(scope: Scope, kind: str) -> set[int]:
    """Objects all of whose sourcedIds are gone: absent from a whole reading, or tobedeleted."""
    reading = scope.reading
    refused = {row["sourced_id"] for row in reading.refused_in("users")}
    refused |= {row["user_sourced_id"] for row in reading.refused_in("roles")}

    def gone(sid: str) -> bool:
        if sid in scope.users:
            return False
        return sid in scope.deleted_users if not reading.whole("users") else sid not in refused

    return {obj for obj in scope.links[kind].values() if all(gone(sid) for sid in scope.ids_of(kind, obj))}


def _low(row: Row, *names: str) -> tuple[str | None, ...]:
    return tuple(row[name].lower() if row[name] and name.endswith("_name") else row[name] for name in names)


def _one_to_one(pairs: set[Pair]) -> tuple[set[Pair], set[Pair]]:
    """Pairs without another candidate on either side, and the others."""
    alone = {
        (sid, obj)
        for sid, obj in pairs
        if sum(s == sid for s, _ in pairs) == 1 and sum(o == obj for _, o in pairs) == 1
    }
    return alone, pairs - alone


def _recognise(
    left: set[str],
    pool: set[int],
    rules: Callable[[set[str], set[int]], list[set[Pair]]],
    question: Callable[[str, int], bool],
) -> tuple[dict[str, int], set[str]]:
    """Rule after rule, again until nobody more is recognised. Returns who is who, and those who may be somebody left."""
    adopted: dict[str, int] = {}
    while True:
        doubtful, before = set(), len(adopted)
        for number in range(len(rules(left, pool))):
            sure, unclear = _one_to_one(rules(left - adopted.keys(), pool - set(adopted.values()))[number])
            for pair in sorted(sure):
                if question(*pair):
                    unclear.add(pair)
                else:
                    adopted[pair[0]] = pair[1]
            doubtful |= {sid for sid, _ in unclear}
        if len(adopted) == before:
            return adopted, doubtful


def match_students(scope: Scope) -> Matches:
    links = scope.links["student"]
    refs: dict[str, Any] = {row["sourced_id"]: links.get(row["sourced_id"]) for row in scope.students}
    linked = set(links.values())
    forsaken = _forsaken(scope, "student")
    pool = {row["id"]: row for row in scope.tables["student"] if row["id"] not in linked or row["id"] in forsaken}
    new = {row["sourced_id"]: row for row in scope.students if refs[row["sourced_id"]] is None}
    adults = {row["sourced_id"]: row for row in scope.adults}
    guardians = {(row["student_id"], row["person_id"]) for row in scope.tables["guardianship"]}
    known = {
        (student, row["value"])
        for row in scope.tables["contact_method"]
        if row["owner"] == "source"
        for student, person in guardians
        if person == row["person_id"]
    }
    arriving = {
        (student, adults[sid][column])
        for sid in adults
        for column in ("email", "sms", "phone")
        for student, person in guardians
        if adults[sid][column] is not None and scope.links["person"].get(sid) == person
    }
    contacts = known | arriving

    def contacts_of(sid: str) -> set[str]:
        mine = [adults[g] for s, g in scope.pairs if s == sid and g in adults]
        return {row[column] for row in mine for column in ("email", "sms", "phone") if row[column]}

    def same(sid: str, obj: int, rule: str) -> bool:
        a, b = new[sid], pool[obj]
        given, family = _low(a, "given_name") == _low(b, "given_name"), _low(a, "family_name") == _low(b, "family_name")
        state = a["state_id"] is not None and a["state_id"] == b["state_id"]
        number = a["identifier"] is not None and a["identifier"] == b["student_number"]
        school = {row["school_id"] for row in scope.tables["student_school"] if row["student_id"] == obj} & set(
            scope.student_schools.get(sid, [])
        )
        return {
            "state+family": state and family,
            "state+given": state and given,
            "number+family": number and family,
            "number+given": number and given,
            "name+birth": given and family and a["birth_on"] is not None and a["birth_on"] == b["birth_on"],
            "name+contact": given
            and family
            and a["grade"] is not None
            and a["grade"] == b["grade"]
            and bool(school)
            and any((obj, value) in contacts for value in contacts_of(sid)),
            "state": state,
            "number": number,
        }[rule]

    def rules(left: set[str], pool_left: set[int]) -> list[set[Pair]]:
        names = ("state+family", "state+given", "number+family", "number+given", "name+birth", "name+contact")
        return [{(s, o) for s in left for o in pool_left if same(s, o, rule)} for rule in names]

    def two_children(sid: str, obj: int) -> bool:
        a, b = new[sid]["state_id"], pool[obj]["state_id"]
        return a is not None and b is not None and a != b

    adopted, doubtful = _recognise(set(new), set(pool), rules, two_children)
    left, pool_left = new.keys() - adopted.keys(), pool.keys() - set(adopted.values())
    for rule in ("state", "number"):
        doubtful |= {s for s in left for o in pool_left if same(s, o, rule)}
    for sid in refs:
        if refs[sid] is None:
            refs[sid] = adopted.get(sid, sid)
    return Matches(refs, set(adopted.values()), doubtful - adopted.keys())


def match_persons(scope: Scope, students: Matches) -> Matches:
    links = scope.links["person"]
    phone = scope.policy.phone_column
    rows = {row["sourced_id"]: row for row in scope.adults}
    refs: dict[str, Any] = {sid: links.get(sid) for sid in rows}
    human = _humans(rows, refs, phone)
    for sid in rows:
        if refs[sid] is None:
            refs[sid] = next((refs[other] for other in rows if human[other] == human[sid] and refs[other]), None)
    heads = {human[sid] for sid in rows if refs[sid] is None}
    linked, forsaken = set(links.values()), _forsaken(scope, "person")
    pool = {
        row["id"]: {**row, **_contacts(scope, row["id"], row["id"] in forsaken)}
        for row in scope.tables["person"]
        if row["id"] not in linked or row["id"] in forsaken
    }

    children: dict[int, set[Any]] = {obj: set() for obj in pool}
    for row in scope.tables["guardianship"]:
        children.get(row["person_id"], set()).add(row["student_id"])

    def same(sid: str, obj: int, names: tuple[str, ...], column: str) -> bool:
        value = rows[sid][phone if column == "mobile" else column]
        return value is not None and value == pool[obj][column] and _low(rows[sid], *names) == _low(pool[obj], *names)

    def rules(left: set[str], pool_left: set[int]) -> list[set[Pair]]:
        names = ("given_name", "family_name")
        found = [
            {(s, o) for s in left for o in pool_left if same(s, o, names, column)} for column in ("email", "mobile")
        ]
        found.append(
            {
                (s, o)
                for s in left
                for o in pool_left
                if _low(rows[s], *names) == _low(pool[o], *names) and children_of(s) & children[o]
            }
        )
        return found

    def children_of(sid: str) -> set[Any]:
        return {students.refs.get(child) for child, guardian in scope.pairs if guardian == sid} - {None}

    adopted, doubtful = _recognise(heads, set(pool), rules, lambda sid, obj: False)
    left, pool_left = heads - adopted.keys(), pool.keys() - set(adopted.values()) - linked
    for column in ("email", "mobile"):
        doubtful |= {s for s in left for o in pool_left if same(s, o, ("family_name",), column)}
    for sid in rows:
        if refs[sid] is None:
            refs[sid] = adopted.get(human[sid], human[sid])
    return Matches(refs, set(adopted.values()), doubtful - adopted.keys())


def _contacts(scope: Scope, person: int, source_only: bool) -> Row:
    found: Row = {"email": None, "mobile": None}
    for row in scope.tables["contact_method"]:
        if row["person_id"] == person and row["kind"] in found and (row["owner"] == "source" or not source_only):
            found[row["kind"]] = found[row["kind"]] or row["value"]
    return found


def _humans(rows: dict[str, Row], refs: dict[str, Any], phone: str) -> dict[str, str]:
    """sourcedId → the first sourcedId of the same human. Nobody is joined where two accounts are there already."""
    human = {sid: sid for sid in rows}
    order = list(rows)
    for _ in rows:
        for a in rows:
            for b in rows:
                if _same_human(rows[a], rows[b], phone):
                    human[a] = human[b] = min(human[a], human[b], key=order.index)
    for head in set(human.values()):
        members = [sid for sid in rows if human[sid] == head]
        if len({refs[sid] for sid in members if refs[sid]}) > 1:
            human |= {sid: sid for sid in members}
    return human


def _same_human(a: Row, b: Row, phone: str) -> bool:
    if a["master_id"] and a["master_id"] == b["master_id"]:
        return True
    names = _low(a, "given_name", "family_name") == _low(b, "given_name", "family_name")
    return names and any(a[column] and a[column] == b[column] for column in ("email", phone))
