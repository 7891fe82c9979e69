"""A district on a day as the files of a OneRoster CSV bundle: which files there are, their columns, their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from rollbook.sandbox.district.calendar import YEAR_BEGINS, YEAR_ENDS, YEAR_ID, sessions
from rollbook.sandbox.district.classes import CLASS_KEY, class_id, classes, seats
from rollbook.sandbox.district.courses import courses
from rollbook.sandbox.district.days import District
from rollbook.sandbox.district.schools import DISTRICT_ID, FIRST_SECONDARY_GRADE, grade_code
from rollbook.sandbox.district.users import demographics, district_name, roles, student_id, users

__all__ = ["COLUMNS", "FILES", "VERSIONS", "manifest", "tables"]

VERSIONS = ("1.1", "1.2")
_FILES_1_1 = (
    "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
    "enrollments", "lineItems", "orgs", "resources", "results", "users",
)  # fmt: skip
_FILES_1_2 = (
    "lineItemLearningObjectiveIds", "lineItemScoreScales", "resultLearningObjectiveIds", "resultScoreScales", "roles",
    "scoreScales", "userProfiles", "userResources",
)  # fmt: skip
FILES: Mapping[str, tuple[str, ...]] = {"1.1": _FILES_1_1, "1.2": (*_FILES_1_1, *_FILES_1_2)}
"""version → every data file that the manifest must speak about."""

_BASE = ("sourcedId", "status", "dateLastModified")
_COLUMNS_1_1: dict[str, tuple[str, ...]] = {
    "academicSessions": ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": ("name", "type", "identifier", "parentSourcedId"),
    "courses": ("schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"),
    "classes": (
        "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId",
        "termSourcedIds", "subjects", "subjectCodes", "periods",
    ),
    "users": (
        "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName", "middleName",
        "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password",
    ),
    "enrollments": (
        "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate",
    ),
    "demographics": (
        "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
        "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    ),
}  # fmt: skip
_COLUMNS_1_2: dict[str, tuple[str, ...]] = _COLUMNS_1_1 | {
    "users": (
        "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms",
        "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
    "roles": ("userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"),
}  # fmt: skip
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    version: {file: (*_BASE, *columns) for file, columns in by_file.items()}
    for version, by_file in (("1.1", _COLUMNS_1_1), ("1.2", _COLUMNS_1_2))
}
"""version → file → columns in the order of the specification; the files that a generated bundle really has."""

_SEATS_CHUNK = 100_000


def tables(district: District, *, seed: int, oneroster: str) -> Iterator[tuple[str, pl.DataFrame]]:
    """(file, rows) for every file of the bundle, a file possibly in several pieces: String columns as ``COLUMNS`` has
    them, null where a cell is blank. A bulk bundle leaves status and dateLastModified blank."""
    rooms = classes(district.offers, district.rules, district.schools)
    sources: dict[str, Iterator[pl.DataFrame]] = {
        "academicSessions": iter([sessions()]),
        "orgs": iter([_orgs(district, seed)]),
        "courses": iter([_courses()]),
        "classes": iter([_classes(rooms)]),
        "users": users(district, seed=seed, oneroster=oneroster),
        "roles": roles(district, seed=seed),
        "enrollments": _enrollments(district, rooms),
        "demographics": demographics(district),
    }
    for file, columns in COLUMNS[oneroster].items():
        for frame in sources[file]:
            missing = [pl.lit(None, dtype=pl.String).alias(name) for name in columns if name not in frame.columns]
            yield file, frame.with_columns(missing).select(columns)


def manifest(oneroster: str, modes: Mapping[str, str]) -> pl.DataFrame:
    """The rows of manifest.csv; a file that ``modes`` does not name is absent."""
    files = {f"file.{file}": modes.get(file, "absent") for file in FILES[oneroster]}
    properties = {
        "manifest.version": "1.0",
        "oneroster.version": oneroster,
        **files,
        "source.systemName": "Rollbook district generator",
        "source.systemCode": "rollbook-generate",
    }
    return pl.DataFrame({"propertyName": list(properties), "value": list(properties.values())})


def _orgs(district: District, seed: int) -> pl.DataFrame:
    top = pl.DataFrame(
        {
            "sourcedId": [DISTRICT_ID],
            "name": [f"{district_name(seed)} School District"],
            "type": ["district"],
            "identifier": ["5300100"],
            "parentSourcedId": [None],
        },
        schema_overrides={"parentSourcedId": pl.String},
    )
    schools = district.schools.frame.select(
        sourcedId="org",
        name="name",
        type=pl.lit("school"),
        identifier=pl.lit("5300100") + pl.col("org").str.zfill(5),
        parentSourcedId=pl.lit(DISTRICT_ID),
    )
    return pl.concat([top, schools])


def _courses() -> pl.DataFrame:
    return courses().select(
        sourcedId="course",
        schoolYearSourcedId=pl.lit(YEAR_ID),
        title="title",
        courseCode="code",
        grades=grade_code(pl.col("grade")),
        orgSourcedId=pl.lit(DISTRICT_ID),
        subjects="area",
        subjectCodes="sced",
    )


def _classes(rooms: pl.DataFrame) -> pl.DataFrame:
    secondary = pl.col("grade") >= FIRST_SECONDARY_GRADE
    number = (pl.col("section") + 1).cast(pl.String)
    # Subjects change places from year group to year group, so that a teacher is never due in two rooms.
    period = ((pl.col("subject") + pl.col("grade")) % 7 + 1).cast(pl.String)
    room = 100 + (pl.col("grade").cast(pl.UInt32) * 7 + pl.col("section") * 3 + pl.col("subject")) % 180
    return rooms.select(
        sourcedId="class_id",
        title=pl.concat_str(
            "title", pl.lit(" "), pl.when(secondary).then("P" + period + "-").otherwise(pl.lit("Section ")), number
        ),
        grades=grade_code(pl.col("grade")),
        courseSourcedId="course",
        classCode=pl.concat_str("code", pl.lit("-"), number),
        classType=pl.when(~secondary & (pl.col("subject") == 0))
        .then(pl.lit("homeroom"))
        .otherwise(pl.lit("scheduled")),
        location="Room " + room.cast(pl.String),
        schoolSourcedId="org",
        termSourcedIds=pl.when(secondary).then(pl.lit("S1,S2")).otherwise(pl.lit(YEAR_ID)),
        subjects="area",
        subjectCodes="sced",
        periods=period,
    )


def _enrollments(district: District, rooms: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Teachers first, then the students a chunk at a time."""
    known = rooms.select(*CLASS_KEY, "begins", class_sourced_id="class_id", school_sourced_id="org")
    holders = district.posts.select("post", "since", user="T" + (pl.col("holder") + 1).cast(pl.String).str.zfill(6))
    teachers = district.assignments.join(known, on=CLASS_KEY, how="inner", maintain_order="left").join(
        holders, on="post", how="left", maintain_order="left"
    )
    yield _as_enrollments(
        teachers.with_columns(
            role=pl.lit("teacher"),
            primary=pl.when("primary").then(pl.lit("true")).otherwise(pl.lit("false")),
            begin=pl.max_horizontal("since", "begins"),
        )
    )
    orgs = district.schools.frame.select("school", "org")
    for chunk in district.present.iter_slices(_SEATS_CHUNK):
        seated = seats(district.dice, chunk, district.offers, district.moves, district.rules)
        yield _as_enrollments(
            seated.join(orgs, on="school", how="left", maintain_order="left").select(
                class_sourced_id=class_id(),
                school_sourced_id="org",
                user=student_id(pl.col("student")),
                role=pl.lit("student"),
                primary=pl.lit("false"),
                begin="since",
            )
        )


def _as_enrollments(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        sourcedId=pl.concat_str("class_sourced_id", pl.lit("."), "user"),
        classSourcedId="class_sourced_id",
        schoolSourcedId="school_sourced_id",
        userSourcedId="user",
        role="role",
        primary="primary",
        beginDate=pl.coalesce("begin", pl.lit(YEAR_BEGINS)).dt.to_string("%Y-%m-%d"),
        endDate=pl.lit(YEAR_ENDS.isoformat()),
    )
