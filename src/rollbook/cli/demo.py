"""`rollbook demo`: the main job from the first file to the undo, on a district that does not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from rollbook.cli import demo_stage
from rollbook.cli.boot import boot, home
from rollbook.cli.plan_view import say_holds, say_plan, verdict
from rollbook.cli.screen import AsJson, Told, console, me, now, print_json, table, working
from rollbook.sandbox.district import generate

SLUG = "maple-valley"
STUDENTS = 900
SEED = 1  # the Maple Valley of examples/, larger
DAYS = (dt.date(2026, 9, 1), dt.date(2026, 9, 2))
SHOWN = 12
HOLDS = 3
OTHERS = ("guardians", "enrollments", "family links")


@dataclass(frozen=True, slots=True)
class Scene:
    """The stage: who the district is and where its files arrive."""

    slug: str
    incoming: Path


def demo(
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End after the show, although a person is at the terminal.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=1, max=65_000, help="Of the pages, at a terminal; the next free one is taken.")
    ] = 8000,
    as_json: AsJson = False,
) -> None:
    """Show the main job on Maple Valley, an invented district: two mornings, an explanation, a way back.

    It runs in a district of its own; one that an earlier show left is kept, and the next gets the next number. Nothing
    leaves this machine. At a terminal it ends by serving: the pages, the sandbox, and an empty district to do the nine
    steps in, until Ctrl+C.
    """
    stage = None if no_serve or as_json or not demo_stage.is_attended() else demo_stage.open_at(port)
    boot()
    scene = _scene()
    story: dict[str, Any] = {"district": scene.slug, "incoming": str(scene.incoming)}
    with working("Making up a district"):
        files = generate(scene.incoming, students=STUDENTS, seed=SEED, day=1)
    _first_morning(scene, story, files.counts, as_json=as_json)
    generate(scene.incoming, students=STUDENTS, seed=SEED, day=2)
    _second_morning(scene, story, as_json=as_json)
    _third_morning(scene, story, as_json=as_json)
    _afterwards(scene, story, as_json=as_json)
    if as_json:
        print_json(story)
    if stage is not None:
        _title("Now you, in the browser", as_json)
        stage.serve(scene.slug)


def _scene() -> Scene:
    from rollbook.services import districts

    taken = districts.taken(SLUG)
    slug = next(name for number in range(1, len(taken) + 2) if (name := _numbered(number)) not in taken)
    incoming = home() / "demo" / slug / "incoming"
    incoming.parent.mkdir(parents=True, exist_ok=True)
    return Scene(slug=slug, incoming=incoming)


def _numbered(number: int) -> str:
    return SLUG if number == 1 else f"{SLUG}-{number}"


def _first_morning(scene: Scene, story: dict[str, Any], counts: dict[str, int], *, as_json: bool) -> None:
    from rollbook.services import access, districts, schools, sources

    _title("1  A district and its files", as_json)
    files = ", ".join(f"{name}.csv {number:,}" for name, number in counts.items())
    _say(f"The student system of Maple Valley left these rows in {scene.incoming}: {files}.", as_json)
    district = districts.add(
        slug=scene.slug, name="Maple Valley School District", timezone="America/Los_Angeles", region="US", by=me()
    )
    connection = sources.add(
        district=district, kind="oneroster_csv", config={"path": str(scene.incoming)}, name="main", by=me()
    )
    _type(f"rollbook district add {scene.slug} --name 'Maple Valley School District'", as_json)
    _type(f"rollbook source add {scene.slug} --kind oneroster_csv --path {scene.incoming}", as_json)
    _title("2  Which school is which", as_json)
    _type(f"rollbook schools {scene.slug} --create-missing", as_json)
    matching = schools.look(connection=connection)
    made = schools.create_missing(connection=connection, matching=matching, by=me())
    _say(f"Made and matched {len(made)} schools: {', '.join(made.values())}.", as_json)
    story["schools"] = made

    _title("3  Every change before it happens", as_json)
    _type(f"rollbook plan {scene.slug} --on {DAYS[0]}", as_json)
    story["first"] = _plan_and_apply(access.connection(district), DAYS[0], as_json=as_json)


def _second_morning(scene: Scene, story: dict[str, Any], *, as_json: bool) -> None:
    from rollbook.reports.preview import listing
    from rollbook.services import access, planning

    _title("5  The next morning: the files are new", as_json)
    _type(f"rollbook plan {scene.slug} --on {DAYS[1]}", as_json)
    connection = access.connection(access.district(scene.slug))
    with working("Planning") as told:
        planned = planning.make(connection=connection, by=me(), now=now(), on=DAYS[1], progress=told)
    _preview(planned, as_json)
    _title("6  Who changed, and why", as_json)
    _type(f"rollbook show {planned.run.plan} --kind student", as_json)
    lines = listing(planned.run, kind="student")
    _lines(lines.head(SHOWN).to_dicts(), lines.height, as_json)
    story["changed_students"] = lines.height
    leavers = lines.filter(lines["action"] == "archive")
    story["asked"] = (leavers if leavers.height else lines).row(0, named=True)["sis_id"]
    story["second"] = _apply(planned, as_json=as_json)


def _third_morning(scene: Scene, story: dict[str, Any], *, as_json: bool) -> None:
    """A file that was cut short: planned, shown, and left alone; the whole files stand there again afterwards."""
    from rollbook.services import access, alarms, planning

    _title("8  A morning that goes wrong: users.csv is cut in half", as_json)
    users = scene.incoming / "users.csv"
    whole = users.read_bytes()
    rows = whole.splitlines(keepends=True)
    users.write_bytes(b"".join(rows[: len(rows) // 2]))
    _type(f"rollbook plan {scene.slug} --on {DAYS[1]}", as_json)
    try:
        connection = access.connection(access.district(scene.slug))
        with working("Planning") as told:
            planned = planning.make(connection=connection, by=me(), now=now(), on=DAYS[1], progress=told)
    finally:
        users.write_bytes(whole)
    heads = planned.plan.holds.filter(
        planned.plan.holds["depends_on"].is_null() & (planned.plan.holds["kind"] == "student")
    )
    mail = alarms.draft(planned.run)
    if not as_json:
        console().print(verdict(planned))
        say_holds(console(), heads.head(HOLDS), str(planned.run.plan), is_open=False)
        console().print(f"… and so on for {', '.join(OTHERS)}.")
        console().print("Nobody left: the next whole file goes on as if nothing had been. (Nothing was applied.)")
        console().print(Text("A night like this sends a mail to whoever wants to know:", style="dim"))
        console().print(mail.text if mail else "", markup=False)
    story["mail"] = mail.subject if mail else None
    story["held"] = dict(zip(heads["hold"].to_list(), heads["cause"].to_list(), strict=True))


def _afterwards(scene: Scene, story: dict[str, Any], *, as_json: bool) -> None:
    from rollbook.cli.explain import say
    from rollbook.cli.undo import say_preview
    from rollbook.services import access, explaining, undoing

    _title("9  Why is this child no longer here?", as_json)
    _type(f"rollbook explain {scene.slug} {story['asked']}", as_json)
    explanation = explaining.explain(access.district(scene.slug), story["asked"])
    if not as_json:
        for answer in explanation.answers:
            say(console(), explanation.sourced_id, answer)
    story["explained"] = [list(answer.verdict) for answer in explanation.answers]
    run = story["second"]["run"]
    _title("10  And back, if it was wrong", as_json)
    _type(f"rollbook undo {run} --preview", as_json)
    would = undoing.preview(access.run(str(run)))
    if not as_json:
        say_preview(run, would)
    story["undo_rows"] = would.rows
    _title("What to try next", as_json)
    for command, why in (
        (f"rollbook undo {run}", "take the second morning back, exactly"),
        (f"rollbook sync {scene.slug} --on {DAYS[1]}", "and have it again"),
        (f"rollbook report {run} --out report --format xlsx", "all of it as a workbook"),
        (f"rollbook settings {scene.slug}", "how this district is synced"),
        (
            f"rollbook generate mess --students {STUDENTS} --seed {SEED} --mess all",
            "the same, badly exported …",
        ),
        ("rollbook validate mess", "… and what Rollbook says about it"),
        ("rollbook stop", "stop the database; the next command starts it again"),
    ):
        if not as_json:
            console().print(Text.assemble("  ", (f"{command:<72}", "bold"), f"  {why}"))


def _plan_and_apply(connection: Any, day: dt.date, *, as_json: bool) -> dict[str, Any]:
    from rollbook.services import planning

    with working("Planning") as told:
        planned = planning.make(connection=connection, by=me(), now=now(), on=day, progress=told)
    _preview(planned, as_json)
    _title("4  Applied as it was shown", as_json)
    return _apply(planned, as_json=as_json)


def _apply(planned: Any, *, as_json: bool) -> dict[str, Any]:
    from rollbook.cli.apply import say_applied
    from rollbook.services import applying

    if planned.run.day == DAYS[1]:
        _title("7  Applied", as_json)
    _type(f"rollbook apply {planned.run.plan}", as_json)
    with working("Applying") as told:
        applied = _applied(applying, planned, told)
    if not as_json:
        say_applied(applied)
    return {"run": applied.run.pk, "rows": applied.receipt.rows, "leftover": applied.leftover}


def _applied(applying: Any, planned: Any, told: Told | None) -> Any:
    return applying.apply(run=planned.run, approve=(), by=me(), now=now(), planned=planned, progress=told)


def _preview(planned: Any, as_json: bool) -> None:
    from rollbook.reports.preview import matrix_of

    if not as_json:
        say_plan(planned, matrix_of(planned.run, planned.plan))


def _lines(rows: Sequence[dict[str, Any]], number: int, as_json: bool) -> None:
    if as_json:
        return
    shown = [
        (
            Text(row["name"] or ""),
            Text(row["school"] or ""),
            row["action"],
            f"{row['field']}: {row['old'] or 'blank'} → {row['new'] or 'blank'}" if row["field"] else "",
            Text(row["message"], style="dim"),
        )
        for row in rows
    ]
    console().print(table(("who", "where", "", "what", "why"), shown))
    if number > len(rows):
        console().print(f"… and {number - len(rows)} more.")


def _title(words: str, as_json: bool) -> None:
    if not as_json:
        console().print()
        console().rule(Text(words, style="bold blue"), align="left")


def _type(command: str, as_json: bool) -> None:
    if not as_json:
        console().print(Text.assemble(("$ ", "dim"), (command, "bold")), soft_wrap=True)


def _say(words: str, as_json: bool) -> None:
    if not as_json:
        console().print(words, markup=False)
