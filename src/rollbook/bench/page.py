"""The measured table of docs/explanation/performance.md, written by command between its markers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from rollbook.bench.roster import BUDGETS, PEER_BUDGETS, SCENARIOS, Growth, Result
from rollbook.core.errors import ConfigError

__all__ = ["growth_table", "measured_tables", "write_between"]

_WORDS: Final = {
    "first": "first load",
    "unchanged": "the same files again",
    "rewritten": "the same rows in other bytes",
    "one_percent": "1 % changed",
    "row_by_row": "`update_or_create`, row by row",
    "bulk": "row hashes, `bulk_create` and `bulk_update`",
}


def measured_tables(result: Result) -> str:
    """Scenarios, stages and (where measured) peers as Markdown."""
    return "\n".join([*_scenarios(result), "", *_stages(result), *_peers(result)]) + "\n"


def growth_table(growth: Growth) -> str:
    """Sizes as Markdown."""
    rows = [
        f"| {students:,} | {seconds:.1f} s | {seconds / students * 1e6:.0f} µs | {growth.peak_mb[students]:,.0f} MB |"
        for students, seconds in growth.seconds.items()
    ]
    head = ["| students | first load | a student | peak memory |", "|---:|---:|---:|---:|"]
    return "\n".join([*head, *rows, "", f"Spread of the time a student takes: {growth.spread:.0%} (budget 15 %).", ""])


def write_between(page: Path, name: str, text: str) -> None:
    """``text`` stands on ``page`` between ``<!-- NAME -->`` and ``<!-- /NAME -->``; all else is as it was.

    Raises ConfigError when the page has no such markers.
    """
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    whole = page.read_text(encoding="utf-8") if page.exists() else ""
    if begin not in whole or end not in whole:
        raise ConfigError(
            f"{page.name} has no place for the figures.", hint=f"Put {begin} and {end} where they belong."
        )
    before, _, rest = whole.partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def _scenarios(result: Result) -> Iterator[str]:
    rows = result.rows
    facts = result.machine
    yield (
        f"{result.students:,} students: {rows['users']:,} users, {rows['classes']:,} classes, "
        f"{rows['enrollments']:,} enrollments. Median of {len(result.runs['first'])} runs each, floor and Rollbook in "
        f"turn, on {facts['cores']} cores ({facts['system']}), Python {facts['python']}, Polars {facts['polars']}, "
        f"PostgreSQL {facts['postgresql']}."
    )
    yield ""
    yield "| | records changed | floor | Rollbook | ratio | budget | peak memory |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name in SCENARIOS:
        budget = f"{BUDGETS[name]:g}" if name in BUDGETS else "–"
        peak = max(run.peak_mb for run in result.runs[name])
        yield (
            f"| {_WORDS[name]} | {result.runs[name][0].told['changes']:,} | {result.floor(name):.2f} s "
            f"| {result.seconds(name):.2f} s | **{result.ratio(name):.2f}** | {budget} | {peak:,.0f} MB |"
        )


def _stages(result: Result) -> Iterator[str]:
    """Where the time goes; the steps of apply together."""
    told = result.as_dict()["seconds"]
    merged = {}
    for name in SCENARIOS:
        stages = told[name]["stages"]
        merged[name] = {stage: value for stage, value in stages.items() if not stage.startswith("apply")}
        merged[name]["apply"] = sum(value for stage, value in stages.items() if stage.startswith("apply"))
    order = [*(stage for stage in _ORDER if any(stage in stages for stages in merged.values()))]
    yield f"| seconds | {' | '.join(order)} |"
    yield f"|---|{'---:|' * len(order)}"
    for name in SCENARIOS:
        yield f"| {_WORDS[name]} | {' | '.join(f'{merged[name].get(stage, 0.0):.2f}' for stage in order)} |"


_ORDER: Final = ("read", "clean", "state", "scope", "match", "diff", "plan", "keep", "apply", "verify")


def _peers(result: Result) -> Iterator[str]:
    if not result.peers:
        return
    yield ""
    faster = "Rollbook | times faster"
    yield f"| the same files with Django's ORM | students | first load | {faster} | daily, 1 % changed | {faster} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for name, told in result.peers.items():
        first, daily = PEER_BUDGETS[name]
        yield (
            f"| {_WORDS[name]} | {told['students']:,.0f} "
            f"| {told['first']:.1f} s | {told['rollbook_first']:.1f} s "
            f"| **{told['first'] / told['rollbook_first']:.1f}** (budget {first:g}) "
            f"| {told['daily']:.1f} s | {told['rollbook_daily']:.1f} s "
            f"| **{told['daily'] / told['rollbook_daily']:.1f}** (budget {daily:g}) |"
        )
