"""Findings: coded remarks on received data (S-3).

A finding never stops a run by itself. *error* drops the row and freezes its object as it is, *warning* drops or repairs
the value, *notice* tells. *fatal* findings travel in a ``DataError``. Every code stands once in ``CATALOGUE`` with a
sentence and what to do; ``docs/reference/findings.md`` is generated from it.
"""

from __future__ import annotations

from rollbook.core.findings.catalogue import CATALOGUE
from rollbook.core.findings.frame import FINDING_SCHEMA, empty, make, merge, of_rows
from rollbook.core.findings.kind import FindingKind, Severity

__all__ = ["CATALOGUE", "FINDING_SCHEMA", "FindingKind", "Severity", "empty", "make", "merge", "of_rows"]
