"""The specification as a page: ``python -m tests.spec.page > docs/reference/semantics.md``."""

from __future__ import annotations

import sys
from importlib import import_module
from textwrap import dedent

from tests.support.spec import GIVEN, Case

__all__ = ["CHAPTERS", "render"]

CHAPTERS = (
    "creating", "updating", "leaving", "reappearing", "schools", "sessions", "classes", "guardians", "contacts",
    "adopting", "one_human", "refused", "missing", "delta", "holds",
)  # fmt: skip
LONGEST = 24
"""Tables of more lines than this are shown by their beginning."""

_HEAD = """# What the sync does

This page is made from the specification tests (`tests/spec/`): every example on it is run. Rule numbers are those of the
product contract; *section 5* is its list of settings, `oneroster.md` the digest of the standard.

Each example shows the reading that was **applied** the day before, what **came** today, and **what is planned**: kind,
action, id, reason, and, where a record waits for a person, its hold. The ids of an enrollment are class/member, those of a
guardianship student/guardian. Every plan is then applied, and the same reading planned again: nothing is left to do but
what waits (R-12). Schools S1 (Cedar, number 1) and S2 (Maple, number 2) are matched. Unless an example says otherwise, each
reading is whole (bulk), it is 2 September 2026, and every reading holds these orgs and sessions:
"""


def render() -> str:
    """The whole page as Markdown."""
    parts = [_HEAD, _table(GIVEN)]
    for name in CHAPTERS:
        chapter = import_module(f"tests.spec.test_{name}")
        parts += [f"\n## {chapter.CHAPTER}\n", f"{chapter.INTRO}\n"]
        for case in chapter.CASES:
            parts += _case(case)
    return "\n".join(parts)


def _case(case: Case) -> list[str]:
    parts = [f"### {case.title}\n", f"*{case.rule}*\n"]
    if case.settings:
        parts.append("Settings: " + ", ".join(f"`{key} = {value}`" for key, value in case.settings.items()) + "\n")
    if case.first:
        parts.append(f"Before the first sync: {case.first[0]}\n")
    if case.before:
        parts += ["Applied yesterday:\n", _table(case.before)]
    if case.since:
        parts.append(f"Since then: {case.since[0]}\n")
    if case.before and case.incoming == case.before:
        parts.append("Came: the same again.\n")
    elif dedent(case.incoming).strip():
        parts += [f"Came{' (delta)' if case.delta else ''}:\n", _table(case.incoming)]
    else:
        parts.append("Came (delta): nothing.\n" if case.delta else "Came: nothing.\n")
    if case.missing:
        parts.append("Columns that were not received: " + ", ".join(f"`{name}`" for name in case.missing) + "\n")
    if case.absent:
        parts.append("Files that were not delivered: " + ", ".join(case.absent) + "\n")
    parts += ["Planned:\n", _table(case.expect)] if case.expect.strip() else ["Planned: nothing.\n"]
    if case.fields:
        parts += ["Values that change:\n", _table(case.fields)]
    if case.holds:
        parts += ["Holds (name, records, of how many, threshold, cause):\n", _table(case.holds)]
    told = [code for code in case.findings.split() if not code.startswith("-")]
    if told:
        parts.append("Told: " + ", ".join(f"[{code}](findings.md)" for code in told) + "\n")
    return parts


def _table(text: str) -> str:
    """The lines in even columns, block by block."""
    blocks = [_even(block.strip().splitlines()) for block in dedent(text).strip().split("\n\n") if block.strip()]
    return "```text\n" + "\n\n".join(blocks) + "\n```\n"


def _even(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.split("|")] for line in lines if line.strip()]
    shown = rows if len(rows) <= LONGEST else rows[: LONGEST // 2]
    width = max(len(row) for row in shown)
    widths = [max((len(row[n]) for row in shown if n < len(row)), default=0) for n in range(width)]
    text = [" | ".join(cell.ljust(widths[n]) for n, cell in enumerate(row)).rstrip(" |") for row in shown]
    if len(shown) < len(rows):
        text.append(f"… and {len(rows) - len(shown)} more")
    return "\n".join(text)


if __name__ == "__main__":
    sys.stdout.write(render())
