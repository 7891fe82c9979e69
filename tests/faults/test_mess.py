"""Every deviation met in the wild, planted one by one over a district that is already in step (oneroster.md E).

Each must be told where it stands, and none may take anything away that is still there: what leaves either leaves in the
data itself, waits for a person, or the reading is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from pytest_django import DjangoDbBlocker

from rollbook.connectors.oneroster_csv.connector import read
from rollbook.core.clean import clean
from rollbook.core.entities import REMOVALS
from rollbook.core.errors import DataError
from rollbook.core.findings import CATALOGUE, empty
from rollbook.core.plan import Plan
from rollbook.core.planning import make_plan
from rollbook.core.policy import Policy
from rollbook.core.state import LoadValues, State
from rollbook.engine.load import load_state, values
from rollbook.sandbox.district import MESS, Generated, Planted, generate
from rollbook.services import access, districts, schools, sources, syncing
from rollbook.store.models import SourceConnection

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

STUDENTS, SEED, DAY = 150, 3, dt.date(2026, 9, 1)

RIGHTLY_SILENT = {
    "agent-one-directional": "either direction is enough (A.2); most systems write one",
    "class-period-zero": "a period may be called 0",
    "course-year-dangling": "the column is not kept (S-4)",
    "email-blank": "a blank e-mail is no deviation while a mobile number is there",
    "line-ends-crlf": "the specification allows it (C.4)",
    "manifest-version-1-2-1": "accepted as 1.2 (C.2)",
    "sourced-id-shared-across-kinds": "a sourcedId is unique within its kind only (E.2)",
    "subject-codes-uneven": "the column is not kept (S-4)",
}
"""Mess that is told by nobody, and why."""

TRUE_ENDS = {
    "status-tobedeleted": "the source says so",
    "status-inactive": "inactive is read as tobedeleted",
    "enrollment-ended": "its own end date has passed",
    "enrollment-class-dangling": "the row names another class now",
    "enrollment-user-dangling": "the row names another user now",
}
"""Mess that says in so many words that something ended."""


class World:
    """A district that holds day 1, for one version of OneRoster."""

    def __init__(self, connection: SourceConnection) -> None:
        self.state: State = load_state(connection)
        self.values: LoadValues = values(connection)

    def plan(self, path: Path) -> Plan:
        policy = Policy()
        return make_plan(clean(read(path, policy), policy), self.state, self.values, policy, DAY)


@pytest.fixture(scope="module")
def worlds(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[dict[str, World]]:
    """Committed, since the state is read by a connection of its own; flushed when the module is done."""
    made = {}
    with django_db_blocker.unblock():
        for version in ("1.1", "1.2"):
            bundle = tmp_path_factory.mktemp("base") / "day1"
            generate(bundle, students=STUDENTS, seed=SEED, oneroster=version)
            slug = f"mess-{version.replace('.', '-')}"
            districts.add(slug=slug, name="Mess", by="test")
            connection = sources.add(
                district=access.district(slug), kind="oneroster_csv", config={"path": str(bundle)}, by="test"
            )
            schools.create_missing(connection=connection, matching=schools.look(connection=connection), by="test")
            now = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
            syncing.sync(connection=connection, by="test", now=now, on=DAY)
            made[version] = World(connection)
        yield made
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture(params=list(MESS))
def planted(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str, Generated]:
    mess = MESS[request.param]
    version = mess.versions[0]
    generated = generate(
        tmp_path / "bundle",
        students=STUDENTS,
        seed=SEED,
        oneroster=version,
        mess=[mess.code],
        zipped=mess.needs_zip,
    )
    return mess.code, version, generated


def test_mess_is_told_where_it_stands_and_takes_nothing_away(
    planted: tuple[str, str, Generated], worlds: dict[str, World]
) -> None:
    code, version, generated = planted
    removed, left_out = pl.DataFrame(), set[str]()
    try:
        plan = worlds[version].plan(generated.path)
    except DataError as error:
        told = error.findings if error.findings is not None else empty()
    else:
        told = plan.findings
        left_out = set(plan.left_out["sourced_id"].to_list())
        gone = pl.col("action").cast(pl.String).is_in(list(REMOVALS)) & pl.col("hold").is_null()
        removed = plan.records.filter(gone)
    if code not in TRUE_ENDS:
        assert removed.is_empty(), removed
    if code not in RIGHTLY_SILENT:
        untold = [item for item in generated.planted if item.sourced_id not in left_out and not _is_told(told, item)]
        assert not untold
    assert set(told["code"]) <= CATALOGUE.keys()


def _is_told(told: pl.DataFrame, item: Planted) -> bool:
    """A finding at the planted line, of the planted record, or of the file as a whole."""
    package = pl.col("code").str.contains("^(FIL|MAN)-")
    if item.file in ("", "manifest.csv") and told.filter(package).height:
        return True
    here = told.filter(pl.col("stream") == item.file)
    by_line = pl.col("line") == item.line if item.line is not None else pl.lit(True)
    by_record = pl.col("sourced_id") == item.sourced_id if item.sourced_id is not None else pl.lit(False)
    whole = pl.col("line").is_null() & pl.col("code").str.contains("^(FIL|CSV|HDR)-")
    if here.filter(by_line.fill_null(False) | by_record.fill_null(False) | whole).height:
        return True
    # an org is told through the classes that are held there
    return item.file == "orgs.csv" and "SCP-016" in told["code"]
