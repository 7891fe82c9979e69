"""The people of a district as rows of users.csv, roles.csv and demographics.csv."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from rollbook.sandbox.district.days import District
from rollbook.sandbox.district.names import AREA_CODES, DISTRICT_NAMES, FAMILY, GIVEN, slug
from rollbook.sandbox.district.people import given_name, is_female
from rollbook.sandbox.district.schools import DISTRICT_ID, grade_code

__all__ = ["demographics", "district_name", "mail_domain", "roles", "staff_schools", "student_id", "users"]

_CHUNK = 250_000
_COUPLE_SHARES_EMAIL, _NO_EMAIL, _HOME_PHONE_ONLY, _HOME_PHONE = 0.09, 0.07, 0.04, 0.45
_LINES = range(200, 10_000)
_OLDEST_BIRTH = date(2008, 9, 1)
_SMALLEST_WITH_EMAIL = 3
_ONEROSTER_1_1_ROLES = {
    "districtAdministrator": "administrator",
    "systemAdministrator": "administrator",
    "siteAdministrator": "administrator",
    "principal": "administrator",
    "counselor": "aide",
    "aide": "aide",
    "teacher": "teacher",
}


def district_name(seed: int) -> str:
    """The district's name; seed 1 is Maple Valley."""
    return DISTRICT_NAMES[(seed - 1) % len(DISTRICT_NAMES)]


def mail_domain(seed: int) -> str:
    """The domain of the district's own addresses; reserved for examples (RFC 2606)."""
    return f"{slug(district_name(seed))}.example.org"


def student_id(student: pl.Expr) -> pl.Expr:
    """sourcedId of a student: seven digits, so that leading zeros are there to be lost."""
    return (student + 1).cast(pl.String).str.zfill(7)


def _guardian_number() -> pl.Expr:
    return pl.col("family") * 4 + pl.col("slot") + 1


def _guardian_id() -> pl.Expr:
    return "G" + _guardian_number().cast(pl.String).str.zfill(8)


def _staff_id(holder: pl.Expr) -> pl.Expr:
    return "T" + (holder + 1).cast(pl.String).str.zfill(6)


