"""Pages of a list: “1–50 of 12,408”, with the addresses of the pages beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

__all__ = ["Pager", "page_number", "pager"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """``first`` to ``last`` of ``total``; ``before`` and ``after`` are blank where there is no such page."""

    first: int
    last: int
    total: int
    before: str
    after: str


def page_number(word: str) -> int:
    """The page that an address names; 1 for anything else."""
    return max(1, int(word)) if word.isdecimal() and len(word) < 7 else 1


def pager(*, total: int, page: int, size: int, keep: Mapping[str, str | Sequence[str]]) -> Pager:
    """``keep``: what the addresses of other pages must say, too; blanks are left out."""
    kept = {name: value for name, value in keep.items() if value}

    def address(number: int) -> str:
        return "?" + urlencode({**kept, "page": number}, doseq=True)

    first = (page - 1) * size
    return Pager(
        first=min(first + 1, total),
        last=min(first + size, total),
        total=total,
        before=address(page - 1) if page > 1 else "",
        after=address(page + 1) if first + size < total else "",
    )
