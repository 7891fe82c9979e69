"""Staff and guardians against the directory: one human, possibly several records of the source (R-3, R-6, R-7)."""

from __future__ import annotations

import polars as pl

from rollbook.core.diff.changes import Changes, edit_rows, events, field_edits, fingerprint, insert_rows
from rollbook.core.diff.context import Context
from rollbook.core.diff.objects import candidates, refresh
from rollbook.core.findings import of_rows

__all__ = ["diff_persons"]

_NAMES = {
    "given_name": "given_name",
    "family_name": "family_name",
    "middle_name": "middle_name",
    "preferred_given_name": "preferred_given_name",
    "preferred_family_name": "preferred_family_name",
}
_CONTACTS = ("email", "mobile", "home_phone")


def diff_persons(context: Context, changes: Changes) -> None:
    """New persons with their contacts, changed names and contacts, and accounts that come back.

    Contact details of people who have signed in change only when the setting says so (R-6); PLN-005 lists the
    differences. A person without e-mail and mobile is kept as a record without sign-in (R-7).
    """
    rows = _humans(context)
    reachable = pl.any_horizontal(pl.col("email", "mobile").is_not_null())
    new = rows.filter(pl.col("ref") < 0).with_columns(
        account_state=pl.when(reachable).then(pl.lit("invitee")).otherwise(pl.lit("no_contact")),
        disabled_by=pl.when(~pl.col("enabled").fill_null(True)).then(pl.lit("source")),
        record=pl.col("ref"),
    )
    changes.insert("person", insert_rows("person", new, kind=pl.col("kind"), record="record"))
    changes.tell(events(new, kind=pl.col("kind"), ref="ref", action="create", reason="new"))
    fresh = new.unpivot(_CONTACTS, index=("ref", "kind"), variable_name="contact_kind").drop_nulls("value")
    changes.insert("contact_method", _contact_rows(fresh))
    changes.findings.extend(_remarks(context, rows, reachable))

    persons = context.state.frames["persons"].select(
        pl.col("id").alias("ref"), account_state_old="account_state", disabled_by_old="disabled_by"
    )
    every = context.matched.persons.join(rows.drop("sourced_id"), on="ref", maintain_order="left").join(
        persons, on="ref", how="left", maintain_order="left"
    )
    asleep = (pl.col("disabled_by_old") == "sync").fill_null(False) | (
        pl.col("disabled_by_old").eq("source").fill_null(False) == pl.col("enabled")
    ).fill_null(False)
    seen = candidates(every, context.links("person"), ~asleep)
    still = pl.concat([context.others_staff, context.frozen_objects("person")])
    seen = seen.filter(~pl.col("ref").is_in(still.implode()))
    doubted = _known(context, changes, seen) if seen.height else pl.Series([], dtype=pl.Int64)
    # a difference that was not applied must be seen again tomorrow, so no fingerprint vouches for it
    changes.fingerprints["person"] = rows.select(
        "ref", fp=pl.when(~pl.col("ref").is_in(pl.concat([doubted, still]).implode())).then("fp")
    )


def _remarks(context: Context, rows: pl.DataFrame, reachable: pl.Expr) -> list[pl.DataFrame]:
    """Who cannot sign in, and who shares a contact (R-7, R-8)."""
    email, mobile = pl.col("email"), pl.col("mobile")
    cases = [
        (rows, "PLN-006", "email", ~reachable, ""),
        (context.scope.adults, "PLN-009", "enabledUser", ~pl.col("enabled").fill_null(True), ""),
        (rows, "PLN-010", "email", email.is_not_null() & email.is_duplicated(), "e-mail address"),
        (rows, "PLN-010", "sms", mobile.is_not_null() & mobile.is_duplicated(), "mobile number"),
    ]
    return [
        of_rows(
            people.filter(condition),
            code,
            stream="users.csv",
            column=column,
            line=pl.col("line"),
            sourced_id=pl.col("sourced_id"),
            detail=detail,
        )
        for people, code, column, condition, detail in cases
    ]


