"""`rollbook schools`: which school of the source is which school of Rollbook (step 3)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, now, print_json, table
from rollbook.core.errors import ConfigError

if TYPE_CHECKING:
    from rollbook.services.schools import Matching


def schools(
    slug: Annotated[str, typer.Argument(help="The district.")],
    match_suggested: Annotated[bool, typer.Option("--match-suggested", help="Accept every suggestion.")] = False,
    create_missing: Annotated[
        bool, typer.Option("--create-missing", help="Make a school for each that has no suggestion and no near miss.")
    ] = False,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="OUT|IN",
            help="A file that is there is read and done; a new name is written, to edit.",
            show_default=False,
        ),
    ] = None,
    match: Annotated[
        list[str] | None, typer.Option("--match", metavar="SOURCED_ID=SCHOOL", help="Match one; SCHOOL may be new.")
    ] = None,
    unmatch: Annotated[
        list[str] | None, typer.Option("--unmatch", metavar="SOURCED_ID", help="Take one match away.")
    ] = None,
    leave: Annotated[
        list[str] | None, typer.Option("--leave", metavar="SOURCED_ID", help="Leave one out of the sync for good.")
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last act of this step back.")] = False,
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Show the schools of the source beside Rollbook's, with suggestions and their reasons, and match them."""
    chosen: dict[str, int | str | None] = dict(_pair(word) for word in match or ())
    chosen |= dict.fromkeys(leave or (), "leave")
    boot()
    from rollbook.services import access, hand_acts, school_sheet
    from rollbook.services import schools as service

    connection = access.connection(access.district(slug), source)
    done: dict[str, Any] = {}
    if undo:
        done["taken back"] = sum(
            hand_acts.undo_last(connection=connection, step=service.STEP, by=me(), now=now()).values()
        )
    if unmatch:
        done["unmatched"] = service.unmatch(connection=connection, sourced_ids=unmatch, by=me())
    matching = service.look(connection=connection)
    if csv is not None and csv.exists():
        chosen |= school_sheet.read(csv, matching)
    if chosen:
        settled = service.settle(connection=connection, matching=matching, choices=chosen, by=me())
        removed = settled.unmatched + done.get("unmatched", 0)
        done |= {"matched": settled.matched, "created": settled.created, "unmatched": removed}
        done |= {"left out": settled.left} if settled.left else {}
        matching = service.look(connection=connection)
    if match_suggested:
        pairs = service.match_suggested(connection=connection, matching=matching, by=me())
        done["matched"] = done.get("matched", 0) + len(pairs)
        matching = service.look(connection=connection) if pairs else matching
    if create_missing:
        made = service.create_missing(connection=connection, matching=matching, by=me())
        done["created"] = done.get("created", 0) + len(made)
        matching = service.look(connection=connection) if made else matching
    if csv is not None and not csv.exists():
        done["written"] = school_sheet.write(matching, csv)
    if as_json:
        print_json(_as_json(slug, connection.name, matching, done))
    else:
        _say(slug, matching, done, csv)


def _pair(word: str) -> tuple[str, int | str]:
    key, equals, value = word.rpartition("=")
    if not equals or not (value.isdecimal() or value == "new"):
        raise ConfigError(f"{word!r} is no match.", hint="Write it as SOURCED_ID=SCHOOL, SCHOOL a number or new.")
    return key, value if value == "new" else int(value)


def _as_json(slug: str, source: str, matching: Matching, done: dict[str, Any]) -> dict[str, Any]:
    return {
        "district": slug,
        "source": source,
        "done": done,
        "counts": matching.counts(),
        "schools": matching.pairs.to_dicts(),
        "only_here": matching.only_here.to_dicts(),
        "gone": matching.gone.to_dicts(),
    }


def _say(slug: str, matching: Matching, done: dict[str, Any], csv: Path | None) -> None:
    screen = console()
    rows = [_row(row) for row in matching.pairs.iter_rows(named=True)]
    screen.print(table(("sourcedId", "identifier", "school of the source", "school of Rollbook", ""), rows))
    for row in matching.only_here.iter_rows(named=True):
        screen.print(f"Only in Rollbook: {row['name']} ({row['id']}). The sync leaves it alone.", markup=False)
    for row in matching.gone.iter_rows(named=True):
        screen.print(f"Matched, but no longer in the data: {row['sourced_id']} → {row['school_name']}.", markup=False)
    for verb, number in done.items():
        if verb != "written" and number:
            screen.print(f"{verb.capitalize()} {number:,}.")
    counts = matching.counts()
    screen.print(
        f"{counts['source']:,} in the source: {counts['matched']:,} matched, {counts['suggested']:,} suggested, "
        f"{counts['near']:,} look alike, {counts['new']:,} without a partner, {counts['left']:,} left out. "
        "What is not matched stays out of the sync."
    )
    if "written" in done:
        screen.print(f"Wrote {csv}: fill in the column “rollbook school id”, then call this again.", markup=False)
    elif counts["suggested"]:
        screen.print(f"Next: rollbook schools {slug} --match-suggested")
    elif counts["new"]:
        screen.print(f"Next: rollbook schools {slug} --create-missing")
    elif counts["near"]:
        screen.print(f"Next: rollbook schools {slug} --match SOURCED_ID=SCHOOL (or =new)")
    else:
        screen.print(f"Next: rollbook plan {slug}")


def _row(row: dict[str, Any]) -> tuple[str | Text, ...]:
    if row["school_id"] is not None:
        verdict = Text(f"{row['school_name']} ({row['school_id']})"), Text("matched", style="green")
    elif row["is_left"]:
        verdict = Text("·"), Text("left out", style="dim")
    elif row["suggestion"] is not None:
        verdict = Text(f"{row['suggestion_name']} ({row['suggestion']})?"), Text(row["reason"], style="blue")
    elif row["near"] is not None:
        verdict = Text(f"{row['near_name']} ({row['near']})??"), Text(f"look: {row['near_reason']}", style="yellow")
    else:
        verdict = Text("·"), Text("new", style="dim")
    return Text(row["sourced_id"]), Text(row["identifier"] or "·"), Text(row["name"] or "·"), *verdict
