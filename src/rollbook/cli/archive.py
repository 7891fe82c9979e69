"""`rollbook archive`, `restore`, `acts`: what a person does to many at once, said first, done, and undone (C-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table
from rollbook.core.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from rollbook.reports.acts import ActLine
    from rollbook.services.archiving import Reach

Slug = Annotated[str, typer.Argument(help="The district.")]
Numbers = Annotated[
    list[str] | None, typer.Argument(metavar="[NUMBER]...", help="Student numbers; without any, all that fit.")
]
Schools = Annotated[
    list[str] | None, typer.Option("--school", metavar="NAME|NUMBER", help="Only of this school; can be repeated.")
]
Grade = Annotated[str, typer.Option("--grade", help="Only of this grade.", show_default=False)]
Text = Annotated[str, typer.Option("--search", help="Only who is found so.", show_default=False)]
ByHand = Annotated[bool, typer.Option("--by-hand", help="Only what no source knows.")]
Rooms = Annotated[bool, typer.Option("--classrooms", help="Classrooms instead of students; [NUMBER] is their code.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would happen.")]


def archive(
    slug: Slug,
    numbers: Numbers = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with each of them.")] = "",
    school: Schools = None,
    grade: Grade = "",
    search: Text = "",
    by_hand: ByHand = False,
    classrooms: Rooms = False,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Archive students (or classrooms): hidden and restorable, nothing is lost.

    Students that an enabled sync manages stay, and are counted. It is one act, which rollbook acts can undo.
    """
    boot()
    from rollbook.services import access, archiving

    district, kind = access.district(slug), "classroom" if classrooms else "student"
    ids = _chosen(slug, "archive", classrooms, numbers, school, grade, search, by_hand)
    found = archiving.reach(district=district, kind=kind, verb="archive", ids=ids)
    if preview:
        _say_reach(found, as_json)
        return
    act = archiving.archive(
        district=district, kind=kind, ids=ids, by=me(), reason=reason, now=now(), expect=len(found.ids) or None
    )
    _say_done(slug, act.pk, found, as_json)


def restore(
    slug: Slug,
    numbers: Numbers = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, if you like.", show_default=False)] = "",
    school: Schools = None,
    grade: Grade = "",
    search: Text = "",
    by_hand: ByHand = False,
    classrooms: Rooms = False,
    preview: Preview = False,
    as_json: AsJson = False,
) -> None:
    """Restore archived students (or classrooms), with everything they had.

    What an enabled sync archived stays archived: it would do so again. It is one act, which rollbook acts can undo.
    """
    boot()
    from rollbook.services import access, archiving

    district, kind = access.district(slug), "classroom" if classrooms else "student"
    ids = _chosen(slug, "restore", classrooms, numbers, school, grade, search, by_hand)
    found = archiving.reach(district=district, kind=kind, verb="restore", ids=ids)
    if preview:
        _say_reach(found, as_json)
        return
    act = archiving.restore(
        district=district, kind=kind, ids=ids, by=me(), reason=reason, now=now(), expect=len(found.ids) or None
    )
    _say_done(slug, act.pk, found, as_json)


