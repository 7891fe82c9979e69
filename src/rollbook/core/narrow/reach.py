"""Whom a change can reach: the people who have to be looked at again because of those whose rows are different."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from rollbook.core.clean.emails import clean_emails
from rollbook.core.clean.lists import split
from rollbook.core.clean.phones import clean_phones
from rollbook.core.clean.text import clean_text, unusual_rows
from rollbook.core.narrow.sides import Sides
from rollbook.core.plan import Plan
from rollbook.core.policy import Policy
from rollbook.core.state import State

__all__ = ["Reach", "known_by_newcomers", "reach_of"]

_MOST = 5
"""Somebody in so many may be reached; beyond that, looking at everybody is hardly dearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """``family``: sourcedIds of users who are looked at with all that hangs on them. ``users``: and of those of whom only
    single enrollments are (``pairs``: ``classSourcedId``, ``userSourcedId``)."""

    users: pl.Series
    family: pl.Series
    pairs: pl.DataFrame


def reach_of(sides: Sides, state: State, policy: Policy, more: pl.Series | None = None) -> Reach | None:
    """None when too many are reached. ``more``: sourcedIds of users from whom to start, too.

    From those whose rows are different (``roles`` and ``demographics`` rows included) one gets to everybody tied to
    them as guardian or child, in either reading or by hand; to everybody with the same e-mail address, mobile number or
    master id, for they may be one human, or share a contact; and to whoever is bound to the same object. Enrollments do
    not reach on: a row speaks of its own class and user; but where the classes say at which school somebody is, all of
    that user's are looked at.
    """
    pairs = _pairs(sides)
    ties = _ties(sides, state, policy)
    seeds = [sides.stretches[name].touched(owner) for name, owner in _OWNERS if name in sides.stretches]
    seeds += [_of_shared_objects(state), _placed_by_classes(sides, state, pairs["userSourcedId"].unique())]
    family = _closed(pl.concat(seeds if more is None else [*seeds, more]), ties, sides)
    users = pl.concat([family, pairs["userSourcedId"]]).unique()
    if users.len() * _MOST > sides.stretches["users"].after.height:
        return None
    return Reach(users=users, family=family, pairs=pairs)


_OWNERS = (("users", "sourcedId"), ("roles", "userSourcedId"), ("demographics", "sourcedId"))


def _pairs(sides: Sides) -> pl.DataFrame:
    """Classes and users of enrollment rows that are different; where such a row is no student's, those of all who are no
    students in that class: whose teacher comes first is told of the class."""
    stretch = sides.stretches["enrollments"]
    columns = ("classSourcedId", "userSourcedId")
    different = pl.concat([stretch.removed, stretch.added.select(stretch.removed.columns)])
    pairs = different.select(columns)
    teaching = pl.col("role") != "student"
    if "role" in different.columns and (classes := different.filter(teaching)["classSourcedId"].unique()).len():
        beside = [
            frame.filter(teaching & pl.col("classSourcedId").is_in(classes.implode())).select(columns)
            for frame in (stretch.before, stretch.after)
        ]
        pairs = pl.concat([pairs, *beside])
    return pairs.unique()


def _ties(sides: Sides, state: State, policy: Policy) -> pl.DataFrame:
    """``a``, ``b``: users who are tied to each other, both ways, each as a number (``_number``)."""
    users = sides.stretches["users"]
    rows = pl.concat([users.after, users.removed.select(users.after.columns)])
    ids = _number(rows["sourcedId"])
    parts = [_by_hand(state)]
    if "agentSourcedIds" in rows.columns:
        listing = (rows["agentSourcedIds"] != "").arg_true()
        lists = split(rows["agentSourcedIds"].gather(listing)).values
        listed = pl.DataFrame({"a": ids.gather(listing), "b": lists}).explode("b").drop_nulls()
        parts.append(listed.with_columns(_number(listed["b"]).alias("b")))
    for column, kind in (("email", "email"), (policy.phone_column, "phone"), ("userMasterIdentifier", "text")):
        if column in rows.columns:
            parts.append(_sharing(ids, _cleaned(rows[column], kind, policy)))
    return pl.concat([*parts, *(part.select(a="b", b="a") for part in parts)])


def _placed_by_classes(sides: Sides, state: State, users: pl.Series) -> pl.Series:
    """Those of ``users`` whom no row, in either reading, places at a matched school for as long as it stands: whether
    and where they are at school may depend on all their classes (``scope.people``)."""
    schools = state.frames["links"].filter(pl.col("kind") == "school")["sourced_id"].implode()
    placed = []
    for is_after in (False, True):
        side = {name: stretch.after if is_after else stretch.before for name, stretch in sides.stretches.items()}
        if "roles" in side:
            rows = side["roles"].filter(pl.col("userSourcedId").is_in(users.implode()))
            rows = (
                rows.filter(pl.col("orgSourcedId").is_in(schools)) if "orgSourcedId" in rows.columns else rows.clear()
            )
            for column, plain in (("status", ("", "active")), ("beginDate", ("",)), ("endDate", ("",))):
                rows = rows.filter(pl.col(column).is_in(plain)) if column in rows.columns else rows
            placed.append(rows["userSourcedId"])
        elif "orgSourcedIds" in side["users"].columns:
            rows = side["users"].filter(pl.col("sourcedId").is_in(users.implode()))
            orgs = pl.DataFrame({"id": rows["sourcedId"], "org": split(rows["orgSourcedIds"]).values}).explode("org")
            placed.append(orgs.filter(pl.col("org").is_in(schools))["id"])
        else:
            return users
    before, after = placed
    return users.filter(~(users.is_in(before.implode()) & users.is_in(after.implode())))