def _humans(context: Context) -> pl.DataFrame:
    """One row a ``ref``: ``sourced_id`` (of the leading record), names, ``email``, ``mobile``, ``home_phone``,
    ``enabled``, ``kind``, ``fp``. Where several records are one human the staff record leads, then the smallest sourcedId,
    and others fill its gaps."""
    mobile, home = ("sms", "phone") if context.policy.phone_column == "sms" else ("phone", "sms")
    said = ("users", "enabled") in context.roster.received
    rows = (
        context.scope.adults.join(context.matched.persons, on="sourced_id", maintain_order="left")
        .select(
            "sourced_id", "ref", "is_staff", "line", *_NAMES, "email", mobile=mobile, home_phone=home, enabled="enabled"
        )
        .with_columns(pl.col("enabled").fill_null(True) if said else pl.lit(None, pl.Boolean).alias("enabled"))
    )
    shared = rows["ref"].is_duplicated()
    if shared.any():
        several = (
            rows.filter(shared)
            .sort("is_staff", "sourced_id", descending=[True, False])  # not as the file happens to list them
            .group_by("ref", maintain_order=True)
            .agg(
                pl.col("sourced_id").first(),
                pl.col("is_staff").any(),
                pl.col("line").first(),
                pl.col(*_NAMES, *_CONTACTS).drop_nulls().first(),
                pl.col("enabled").any(ignore_nulls=False),
            )
            .select(rows.columns)
        )
        rows = pl.concat([rows.filter(~shared), several])
    same = pl.col("home_phone") == pl.col("mobile")
    return rows.with_columns(
        home_phone=pl.when(~same.fill_null(False)).then("home_phone"),
    ).with_columns(
        kind=context.person_kind("ref"),
        fp=fingerprint(
            [
                *(pl.col(name) for name in (*_NAMES, *_CONTACTS, "enabled")),
                pl.lit(",".join([*context.owned("person", _NAMES, "users"), *_received_contacts(context)])).alias(
                    "said"
                ),
            ]
        ),
    )


def _contact_rows(rows: pl.DataFrame) -> pl.DataFrame:
    """(``ref`` of the person, ``kind``, ``contact_kind``, ``value``) as new rows of ``contact_method``."""
    return insert_rows(
        "contact_method",
        rows.select(
            person_id="ref", record="ref", counted="kind", kind="contact_kind", value="value", owner=pl.lit("source")
        ),
        kind=pl.col("counted"),
        record="record",
    )


def _known(context: Context, changes: Changes, seen: pl.DataFrame) -> pl.Series:
    """Tells what changes for known persons; returns the references of those for whom no fingerprint may
    vouch: they keep a contact of their own, or one that this reading does not say."""
    partly = pl.col("ref").is_in(context.partly_seen.implode())
    humans = seen.unique("ref", keep="first", maintain_order=True)
    names = context.owned("person", _NAMES, "users")
    current = context.values("person", humans["ref"]).drop("account_state", "disabled_by")
    current = current.rename({name: f"{name}_old" for name in _NAMES})
    contacts = context.values("contact_method", humans["ref"]).select(
        "id", "person_id", contact_kind="kind", value_old="value"
    )
    contacts = contacts.unique(("person_id", "contact_kind"), keep="first", maintain_order=True)

    wanted = humans.unpivot(
        _CONTACTS, index=("ref", "kind", "sourced_id", "account_state_old"), variable_name="contact_kind"
    ).filter(pl.col("contact_kind").is_in(_received_contacts(context)))
    both = (
        wanted.join(
            contacts,
            left_on=("ref", "contact_kind"),
            right_on=("person_id", "contact_kind"),
            how="left",
            maintain_order="left",
        )
        .with_columns(row_id=pl.col("id"))
        .filter(pl.col("value").ne_missing(pl.col("value_old")))
    )
    unsaid = _unreadable(context) | (pl.col("value").is_null() & partly)
    silent = pl.concat([both.filter(unsaid)["ref"], humans.filter(partly)["ref"]])
    both = both.filter(~unsaid)
    own = (pl.col("account_state_old") == "active") & (not context.policy.update_active_contacts)
    kept = both.filter(own)
    both = both.filter(~own)
    changes.findings.append(
        of_rows(
            kept,
            "PLN-005",
            stream="users.csv",
            sourced_id=pl.col("sourced_id"),
            detail=pl.col("contact_kind"),
        )
    )
    states = _account_states(context, humans, contacts, both)
    people = (
        humans.join(current, left_on="ref", right_on="id", maintain_order="left")
        .join(states, on="ref", maintain_order="left")
        .with_columns(
            *(pl.when(partly).then(pl.coalesce(name, f"{name}_old")).otherwise(name).alias(name) for name in _NAMES),
            row_id=pl.col("ref"),
        )
    )
    edits = field_edits(people, [*names, "account_state", "disabled_by"])
    told = _events(context, changes, people, edits, both)
    action = told.select("ref", "kind", "action")

    by_row = edits.join(action, left_on="row_id", right_on="ref", maintain_order="left")
    changes.edit(edit_rows(by_row, "person", kind=pl.col("kind"), action=pl.col("action")))
    changes.insert("contact_method", _contact_rows(both.filter(pl.col("id").is_null())))
    existing = both.filter(pl.col("id").is_not_null()).join(action.drop("kind"), on="ref", maintain_order="left")
    replaced = existing.filter(pl.col("value").is_not_null())
    values = field_edits(replaced, ["value"]).join(
        replaced.select("row_id", "ref", "kind", "action"), on="row_id", maintain_order="left"
    )
    changes.edit(edit_rows(values, "contact_method", kind=pl.col("kind"), record="ref", action=pl.col("action")))
    dropped = existing.filter(pl.col("value").is_null()).with_columns(old=pl.lit("{}"), new=pl.lit("{}"))
    changes.edit(
        edit_rows(dropped, "contact_method", kind=pl.col("kind"), record="ref", action=pl.col("action"), op="delete")
    )
    kinds = humans.select("ref", "kind").join(told.select("ref", "action"), on="ref", how="left")
    doubted = pl.concat([kept["ref"], silent]).unique()
    refresh(changes, seen, kinds, pl.col("ref").is_in(doubted.implode()))
    return doubted