def acts(
    slug: Slug,
    undo: Annotated[int | None, typer.Option("--undo", metavar="ACT", help="Take this act back, exactly.")] = None,
    preview: Preview = False,
    exclude_conflicts: Annotated[
        bool, typer.Option("--exclude-conflicts", help="Leave what changed since as it is.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what people did by hand in one go, the newest first, or undo one of these acts."""
    boot()
    from rollbook.reports import acts as report
    from rollbook.services import access, undoing

    district = access.district(slug)
    if undo is None:
        total, lines = report.acts(district, offset=0, limit=50)
        if as_json:
            print_json({"acts": total, "newest": [_as_dict(line) for line in lines]})
            return
        rows = [
            (str(line.act), line.kind.replace("_", " "), _count(line), line.state, line.by, f"{line.at:%Y-%m-%d %H:%M}")
            for line in lines
        ]
        headings = (("act", "right"), "what", ("objects", "right"), "state", "by", "at (UTC)")
        console().print(table(headings, rows) if rows else "Nothing was done by hand yet.")
        return
    act = access.hand_act(district, undo)
    if preview:
        would = undoing.preview_act(act)
        conflicts = would.conflicts.to_dicts()
        if as_json:
            print_json({"act": act.pk, "rows": would.rows, "conflicts": conflicts, "undo_first": would.blocking_runs})
            return
        console().print(f"Undoing act {act.pk} would write {would.rows:,} rows; {len(conflicts):,} are in the way.")
        return
    back = undoing.undo_act(act=act, by=me(), now=now(), exclude_conflicts=exclude_conflicts)
    if as_json:
        print_json({"undone": act.pk, "act": back.pk, **back.counts})
        return
    screen = console()
    screen.print(f"Undid act {act.pk} (this is act {back.pk}): {back.counts['rows']:,} rows are as they were before.")
    if back.counts["excluded"]:
        screen.print(f"{back.counts['excluded']:,} changed since and were left as they are.")
    screen.print(f"To have it back: rollbook acts {slug} --undo {back.pk}", markup=False)


def _chosen(
    slug: str,
    verb: str,
    classrooms: bool,
    numbers: list[str] | None,
    school: list[str] | None,
    grade: str,
    search: str,
    by_hand: bool,
) -> list[int]:
    """The ids that the options choose."""
    from rollbook.reports import classrooms as room_report
    from rollbook.reports import students as student_report
    from rollbook.services import access

    district = access.district(slug)
    if classrooms and grade:
        raise ConfigError("Classrooms are not chosen by grade.", hint="Leave --grade out, or choose by --search.")
    if not (numbers or school or grade or search or by_hand):
        raise ConfigError(
            "That would be everybody in the district.", hint="Name them, or narrow it: --school, --grade, --by-hand."
        )
    places = _schools(slug, school or [])
    status = "archived" if verb == "restore" else ""
    synced = "no" if by_hand else ""
    if classrooms:
        wanted = room_report.ClassroomFilter(text=search, schools=places, status=status, synced=synced)
        named = room_report.by_code(district, numbers or ())
        ids = room_report.classroom_ids(district, wanted)
    else:
        chosen = student_report.StudentFilter(text=search, schools=places, grade=grade, status=status, synced=synced)
        named = student_report.by_number(district, numbers or ())
        ids = student_report.student_ids(district, chosen)
    if missing := sorted(set(numbers or ()) - set(named)):
        raise NotFound(
            f"There is no {missing[0]!r} in this district.", hint="Leading zeros count. rollbook export lists."
        )
    if numbers:
        these = {key for keys in named.values() for key in keys}
        ids = [key for key in ids if key in these]
    return ids


def _schools(slug: str, words: list[str]) -> tuple[int, ...]:
    from rollbook.reports import directory
    from rollbook.services import access

    known = directory.schools(access.district(slug)) if words else []
    found = []
    for word in words:
        fits = [line.school for line in known if word in (line.name, line.number)]
        if len(fits) != 1:
            raise NotFound(
                f"{'No school is' if not fits else 'Several schools are'} called {word!r}.",
                hint=f"rollbook schools {slug} lists them; a number is as good as a name.",
            )
        found += fits
    return tuple(found)


def _say_reach(found: Reach, as_json: bool) -> None:
    if as_json:
        print_json({"kind": found.kind, "verb": found.verb, **found.counts, "returning": found.returning})
        return
    screen = console()
    screen.print(f"{len(found.ids):,} {_things(found)} would be {found.verb}d.")
    _say_left(found)
    if found.returning:
        screen.print(f"{found.returning:,} of them come back with the next run if their source still has them.")


def _say_done(slug: str, act: int, found: Reach, as_json: bool) -> None:
    if as_json:
        print_json({"act": act, "kind": found.kind, "verb": found.verb, **found.counts})
        return
    console().print(f"{len(found.ids):,} {_things(found)} {found.verb}d (act {act}).")
    _say_left(found)
    console().print(f"To take it back: rollbook acts {slug} --undo {act}", markup=False)


def _say_left(found: Reach) -> None:
    if found.managed:
        console().print(f"{found.managed:,} stay as they are: an enabled sync manages them.")
    if found.already:
        console().print(f"{found.already:,} are so already.")


def _things(found: Reach) -> str:
    return found.kind if len(found.ids) == 1 else f"{found.kind}s"


def _count(line: ActLine) -> str:
    return f"{line.counts.get('changed', line.counts.get('rows', 0)):,}"


def _as_dict(line: ActLine) -> dict[str, object]:
    return {
        "act": line.act,
        "kind": line.kind,
        "state": line.state,
        "by": line.by,
        "at": line.at.isoformat(),
        "reason": line.reason,
        "counts": dict(line.counts),
        "undoes": line.undoes,
        "undone_by": line.undone_by,
    }
