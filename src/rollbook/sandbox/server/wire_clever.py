"""Clever v3.0 and v3.1 JSON from the tables (clever.md §5), and what the model loses on the way.

A contact's whole name sits in ``name.last``; one phone, one e-mail. Membership is a list on the section. Sections have
one term and one grade. Employees are one user with several roles; contacts and students never merge with them.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from rollbook.sandbox.server.credentials import object_ids
from rollbook.sandbox.server.json_text import Members, objects, quoted, wrapped
from rollbook.sandbox.server.tables import ACTIVE, Frames

__all__ = ["SETS", "clever_sets"]

SETS = ("schools", "terms", "courses", "users", "sections")
"""Collections in an order in which parents come before children."""

_TITLES = {
    "districtAdministrator": "District Administrator",
    "systemAdministrator": "Systems Administrator",
    "principal": "Principal",
    "siteAdministrator": "Assistant Principal",
    "counselor": "Counselor",
    "aide": "Aide",
}
_SUBJECTS = {
    "Mathematics": "math",
    "Science": "science",
    "Social Studies": "social studies",
    "Homeroom": "homeroom/advisory",
}


def clever_sets(frames: Frames, district: str, version: str) -> Mapping[str, pl.DataFrame]:
    """Collection → columns ``id`` (ascending), ``kind`` (role of a user, else null), ``school`` (first school's id or
    null), ``json``: what is active and shared. ``district``: its Clever id. ``version``: v3.0 or v3.1."""
    alive = {file: frame.filter(pl.col("status") == ACTIVE) for file, frame in frames.items()}
    ids = _Ids(alive)
    made = {
        "schools": _schools(alive, ids, district),
        "terms": _terms(alive, ids, district),
        "courses": _courses(alive, ids, district),
        "users": _users(alive, ids, district, version),
        "sections": _sections(alive, frames["enrollments"], ids, district),
    }
    return {name: frame.sort("id") for name, frame in made.items()}


class _Ids:
    """sourcedId → Clever id, by kind of record."""

    def __init__(self, alive: Frames) -> None:
        self.frames = {
            kind: _id_frame(kind, alive[file])
            for kind, file in {
                "school": "orgs",
                "term": "academicSessions",
                "course": "courses",
                "user": "users",
                "section": "classes",
            }.items()
        }

    def add(self, frame: pl.DataFrame, column: str, kind: str, into: str) -> pl.DataFrame:
        """The frame with the ids of a column's records; null where there is none."""
        known = self.frames[kind].rename({"sourcedId": column, "id": into})
        return frame.join(known, on=column, how="left", maintain_order="left")

    def lists(self, frame: pl.DataFrame, column: str, kind: str, into: str) -> pl.DataFrame:
        """The frame with the ids of a comma list's records as a JSON list; ``[]`` for none."""
        rows = frame.select("sourcedId", item=pl.col(column).str.split(",")).explode("item", empty_as_null=True)
        rows = self.add(rows.drop_nulls("item"), "item", kind, "_id").drop_nulls("_id")
        texts = rows.group_by("sourcedId", maintain_order=True).agg(_json_list("_id").alias(into))
        return frame.join(texts, on="sourcedId", how="left", maintain_order="left").with_columns(
            pl.col(into).fill_null("[]")
        )


def _json_list(column: str) -> pl.Expr:
    return pl.lit('["') + pl.col(column).str.join('","') + pl.lit('"]')


