"""`rollbook classrooms`: what becomes of the classrooms that were there before the sync (step 4)."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, Source, console, me, now, print_json, table
from rollbook.core.errors import ConfigError

if TYPE_CHECKING:
    from rollbook.reports.existing_classrooms import ExistingLine, ExistingList, ExistingNumbers

_SHOWN = 50


def classrooms(
    slug: Annotated[str, typer.Argument(help="The district.")],
    accept: Annotated[
        list[str] | None,
        typer.Option(
            "--accept",
            metavar="REASON",
            help="Take over every classroom suggested for that reason: same_id, same_code, same_name_teacher, same_name, or all.",
        ),
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option("--take", metavar="CLASSROOM=SOURCED_ID", help="Take one over for a class.")
    ] = None,
    leave: Annotated[
        list[str] | None,
        typer.Option(
            "--leave", metavar="CLASSROOM", help="Leave one beside what the sync makes; all: every undecided one."
        ),
    ] = None,
    archive: Annotated[
        list[str] | None, typer.Option("--archive", metavar="CLASSROOM", help="Archive one; all: every undecided one.")
    ] = None,
    reopen: Annotated[
        list[str] | None, typer.Option("--open", metavar="CLASSROOM", help="Take a decision away.")
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="OUT|IN",
            help="A file that is there is read and done; a new name is written, to edit.",
            show_default=False,
        ),
    ] = None,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last act of this step back.")] = False,
    read: Annotated[bool, typer.Option("--read", help="Read the source first, instead of what was read last.")] = False,
    source: Source = None,
    as_json: AsJson = False,
) -> None:
    """Show the classrooms that no source knows beside the classes of the source, and archive, leave or take them over."""
    chosen = {_number(key): sourced_id for key, sourced_id in map(_pair, take or ())}
    picked = {name: words or [] for name, words in (("leave", leave), ("archive", archive), ("reopen", reopen))}
    listed = {name: [_number(word) for word in words if word != "all"] for name, words in picked.items()}
    boot()
    from rollbook.reports import existing_classrooms as report
    from rollbook.services import access, classroom_sheet, hand_acts, offers
    from rollbook.services import classrooms as service

    connection = access.connection(access.district(slug), source)
    if read or offers.take_again(connection=connection, now=now()) is None:
        offers.read_now(connection=connection, now=now())
    done: dict[str, int] = {}

    def note(settled: service.Settled) -> None:
        for what, number in asdict(settled).items():
            done[what] = done.get(what, 0) + number

    if undo:
        done["taken back"] = sum(
            hand_acts.undo_last(connection=connection, step=service.STEP, by=me(), now=now()).values()
        )
    if csv is not None and csv.exists():
        note(classroom_sheet.do(classroom_sheet.read(csv, connection), connection=connection, by=me()))
    if chosen or any(listed.values()):
        note(service.settle(connection=connection, take=chosen, **listed, by=me()))
    for reason in accept or ():
        wanted = report.ExistingFilter(reason="" if reason == "all" else _reason(reason))
        note(service.settle_fitting(connection=connection, wanted=wanted, what="take", by=me()))
    for what in ("leave", "archive"):
        if "all" in picked[what]:
            note(service.settle_fitting(connection=connection, wanted=report.ExistingFilter(), what=what, by=me()))
    if csv is not None and not csv.exists():
        classroom_sheet.write(connection, csv)
    numbers = report.numbers(connection)
    if as_json:
        every = {
            state: report.classrooms(connection, report.ExistingFilter(state=state), offset=0, limit=2**31)
            for state in numbers.states
        }
        print_json(_as_json(slug, connection.name, numbers, every, done))
        return
    shown = report.classrooms(connection, report.ExistingFilter(), offset=0, limit=_SHOWN)
    _say(slug, numbers, shown, done, csv)


def _pair(word: str) -> tuple[str, str]:
    key, equals, value = word.partition("=")
    if not equals or not value:
        raise ConfigError(f"{word!r} takes nothing over.", hint="Write it as CLASSROOM=SOURCED_ID.")
    return key, value


def _number(word: str) -> int:
    if not word.isdecimal() or len(word) > 18:
        raise ConfigError(f"{word!r} is no classroom.", hint="Write the number of a classroom, as the list shows it.")
    return int(word)


def _reason(word: str) -> str:
    reasons = ("same_id", "same_code", "same_name_teacher", "same_name")
    if word not in reasons:
        raise ConfigError(f"{word!r} is no reason.", hint=f"One of: {', '.join(reasons)}, or all.")
    return word


def _as_json(
    slug: str, source: str, numbers: ExistingNumbers, every: dict[str, ExistingList], done: dict[str, int]
) -> dict[str, Any]:
    return {
        "district": slug,
        "source": source,
        "done": done,
        "counts": asdict(numbers),
        "classrooms": [{"state": state, **asdict(line)} for state, found in every.items() for line in found.lines],
    }


def _say(slug: str, numbers: ExistingNumbers, shown: ExistingList, done: dict[str, int], csv: Path | None) -> None:
    screen = console()
    if shown.lines:
        heads = ("classroom", "school", "name", "code", "class of the source", "")
        screen.print(table(heads, [_row(line) for line in shown.lines]))
    if shown.total > len(shown.lines):
        screen.print(f"… and {shown.total - len(shown.lines):,} more undecided; --csv FILE has all of them.")
    for verb, number in done.items():
        if number:
            screen.print(f"{verb.capitalize()} {number:,}.")
    states = numbers.states
    screen.print(
        f"{numbers.total:,} existing: {states['taken']:,} taken over, {states['archived']:,} archived, "
        f"{states['left']:,} left, {states['open']:,} undecided. "
        f"Left as they are, {numbers.doubles:,} of the undecided would stand beside a new classroom of the same kind"
        + (f", {numbers.may_double:,} perhaps." if numbers.may_double else ".")
    )
    if csv is not None and not numbers.total:
        screen.print("There is nothing to edit.")
    elif numbers.doubles:
        screen.print(f"Next: rollbook classrooms {slug} --accept all")
    elif states["open"]:
        screen.print(f"Next: rollbook classrooms {slug} --archive all, or --leave all, or --csv FILE")
    else:
        screen.print(f"Next: rollbook plan {slug}")


def _row(line: ExistingLine) -> tuple[str | Text, ...]:
    hint = line.suggestion
    if hint is None:
        verdict = Text("·"), Text("nothing like it", style="dim")
    else:
        name = Text(f"{hint.name or hint.sourced_id} ({hint.sourced_id}){'?' if line.is_sure else '??'}")
        verdict = name, Text(line.reason.replace("_", " "), style="blue" if line.is_sure else "yellow")
    return str(line.classroom), Text(line.school), Text(line.name or "·"), Text(line.code or "·"), *verdict
