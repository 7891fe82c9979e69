"""A plan on the screen and as JSON (docs/reference/plan-json.md)."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import polars as pl
from rich.console import Console
from rich.text import Text

from rollbook.cli.screen import console, table
from rollbook.core.entities import KINDS, REMOVALS
from rollbook.core.findings.sentences import grouped

if TYPE_CHECKING:
    from rollbook.services.planning import Planned

__all__ = ["hold_rows", "plan_json", "say_findings", "say_holds", "say_how", "say_matrix", "say_plan", "verdict"]

SCHOOLS = 40
CODES = 12
HEADINGS = {
    "school": "schools",
    "student": "students",
    "guardian": "guardians",
    "staff": "staff",
    "classroom": "classrooms",
    "enrollment": "enrollments",
    "guardianship": "family links",
}
MARKS = (("added", "+", "green"), ("changed", "~", "yellow"), ("removed", "−", "red"), ("held", "‖", "magenta"))
SEVERITIES = {"fatal": "bold red", "error": "red", "warning": "yellow", "notice": "dim"}


def plan_json(planned: Planned) -> dict[str, Any]:
    """The plan for machines; its shape is a promise, kept by a test."""
    run, plan = planned.run, planned.plan
    waiting = plan.records.filter(pl.col("hold").is_not_null()).height
    left_out = plan.left_out.group_by("kind", "reason").len().sort("kind", "reason")
    return {
        "plan": run.plan,
        "run": run.pk,
        "district": run.connection.district.slug,
        "source": run.connection.name,
        "day": run.day.isoformat() if run.day else None,
        "baseline": run.baseline,
        "empty": plan.is_empty,
        "counts": plan.totals(),
        "waiting": waiting,
        "holds": hold_rows(plan.holds),
        "findings": dict(sorted(run.findings.items())),
        "left_out": [{"kind": kind, "reason": reason, "count": n} for kind, reason, n in left_out.iter_rows()],
        "rows": run.rows,
        "seconds": {stage: round(value, 4) for stage, value in run.seconds.items()},
        "recovered": list(planned.recovered),
        "same_as": planned.same_as or 0,
    }


def hold_rows(holds: pl.DataFrame) -> list[dict[str, Any]]:
    """Holds for machines, the largest first."""
    return [
        {
            "hold": row["hold"],
            "school": row["school_id"],
            "kind": row["kind"],
            "group": row["group"],
            "count": row["count"],
            "of": row["base"],
            "percent": row["percent"],
            "threshold": row["threshold"],
            "cause": row["cause"],
            "sentence": row["sentence"],
            "depends_on": row["depends_on"],
        }
        for row in holds.iter_rows(named=True)
    ]


def say_plan(planned: Planned, matrix: pl.DataFrame) -> None:
    """The sentence of the plan, the matrix of schools and kinds, what waits, what was found, what comes next."""
    screen, run, plan = console(), planned.run, planned.plan
    say_how(planned)
    screen.print(Text.assemble(("Plan ", ""), (str(run.plan), "bold"), f" (run {run.pk}) as of {run.day}"))
    screen.print(verdict(planned))
    if matrix.height:
        say_matrix(screen, matrix)
    say_holds(screen, plan.holds, str(run.plan))
    say_findings(screen, plan.findings)
    if plan.is_empty:
        return
    screen.print()
    screen.print(f"Nothing is done yet. Look: rollbook show {run.plan}", markup=False)
    screen.print(f"       Then: rollbook apply {run.plan}", markup=False)


def say_how(planned: Planned) -> None:
    """What was found of runs before, and whether anything had to be computed."""
    for sentence in planned.recovered:
        console().print(f"! {sentence}", style="yellow", markup=False)
    if planned.same_as is not None:
        console().print(f"Source, settings and directory are as they were in run {planned.same_as}; its check stands.")


def verdict(planned: Planned) -> str:
    """“It would add 3,512, change 40, take away 3; 219 wait for a person.”"""
    plan = planned.plan
    if plan.is_empty:
        return "The directory is true to the source: nothing would change."
    actions = plan.records.filter(pl.col("hold").is_null()).get_column("action").cast(pl.String)
    added = actions.is_in(["create", "restore"]).sum()
    removed = actions.is_in(list(REMOVALS)).sum()
    changed = (actions == "update").sum()
    waiting = plan.records.height - len(actions)
    wait = f" {waiting:,} wait for a person." if waiting else ""
    return f"It would add {added:,} records, change {changed:,} and take away {removed:,}.{wait}"


def say_matrix(screen: Console, matrix: pl.DataFrame) -> None:
    """Schools × kinds with what is added (+), changed (~), removed (−) and held (‖); what waits first."""
    present = set(matrix["kind"].unique())
    kinds = [kind for kind in KINDS if kind in present]
    schools: dict[int | None, dict[str, dict[str, Any]]] = {}
    for row in matrix.iter_rows(named=True):
        schools.setdefault(row["school_id"], {})[row["kind"]] = row
    rows = []
    for cells in list(schools.values())[:SCHOOLS]:
        name = next(iter(cells.values()))["school"] or "(the district)"
        rows.append((Text(name), *(_cell(cells.get(kind)) for kind in kinds)))
    screen.print()
    screen.print(table(("", *(HEADINGS[kind] for kind in kinds)), rows))
    if len(schools) > SCHOOLS:
        screen.print(f"… and {len(schools) - SCHOOLS:,} more schools (rollbook report writes them all).")
    screen.print(Text("+ added  ~ changed  − taken away  ‖ waits for a person", style="dim"))


def say_holds(screen: Console, holds: pl.DataFrame, plan_id: str, *, is_open: bool = True) -> None:
    """What waits, with its likely cause, and the exact words that release it; what depends on it is counted with it."""
    order = {kind: place for place, kind in enumerate(KINDS)}
    kind = pl.col("kind").replace_strict(order, return_dtype=pl.Int8)
    heads = holds.filter(pl.col("depends_on").is_null()).sort(kind, "count", descending=[False, True])
    if heads.is_empty():
        return
    screen.print()
    screen.print(Text("Waiting for a person", style="bold magenta"))
    for row in heads.iter_rows(named=True):
        with_it = _dependents(holds, row["hold"])
        screen.print(Text.assemble(("‖ ", "magenta"), row["sentence"]))
        if with_it:
            screen.print(Text(f"  {with_it:,} records that hang on them wait too.", style="dim"))
        if is_open:
            words = f"rollbook apply {plan_id} --approve {shlex.quote(row['hold'])}"
            screen.print(Text(f"  They are right? {words}", style="dim"))


def _dependents(holds: pl.DataFrame, key: str) -> int:
    free = {key}
    pairs = [(hold, above) for hold, above in holds.select("hold", "depends_on").iter_rows() if above]
    while grown := {hold for hold, above in pairs if above in free} - free:
        free |= grown
    return int(holds.filter(pl.col("hold").is_in(sorted(free - {key})))["count"].sum())


def say_findings(screen: Console, findings: pl.DataFrame) -> None:
    """Findings by code, the gravest and commonest first, each with its first case."""
    codes = grouped(findings)
    if codes.is_empty():
        return
    rows = [
        (
            Text(row["code"], style=SEVERITIES[row["severity"]]),
            Text(row["severity"], style=SEVERITIES[row["severity"]]),
            f"{row['rows']:,}",
            Text(row["title"]),
            Text(row["sentence"], style="dim"),
        )
        for row in codes.head(CODES).iter_rows(named=True)
    ]
    screen.print()
    screen.print(table(("finding", "", ("rows", "right"), "what", "first case"), rows))
    if codes.height > CODES:
        screen.print(f"… and {codes.height - CODES} more codes; rollbook report writes them all.")


def _cell(row: dict[str, Any] | None) -> Text:
    if row is None:
        return Text("·", style="dim")
    parts = [(f"{mark}{row[name]:,} ", style) for name, mark, style in MARKS if row[name]]
    return Text.assemble(*parts) if parts else Text("·", style="dim")
