"""A district on a day: the first day, and the nights between it and any later one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from rollbook.sandbox.district.calendar import date_of
from rollbook.sandbox.district.classes import MOVES, OFFER_KEY, RULES, classes, offers, sections_of
from rollbook.sandbox.district.courses import ELECTIVE, HOMEROOM
from rollbook.sandbox.district.mix import Dice
from rollbook.sandbox.district.people import adults, children, enrol, families
from rollbook.sandbox.district.schools import FIRST_SECONDARY_GRADE, Schools
from rollbook.sandbox.district.staff import TEACHER, assignments, posts

__all__ = ["District", "district_on"]

_CONTACTS = pl.Schema({"family": pl.UInt32, "slot": pl.UInt8, "mobiles": pl.UInt32, "emails": pl.UInt32})
_LEAVING, _JOINING, _MOVING, _RENAMED, _NEW_CONTACT, _REPLACED = 0.001, 0.0009, 0.003, 0.0003, 0.001, 0.001
"""Share of the records that one night changes; each at least once."""
_CLASSES_PER_OPENING = 20_000
_RETURNING = 0.1
"""Share of last night's leavers who are back tonight; on day 3 at least one."""
_FIRST_RETURN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """Everything that decides what a bundle holds. A student is present when ``left`` (a day number) is null.

    ``contacts``: how often a guardian's mobile number and e-mail have changed. ``size``: students on the first day.
    """

    dice: Dice
    size: int
    day: int
    schools: Schools
    families: pl.DataFrame
    students: pl.DataFrame
    guardians: pl.DataFrame
    offers: pl.DataFrame
    posts: pl.DataFrame
    assignments: pl.DataFrame
    contacts: pl.DataFrame
    moves: pl.DataFrame
    rules: pl.DataFrame
    hired: int

    @property
    def today(self) -> date:
        """The calendar date of the day."""
        return date_of(self.day)

    @property
    def present(self) -> pl.DataFrame:
        """The students who attend today."""
        return self.students.filter(pl.col("left").is_null())


def district_on(day: int, *, students: int, seed: int) -> District:
    """The district after ``day`` - 1 nights. Equal arguments give equal districts, anywhere and at any time."""
    date_of(day)
    district = _first_day(students, seed)
    for number in range(2, day + 1):
        district = _after_night(replace(district, day=number))
    return district


