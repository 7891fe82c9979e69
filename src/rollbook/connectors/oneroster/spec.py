"""The CSV tables of OneRoster 1.1 and 1.2(.1) as data (the CSV bindings; our digest is oneroster.md C.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

__all__ = ["ALL_COLUMNS", "TABLES", "VERSIONS", "CellType", "Column", "Table", "columns_of"]

VERSIONS = ("1.1", "1.2")
"""``1.2`` is the binding 1.2.1; what 1.2.0 had besides is in ``_EARLIER``."""


class CellType(StrEnum):
    """What a cell of a column holds."""

    GUID = "guid"
    GUIDS = "guids"
    TEXT = "text"
    TEXTS = "texts"
    ENUM = "enum"
    ENUMS = "enums"
    DATE = "date"
    DATETIME = "datetime"
    YEAR = "year"
    BOOLEAN = "boolean"
    FLOAT = "float"
    USER_IDS = "user_ids"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``required``: by the letter, its cells must be filled."""

    name: str
    required: bool
    cell: CellType


@dataclass(frozen=True, slots=True)
class Table:
    """One file: its columns in the order that the binding gives."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The column names in order."""
        return tuple(column.name for column in self.columns)


_SHARED = {
    "academicSessions": "title* type*:enum startDate*:date endDate*:date parentSourcedId:guid schoolYear*:year",
    "orgs": "name* type*:enum identifier parentSourcedId:guid",
    "courses": "schoolYearSourcedId:guid title* courseCode grades:texts orgSourcedId*:guid subjects:texts "
    "subjectCodes:texts",
    "classes": "title* grades:texts courseSourcedId*:guid classCode classType*:enum location schoolSourcedId*:guid "
    "termSourcedIds*:guids subjects:texts subjectCodes:texts periods:texts",
    "enrollments": "classSourcedId*:guid schoolSourcedId*:guid userSourcedId*:guid role*:enum primary:boolean "
    "beginDate:date endDate:date",
    "demographics": "birthDate:date sex:enum americanIndianOrAlaskaNative:boolean asian:boolean "
    "blackOrAfricanAmerican:boolean nativeHawaiianOrOtherPacificIslander:boolean white:boolean "
    "demographicRaceTwoOrMoreRaces:boolean hispanicOrLatinoEthnicity:boolean countryOfBirthCode "
    "stateOfBirthAbbreviation cityOfBirth publicSchoolResidenceStatus",
    "resources": "vendorResourceId* title roles:enums importance:enum vendorId applicationId",
    "classResources": "title classSourcedId*:guid resourceSourcedId*:guid",
    "courseResources": "title courseSourcedId*:guid resourceSourcedId*:guid",
}

_TABLES: dict[str, dict[str, str]] = {
    "1.1": {
        **_SHARED,
        "users": "enabledUser*:boolean orgSourcedIds*:guids role*:enum username* userIds:user_ids givenName* "
        "familyName* middleName identifier email sms phone agentSourcedIds:guids grades:texts password",
        "categories": "title*",
        "lineItems": "title* description assignDate*:datetime dueDate*:datetime classSourcedId*:guid "
        "categorySourcedId*:guid gradingPeriodSourcedId*:guid resultValueMin*:float resultValueMax*:float",
        "results": "lineItemSourcedId*:guid studentSourcedId*:guid scoreStatus*:enum score*:float scoreDate*:date "
        "comment",
    },
    "1.2": {
        **_SHARED,
        "users": "enabledUser*:boolean username* userIds:user_ids givenName* familyName* middleName identifier email "
        "sms phone agentSourcedIds:guids grades:texts password userMasterIdentifier preferredGivenName "
        "preferredMiddleName preferredFamilyName primaryOrgSourcedId:guid pronouns",
        "roles": "userSourcedId*:guid roleType*:enum role*:enum beginDate:date endDate:date orgSourcedId*:guid "
        "userProfileSourcedId:guid",
        "userProfiles": "userSourcedId*:guid profileType* vendorId* applicationId description credentialType* "
        "username* password",
        "userResources": "userSourcedId*:guid orgSourcedId:guid classSourcedId:guid resourceSourcedId*:guid",
        "categories": "title* weight:float",
        "lineItems": "title* description assignDate*:datetime dueDate*:datetime classSourcedId*:guid "
        "categorySourcedId*:guid academicSessionSourcedId*:guid resultValueMin:float resultValueMax:float "
        "schoolSourcedId*:guid",
        "results": "lineItemSourcedId*:guid studentSourcedId*:guid scoreStatus*:enum score:float scoreDate*:date "
        "comment textScore classSourcedId:guid inProgress:boolean incomplete:boolean late:boolean missing:boolean",
        "scoreScales": "title* type* orgSourcedId*:guid courseSourcedId*:guid classSourcedId*:guid scoreScaleValue*",
        "lineItemLearningObjectiveIds": "lineItemSourcedId*:guid source*:enum learningObjectiveId*",
        "lineItemScoreScales": "title lineItemSourcedId*:guid scoreScaleSourcedId*:guid",
        "resultLearningObjectiveIds": "resultSourcedId*:guid source*:enum learningObjectiveId* score:float textScore",
        "resultScoreScales": "title resultSourcedId*:guid scoreScaleSourcedId*:guid",
    },
}

_EARLIER = {"users": ("resourceSourcedIds",)}
"""Columns of 1.2.0 that 1.2.1 gave up; accepted, not used."""


def _column(written: str) -> Column:
    name, _, cell = written.partition(":")
    return Column(name.removesuffix("*"), name.endswith("*"), CellType(cell or "text"))


def _table(name: str, written: str) -> Table:
    base = (
        Column("sourcedId", True, CellType.GUID),
        Column("status", False, CellType.ENUM),
        Column("dateLastModified", False, CellType.DATETIME),
    )
    return Table(name, base + tuple(_column(item) for item in written.split()))


TABLES: Mapping[str, Mapping[str, Table]] = MappingProxyType(
    {
        version: MappingProxyType({name: _table(name, written) for name, written in tables.items()})
        for version, tables in _TABLES.items()
    }
)
"""version → file name without ``.csv`` → its table."""


def columns_of(name: str) -> frozenset[str]:
    """Every column that any version gives the file ``name``."""
    tables = [tables[name] for tables in TABLES.values() if name in tables]
    return frozenset(column for table in tables for column in table.names) | frozenset(_EARLIER.get(name, ()))


ALL_COLUMNS: frozenset[str] = frozenset(
    column for tables in TABLES.values() for name in tables for column in columns_of(name)
)
"""Every column name that OneRoster has anywhere."""
