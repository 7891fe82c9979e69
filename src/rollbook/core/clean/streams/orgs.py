"""orgs.csv: schools, districts and departments."""

from __future__ import annotations

from rollbook.core.clean.sheet import Part, Sheet
from rollbook.core.clean.words import of_vocabulary
from rollbook.core.findings.matters import NO_ID, TITLE_MISSING
from rollbook.core.snapshot import Stream

__all__ = ["COLUMNS", "ORG_TYPES", "clean_orgs"]

ORG_TYPES = ("department", "district", "local", "national", "school", "state")

COLUMNS = {
    "sourced_id": "sourcedId",
    "name": "name",
    "type": "type",
    "identifier": "identifier",
    "parent_sourced_id": "parentSourcedId",
    "status": "status",
}


def clean_orgs(stream: Stream) -> Part:
    """Orgs with a known type or none. An org without sourcedId is refused."""
    sheet = Sheet(stream, "ORG", COLUMNS.values())
    sheet.keys["school_sourced_id"] = sheet["sourcedId"]
    sheet.refuse("sourcedId", NO_ID, sheet["sourcedId"].is_null())
    sheet.remark("name", TITLE_MISSING, sheet["name"].is_null() & sheet.is_live)
    columns = {name: sheet[column] for name, column in COLUMNS.items() if name != "status"}
    columns["type"] = sheet.take("type", of_vocabulary(sheet["type"], ORG_TYPES))
    return sheet.finish(columns)
