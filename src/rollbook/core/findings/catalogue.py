"""All codes, by the module that raises them."""

from __future__ import annotations

from rollbook.core.findings.file_codes import FILE_CODES
from rollbook.core.findings.kind import FindingKind
from rollbook.core.findings.plan_codes import PLAN_CODES
from rollbook.core.findings.row_codes import ROW_CODES
from rollbook.core.findings.source_codes import SOURCE_CODES

__all__ = ["CATALOGUE"]

CATALOGUE: dict[str, FindingKind] = {kind.code: kind for kind in (*FILE_CODES, *SOURCE_CODES, *ROW_CODES, *PLAN_CODES)}
"""code → meaning; a test holds that no code is defined twice and that each is documented."""
