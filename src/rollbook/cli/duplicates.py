"""`rollbook duplicates`, `merge` and `unmerge`: records that may be one, made one, and made several again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, me, now, print_json, table, working
from rollbook.core.errors import ConfigError

if TYPE_CHECKING:
    from rollbook.services.duplicates import Pair
    from rollbook.services.merging import MergePlan

Kind = Annotated[str, typer.Option("--kind", help="student, or person (guardians and staff).")]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The district.")]
LINES = 20


def duplicates(
    slug: Slug,
    kind: Kind = "student",
    preview: Annotated[bool, typer.Option("--preview", help="Only list what was found before.")] = False,
    different: Annotated[
        tuple[int, int] | None,
        typer.Option("--different", help="These two are not the same; nobody is asked again.", show_default=False),
    ] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", help="Only certain, likely or look.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look for records that may be one human, and list the pairs with their reasons, the surest first.

    Nothing of the directory is changed. Names are not shown here; the page People to merge shows both sides.
    """
    boot()
    from rollbook.services import access
    from rollbook.services import duplicates as service

    district = access.district(slug)
    if verdict is not None and verdict not in service.VERDICTS:
        raise ConfigError(f"There is no verdict {verdict!r}.", hint=f"There are: {', '.join(service.VERDICTS)}.")
    if different is not None:
        service.dismiss(district=district, kind=kind, left=different[0], right=different[1], by=me(), now=now())
        console().print(f"{different[0]} and {different[1]} are two. Nobody is asked again.")
        return
    if preview:
        counts = service.counts(district, kind)
    else:
        with working("Comparing everybody with everybody"):
            counts = dict(service.find(district=district, kind=kind, now=now()))
    wanted = service.VERDICTS if verdict is None else (verdict,)
    total, found = service.pairs(district=district, kind=kind, verdicts=wanted, limit=1_000_000 if as_json else LINES)
    if as_json:
        print_json({"kind": kind, "counts": counts, "pairs": [_pair(pair) for pair in found]})
        return
    screen = console()
    screen.print(", ".join(f"{number:,} {word}" for word, number in counts.items()))
    if found:
        rows = [
            (str(pair.left), str(pair.right), pair.verdict, f"{pair.weight:.1f}", "; ".join(pair.reasons))
            for pair in found
        ]
        screen.print(table(["one", "other", "verdict", ("bits", "right"), "reasons"], rows))
    if total > len(found):
        screen.print(f"… and {total - len(found):,} more; --json has all of them.")
    if total:
        screen.print(f"See what merging would do: rollbook merge {slug} ONE OTHER --preview", markup=False)


