"""Clever in memory: a small invented district behind an httpx2 MockTransport, with trouble on demand."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from rollbook.connectors.clever import Config

DISTRICT = "d" * 24
TOKEN = "planted-token-51c2"
SECRET = "planted-client-secret-9b"
Answer = Callable[[httpx2.Request], httpx2.Response]


def oid(letter: str, number: int = 1) -> str:
    """An id as Clever's are: 24 hex digits."""
    return f"{'abcdef'.index(letter) + 10:x}" * 4 + f"{number:020x}"


SCHOOL, TERM, COURSE = oid("a"), oid("b"), oid("c")


def student(number: int, **role: Any) -> dict[str, Any]:
    return {
        "id": oid("e", number),
        "email": f"s{number}@school.example",
        "name": {"first": f"Kim{number}", "last": "Garcia Lopez"},
        "roles": {
            "student": {
                "school": SCHOOL,
                "schools": [SCHOOL],
                "sis_id": f"sis{number}",
                "student_number": f"{number:05}",
                "grade": "3",
                **role,
            }
        },
    }


def teacher(number: int, **roles: Any) -> dict[str, Any]:
    mine = {"teacher": {"school": SCHOOL, "schools": [SCHOOL], "sis_id": f"t{number}"}, **roles}
    return {
        "id": oid("e", number),
        "email": f"t{number}@school.example",
        "name": {"first": "Tess", "last": f"Lind{number}"},
        "roles": mine,
    }


def contact(number: int, *bonds: tuple[int, str, str], name: str = "Ana Garcia Lopez", **more: Any) -> dict[str, Any]:
    relations = [
        {"student": oid("e", child), "relationship": relationship, "type": kind} for child, relationship, kind in bonds
    ]
    part = {"phone": "206-555-0100", "phone_type": "Cell", "student_relationships": relations, **more}
    return {"id": oid("e", number), "email": "", "name": {"last": name}, "roles": {"contact": part}}


def section(number: int, students: list[int], teachers: list[int], **more: Any) -> dict[str, Any]:
    return {
        "id": oid("f", number),
        "sis_id": f"{number}",
        "name": f"Reading - Lind - {number}",
        "school": SCHOOL,
        "course": COURSE,
        "term_id": TERM,
        "grade": "3",
        "period": str(number),
        "section_number": f"R{number}",
        "subject": "english/language arts",
        "teacher": oid("e", teachers[0]) if teachers else None,
        "teachers": [oid("e", one) for one in teachers],
        "students": [oid("e", one) for one in students],
        **more,
    }


def small() -> dict[str, list[dict[str, Any]]]:
    """One school, one term, two sections; students 1 to 5, teachers 51 and 52, a contact 71."""
    return {
        "districts": [
            {"id": DISTRICT, "name": "Quail County", "state": "running", "last_sync": "2026-08-31T02:00:00Z"}
        ],
        "schools": [{"id": SCHOOL, "name": "Fern School", "school_number": "12", "nces_id": "530000000012"}],
        "terms": [{"id": TERM, "name": "Fall", "start_date": "2026-08-17T00:00:00Z", "end_date": "2026-12-18"}],
        "courses": [{"id": COURSE, "name": "Reading", "number": "RD1"}],
        "sections": [section(1, [1, 2, 3], [51, 52]), section(2, [4, 5], [])],
        "users": [
            *(student(number) for number in range(1, 6)),
            teacher(51, staff={"schools": [SCHOOL], "title": "Assistant Principal", "staff_id": "t51"}),
            teacher(52),
            contact(71, (1, "Parent", "Parent/Guardian")),
        ],
    }


@dataclass
class Vendor:
    """``trouble``: what to answer instead, tried on every request; None means as usual."""

    sets: dict[str, list[dict[str, Any]]] = field(default_factory=small)
    events: list[dict[str, Any]] = field(default_factory=list)
    token: str = TOKEN
    counts: bool = True
    trouble: Callable[[httpx2.Request, int], httpx2.Response | None] = lambda request, number: None
    asked: list[httpx2.Request] = field(default_factory=list)

    @property
    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self.answer)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        odd = self.trouble(request, len(self.asked))
        if odd is not None:
            return odd
        if request.url.path == "/oauth/tokens":
            return self._tokens(request)
        if request.headers["Authorization"] != f"Bearer {self.token}":
            return httpx2.Response(401, json={"message": "unauthorized"})
        version, name = request.url.path.strip("/").split("/")
        assert version in ("v3.0", "v3.1")
        return self.list(name, dict(request.url.params))

    def _tokens(self, request: httpx2.Request) -> httpx2.Response:
        basic = "Basic " + base64.b64encode(f"app:{SECRET}".encode()).decode()
        if request.headers["Authorization"] != basic:
            return httpx2.Response(401, json={"error": "invalid_client"})
        owner = {"type": "district", "id": DISTRICT}
        return httpx2.Response(200, json={"data": [{"owner": owner, "access_token": self.token}], "links": []})

    def list(self, name: str, asked: Mapping[str, str]) -> httpx2.Response:
        rows = sorted(self.events if name == "events" else self.sets[name], key=lambda row: str(row.get("id")))
        limit = int(asked.get("limit", 100))
        if "ending_before" in asked:
            end = len(rows)
            if asked["ending_before"] != "last":
                end = sum(row["id"] < asked["ending_before"] for row in rows)
            start = max(0, end - limit)
            shown = rows[start:end]
        else:
            start = (
                sum(str(row.get("id")) <= asked["starting_after"] for row in rows) if "starting_after" in asked else 0
            )
            shown = rows[start : start + limit]
        links = [{"rel": "self", "uri": f"/v3.1/{name}"}]
        if shown and start + len(shown) < len(rows):
            links.append({"rel": "next", "uri": f"/v3.1/{name}?limit={limit}&starting_after={shown[-1]['id']}"})
        if shown and start:
            links.append({"rel": "prev", "uri": f"/v3.1/{name}?limit={limit}&ending_before={shown[0]['id']}"})
        answer: dict[str, Any] = {"data": [{"data": row, "uri": "/x"} for row in shown], "links": links}
        if self.counts and asked.get("count") == "true":
            answer["count"] = len(rows)
        return httpx2.Response(200, json=answer)


def config(**given: Any) -> Config:
    return Config(**{"district_id": DISTRICT, "token": TOKEN, "page_size": 2, **given})


def body(answer: Any) -> bytes:
    return json.dumps(answer).encode()
