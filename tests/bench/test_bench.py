"""`rollbook bench` measures what it says, in scratch databases that are gone afterwards. No absolute time is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest
from typer.testing import CliRunner

from rollbook.bench import page
from rollbook.bench.files import make_files, parse
from rollbook.bench.roster import SCENARIOS
from rollbook.bench.scratch import scratch_database, server_url
from rollbook.cli.main import build
from rollbook.core.errors import ConfigError

RATIOS = {"first", "unchanged", "rewritten", "one_percent", "orm"}

PATIENCE = 120.0


def bench(*words: str) -> dict[str, Any]:
    """What the command prints with --json, run as a person runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "rollbook.cli.main", "bench", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def databases() -> set[str]:
    """The scratch databases that there are; another worker of the suite may have one of its own for a while."""
    with psycopg.connect(server_url()) as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'rollbook_bench_%'").fetchall()
    return {name for (name,) in rows}


def nothing_is_left(before: set[str]) -> bool:
    """Whether all that came since is gone, now or when another worker is done with its own."""
    deadline = time.monotonic() + PATIENCE
    while databases() - before:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    before = databases()
    result = bench("roster", "--students", "300", "--rounds", "1", "--peers")
    assert nothing_is_left(before)
    return result


def test_bench_tells_ratios_memory_and_stages(told: dict[str, Any]) -> None:
    assert set(told["ratios"]) == RATIOS
    assert all(told["ratios"][name] > 0 for name in SCENARIOS)
    assert told["peak_mb"] > 50
    assert told["machine"]["cores"] >= 1
    for name in SCENARIOS:
        seconds = told["seconds"][name]
        assert seconds["total"] / seconds["floor"] == pytest.approx(told["ratios"][name], rel=0.05)
        computed = {"clean", "scope", "match", "diff", "plan"} if name != "unchanged" else set()
        assert {"read", "keep", "verify"} | computed <= set(seconds["stages"])
        assert computed or not {"clean", "diff"} & set(seconds["stages"])
        assert sum(seconds["stages"].values()) <= seconds["total"] * 1.05
        assert {"parse"} < set(seconds["floor_stages"])


def test_bench_runs_do_the_work_they_stand_for(told: dict[str, Any]) -> None:
    rows, seconds = told["rows"], told["seconds"]
    assert seconds["first"]["changes"] > rows["enrollments"] + rows["users"] * 0.8
    assert seconds["unchanged"]["changes"] == seconds["rewritten"]["changes"] == 0
    assert 0 < seconds["one_percent"]["changes"] < seconds["first"]["changes"] * 0.05


def test_bench_compares_with_both_peers(told: dict[str, Any]) -> None:
    assert set(told["ratios"]["orm"]) == {"row_by_row", "bulk"}
    assert all(
        told["ratios"]["orm"][peer][which] > 0 for peer in ("row_by_row", "bulk") for which in ("first", "daily")
    )
    assert told["peers"]["row_by_row"]["students"] == 300


def test_the_changed_day_changes_about_one_percent(tmp_path: Path) -> None:
    files = make_files(tmp_path, students=5000)
    before, after = parse(files.first), parse(files.changed)
    for name in ("users", "enrollments"):
        changed = after[name].join(before[name], on=after[name].columns, how="anti", nulls_equal=True)
        share = changed.height / before[name].height
        assert 0.005 < share < 0.015, f"{share:.2%} of {name} changed"
    assert after["users"]["sourcedId"].is_unique().all()
    pairs = after["enrollments"].select("classSourcedId", "userSourcedId")
    assert pairs.is_unique().all()
    known = after["users"]["sourcedId"].implode()
    assert after["enrollments"].filter(~pl.col("userSourcedId").is_in(known)).is_empty()
    assert after["classes"].equals(before["classes"])


def test_the_rewritten_day_has_the_same_rows_in_other_bytes(tmp_path: Path) -> None:
    files = make_files(tmp_path, students=60)
    for name, before in parse(files.first).items():
        after = parse(files.rewritten)[name]
        assert sorted(after.rows(), key=str) == sorted(before.rows(), key=str)
        assert not after.equals(before)


def make_and_fail() -> None:
    before = databases()
    with scratch_database(server_url()) as url:
        assert sum(url.count(made) for made in databases() - before) == 1
        raise RuntimeError


def test_a_scratch_database_is_gone_even_after_an_error() -> None:
    before = databases()
    with pytest.raises(RuntimeError):
        make_and_fail()
    assert nothing_is_left(before)


def test_a_page_without_markers_is_refused_and_one_with_them_keeps_the_rest(tmp_path: Path) -> None:
    place = tmp_path / "page.md"
    place.write_text("# Title\n")
    with pytest.raises(ConfigError):
        page.write_between(place, "measured", "x")
    place.write_text("before\n<!-- measured -->old<!-- /measured -->\nafter\n")
    page.write_between(place, "measured", "new")
    text = place.read_text()
    assert "old" not in text
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "new" in text


def test_an_unknown_thing_to_measure_is_refused() -> None:
    result = CliRunner().invoke(build("bench"), ["bench", "weather"])
    assert isinstance(result.exception, ConfigError)


@pytest.mark.slow
def test_work_stays_within_generous_bounds_of_the_floor() -> None:
    """Judged by the processor time of our process, which a busy machine disturbs least; budgets are for `make bench`."""
    told = bench("roster", "--students", "20000", "--rounds", "1")
    work = {name: told["seconds"][name]["cpu"] / told["seconds"][name]["floor_cpu"] for name in SCENARIOS}
    assert work["first"] < 25
    assert work["unchanged"] < 2
    assert work["rewritten"] < 12
    assert work["one_percent"] < 20
    assert told["peak_mb"] < 600
