"""The reference page of all finding codes, made from the catalogue.

``python -m rollbook.core.findings.reference > docs/reference/findings.md`` writes it; a test holds the two equal.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import groupby

from rollbook.core.findings.catalogue import CATALOGUE
from rollbook.core.findings.kind import FindingKind

__all__ = ["render"]

_INTRODUCTION = """\
# Findings

<!-- Made by `python -m rollbook.core.findings.reference > docs/reference/findings.md`. Do not edit by hand. -->

A finding is a remark on what was received. It never stops a run by itself unless it is *fatal*.

| severity | what happens |
| --- | --- |
| fatal | the run fails and nothing changes |
| error | the row is left out, and what it speaks of stays as it is |
| warning | the value is dropped or repaired |
| notice | nothing; it is told |

`{stream}` stands for the file or endpoint, `{line}` for the line in it, `{column}` for the column, `{sourced_id}` for
the id of the record, `{detail}` for more, which never is a name, a contact or a birth date.
"""


def render(catalogue: Mapping[str, FindingKind]) -> str:
    """The page as Markdown: families and codes in order, each code a heading with severity, sentence and remedy."""
    kinds = sorted(catalogue.values(), key=lambda kind: kind.code)
    sections = [_INTRODUCTION]
    for family, members in groupby(kinds, key=lambda kind: kind.code.split("-")[0]):
        sections.append(f"## {family}\n")
        sections.extend(_entry(kind) for kind in members)
    return "\n".join(sections)


def _entry(kind: FindingKind) -> str:
    return f"### {kind.code}\n\n**{kind.title}** · {kind.severity.value}\n\n{kind.sentence}\n\n*What to do:* {kind.remedy}\n"


if __name__ == "__main__":
    sys.stdout.write(render(CATALOGUE))