def merge(
    slug: Slug,
    records: Annotated[
        list[int] | None, typer.Argument(metavar="[RECORD]...", help="The records that are one.", show_default=False)
    ] = None,
    kind: Kind = "student",
    survivor: Annotated[
        int | None, typer.Option("--survivor", help="Which one stays (default: the synced one).", show_default=False)
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option("--take", metavar="FIELD=RECORD", help="Whose value stays.", show_default=False)
    ] = None,
    certain: Annotated[bool, typer.Option("--certain", help="All certain pairs in one go.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make several records one, with everything that hangs on them. The next syncs keep it; unmerge takes it back."""
    boot()
    from rollbook.services import access, merging

    district = access.district(slug)
    if certain == bool(records):
        raise ConfigError("Name the records that are one, or use --certain.")
    if certain and preview:
        groups = merging.certain_groups(district, kind)
        vanishing = sum(len(group) - 1 for group in groups)
        if as_json:
            print_json({"kind": kind, "groups": [list(group) for group in groups], "merged": vanishing})
            return
        console().print(f"{vanishing:,} records would vanish into {len(groups):,} others.")
        return
    if preview:
        plan = merging.plan_merge(
            district=district, kind=kind, records=records or [], survivor=survivor, choices=_choices(take)
        )
        print_json(_plan(plan)) if as_json else _show_plan(plan)
        return
    if certain:
        act = merging.merge_certain(district=district, kind=kind, by=me(), now=now())
    else:
        act = merging.merge(
            district=district,
            kind=kind,
            records=records or [],
            survivor=survivor,
            choices=_choices(take),
            by=me(),
            now=now(),
        )
    if as_json:
        print_json({"act": act.pk, **act.counts})
        return
    console().print(
        f"{act.counts['merged']:,} records vanished into {act.counts['groups']:,}; {act.counts['moved']:,} rows moved, "
        f"{act.counts['folded']:,} were there twice. To take it back: rollbook unmerge {slug} {act.pk}",
        markup=False,
    )


def unmerge(
    slug: Slug,
    act: Annotated[
        int | None, typer.Argument(metavar="[ACT]", help="The merge; without it they are listed.", show_default=False)
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only say what would happen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a merge back, at any later time: every row goes back that can."""
    boot()
    from rollbook.services import access, merging

    district = access.district(slug)
    if act is None:
        found = merging.merges(district)
        if as_json:
            print_json([{"act": one.pk, "kind": one.kind, "by": one.by, "at": one.at, **one.counts} for one in found])
            return
        rows = [
            (str(one.pk), one.kind.replace("_", " "), f"{one.counts['merged']:,}", one.at.isoformat(" ", "minutes"))
            for one in found
        ]
        console().print(table(["act", "what", ("merged", "right"), "when"], rows) if rows else "Nothing is merged.")
        return
    chosen = access.hand_act(district, act)
    if not preview:
        undo = merging.unmerge(act=chosen, by=me(), now=now())
        print_json({"undone": act, "act": undo.pk, **undo.counts}) if as_json else console().print(
            f"Act {act} is undone: {undo.counts['rows']:,} rows were written, {undo.counts['excluded']:,} left as they are."
        )
        return
    parting = merging.preview_unmerge(chosen)
    told = {
        "act": act,
        "moves": dict(parting.moves),
        "returns": dict(parting.returns),
        "lost": dict(parting.lost),
        "blocked_by": parting.blocked_by,
    }
    if as_json:
        print_json(told)
        return
    names = [*dict.fromkeys([*parting.moves, *parting.returns])]
    lines = [
        (name.replace("_", " "), f"{parting.moves.get(name, 0):,}", f"{parting.returns.get(name, 0):,}")
        for name in names
    ]
    console().print(table(["", ("go back", "right"), ("return", "right")], lines))
    if parting.lost:
        console().print("Left as they are: " + ", ".join(f"{number:,} {why}" for why, number in parting.lost.items()))
    if parting.blocked_by:
        console().print("In the way: a later merge. Undo that first.")


def _choices(take: list[str] | None) -> dict[str, int]:
    chosen = {}
    for word in take or []:
        field, _, record = word.partition("=")
        if not record.isdecimal():
            raise ConfigError(f"{word!r} is not FIELD=RECORD.", hint="For example: --take grade=412")
        chosen[field] = int(record)
    return chosen


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "left": pair.left,
        "right": pair.right,
        "verdict": pair.verdict,
        "bits": round(pair.weight, 2),
        "reasons": list(pair.reasons),
    }


def _plan(plan: MergePlan) -> dict[str, Any]:
    return {
        "kind": plan.kind,
        "survivor": plan.survivor,
        "merged": [side.record for side in plan.sides[1:]],
        "fields": [
            {"field": field.name, "from": field.record, "equal": field.is_equal, "locked": field.is_locked}
            for field in plan.fields
        ],
        "moves": dict(plan.moves.moved),
        "folds": dict(plan.moves.folded),
    }


def _show_plan(plan: MergePlan) -> None:
    screen = console()
    vanishing = ", ".join(str(side.record) for side in plan.sides[1:])
    screen.print(f"{vanishing} would become {plan.survivor}.")
    names = [*dict.fromkeys([*plan.moves.moved, *plan.moves.folded])]
    rows = [
        (name.replace("_", " "), f"{plan.moves.moved.get(name, 0):,}", f"{plan.moves.folded.get(name, 0):,}")
        for name in names
    ]
    screen.print(table(["", ("move", "right"), ("are there twice", "right")], rows))
    for field in plan.fields:
        if not field.is_equal:
            why = "the source decides" if field.is_locked else f"or --take {field.name}=RECORD"
            screen.print(f"{field.name}: from {field.record} ({why})", markup=False)