def _id_frame(kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    ids = frame.get_column("sourcedId")
    return pl.DataFrame({"sourcedId": ids, "id": object_ids(kind, ids)})


def _stamps() -> Members:
    return {"created": quoted(pl.lit("2026-08-17T02:00:00.000Z")), "last_modified": quoted("dateLastModified")}


def _rows(frame: pl.DataFrame, members: Members, *, kind: str = "", school: str = "") -> pl.DataFrame:
    texts = objects(frame, members)
    return frame.select(
        "id",
        kind=pl.col(kind) if kind else pl.lit(None, dtype=pl.String),
        school=pl.col(school) if school else pl.lit(None, dtype=pl.String),
    ).with_columns(texts.alias("json"))


def _object(members: Members) -> pl.Expr:
    """A nested object, the null members left out."""
    parts = [
        pl.concat_str(pl.lit(f',"{name}":'), value, ignore_nulls=False).fill_null("") for name, value in members.items()
    ]
    return pl.lit("{") + pl.concat_str(parts).str.strip_prefix(",") + pl.lit("}")


def _grade(column: str) -> pl.Expr:
    code = pl.col(column).str.split(",").list.first()
    plain = code.str.strip_chars_start("0")
    return pl.when(code == "KG").then(pl.lit("Kindergarten")).otherwise(plain).fill_null("")


def _schools(alive: Frames, ids: _Ids, district: str) -> pl.DataFrame:
    frame = ids.add(alive["orgs"].filter(pl.col("type") == "school"), "sourcedId", "school", "id")
    return _rows(
        frame,
        {
            "id": quoted("id"),
            "district": quoted(pl.lit(district)),
            "name": quoted("name"),
            "sis_id": quoted("sourcedId"),
            "school_number": quoted("sourcedId"),
            "nces_id": quoted("identifier"),
            "principal": pl.lit("{}"),
            "ext": pl.lit("{}"),
            **_stamps(),
        },
        school="id",
    )


def _terms(alive: Frames, ids: _Ids, district: str) -> pl.DataFrame:
    frame = ids.add(alive["academicSessions"], "sourcedId", "term", "id")
    return _rows(
        frame,
        {
            "id": quoted("id"),
            "district": quoted(pl.lit(district)),
            "name": quoted("title"),
            "start_date": quoted("startDate"),
            "end_date": quoted("endDate"),
        },
    )


def _courses(alive: Frames, ids: _Ids, district: str) -> pl.DataFrame:
    frame = ids.add(alive["courses"], "sourcedId", "course", "id")
    members = {"id": quoted("id"), "district": quoted(pl.lit(district))}
    return _rows(frame, {**members, "name": quoted("title"), "number": quoted("courseCode")})


def _users(alive: Frames, ids: _Ids, district: str, version: str) -> pl.DataFrame:
    people = ids.add(alive["users"], "sourcedId", "user", "id")
    people = ids.lists(people, "orgSourcedIds", "school", "schools").with_columns(
        first_school=pl.col("schools").str.extract(r'^\["([0-9a-f]+)"'),
        role_1_2=pl.coalesce("staffRole", "role"),
    )
    kinds = {
        "student": (pl.col("role") == "student", _student(version)),
        "teacher": (pl.col("role") == "teacher", _teacher(district)),
        "district_admin": (pl.col("role_1_2").is_in(["districtAdministrator", "systemAdministrator"]), _admin()),
        "staff": (pl.col("role_1_2").is_in(["principal", "siteAdministrator", "counselor", "aide"]), _staff()),
    }
    made = [
        _rows(
            frame,
            {
                **_person(district),
                "name": _name(),
                "roles": wrapped(f'{{"{kind}":', _object(role), "}"),
            },
            kind="kind",
            school="first_school",
        )
        for kind, (rows, role) in kinds.items()
        if (frame := people.filter(rows).with_columns(kind=pl.lit(kind))).height
    ]
    contacts = _contacts(alive, people, ids, district)
    return pl.concat([*made, contacts])


def _person(district: str) -> Members:
    return {"id": quoted("id"), "district": quoted(pl.lit(district)), "email": quoted("email"), **_stamps()}


def _name() -> pl.Expr:
    return _object({"first": quoted("givenName"), "middle": quoted("middleName"), "last": quoted("familyName")})


def _credentials() -> pl.Expr:
    return _object({"district_username": quoted("username")})


def _enrolled() -> pl.Expr:
    each = r'{"school":"$1","start_date":"2026-08-17T00:00:00.000Z","end_date":"2027-06-11T00:00:00.000Z"}'
    return pl.col("schools").str.replace_all(r'"([0-9a-f]+)"', each)


def _student(version: str) -> Members:
    newer = {"preferred_name": _object({"first": quoted("preferredGivenName")}), "disability": pl.lit("{}")}
    return {
        "legacy_id": quoted("id"),
        "sis_id": quoted("sourcedId"),
        "state_id": quoted(pl.col("userIds").str.extract(r"\{StateID:([^}]*)\}")),
        "student_number": quoted("identifier"),
        "grade": quoted(_grade("grades")),
        "school": quoted("first_school"),
        "schools": pl.col("schools"),
        "enrollments": _enrolled(),
        "credentials": _credentials(),
        **(newer if version == "v3.1" else {}),
        "ext": pl.lit("{}"),
        **_stamps(),
    }


def _teacher(district: str) -> Members:
    return {
        "legacy_id": quoted("id"),
        "district": quoted(pl.lit(district)),
        "name": _name(),
        "sis_id": quoted("sourcedId"),
        "teacher_number": quoted("identifier"),
        "school": quoted("first_school"),
        "schools": pl.col("schools"),
        "credentials": _credentials(),
        "ext": pl.lit("{}"),
        **_stamps(),
    }


def _title() -> pl.Expr:
    return quoted(pl.col("role_1_2").replace_strict(_TITLES, default=None))


def _staff() -> Members:
    return {
        "legacy_id": quoted("id"),
        "staff_id": quoted("sourcedId"),
        "title": _title(),
        "roles": pl.lit("[]"),
        "schools": pl.col("schools"),
        "credentials": _credentials(),
        "ext": pl.lit("{}"),
    }


def _admin() -> Members:
    return {"legacy_id": quoted("id"), "title": _title()}


def _contacts(alive: Frames, people: pl.DataFrame, ids: _Ids, district: str) -> pl.DataFrame:
    """Guardians of shared students; a guardian without one is not sent."""
    contacts = people.filter(pl.col("role").is_in(["parent", "guardian", "relative"]))
    bonds = contacts.select("sourcedId", "role", student=pl.col("agentSourcedIds").str.split(",")).explode(
        "student", empty_as_null=True
    )
    students = alive["users"].filter(pl.col("role") == "student").select(student="sourcedId")
    bonds = ids.add(bonds.join(students, on="student", how="semi", maintain_order="left"), "student", "user", "_id")
    relation = pl.col("role").replace_strict({"parent": "Parent", "guardian": "Other", "relative": "Grandparent"})
    kind = pl.when(pl.col("role") == "relative").then(pl.lit("Family")).otherwise(pl.lit("Parent/Guardian"))
    each = _object({"student": quoted("_id"), "relationship": quoted(relation), "type": quoted(kind)})
    bonds = (
        bonds.with_columns(each=each)
        .group_by("sourcedId", maintain_order=True)
        .agg(bonds=pl.lit("[") + pl.col("each").str.join(",") + pl.lit("]"))
    )
    contacts = contacts.join(bonds, on="sourcedId", how="inner", maintain_order="left").with_columns(
        kind=pl.lit("contact"),
        whole=pl.concat_str("givenName", pl.lit(" "), "familyName"),
        any_phone=pl.coalesce("sms", "phone"),
        phone_kind=pl.when(pl.col("sms").is_not_null())
        .then(pl.lit("Cell"))
        .when(pl.col("phone").is_not_null())
        .then(pl.lit("Home")),
    )
    role = {
        "legacy_id": quoted("id"),
        "sis_id": quoted("sourcedId"),
        "phone": quoted("any_phone"),
        "phone_type": quoted("phone_kind"),
        "student_relationships": pl.col("bonds"),
    }
    return _rows(
        contacts,
        {
            **_person(district),
            "name": _object({"last": quoted("whole")}),
            "roles": wrapped('{"contact":', _object(role), "}"),
        },
        kind="kind",
        school="first_school",
    )


def _section_name() -> pl.Expr:
    """Course, teacher's last name, period, as Clever builds it; the class's own title where it has no course."""
    built = pl.concat_str("course_title", "familyName", "periods", separator=" - ", ignore_nulls=True)
    return pl.when(pl.col("course_title").is_null()).then("title").otherwise(built)


def _sections(alive: Frames, every: pl.DataFrame, ids: _Ids, district: str) -> pl.DataFrame:
    frame = ids.add(alive["classes"], "sourcedId", "section", "id")
    frame = ids.add(frame, "schoolSourcedId", "school", "school")
    frame = ids.add(frame, "courseSourcedId", "course", "course")
    frame = frame.with_columns(term=pl.col("termSourcedIds").str.split(",").list.first())
    frame = ids.add(frame, "term", "term", "term_id")
    seats = ids.add(alive["enrollments"], "userSourcedId", "user", "user").drop_nulls("user")
    seats = seats.sort(pl.col("primary") != "true", "userSourcedId")
    for role in ("student", "teacher"):
        members = (
            seats.filter(pl.col("role") == role)
            .group_by(sourcedId="classSourcedId")
            .agg(_json_list("user").alias(f"{role}s"), pl.col("user").first().alias(role))
        )
        frame = frame.join(members, on="sourcedId", how="left", maintain_order="left")
    courses = alive["courses"].select(courseSourcedId="sourcedId", course_title="title")
    surnames = alive["users"].select("familyName", id=object_ids("user", alive["users"].get_column("sourcedId")))
    frame = frame.join(courses, on="courseSourcedId", how="left", maintain_order="left")
    frame = frame.join(surnames, left_on="teacher", right_on="id", how="left", maintain_order="left")
    moved = every.group_by(sourcedId="classSourcedId").agg(moved=pl.col("dateLastModified").max())
    frame = frame.join(moved, on="sourcedId", how="left", maintain_order="left").with_columns(
        dateLastModified=pl.max_horizontal("dateLastModified", "moved")
    )
    return _rows(
        frame,
        {
            "id": quoted("id"),
            "district": quoted(pl.lit(district)),
            "school": quoted("school"),
            "name": quoted(_section_name()),
            "sis_id": quoted("sourcedId"),
            "section_number": quoted("classCode"),
            "course": quoted("course"),
            "term_id": quoted("term_id"),
            "period": quoted("periods"),
            "grade": quoted(_grade("grades")),
            "subject": quoted(pl.col("subjects").replace_strict(_SUBJECTS, default="other")),
            "teacher": quoted("teacher"),
            "teachers": pl.col("teachers").fill_null("[]"),
            "students": pl.col("students").fill_null("[]"),
            "ext": pl.lit("{}"),
            **_stamps(),
        },
        school="school",
    )
