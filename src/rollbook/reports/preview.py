"""What a person looks at before saying yes: the matrix of a run, and the lines behind any of its cells."""

from __future__ import annotations

import polars as pl

from rollbook.core.entities import ACTIONS, KINDS
from rollbook.core.errors import ConfigError, NotFound
from rollbook.core.plan import Plan
from rollbook.engine.arrow import Reader, reading
from rollbook.reports.names import school_names
from rollbook.reports.records import LINE_SCHEMA, lines
from rollbook.reports.run_report import plan_of
from rollbook.reports.summary import matrix
from rollbook.store.models import SyncRun

__all__ = ["listing", "matrix_of"]

DISTRICT = "district"


def matrix_of(run: SyncRun, plan: Plan) -> pl.DataFrame:
    """``MATRIX_SCHEMA`` of a plan: schools × kinds with what is added, changed, removed and held."""
    with reading() as reader:
        return matrix(run, plan, school_names(reader, run.district_id).select("id", "name"))


def listing(
    run: SyncRun,
    *,
    school: str | None = None,
    kind: str | None = None,
    action: str | None = None,
    hold: str | None = None,
) -> pl.DataFrame:
    """``LINE_SCHEMA`` of a run, only of ``school`` (its number, id, name or sourcedId; ``district`` for what is counted
    at no school), ``kind``, ``action`` and ``hold`` where given. Raises NotFound for a school or hold that is not there,
    ConfigError for an unknown kind or action, with the known ones."""
    for word, known, what in ((kind, KINDS, "kind"), (action, ACTIONS, "action")):
        if word is not None and word not in known:
            raise ConfigError(f"There is no {what} {word!r}.", hint=f"There are: {', '.join(known)}.")
    with reading() as reader:
        plan = plan_of(run, reader)
        if hold is not None and hold not in plan.holds["hold"]:
            raise NotFound(f"This plan has no hold {hold}.", hint="rollbook holds lists the holds of the newest plan.")
        chosen = None if school is None else _schools(run, school, reader)
        parts = lines(
            run,
            plan,
            reader,
            kinds=KINDS if kind is None else (kind,),
            schools=chosen,
            actions=None if action is None else (action,),
            hold=hold,
        )
        return pl.concat([pl.DataFrame(schema=LINE_SCHEMA), *(frame for _kind, frame in parts)])


def _schools(run: SyncRun, word: str, reader: Reader) -> list[int | None]:
    if word.casefold() == DISTRICT:
        return [None]
    schools = school_names(reader, run.district_id)
    links = reader.read(
        f"""SELECT object_id AS id, sourced_id FROM source_link
        WHERE connection_id = {int(run.connection_id)} AND kind = 'school'""",
        {"id": pl.Int64(), "sourced_id": pl.String()},
    )
    rules = (
        links.filter(pl.col("sourced_id") == word)["id"],
        schools.filter(pl.col("school_number") == word)["id"],
        schools.filter(pl.col("id").cast(pl.String) == word)["id"],
        schools.filter(pl.col("name").str.to_lowercase() == word.lower())["id"],
        schools.filter(pl.col("name").str.to_lowercase().str.contains(word.lower(), literal=True))["id"],
    )
    for found in rules:
        if len(found):
            return [int(one) for one in found.unique()]
    raise NotFound(
        f"There is no school {word!r} in this district.", hint="Name it by number, sourcedId or part of its name."
    )
