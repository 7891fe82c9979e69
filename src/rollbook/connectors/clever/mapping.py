"""Clever's collections → the columns of OneRoster: the only file that knows both vocabularies. Pure.

- Ids are Clever's ids, byte for byte; a section is never known by its SIS id.
- Somebody's roles become rows of ``roles``; membership of a section becomes rows of ``enrollments``.
- Titles of staff that name no other role make an aide: the role with the fewest rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from rollbook.connectors.clever.config import Config
from rollbook.connectors.clever.contacts import Contacts, map_contacts
from rollbook.core import findings
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE

__all__ = ["ORIGINS", "Mapped", "map_collections"]

ORIGINS: Mapping[str, str] = MappingProxyType(
    {
        "orgs": "/schools",
        "academicSessions": "/terms",
        "courses": "/courses",
        "classes": "/sections",
        "users": "/users",
        "roles": "/users",
        "enrollments": "/sections",
        "demographics": "/users",
    }
)
"""Stream → the endpoint whose rows ``_line`` counts."""

_GRADES = {
    "InfantToddler": "IT",
    "Preschool": "PR",
    "PreKindergarten": "PK",
    "TransitionalKindergarten": "TK",
    "Kindergarten": "KG",
    "PostGraduate": "PS",
    "Ungraded": "UG",
    **{str(number): f"{number:02}" for number in range(1, 14)},
}
_STAFF_TITLES = (
    (r"(?i)\bprincipal\b", "principal"),
    (r"(?i)\bcounsel", "counselor"),
    (r"(?i)\badmin", "administrator"),
)
_CLEVER_ID = r"^[0-9a-f]{24}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """``frames``: stream → text columns of OneRoster, null where nothing came, and ``_line``; ``remarks``: findings."""

    frames: Mapping[str, pl.DataFrame]
    remarks: pl.DataFrame


def map_collections(rows: Mapping[str, pl.DataFrame], config: Config, policy: Policy) -> Mapped:
    """``rows``: collection → frame in the shape of ``wire.SHAPES`` with ``_line``. Blank and missing are blank."""
    district = str(rows["districts"]["id"].item())
    users = rows["users"]
    contacts = map_contacts(users, config, policy, district)
    frames = {
        "academicSessions": _sessions(rows["terms"]),
        "orgs": _orgs(rows["districts"], rows["schools"]),
        "courses": _courses(rows["courses"], district),
        "classes": _classes(rows["sections"]),
        "users": _users(users, contacts),
        "roles": _roles(users, contacts, district),
        "enrollments": _enrollments(rows["sections"]),
    }
    if policy.keep_birth_dates:
        frames["demographics"] = _births(users)
    frames = {name: frame.with_columns(pl.exclude(LINE).replace("", None)) for name, frame in frames.items()}
    return Mapped(frames=frames, remarks=findings.merge([_section_ids(rows["sections"]), contacts.remarks]))


def _sessions(terms: pl.DataFrame) -> pl.DataFrame:
    day = r"^(\d{4}-\d{2}-\d{2})"
    return terms.select(
        LINE,
        sourcedId="id",
        title="name",
        type=pl.lit("term"),
        startDate=pl.coalesce(pl.col("start_date").str.extract(day), "start_date"),
        endDate=pl.coalesce(pl.col("end_date").str.extract(day), "end_date"),
    )


def _orgs(districts: pl.DataFrame, schools: pl.DataFrame) -> pl.DataFrame:
    """Schools, and after them the district, to which administrators and courses belong."""
    here = schools.select(
        LINE,
        sourcedId="id",
        name="name",
        type=pl.lit("school"),
        identifier=pl.coalesce(_filled("nces_id"), _filled("school_number")),
        parentSourcedId=pl.lit(districts["id"].item(), dtype=pl.String),
    )
    above = districts.select(
        pl.lit(schools.height + 1, dtype=pl.UInt32).alias(LINE),
        sourcedId="id",
        name="name",
        type=pl.lit("district"),
        identifier=pl.lit(""),
        parentSourcedId=pl.lit(""),
    )
    return pl.concat([here, above])


def _courses(courses: pl.DataFrame, district: str) -> pl.DataFrame:
    return courses.select(LINE, sourcedId="id", title="name", courseCode="number", orgSourcedId=pl.lit(district))


def _classes(sections: pl.DataFrame) -> pl.DataFrame:
    homeroom = pl.col("subject") == "homeroom/advisory"
    return sections.select(
        LINE,
        sourcedId="id",
        title="name",
        grades=_grade("grade"),
        courseSourcedId="course",
        classCode="section_number",
        classType=pl.when(homeroom.fill_null(False)).then(pl.lit("homeroom")).otherwise(pl.lit("scheduled")),
        schoolSourcedId="school",
        termSourcedIds="term_id",
        subjects=pl.col("subject").str.replace_all(",", " "),
        periods=pl.col("period").str.replace_all(",", " "),
    )


def _users(users: pl.DataFrame, contacts: Contacts) -> pl.DataFrame:
    student, teacher, staff = (_role(name) for name in ("student", "teacher", "staff"))
    preferred = student.struct.field("preferred_name").struct
    known = users.filter(~_contact_only() | pl.col("id").is_in(contacts.people["id"].implode()))
    named = known.join(contacts.people, on="id", how="left", maintain_order="left")
    name = pl.col("name").struct
    return named.select(
        LINE,
        sourcedId="id",
        username=_first_filled(
            *(part.struct.field("credentials").struct.field("district_username") for part in (student, teacher, staff))
        ),
        userIds=_user_ids(student, teacher, staff),
        givenName=pl.coalesce("given", name.field("first")),
        familyName=pl.coalesce("family", name.field("last")),
        middleName=pl.when(pl.col("given").is_null()).then(name.field("middle")),
        identifier=_first_filled(
            *(student.struct.field(field) for field in ("student_number", "sis_id")),
            *(teacher.struct.field(field) for field in ("teacher_number", "sis_id")),
            staff.struct.field("staff_id"),
        ),
        email="email",
        sms="mobile",
        phone="landline",
        agentSourcedIds="children",
        grades=_grade(student.struct.field("grade")),
        preferredGivenName=preferred.field("first"),
        preferredFamilyName=preferred.field("last"),
    )


def _user_ids(student: pl.Expr, teacher: pl.Expr, staff: pl.Expr) -> pl.Expr:
    """``{SIS:…},{StateID:…}`` of what is filled."""
    sis = _first_filled(
        student.struct.field("sis_id"), teacher.struct.field("sis_id"), staff.struct.field("staff_id")
    ).str.replace_all(r"[{}:,]", "")
    state = _first_filled(student.struct.field("state_id")).str.replace_all(r"[{}:,]", "")
    return pl.concat_str(
        pl.lit("{SIS:") + sis + pl.lit("}"),
        pl.lit("{StateID:") + state + pl.lit("}"),
        separator=",",
        ignore_nulls=True,
    )


def _roles(users: pl.DataFrame, contacts: Contacts, district: str) -> pl.DataFrame:
    """One row a role at an org. Who teaches, or learns, in several schools has the first of them as primary."""
    student, teacher, staff = (_role(name) for name in ("student", "teacher", "staff"))
    parts = [
        _at_schools(users, student, pl.lit("student"), district=None),
        _at_schools(users, teacher, pl.lit("teacher"), district=None),
        _at_schools(users, staff, _staff_role(staff.struct.field("title")), district=district),
        users.filter(_role("district_admin").is_not_null()).select(
            LINE, userSourcedId="id", role=pl.lit("districtAdministrator"), orgSourcedId=pl.lit(district)
        ),
        contacts.roles,
    ]
    rows = pl.concat(parts).unique(("userSourcedId", "role", "orgSourcedId"), keep="first", maintain_order=True)
    first = pl.col("userSourcedId").is_first_distinct()
    return rows.select(
        LINE,
        "userSourcedId",
        "role",
        "orgSourcedId",
        roleType=pl.when(first).then(pl.lit("primary")).otherwise(pl.lit("secondary")),
    )


def _at_schools(users: pl.DataFrame, part: pl.Expr, role: pl.Expr, *, district: str | None) -> pl.DataFrame:
    """A role at each of its schools; without a school at ``district``, or nowhere."""
    return (
        users.filter(part.is_not_null())
        .with_columns(_schools=_school_list(part, with_primary=district is None), _role=role)
        .explode("_schools", empty_as_null=True)
        .select(
            LINE,
            userSourcedId="id",
            role="_role",
            orgSourcedId=pl.col("_schools").fill_null(district or ""),
        )
    )


def _school_list(part: pl.Expr, *, with_primary: bool) -> pl.Expr:
    several = part.struct.field("schools").fill_null([])
    if not with_primary:
        return several.list.drop_nulls()
    first = pl.concat_list(part.struct.field("school"))
    return pl.concat_list(first, several).list.drop_nulls().list.unique(maintain_order=True)


def _staff_role(title: pl.Expr) -> pl.Expr:
    named = [pl.when(title.str.contains(pattern)).then(pl.lit(word)) for pattern, word in _STAFF_TITLES]
    return pl.coalesce(*named, pl.lit("aide"))


def _enrollments(sections: pl.DataFrame) -> pl.DataFrame:
    """One row a member of a section; the lead teacher is primary. Clever has no id for it: section and user make one."""
    keys = {"classSourcedId": pl.col("id"), "schoolSourcedId": pl.col("school")}
    members = sections.select(
        LINE,
        "teacher",
        **keys,
        student=pl.col("students").fill_null([]),
        staff=pl.concat_list(pl.concat_list("teacher"), pl.col("teachers").fill_null([])),
    )
    learning = members.explode("student", empty_as_null=False).select(
        LINE, *keys, userSourcedId="student", role=pl.lit("student"), primary=pl.lit("false")
    )
    lead = (pl.col("staff") == pl.col("teacher")).fill_null(False)
    teaching = members.explode("staff", empty_as_null=False).select(
        LINE,
        *keys,
        userSourcedId="staff",
        role=pl.lit("teacher"),
        primary=pl.when(lead).then(pl.lit("true")).otherwise(pl.lit("false")),
    )
    rows = pl.concat([learning, teaching]).filter(
        pl.col("userSourcedId").is_not_null() & (pl.col("userSourcedId") != "")
    )
    return rows.unique(("classSourcedId", "userSourcedId", "role"), keep="first", maintain_order=True).with_columns(
        sourcedId=pl.concat_str("classSourcedId", pl.lit("-"), "userSourcedId", pl.lit("-"), pl.col("role"))
    )


def _births(users: pl.DataFrame) -> pl.DataFrame:
    """Birth dates as OneRoster writes them; Clever's are month/day/year."""
    parts = _role("student").struct.field("dob").str.extract_groups(r"^(\d{1,2})/(\d{1,2})/(\d{4})$").struct
    written = pl.concat_str(
        parts.field("3"), parts.field("1").str.zfill(2), parts.field("2").str.zfill(2), separator="-"
    )
    return users.filter(_role("student").is_not_null()).select(
        LINE, sourcedId="id", birthDate=pl.coalesce(written, _role("student").struct.field("dob"))
    )


def _section_ids(sections: pl.DataFrame) -> pl.DataFrame:
    """CLV-008 when sections come under something else than Clever's ids, as their SIS ids would be."""
    strange = sections.filter(~pl.col("id").str.contains(_CLEVER_ID).fill_null(False))
    if strange.is_empty():
        return findings.empty()
    return findings.make("CLV-008", stream="/sections", column="id", detail=f"{strange.height:,}")


def _contact_only() -> pl.Expr:
    others = pl.any_horizontal(
        *(_role(name).is_not_null() for name in ("student", "teacher", "staff", "district_admin"))
    )
    return _role("contact").is_not_null() & ~others


def _role(name: str) -> pl.Expr:
    return pl.col("roles").struct.field(name)


def _grade(value: str | pl.Expr) -> pl.Expr:
    grade = pl.col(value) if isinstance(value, str) else value
    return grade.replace(_GRADES)


def _filled(column: str) -> pl.Expr:
    return pl.col(column).replace("", None)


def _first_filled(*values: pl.Expr) -> pl.Expr:
    return pl.coalesce(*(value.replace("", None) for value in values))
