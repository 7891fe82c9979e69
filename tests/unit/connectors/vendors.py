"""Vendors in memory: a small invented district, served page by page through an httpx2 MockTransport."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

CHANGED = "2026-08-20T01:02:03.000Z"
PLANTED = "planted-secret-7f3a"


def ref(kind: str, sourced_id: str) -> dict[str, str]:
    return {"href": f"https://elsewhere.example/{kind}s/{sourced_id}", "sourcedId": sourced_id, "type": kind}


def base(sourced_id: str) -> dict[str, Any]:
    return {"sourcedId": sourced_id, "status": "active", "dateLastModified": CHANGED}


def district(students: int = 7, *, version: str = "1.1") -> dict[str, list[dict[str, Any]]]:
    """One school, one class, a teacher, an administrator and ``students`` students, each with a guardian."""
    orgs = [
        {**base("d1"), "name": "Quail County", "type": "district"},
        {**base("s1"), "name": "Fern School", "type": "school", "identifier": "0012", "parent": ref("org", "d1")},
    ]
    sessions = [
        {
            **base("t1"),
            "title": "Fall",
            "type": "term",
            "startDate": "2026-08-01",
            "endDate": "2026-12-20",
            "schoolYear": "2027",
        }
    ]
    courses = [{**base("k1"), "title": "Reading", "courseCode": "RD", "org": ref("org", "s1")}]
    classes = [
        {
            **base("c/1|a"),
            "title": "Reading 1",
            "classType": "scheduled",
            "grades": ["03"],
            "course": ref("course", "k1"),
            "school": ref("org", "s1"),
            "terms": [ref("academicSession", "t1")],
            "periods": ["1"],
        }
    ]
    users = [person("a1", "administrator", version, "Ada"), person("t-1", "teacher", version, "Tess")]
    enrollments = [enrolled("e-t", "t-1", "teacher")]
    for number in range(students):
        student = person(f"u{number:06}", "student", version, f"Kim{number}")
        student["agents"] = [ref("user", f"g{number:06}")]
        student["grades"] = ["03"]
        student["identifier"] = f"{number:05}"
        student["userIds"] = [{"type": "StateID", "identifier": f"9{number:05}"}]
        guardian = person(f"g{number:06}", "guardian", version, f"Pat{number}")
        guardian["agents"] = [ref("user", f"u{number:06}")]
        guardian["email"] = f"pat{number}@families.example"
        users += [student, guardian]
        enrollments.append(enrolled(f"e{number:06}", f"u{number:06}", "student"))
    return {
        "academicSessions": sessions,
        "orgs": orgs,
        "courses": courses,
        "classes": classes,
        "users": users,
        "enrollments": enrollments,
        "demographics": [{**base(row["sourcedId"]), "birthDate": "2017-02-03"} for row in users],
    }


def person(sourced_id: str, role: str, version: str, given: str) -> dict[str, Any]:
    row = {
        **base(sourced_id),
        "enabledUser": "true",
        "username": f"{sourced_id}@login",
        "givenName": given,
        "familyName": "Vireo",
        "password": "never-to-be-kept",
    }
    if version == "1.1":
        return {**row, "role": role, "orgs": [ref("org", "s1")]}
    role = {"administrator": "siteAdministrator"}.get(role, role)
    return {**row, "roles": [{"roleType": "primary", "role": role, "org": ref("org", "s1")}]}


def enrolled(sourced_id: str, user: str, role: str) -> dict[str, Any]:
    return {
        **base(sourced_id),
        "user": ref("user", user),
        "class": ref("class", "c/1|a"),
        "school": ref("org", "s1"),
        "role": role,
        "primary": "true" if role == "teacher" else "false",
        "beginDate": "2026-08-01",
        "endDate": "2026-12-20",
    }


@dataclass
class OneRosterServer:
    """A OneRoster server; each switch is a habit met in the wild. ``asked`` holds every request."""

    data: dict[str, list[dict[str, Any]]] = field(default_factory=district)
    root: str = "/ims/oneroster/v1p1"
    total: bool = True
    most: int = 10_000
    sorts: bool = True
    refuses: tuple[str, ...] = ()
    """Query parameters that are answered with 400."""
    filters: bool = True
    missing: tuple[str, ...] = ()
    cursor: bool = False
    headers: Callable[[int], dict[str, str]] = lambda number: {}
    check: Callable[[httpx2.Request], httpx2.Response | None] = lambda request: None
    asked: list[httpx2.Request] = field(default_factory=list)

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        refused = self.check(request)
        if refused is not None:
            return refused
        path = request.url.raw_path.decode().partition("?")[0]
        name = path.removeprefix(self.root).strip("/")
        if not path.startswith(self.root) or name not in self.data or name in self.missing:
            return failure(404)
        query = request.url.params
        if any(item in query for item in self.refuses):
            return failure(400)
        rows = self.data[name]
        if self.filters and "filter" in query:
            since = query["filter"].split("'")[1]
            rows = [row for row in rows if row["dateLastModified"] > since]
        if self.sorts and "sort" in query:
            rows = sorted(rows, key=lambda row: row[query["sort"]], reverse=query.get("orderBy") == "desc")
        start = query.get("cursor", query.get("offset", "0")) if self.cursor else query.get("offset", "0")
        offset, limit = int(start), min(int(query.get("limit", "100")), self.most)
        page = rows[offset : offset + limit]
        headers = dict(self.headers(len(self.asked)))
        if self.total:
            headers["X-Total-Count"] = str(len(rows))
        if self.cursor and offset + limit < len(rows):
            headers["Link"] = f'<http://inside.example/x?limit={limit}&cursor={offset + limit}>; rel="next"'
        if "fields" in query:
            wanted = query["fields"].split(",")
            page = [{key: row[key] for key in wanted if key in row} for row in page]
        return httpx2.Response(200, content=json.dumps({name: page}).encode(), headers=headers)


def failure(status: int) -> httpx2.Response:
    return httpx2.Response(status, json={"statusInfoSet": [{"imsx_codeMajor": "failure", "imsx_severity": "error"}]})