def _first_day(size: int, seed: int) -> District:
    dice = Dice(seed)
    schools = Schools.of(size)
    households = families(dice, 0, size * 17 // 20 + 10)
    students = enrol(dice, children(dice, households).head(size), schools)
    households = households.join(students.select("family").unique(), on="family", how="semi", maintain_order="left")
    rules = RULES.to_frame()
    offered = offers(students)
    rooms = classes(offered, rules, schools)
    jobs = posts(dice, students, rooms, schools)
    return District(
        dice=dice,
        size=size,
        day=1,
        schools=schools,
        families=households,
        students=students,
        guardians=adults(dice, households),
        offers=offered,
        posts=jobs,
        assignments=assignments(dice, jobs, rooms),
        contacts=_CONTACTS.to_frame(),
        moves=MOVES.to_frame(),
        rules=rules,
        hired=len(jobs),
    )


def _after_night(district: District) -> District:
    for event in (_come_back, _leave, _join, _change_class, _correct_names, _change_contacts, _replace_teachers):
        district = event(district)
    return _close_classes(_open_classes(district))


def _some(district: District, topic: str, frame: pl.DataFrame, share: float, of: int, *keys: str) -> pl.DataFrame:
    """About ``share`` × ``of`` rows of the frame, at least one when it has any, drawn anew every night."""
    if frame.is_empty():
        return frame
    drawn = district.dice.draw(f"night {topic}", pl.lit(district.day), *(pl.col(key) for key in keys))
    return (
        frame.with_columns(_drawn=drawn)
        .bottom_k(max(1, round(share * of)), by=["_drawn", *keys])
        .drop("_drawn")
        .sort(keys)
    )


def _come_back(district: District) -> District:
    gone = district.students.filter(pl.col("left") == district.day - 1).select("student")
    if district.day != _FIRST_RETURN and len(gone) * _RETURNING < 1:
        return district
    back = _some(district, "back", gone, _RETURNING, len(gone), "student").get_column("student")
    here = pl.col("student").is_in(back.implode())
    return replace(
        district,
        students=district.students.with_columns(
            left=pl.when(~here).then("left"), joined=pl.when(here).then(pl.lit(district.today)).otherwise("joined")
        ),
    )


def _settled(district: District) -> pl.DataFrame:
    """Students who have been here from the first day and whose lives are simple: one school, no class change so far."""
    simple = pl.col("joined").is_null() & pl.col("guest_school").is_null()
    return district.present.filter(simple).join(district.moves, on="student", how="anti")


def _leave(district: District) -> District:
    # Family 0 stays, so that the smallest district keeps a pair of siblings.
    candidates = _settled(district).filter(pl.col("family") > 0).select("student")
    leavers = _some(district, "leave", candidates, _LEAVING, district.size, "student").get_column("student")
    leaves = pl.col("student").is_in(leavers.implode())
    return replace(
        district,
        students=district.students.with_columns(
            left=pl.when(leaves).then(pl.lit(district.day, dtype=pl.UInt16)).otherwise("left")
        ),
    )


def _join(district: District) -> District:
    """Newcomers are new families; each sits where some present student's rank would sit."""
    models = _some(district, "join", _settled(district), _JOINING, district.size, "student")
    first_student = int(district.students.select(pl.col("student").max()).item()) + 1
    first_family = int(district.families.select(pl.col("family").max()).item()) + 1
    households = families(district.dice, first_family, first_family + len(models))
    newcomers = models.with_columns(
        student=pl.int_range(first_student, first_student + len(models), dtype=pl.UInt32),
        family=pl.int_range(first_family, first_family + len(models), dtype=pl.UInt32),
        child=pl.lit(0, dtype=pl.UInt8),
        renames=pl.lit(0, dtype=pl.UInt8),
        joined=pl.lit(district.today),
    )
    return replace(
        district,
        students=pl.concat([district.students, newcomers]),
        families=pl.concat([district.families, households]),
        guardians=pl.concat([district.guardians, adults(district.dice, households)]),
    )


def _change_class(district: District) -> District:
    """A student of the secondary grades changes one class, a younger one the whole group."""
    movable = district.offers.filter(pl.col("sections") > 1).join(district.rules, on=OFFER_KEY, how="anti")
    secondary = pl.col("grade") >= FIRST_SECONDARY_GRADE
    night = pl.lit(district.day)
    chosen = (
        _settled(district)
        .select("student", "school", "grade", "rank")
        .join(movable.filter(secondary | (pl.col("subject") == HOMEROOM)), on=["school", "grade"], how="inner")
        .with_columns(_drawn=district.dice.draw("which class", night, pl.col("student"), pl.col("subject")))
        .sort("student", "_drawn")
        .unique("student", keep="first", maintain_order=True)
    )
    chosen = _some(district, "move", chosen, _MOVING, district.size, "student")
    every_subject = pl.lit([0, 1, 2, 3, 4, 5, 6], dtype=pl.List(pl.UInt8))
    moves = chosen.select(
        "student",
        subject=pl.when(secondary).then(pl.concat_list("subject")).otherwise(every_subject),
        to_section=(sections_of() + 1) % pl.col("sections"),
        moved=pl.lit(district.today),
    ).explode("subject", empty_as_null=False)
    return replace(district, moves=pl.concat([district.moves, moves]))


def _correct_names(district: District) -> District:
    chosen = _some(district, "rename", district.present.select("student"), _RENAMED, district.size, "student")
    corrected = pl.col("student").is_in(chosen.get_column("student").implode())
    return replace(
        district, students=district.students.with_columns(renames=pl.col("renames") + corrected.cast(pl.UInt8))
    )


def _change_contacts(district: District) -> District:
    """A guardian of a present student, no teacher here, gets a new mobile number or a new e-mail."""
    candidates = (
        district.guardians.select("family", "slot")
        .filter((pl.col("slot") == 0) & (pl.col("family") > 2))
        .join(district.present.select("family").unique(), on="family", how="semi")
        .join(district.posts.select("family"), on="family", how="anti")
    )
    chosen = _some(district, "contact", candidates, _NEW_CONTACT, len(district.guardians), "family", "slot")
    mobile = district.dice.pick("which contact", 2, pl.lit(district.day), pl.col("family")) == 0
    changes = chosen.with_columns(mobiles=mobile.cast(pl.UInt32), emails=(~mobile).cast(pl.UInt32))
    contacts = pl.concat([district.contacts, changes]).group_by("family", "slot", maintain_order=True).sum()
    return replace(district, contacts=contacts)


def _replace_teachers(district: District) -> District:
    teachers = district.posts.filter((pl.col("role") == TEACHER) & pl.col("family").is_null() & (pl.col("post") > 0))
    leaving = _some(district, "replace", teachers, _REPLACED, len(district.posts), "post").select(
        "post", new_holder=pl.int_range(district.hired, district.hired + pl.len(), dtype=pl.UInt32)
    )
    filled = (
        district.posts.join(leaving, on="post", how="left", maintain_order="left")
        .with_columns(
            holder=pl.coalesce("new_holder", "holder"),
            since=pl.when(pl.col("new_holder").is_not_null()).then(pl.lit(district.today)).otherwise("since"),
        )
        .drop("new_holder")
    )
    return replace(district, posts=filled, hired=district.hired + len(leaving))


def _choices(district: District) -> pl.DataFrame:
    """Electives of the secondary grades that nothing has happened to yet."""
    secondary_elective = (pl.col("grade") >= FIRST_SECONDARY_GRADE) & (pl.col("subject") == ELECTIVE)
    return district.offers.filter(secondary_elective).join(district.rules, on=OFFER_KEY, how="anti")


def _openings(district: District) -> float:
    """How many classes open, and close, in a night."""
    return int(district.offers.select(pl.col("sections").sum()).item()) / _CLASSES_PER_OPENING


def _open_classes(district: District) -> District:
    chosen = _some(district, "open", _choices(district), 1, round(_openings(district)), *OFFER_KEY)
    opened = chosen.select(
        *OFFER_KEY,
        section=pl.lit(0, dtype=pl.UInt32),
        target="sections",
        opens=pl.lit(True),
        ruled=pl.lit(district.today),
    )
    teachers = opened.join(district.assignments.filter("primary"), on=[*OFFER_KEY, "section"], how="inner").select(
        *OFFER_KEY, section="target", post="post", primary=pl.lit(True)
    )
    return replace(
        district,
        rules=pl.concat([district.rules, opened]),
        assignments=pl.concat([district.assignments, teachers]),
    )


def _close_classes(district: District) -> District:
    chosen = _some(district, "close", _choices(district), 1, round(_openings(district)), *OFFER_KEY)
    closed = chosen.select(
        *OFFER_KEY,
        section=pl.col("sections") - 1,
        target=pl.lit(0, dtype=pl.UInt32),
        opens=pl.lit(False),
        ruled=pl.lit(district.today),
    )
    return replace(district, rules=pl.concat([district.rules, closed]))
