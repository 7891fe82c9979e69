"""`rollbook check`: the self-check of a source."""

from __future__ import annotations

from typing import Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, now, print_json, table, working

_SIGNS = {"pass": ("✓", "green"), "warn": ("!", "yellow"), "fail": ("✕", "red")}


def check(
    slug: Annotated[str, typer.Argument(help="The district.")],
    source: Source = None,
    rows: Annotated[
        str | None, typer.Option("--rows", metavar="CHECK", help="List the rows behind one check instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a source afresh and say what should be looked at before a run: every check with its number. Changes nothing.

    Ends with 1 when a check must be mended. --rows lists who is behind a number of the newest check, without reading again.
    """
    boot()
    from rollbook.reports import examinations
    from rollbook.services import access, audit, examining
    from rollbook.services.examining import ExaminationKind
    from rollbook.web.self_check.words import remedy, sentence, title

    connection = access.connection(access.district(slug), source)
    if rows is not None:
        behind = examinations.check_rows(connection, rows)
        audit.handed_out(district=connection.district_id, what="rows of a self-check", by=me())
        if as_json:
            print_json({"district": slug, "source": connection.name, "check": rows, "rows": behind.frame.to_dicts()})
            return
        headings = ("kind", "id", "name", "school", "what")
        lines = behind.lines(0, behind.frame.height)
        console().print(
            table(headings, [(row.kind, row.sourced_id, row.name, row.school, row.detail) for row in lines])
        )
        return
    with working("Reading and checking the source"):
        asked = examining.ask(connection, ExaminationKind.SELF_CHECK, by=me(), now=now())
        examining.carry_out(asked.pk, now=now)
    asked.refresh_from_db()
    checks = asked.result.get("checks", [])
    problem = asked.problem or asked.result.get("problem", "")
    if as_json:
        print_json({"district": slug, "source": connection.name, "problem": problem, "checks": checks})
    else:
        for found in sorted(checks, key=lambda item: list(_SIGNS).index(item["level"])):
            sign, style = _SIGNS[found["level"]]
            told = problem if found["key"] == "connection" else ""
            told = told or sentence(found["key"], found["number"], found["of"], found["more"])
            is_fine = found["level"] == "pass"
            console().print(
                sign, title(found["key"]) if is_fine else told, style=style if not is_fine else None, markup=False
            )
            if not is_fine:
                behind_it = f" rollbook check {slug} --rows {found['key']}" if found["rows"] else ""
                console().print(f"  {remedy(found['key'])}{behind_it}", markup=False)
    if problem or any(found["level"] == "fail" for found in checks):
        raise typer.Exit(1)