def _number(ids: pl.Series) -> pl.Series:
    """A number for each id. Two ids may have the same; then one more is looked at than needed."""
    return ids.hash(seed=11)


def _cleaned(column: pl.Series, kind: str, policy: Policy) -> pl.Series:
    """The column as cleaning has it."""
    cells = column.replace("", None)
    rows = unusual_rows(column)
    if rows.len():
        cells = cells.scatter(rows, clean_text(column.gather(rows)).values)
    if kind == "email":
        return clean_emails(cells).values
    return clean_phones(cells, region=policy.region).values if kind == "phone" else cells


def _sharing(ids: pl.Series, values: pl.Series) -> pl.DataFrame:
    """``a``, ``b``: everybody with a value that others have, too, and the first of these."""
    rows = pl.DataFrame({"a": ids, "value": values}).drop_nulls("value").with_columns(pl.col("value").hash())
    rows = rows.filter(pl.col("value").is_duplicated())
    return rows.select("a", b=pl.col("a").first().over("value")).filter(pl.col("a") != pl.col("b"))


def _linked(state: State, kind: str) -> pl.DataFrame:
    return state.frames["links"].filter(pl.col("kind") == kind).select("sourced_id", "object_id")


def _by_hand(state: State) -> pl.DataFrame:
    """``a``, ``b``: students and guardians whom somebody, not this source, tied to each other."""
    ties = state.frames["guardianships"].filter(~pl.col("managed") & (pl.col("status") == "active"))
    if ties.is_empty():
        return pl.DataFrame(schema={"a": pl.UInt64, "b": pl.UInt64})
    pairs = ties.join(_linked(state, "student").rename({"sourced_id": "a"}), left_on="student_id", right_on="object_id")
    pairs = pairs.join(_linked(state, "person").rename({"sourced_id": "b"}), left_on="person_id", right_on="object_id")
    return pl.DataFrame({"a": _number(pairs["a"]), "b": _number(pairs["b"])})


def _of_shared_objects(state: State) -> pl.Series:
    """sourcedIds of objects with several: one of them may be gone."""
    links = state.frames["links"].filter(pl.col("kind").is_in(["student", "person"]))
    keys = links.select(pl.col("object_id") * 2 + (pl.col("kind") == "person").cast(pl.Int64)).to_series()
    return links.filter(keys.is_duplicated())["sourced_id"]


def _closed(seeds: pl.Series, ties: pl.DataFrame, sides: Sides) -> pl.Series:
    """``seeds`` and whoever can be reached from them."""
    found = fresh = _number(seeds.drop_nulls()).unique().to_frame("a")
    while fresh.height:
        fresh = ties.join(fresh, on="a", how="semi").select(a="b").unique().join(found, on="a", how="anti")
        found = pl.concat([found, fresh])
    reached = sides.stretches["users"].after["sourcedId"]
    reached = reached.filter(_number(reached).is_in(found["a"].implode()))
    return pl.concat([seeds.drop_nulls(), reached]).unique()


def known_by_newcomers(plan: Plan, sides: Sides, state: State, policy: Policy) -> pl.Series:
    """sourcedIds of users who have to be looked at because ``plan`` links somebody new, who may be somebody known (R-2,
    R-3): with a new adult, people who look like one human and have two accounts are told of; a new student may be known
    by the guardians of one who left."""
    users = sides.stretches["users"].after
    links = plan.inserts.get("source_link")
    kinds = frozenset(links["kind"]) if links is not None else frozenset()
    found = [users["sourcedId"].clear()]
    if "student" in kinds:
        found.append(_guardians_of_gone(users, state))
    if "person" in kinds:
        found.append(_two_accounts(users, state, policy))
    return pl.concat(found).unique()


def _two_accounts(users: pl.DataFrame, state: State, policy: Policy) -> pl.Series:
    """Users who share name and contact, or a master id, with somebody who is bound to another person."""
    rows = users.select(
        sourced_id="sourcedId",
        name=pl.concat_str(
            *(
                _cleaned(users[column], "text", policy).str.to_lowercase()
                for column in ("givenName", "familyName")
                if column in users.columns
            ),
            separator="\x1f",
        ),
        email=_cleaned(users["email"], "email", policy) if "email" in users.columns else None,
        mobile=_cleaned(users[policy.phone_column], "phone", policy) if policy.phone_column in users.columns else None,
        master=_cleaned(users["userMasterIdentifier"], "text", policy)
        if "userMasterIdentifier" in users.columns
        else None,
    ).join(_linked(state, "person"), on="sourced_id")
    found = []
    for keys in (("master",), ("name", "email"), ("name", "mobile")):
        whole = rows.drop_nulls(keys)
        found.append(whole.filter(pl.col("object_id").n_unique().over(keys) > 1)["sourced_id"])
    return pl.concat(found).unique()


def _guardians_of_gone(users: pl.DataFrame, state: State) -> pl.Series:
    """Guardians, of any time, of students whom this reading does not hold, and of students whom nobody has linked."""
    here = _linked(state, "student").join(users, left_on="sourced_id", right_on="sourcedId", how="semi")
    pairs = state.frames["guardianships"].join(here, left_on="student_id", right_on="object_id", how="anti")
    persons = _linked(state, "person").join(pairs, left_on="object_id", right_on="person_id", how="semi")
    return persons.join(users, left_on="sourced_id", right_on="sourcedId", how="semi")["sourced_id"]
