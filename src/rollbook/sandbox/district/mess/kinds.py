"""What a mess code means, and what it leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from rollbook.core.findings import Severity

if TYPE_CHECKING:
    from rollbook.sandbox.district.mess.draft import Draft

__all__ = ["BOTH", "Category", "Mess", "Plant", "Planted", "error", "fatal", "notice", "warning"]

BOTH = ("1.1", "1.2")

Plant = Callable[["Draft"], None]
"""Changes a draft of the bundle and notes what it changed."""


class Category(StrEnum):
    """What kind of remark a reader of the bundle should make."""

    STATUS = "status"
    IDENTITY = "identity"
    REFERENCE = "reference"
    REQUIRED = "required"
    VALUE = "value"
    RULE = "rule"
    HEADER = "header"
    DIALECT = "dialect"
    MANIFEST = "manifest"
    ARCHIVE = "archive"
    SCOPE = "scope"


@dataclass(frozen=True, slots=True)
class Mess:
    """One deviation from the specification that is met in the wild.

    ``sentence``: what is planted. ``section``: of the facts that it comes from. ``severity`` and ``category``: what a
    reader is expected to say, a notice where nothing is lost. ``effect``: what is expected to happen. ``alone``: why
    "all" leaves it out. ``group``: codes of one group exclude each other; "all" takes the first.
    """

    code: str
    sentence: str
    section: str
    severity: Severity
    category: Category
    effect: str
    plant: Plant
    versions: tuple[str, ...] = BOTH
    needs_zip: bool = False
    alone: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One thing that does not belong in the bundle. ``line``: physical line of the file, the header being 1; None when
    the file or the package as a whole is meant. ``column``: as the specification names it."""

    code: str
    file: str
    line: int | None
    column: str | None
    sourced_id: str | None
    what: str
    severity: str
    category: str
    effect: str


@dataclass(frozen=True, slots=True)
class _Kind:
    severity: Severity

    def __call__(
        self,
        code: str,
        section: str,
        category: Category,
        sentence: str,
        plant: Plant,
        effect: str = "",
        *,
        versions: tuple[str, ...] = BOTH,
        needs_zip: bool = False,
        alone: str = "",
        group: str = "",
    ) -> Mess:
        effect = effect or _EFFECTS[self.severity]
        return Mess(code, sentence, section, self.severity, category, effect, plant, versions, needs_zip, alone, group)


_EFFECTS = {
    Severity.FATAL: "the run fails with this finding; nothing changes",
    Severity.ERROR: "the row is dropped; its object stays as it is",
    Severity.WARNING: "the value is dropped or guessed; the row is used",
    Severity.NOTICE: "nothing but the remark",
}

fatal = _Kind(Severity.FATAL)
error = _Kind(Severity.ERROR)
warning = _Kind(Severity.WARNING)
notice = _Kind(Severity.NOTICE)
"""Makers of ``Mess``, one for each severity."""
