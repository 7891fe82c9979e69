"""`rollbook bench`: how fast Rollbook is, against the floor and against what one would write today."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from rollbook.cli import logs
from rollbook.cli.screen import AsJson, console, print_json, table
from rollbook.core.errors import ConfigError

if TYPE_CHECKING:
    from rollbook.bench.linkage.measure import Findings
    from rollbook.bench.rest import RestResult
    from rollbook.bench.roster import Growth, Result

MEASURES = ("roster", "rest", "linkage")


def bench(
    what: Annotated[str, typer.Argument(metavar="[WHAT]", help="What to measure: roster, rest, linkage.")] = "roster",
    students: Annotated[int, typer.Option("--students", "-n", min=50, help="Size of the district.")] = 100_000,
    peers: Annotated[bool, typer.Option("--peers", help="Also time Django's ORM on the same files (minutes).")] = False,
    growth: Annotated[
        bool, typer.Option("--growth", help="Instead, first loads of 10,000, 100,000 and 1,000,000 students.")
    ] = False,
    rounds: Annotated[int, typer.Option("--rounds", min=1, help="How often each figure is taken.")] = 2,
    seed: Annotated[int, typer.Option("--seed", min=1, help="Linkage: which made-up district.")] = 301,
    train: Annotated[
        Path | None,
        typer.Option("--train", help="Linkage: learn the weights anew, into this folder.", show_default=False),
    ] = None,
    page: Annotated[
        Path | None, typer.Option("--page", help="Also write the tables into this page.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a first load, the same again (same bytes, other bytes), and 1 % changed, each beside its floor.

    The floor is parsing the files and copying their rows into bare indexed tables; for a repeat, parsing them and
    reading the current keys and fingerprints. For rest: reading a server of the sandbox, beside fetching the same pages
    with the bare client and decoding them. All happens in scratch databases; your districts are not touched.

    For linkage: people of a made-up district, 2 % of them entered twice and 4 % who only look like somebody else; how
    many are found, and how many of those called certain are none. With --page three seeds are measured.
    """
    if what not in MEASURES:
        raise ConfigError(f"There is nothing called {what!r} to measure.", hint=f"There is: {', '.join(MEASURES)}.")
    logs.configure()
    from rollbook.bench import page as pages
    from rollbook.bench import roster

    screen = Console(stderr=True, highlight=False)

    def tell(sentence: str) -> None:
        if screen.is_terminal:
            screen.print(f"{sentence} …", style="dim")

    if what == "linkage":
        _linkage(students=students, seed=seed, train=train, page=page, as_json=as_json, tell=tell)
        return
    if what == "rest":
        from rollbook.bench import rest

        read = rest.measure(students=students, rounds=rounds, tell=tell)
        print_json(read.as_dict()) if as_json else _show_rest(read)
        return
    if growth:
        grown = roster.grow(tell=tell)
        if page is not None:
            pages.write_between(page, "growth", pages.growth_table(grown))
        print_json(grown.as_dict()) if as_json else _show_growth(grown)
        return
    result = roster.measure(students=students, rounds=rounds, peers=peers, tell=tell)
    if page is not None:
        pages.write_between(page, "measured", pages.measured_tables(result))
    print_json(result.as_dict()) if as_json else _show(result)


def _linkage(
    *, students: int, seed: int, train: Path | None, page: Path | None, as_json: bool, tell: Callable[[str], None]
) -> None:
    from rollbook.bench import page as pages
    from rollbook.bench.linkage import measure, training
    from rollbook.linkage import MODELS

    if train is not None:
        for model in MODELS.values():
            tell(f"Learning the weights of {model.kind}")
            file = training.write(training.train(model), train)
            console().print(f"Written: {file.name}")
        return
    findings = []
    for number in range(seed, seed + (3 if page is not None else 1)):
        tell(f"Looking for duplicates in district {number}")
        findings.append(measure.measure(students=students, seed=number))
    if page is not None:
        pages.write_between(page, "linkage", measure.table(findings))
    if as_json:
        told = [one.as_dict() for one in findings]
        print_json(told[0] if len(told) == 1 else {"seeds": told})
    else:
        _show_linkage(findings)


def _show_linkage(findings: list[Findings]) -> None:
    rows = [
        (
            f"{found.crowd}, seed {one.seed}",
            f"{found.people:,}",
            f"{found.duplicates:,}",
            f"{found.precision_certain:.4f}",
            f"{found.recall_likely:.3f}",
            f"{found.seconds:.1f} s",
        )
        for one in findings
        for found in one.crowds
    ]
    heads = ("people", "planted twice", "precision of certain", "recall of likely", "time")
    console().print(table(["", *((head, "right") for head in heads)], rows))


def _show(result: Result) -> None:
    from rollbook.bench.roster import BUDGETS, PEER_BUDGETS, SCENARIOS

    rows = [
        (
            name.replace("_", " "),
            f"{result.floor(name):.2f} s",
            f"{result.seconds(name):.2f} s",
            f"{result.ratio(name):.2f}",
            f"≤ {BUDGETS[name]:g}" if name in BUDGETS else "–",
        )
        for name in SCENARIOS
    ]
    numbers = [(word, "right") for word in ("floor", "Rollbook", "ratio", "budget")]
    console().print(f"{result.students:,} students, {result.rows['enrollments']:,} enrollments")
    console().print(table(["", *numbers], rows))
    console().print(f"Most memory: {result.peak_mb:,.0f} MB")
    if result.peers:
        faster = [
            (
                f"{peer.replace('_', ' ')}, {told['students']:,.0f} students",
                f"{told['first']:.1f} s",
                f"{told['first'] / told['rollbook_first']:.1f}× (≥ {PEER_BUDGETS[peer][0]:g})",
                f"{told['daily']:.1f} s",
                f"{told['daily'] / told['rollbook_daily']:.1f}× (≥ {PEER_BUDGETS[peer][1]:g})",
            )
            for peer, told in result.peers.items()
        ]
        heads = [(word, "right") for word in ("first load", "Rollbook faster", "daily", "Rollbook faster")]
        console().print(table(["Django's ORM", *heads], faster))


def _show_rest(result: RestResult) -> None:
    from rollbook.bench.rest import BUDGET

    told = result.as_dict()
    console().print(
        f"{result.students:,} students, {result.rows:,} rows, {result.requests:,} requests, {result.megabytes:,.0f} MB"
    )
    numbers = [(word, "right") for word in ("floor", "Rollbook", "ratio", "budget")]
    row = (
        "read over REST",
        f"{result.floor.seconds:.2f} s",
        f"{result.read.seconds:.2f} s",
        f"{result.ratio:.2f}",
        f"≤ {BUDGET:g}",
    )
    console().print(table(["", *numbers], [row]))
    console().print(f"Most memory: {result.read.peak_mb:,.0f} MB; {told['bytes_a_row']:,} bytes for each further row")


def _show_growth(growth: Growth) -> None:
    rows = [
        (
            f"{students:,}",
            f"{seconds:.1f} s",
            f"{seconds / students * 1e6:.0f} µs",
            f"{growth.peak_mb[students]:,.0f} MB",
        )
        for students, seconds in growth.seconds.items()
    ]
    heads = [(word, "right") for word in ("students", "first load", "a student", "peak memory")]
    console().print(table(heads, rows))
    console().print(f"The time a student takes differs by {growth.spread:.0%} (budget 15 %).")