def _unreadable(context: Context) -> pl.Expr:
    """Contacts (``ref``, ``contact_kind``, ``value``) that are blank only because what came could not be read."""
    mobile, home = ("sms", "phone") if context.policy.phone_column == "sms" else ("phone", "sms")
    spoilt = pl.lit(False)
    for kind, header in (("email", "email"), ("mobile", mobile), ("home_phone", home)):
        ids = context.spoilt("users.csv", header)
        refs = context.matched.persons.filter(pl.col("sourced_id").is_in(ids.implode()))["ref"]
        spoilt = spoilt | ((pl.col("contact_kind") == kind) & pl.col("ref").is_in(refs.implode()))
    return spoilt & pl.col("value").is_null()


def _received_contacts(context: Context) -> list[str]:
    columns = {"email": "email", "mobile": "sms", "home_phone": "phone"}
    if context.policy.phone_column == "phone":
        columns |= {"mobile": "phone", "home_phone": "sms"}
    return context.owned("person", columns, "users")


def _account_states(context: Context, humans: pl.DataFrame, contacts: pl.DataFrame, both: pl.DataFrame) -> pl.DataFrame:
    """``ref``, ``account_state``, ``disabled_by`` as they will be. A hand's disabling is never taken back. Somebody
    loses the sign-in only with the last contact of the source: contacts by staff or themselves are not seen here."""
    signs_in = pl.col("contact_kind").is_in(["email", "mobile"])
    after = pl.concat(
        [
            contacts.select(ref="person_id", contact_kind="contact_kind", value="value_old").join(
                both, on=("ref", "contact_kind"), how="anti"
            ),
            both.select("ref", "contact_kind", "value"),
        ]
    ).filter(pl.col("value").is_not_null() & signs_in)
    reachable = pl.col("ref").is_in(after["ref"].unique().implode())
    lost = both.filter(signs_in & pl.col("value_old").is_not_null())["ref"].unique()
    return humans.select(
        "ref",
        account_state=pl.when(~pl.col("account_state_old").is_in(["no_contact", "invitee"]))
        .then("account_state_old")
        .when(reachable)
        .then(pl.lit("invitee"))
        .when(pl.col("ref").is_in(lost.implode()))
        .then(pl.lit("no_contact"))
        .otherwise("account_state_old"),
        disabled_by=pl.when(~pl.col("disabled_by_old").is_in(["sync", "source"]).fill_null(True))
        .then("disabled_by_old")
        .when(~pl.col("enabled").fill_null(pl.col("disabled_by_old").eq("source").not_()))
        .then(pl.lit("source")),
    )


def _events(
    context: Context, changes: Changes, people: pl.DataFrame, edits: pl.DataFrame, both: pl.DataFrame
) -> pl.DataFrame:
    """Tells what happens to each person; returns ``ref``, ``kind``, ``action``."""
    adopted = context.matched.adopted.filter(pl.col("kind") == "person").select(ref="ref", adopted="reason")
    contact = both["ref"].unique()
    told = (
        people.join(edits.select(ref="row_id", fields="fields"), on="ref", how="left", maintain_order="left")
        .join(adopted, on="ref", how="left", maintain_order="left")
        .with_columns(contact=pl.col("ref").is_in(contact.implode()))
        .filter(pl.col("fields").is_not_null() | pl.col("adopted").is_not_null() | pl.col("contact"))
        .with_columns(back=(pl.col("disabled_by_old") == "sync").fill_null(False))
        .with_columns(action=pl.when("back").then(pl.lit("restore")).otherwise(pl.lit("update")))
    )
    changes.tell(
        events(
            told,
            kind=pl.col("kind"),
            ref="ref",
            action=pl.col("action"),
            reason=pl.when(pl.col("adopted").is_not_null())
            .then(pl.lit("adopted"))
            .when("back")
            .then(pl.lit("reappeared"))
            .otherwise(pl.lit("changed")),
            names=pl.col("contact")
            | (pl.col("fields").list.set_intersection(list(_NAMES)).list.len().fill_null(0) > 0),
        )
    )
    return told.select("ref", "kind", "action")
