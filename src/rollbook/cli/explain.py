"""`rollbook explain`: why a record is as it is."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.text import Text

from rollbook.cli.boot import boot
from rollbook.cli.screen import AsJson, console, print_json
from rollbook.core.errors import NotFound
from rollbook.core.explain import KIND_WORDS

if TYPE_CHECKING:
    from rollbook.services.explaining import Answer, Explanation


def explain(
    slug: Annotated[str, typer.Argument(help="The district.")],
    sourced_id: Annotated[str, typer.Argument(help="The id that the files use.")],
    as_json: AsJson = False,
) -> None:
    """Tell all about one sourcedId: the row received, the rule that decided, the run, the result, the history."""
    boot()
    from rollbook.services import access
    from rollbook.services import explaining as service

    explanation = service.explain(access.district(slug), sourced_id)
    if not explanation.answers:
        raise NotFound(
            f"Nobody and nothing has the id {sourced_id!r} in {slug}.",
            hint=_hint(slug, explanation),
            detail={
                "looked": list(explanation.looked),
                "near": [dataclasses.asdict(near) for near in explanation.near],
            },
        )
    if as_json:
        print_json(dataclasses.asdict(explanation))
        return
    screen = console()
    for number, answer in enumerate(explanation.answers):
        if number:
            screen.print()
        say(screen, explanation.sourced_id, answer)


def say(screen: Console, sourced_id: str, answer: Answer) -> None:
    """One answer in the order of the question: what came, what was decided, how it is now, how it came to be."""
    word = "person in the data" if answer.kind == "user" else KIND_WORDS[answer.kind][0]
    screen.print(Text.assemble((f"{word.capitalize()} {sourced_id}", "bold"), f"  {answer.name}"))
    rows = [
        f"line {row.line:,} of {row.file}: {'; '.join(f'{name} {value}' for name, value in row.values.items())}"
        for row in answer.received
    ]
    _part(screen, "Received", rows or ["no row in the newest reading"])
    _part(screen, "Decided", answer.verdict)
    _part(screen, "Classes in the data", answer.places)
    _part(screen, "In the directory", [f"{name.replace('_', ' ')}: {value}" for name, value in answer.current.items()])
    _part(screen, "Belongs", answer.relations)
    _part(screen, "History", answer.history)


def _part(screen: Console, heading: str, lines: list[str] | tuple[str, ...]) -> None:
    if lines:
        screen.print(Text(heading, style="blue"))
        for line in lines:
            screen.print(Text(f"  {line}"))


def _hint(slug: str, explanation: Explanation) -> str:
    looked = "; ".join(explanation.looked) or "nothing: the district has no source"
    near = "".join(
        f"\n  There is {KIND_WORDS.get(item.kind, ('person', ''))[0]} {item.sourced_id!r}: {item.why}. "
        f"Try: rollbook explain {slug} {item.sourced_id}"
        for item in explanation.near[:5]
    )
    return f"Looked through {looked}.{near}"