def _mobile(number: pl.Expr) -> pl.Expr:
    """A valid number of exchange 555, which nobody is given; different for the first 3.5 million people."""
    number = number.cast(pl.UInt64)
    area = pl.lit(pl.Series(AREA_CODES)).gather((number // len(_LINES) % len(AREA_CODES)).cast(pl.UInt32))
    line = (_LINES.start + number * 7919 % len(_LINES)).cast(pl.String).str.zfill(4)
    return "+1" + area + "555" + line


def _home_phone(family: pl.Expr) -> pl.Expr:
    """One of the numbers that films use (555-0100 … 0199)."""
    family = family.cast(pl.UInt64)
    area = pl.lit(pl.Series(AREA_CODES)).gather((family // 100 % len(AREA_CODES)).cast(pl.UInt32))
    return "+1" + area + "55501" + (family * 37 % 100).cast(pl.String).str.zfill(2)


def _address(given: str, surname: str, number: pl.Expr, domain: pl.Expr) -> pl.Expr:
    return pl.concat_str(
        GIVEN.slugged(pl.col(given)), pl.lit("."), FAMILY.slugged(pl.col(surname)), number.cast(pl.String), domain
    )


def _staff(district: District, domain: str) -> pl.DataFrame:
    """Today's holders: post, role, school, id, given and surname (indexes), email, sms, family (when a parent here)."""
    dice, holder = district.dice, pl.col("holder")
    parents = district.guardians.filter(pl.col("slot") == 0).select(
        "family", parent_given="given", parent_surname="surname"
    )
    return (
        district.posts.join(parents, on="family", how="left", maintain_order="left")
        .with_columns(
            id=_staff_id(holder),
            given=pl.coalesce("parent_given", given_name(dice, "staff", holder)),
            surname=pl.coalesce("parent_surname", dice.pick("staff surname", len(FAMILY), holder).cast(pl.UInt32)),
        )
        .with_columns(
            email=_address("given", "surname", holder + 1, pl.lit("@" + domain)),
            # From the other end of the numbers, out of the guardians' way.
            sms=_mobile(len(_LINES) * len(AREA_CODES) - 1 - holder.cast(pl.Int64)),
        )
        .drop("parent_given", "parent_surname")
    )


def staff_schools(district: District) -> pl.DataFrame:
    """One row per post and org: post, org (sourcedId), the post's own first."""
    own = district.posts.select("post", "school")
    beside = district.assignments.select("post", "school")
    return (
        pl.concat([own, beside])
        .unique(maintain_order=True)
        .join(district.schools.frame.select("school", "org"), on="school", how="left", maintain_order="left")
        .select("post", org=pl.col("org").fill_null(DISTRICT_ID))
    )


def _student_orgs(district: District, present: pl.DataFrame) -> pl.DataFrame:
    """One row per present student and school: student, family, org; the student's own school first."""
    orgs = district.schools.frame.select("school", "org")
    guests = present.filter(pl.col("guest_school").is_not_null())
    return pl.concat(
        [present.select("student", "family", "school"), guests.select("student", "family", school="guest_school")]
    ).join(orgs, on="school", how="left", maintain_order="left")


def _guardians(district: District, domain: str, *, merged: bool) -> pl.DataFrame:
    """Guardians of present students: family, slot, id, names, contacts, orgs and agents (lists), kind of relation.

    ``merged``: a teacher who is a parent keeps the one id of the staff record (OneRoster 1.2, several roles).
    """
    dice, family, slot = district.dice, pl.col("family"), pl.col("slot")
    orgs = _student_orgs(district, district.present)
    by_family = (
        orgs.sort("family", "org", "student")
        .group_by("family", maintain_order=True)
        .agg(orgs=pl.col("org").unique(maintain_order=True), students=pl.col("student").unique().sort())
    )
    staff = _staff(district, domain).filter(family.is_not_null())
    staff = staff.select("family", staff_id="id", staff_email="email", staff_sms="sms", slot=pl.lit(0, dtype=pl.UInt8))
    number = _guardian_number()
    shares = ((slot == 1) & dice.chance("couple shares", _COUPLE_SHARES_EMAIL, family)) | ((family == 0) & (slot == 1))
    home_only = dice.chance("home only", _HOME_PHONE_ONLY, family, slot) & (family > 0) | (family == 2) & (slot == 0)
    no_email = dice.chance("no email", _NO_EMAIL, family, slot) & (family > 0) | (family == 1) & (slot == 0)
    emails = pl.col("emails").fill_null(0)
    own = _address(
        "given",
        "surname",
        number,
        pl.concat_str(
            pl.when(emails > 0).then(pl.format("-{}", emails)).otherwise(pl.lit("")),
            pl.when(number % 3 == 0).then(pl.lit("@example.org")).otherwise(pl.lit("@example.net")),
        ),
    )
    changed = (pl.col("mobiles").fill_null(0) * 1_500_007).cast(pl.UInt64)
    frame = (
        district.guardians.join(by_family, on="family", how="inner", maintain_order="left")
        .join(staff, on=["family", "slot"], how="left", maintain_order="left")
        .join(district.contacts, on=["family", "slot"], how="left", maintain_order="left")
        .with_columns(id=_guardian_id(), email=own)
        .with_columns(email=pl.coalesce("staff_email", "email"))
        .with_columns(email=pl.when(shares).then(pl.col("email").shift(1)).otherwise("email"))
        .with_columns(
            email=pl.when((home_only | no_email) & pl.col("staff_id").is_null()).then(None).otherwise("email"),
            sms=pl.coalesce("staff_sms", pl.when(~home_only).then(_mobile(number + changed))),
            phone=pl.when(home_only | dice.chance("home phone", _HOME_PHONE, family)).then(_home_phone(family)),
            relation=pl.when(slot >= 2)
            .then(pl.lit("relative"))
            .when(dice.chance("guardian", 0.2, family, slot))
            .then(pl.lit("guardian"))
            .otherwise(pl.lit("parent")),
            username="family" + number.cast(pl.String),
        )
    )
    if merged:
        frame = frame.with_columns(id=pl.coalesce("staff_id", "id"))
    return frame


def _students(district: District, domain: str, agents: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Rows of users.csv for the present students, a chunk at a time."""
    dice, student = district.dice, pl.col("student")
    orgs = _student_orgs(district, district.present)
    orgs = orgs.group_by("student", maintain_order=True).agg(
        orgs=pl.col("org").str.join(","), first=pl.col("org").first()
    )
    agents = (
        agents.sort("family", "slot").group_by("family", maintain_order=True).agg(agents=pl.col("id").str.join(","))
    )
    surnames = district.families.select("family", "surname", "other_surname")
    # A correction adds or takes away the second surname; the next one also mends the first name.
    both = dice.chance("both surnames", 0.04, student).cast(pl.UInt8) != pl.col("renames") % 2
    for chunk in district.present.iter_slices(_CHUNK):
        yield (
            chunk.join(surnames, on="family", how="left", maintain_order="left")
            .join(agents, on="family", how="left", maintain_order="left")
            .join(orgs, on="student", how="left", maintain_order="left")
            .with_columns(
                given=given_name(dice, "student", student, pl.col("renames") // 2),
                middle=pl.when(dice.chance("has middle", 0.4, student)).then(
                    given_name(dice, "student middle", student)
                ),
                both=both,
            )
            .select(
                sourcedId=student_id(student),
                enabledUser=pl.lit("true"),
                orgSourcedIds="orgs",
                role=pl.lit("student"),
                username=_address("given", "surname", student + 1, pl.lit("")),
                userIds=pl.concat_str(
                    pl.lit("{StateID:"), (1_234_500_000 + student.cast(pl.UInt64) * 97).cast(pl.String), pl.lit("}")
                ),
                givenName=GIVEN.spelled(pl.col("given")),
                familyName=FAMILY.spelled(pl.col("surname"))
                + pl.when("both").then("-" + FAMILY.spelled(pl.col("other_surname"))).otherwise(pl.lit("")),
                middleName=GIVEN.spelled(pl.col("middle")),
                identifier=(20_011 + student.cast(pl.UInt64) * 7).cast(pl.String).str.zfill(8),
                email=pl.when(pl.col("grade") >= _SMALLEST_WITH_EMAIL).then(
                    _address("given", "surname", student + 1, pl.lit("@students." + domain))
                ),
                agentSourcedIds="agents",
                grades=grade_code(pl.col("grade")),
                preferredGivenName=pl.when(dice.chance("preferred", 0.03, student)).then(
                    GIVEN.spelled(given_name(dice, "student preferred", student))
                ),
                primaryOrgSourcedId="first",
            )
        )


def users(district: District, *, seed: int, oneroster: str) -> Iterator[pl.DataFrame]:
    """Rows of users.csv: staff, then guardians, then students; columns by their OneRoster names, in no set order."""
    domain, merged = mail_domain(seed), oneroster == "1.2"
    guardians = _guardians(district, domain, merged=merged)
    staff = _staff(district, domain)
    orgs = (
        staff_schools(district)
        .group_by("post", maintain_order=True)
        .agg(orgs=pl.col("org").str.join(","), first=pl.col("org").first())
    )
    wards = (
        guardians.select("family", "slot", "students")
        .explode("students")
        .with_columns(student=student_id(pl.col("students")))
    )
    wards = wards.group_by("family", "slot", maintain_order=True).agg(wards=pl.col("student").str.join(","))
    guardians = guardians.join(wards, on=["family", "slot"], how="left", maintain_order="left")
    parents = guardians.filter(pl.col("slot") == 0).select("family", "phone", "wards")
    yield (
        staff.join(orgs, on="post", how="left", maintain_order="left")
        .join(parents, on="family", how="left", maintain_order="left")
        .select(
            sourcedId="id",
            enabledUser=pl.lit("true"),
            orgSourcedIds="orgs",
            role=pl.col("role").replace_strict(_ONEROSTER_1_1_ROLES),
            username="email",
            givenName=GIVEN.spelled(pl.col("given")),
            familyName=FAMILY.spelled(pl.col("surname")),
            identifier=(pl.col("holder") + 5001).cast(pl.String).str.zfill(6),
            email="email",
            sms="sms",
            agentSourcedIds=pl.col("wards") if merged else pl.lit(None, dtype=pl.String),
            primaryOrgSourcedId="first",
        )
    )
    yield guardians.filter(pl.col("staff_id").is_null() | (not merged)).select(
        sourcedId="id",
        enabledUser=pl.lit("true"),
        orgSourcedIds=pl.col("orgs").list.join(","),
        role="relation",
        username="username",
        givenName=GIVEN.spelled(pl.col("given")),
        familyName=FAMILY.spelled(pl.col("surname")),
        email="email",
        sms="sms",
        phone="phone",
        agentSourcedIds="wards",
        primaryOrgSourcedId=pl.col("orgs").list.first(),
    )
    yield from _students(district, domain, guardians)


def roles(district: District, *, seed: int) -> Iterator[pl.DataFrame]:
    """Rows of roles.csv (1.2): one per person, org and role; where a teacher is also a parent, teaching is primary."""
    guardians = _guardians(district, mail_domain(seed), merged=True)
    posts = district.posts.select("post", "role", user=_staff_id(pl.col("holder")))
    staff = staff_schools(district).join(posts, on="post", how="left", maintain_order="left")
    staff = staff.select("user", "org", "role", roleType=pl.lit("primary"))
    relations = guardians.select(user="id", org="orgs", role="relation").explode("org")
    relations = relations.join(
        staff.select("user", "org", held=pl.lit(True)), on=["user", "org"], how="left", maintain_order="left"
    ).select(
        "user",
        "org",
        "role",
        roleType=pl.when(pl.col("held").is_null()).then(pl.lit("primary")).otherwise(pl.lit("secondary")),
    )
    pupils = _student_orgs(district, district.present).select(
        "org", user=student_id(pl.col("student")), role=pl.lit("student"), roleType=pl.lit("primary")
    )
    for frame in (staff, relations, pupils):
        yield frame.select(
            sourcedId=pl.concat_str("user", pl.lit("-"), "org", pl.lit("-"), pl.col("role").str.head(3)),
            userSourcedId="user",
            roleType="roleType",
            role="role",
            orgSourcedId="org",
        )


def demographics(district: District) -> Iterator[pl.DataFrame]:
    """Rows of demographics.csv: birth date (by grade) and sex of the present students, nothing else."""
    dice, student = district.dice, pl.col("student")
    oldest = pl.lit(_OLDEST_BIRTH).dt.offset_by(pl.format("{}y", 12 - pl.col("grade")))
    for chunk in district.present.iter_slices(_CHUNK):
        yield chunk.select(
            sourcedId=student_id(student),
            birthDate=(oldest + pl.duration(days=dice.pick("birthday", 365, student))).dt.to_string("%Y-%m-%d"),
            sex=pl.when(is_female(dice, "student", student)).then(pl.lit("female")).otherwise(pl.lit("male")),
        )
