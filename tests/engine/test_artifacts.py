"""Artifacts: what comes out is what went in, or nothing comes out."""

from __future__ import annotations

import base64
import datetime as dt
import os
import stat
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.builders import NOW, connection, hold, plan, planned, small_district, update

from rollbook.core.entities import ACTIONS, KINDS
from rollbook.core.errors import ConfigError, NotFound
from rollbook.core.findings import FINDING_SCHEMA
from rollbook.core.plan import RECORD_SCHEMA, Plan
from rollbook.core.snapshot import LINE, FileInfo, Mode, Snapshot, Stream
from rollbook.engine import artifacts, sealed
from rollbook.engine.key import load_key
from rollbook.engine.sealed import read_sealed, write_sealed
from rollbook.store.models import SyncRun

KEY = bytes(range(32))
FRAMES = {
    "people": pl.DataFrame({"name": ["Ada", "", None], "at": [dt.date(2026, 9, 1), None, None]}),
    "nothing": pl.DataFrame(schema={"n": pl.Int64, "l": pl.List(pl.String)}),
    "words": pl.DataFrame(
        {"kind": ["student", None], "why": ["gone", "new"], "many": [["a", None], []]},
        schema={"kind": pl.Enum(KINDS), "why": pl.Categorical(), "many": pl.List(pl.String)},
    ),
}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROLLBOOK_HOME", str(tmp_path))
    monkeypatch.delenv("ROLLBOOK_KEY", raising=False)
    return tmp_path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "a.plan"
    write_sealed(path, KEY, {"hello": ["world", 1]}, FRAMES)
    return path


def parts(data: bytes) -> tuple[bytes, list[bytes]]:
    """The magic line, and each part with its length and nonce."""
    start = data.index(b"\n") + 1
    found, at = [], start
    while at < len(data):
        size = 8 + 12 + int.from_bytes(data[at : at + 8], "big")
        found.append(data[at : at + size])
        at += size
    return data[:start], found


def test_frames_come_back_equal_in_every_value_and_type(path: Path) -> None:
    header, frames = read_sealed(path, KEY)
    assert header == {"hello": ["world", 1]}
    assert list(frames) == list(FRAMES)
    for name, frame in FRAMES.items():
        assert_frame_equal(frames[name], frame)


def test_large_frames_come_back_from_their_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_ROWS", 7)
    words = pl.Series("w", [f"word {number % 5}" for number in range(100)], dtype=pl.Categorical)
    frame = pl.DataFrame({"n": range(100)}).with_columns(words, k=pl.lit("staff", dtype=pl.Enum(KINDS)))
    write_sealed(tmp_path / "b", KEY, {}, {"f": frame, "empty": frame.head(0)})
    _, frames = read_sealed(tmp_path / "b", KEY)
    assert_frame_equal(frames["f"], frame)
    assert_frame_equal(frames["empty"], frame.head(0))


def test_nothing_of_the_content_can_be_read_in_the_file(path: Path) -> None:
    data = path.read_bytes()
    for word in (b"Ada", b"people", b"hello", b"PAR1"):
        assert word not in data
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_two_files_of_the_same_content_have_nothing_in_common(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "sub" / "a.plan"
    write_sealed(other, KEY, {"hello": ["world", 1]}, FRAMES)
    assert not set(parts(path.read_bytes())[1]) & set(parts(other.read_bytes())[1])


def test_every_flipped_bit_is_noticed(path: Path) -> None:
    data = path.read_bytes()
    for at in range(0, len(data), 97):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        with pytest.raises(ConfigError):
            read_sealed(path, KEY)


@pytest.mark.parametrize("damage", ["swapped", "dropped", "repeated", "cut", "longer", "empty"])
def test_parts_cannot_be_moved(path: Path, damage: str) -> None:
    magic, found = parts(path.read_bytes())
    changed = {
        "swapped": [found[0], found[2], found[1], *found[3:]],
        "dropped": found[:-1],
        "repeated": [*found, found[-1]],
        "cut": [*found[:-1], found[-1][:-1]],
        "longer": [*found, b"x"],
        "empty": [],
    }[damage]
    path.write_bytes(magic + b"".join(changed))
    with pytest.raises(ConfigError, match="damaged"):
        read_sealed(path, KEY)


def test_a_part_of_an_older_file_of_the_same_name_does_not_fit(path: Path) -> None:
    magic, old = parts(path.read_bytes())
    write_sealed(path, KEY, {"hello": ["world", 1]}, FRAMES)
    _, new = parts(path.read_bytes())
    path.write_bytes(magic + b"".join([*new[:-1], old[-1]]))
    with pytest.raises(ConfigError):
        read_sealed(path, KEY)


def test_a_file_under_another_name_does_not_open(path: Path) -> None:
    renamed = path.rename(path.with_name("b.plan"))
    with pytest.raises(ConfigError, match=r"b\.plan"):
        read_sealed(renamed, KEY)


def test_another_key_does_not_open_it(path: Path) -> None:
    with pytest.raises(ConfigError, match="another key"):
        read_sealed(path, KEY[::-1])


def test_a_failed_write_leaves_the_old_file(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_sealed(path, KEY, {"no": {1, 2}}, FRAMES)
    assert path.read_bytes() == before


def test_the_key_file_is_made_once_and_for_its_owner_only(home: Path) -> None:
    first = load_key(home)
    assert load_key(home) == first
    assert len(first) == 32
    assert stat.S_IMODE((home / "rollbook.key").stat().st_mode) == 0o600


@pytest.mark.parametrize("wrong", ["short", base64.b64encode(b"x" * 31).decode(), "ä", "*" * 44])
def test_what_is_no_key_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("ROLLBOOK_KEY", wrong)
    with pytest.raises(ConfigError, match="ROLLBOOK_KEY") as caught:
        load_key(home)
    assert wrong not in str(caught.value.as_dict())


def test_a_key_in_the_environment_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLBOOK_KEY", base64.b64encode(KEY).decode())
    assert load_key(home) == KEY
    assert not (home / "rollbook.key").exists()


def test_a_plan_comes_back_as_the_very_same_plan(home: Path) -> None:
    whole = plan(small_district(), [update("student", 1, {"grade": "01"}, {"grade": "02"})], [hold("h")], revision=7)
    records = pl.DataFrame(
        {"kind": ["student"], "ref": [-1], "sourced_id": ["00417"], "action": [ACTIONS[0]], "reason": ["new"]}
    ).select(
        pl.lit(None).alias(c).cast(t) if c in ("school_id", "hold") else pl.col(c).cast(t)
        for c, t in RECORD_SCHEMA.items()
    )
    whole = Plan(**{**{f: getattr(whole, f) for f in whole.__dataclass_fields__}, "records": records})
    assert artifacts.write_plan(5, "x.plan", whole) == "x.plan"
    back = artifacts.read_plan(5, "x.plan")
    assert (back.baseline, list(back.inserts)) == (whole.baseline, list(whole.inserts))
    for table, rows in whole.inserts.items():
        assert_frame_equal(back.inserts[table], rows)
    for name in ("edits", "records", "holds", "counts", "findings", "left_out"):
        assert_frame_equal(getattr(back, name), getattr(whole, name))


def test_a_snapshot_comes_back_as_the_very_same_snapshot(home: Path) -> None:
    users = pl.DataFrame({LINE: [2, 3], "sourcedId": ["007", ""]}, schema_overrides={LINE: pl.UInt32})
    refused = pl.DataFrame({LINE: [4], "sourcedId": [None]}, schema={LINE: pl.UInt32, "sourcedId": pl.String})
    snapshot = Snapshot(
        version="1.1",
        streams={
            "users": Stream(
                name="users",
                frame=users,
                mode=Mode.DELTA,
                origin="users.csv",
                columns=frozenset({"b", "a"}),
                refused=refused,
            )
        },
        files=(FileInfo(name="users.csv", size=9, rows=2, sha256="00", encoding="utf-8", separator=","),),
        findings=pl.DataFrame(schema=FINDING_SCHEMA),
        fingerprint="abc",
    )
    artifacts.write_snapshot(5, "x.snapshot", snapshot)
    back = artifacts.read_snapshot(5, "x.snapshot")
    assert (back.version, back.files, back.fingerprint) == (snapshot.version, snapshot.files, snapshot.fingerprint)
    stream = back.streams["users"]
    assert (stream.name, stream.mode, stream.origin, stream.columns) == ("users", Mode.DELTA, "users.csv", {"a", "b"})
    assert_frame_equal(stream.frame, users)
    assert_frame_equal(stream.refused, refused)
    assert_frame_equal(back.findings, snapshot.findings)


def test_artifacts_are_kept_by_district_and_name(home: Path) -> None:
    artifacts.write_plan(5, "x.plan", plan())
    assert (artifacts.exists(5, "x.plan"), artifacts.exists(6, "x.plan")) == (True, False)
    with pytest.raises(NotFound):
        artifacts.read_plan(6, "x.plan")
    with pytest.raises(ConfigError):
        artifacts.read_plan(5, "../5/x.plan")
    with pytest.raises(ConfigError):
        artifacts.write_plan(5, "x.snapshot", plan())


@pytest.mark.django_db
def test_what_is_older_than_its_retention_is_removed_and_named(home: Path) -> None:
    feed = connection()
    district = feed.district
    ages = {"new": 3, "month": 31, "year": 366}
    for name, days in ages.items():
        run = planned(feed, plan())
        artifacts.write_plan(district.pk, f"{name}.plan", plan())
        shared = "new" if name == "month" else name
        (home / "artifacts" / str(district.pk) / f"{name}.snapshot").write_bytes(b"")
        SyncRun.objects.filter(pk=run.pk).update(
            created_at=NOW - dt.timedelta(days=days), plan_artifact=f"{name}.plan", snapshot=f"{shared}.snapshot"
        )
    for name, days in {"month.snapshot": 31, "stray.plan": 400}.items():
        stray = home / "artifacts" / str(district.pk) / name
        stray.write_bytes(b"")
        then = (NOW - dt.timedelta(days=days)).timestamp()
        os.utime(stray, (then, then))

    assert sorted(artifacts.purge(district, NOW)) == [
        "The plan stray is older than 365 days and was removed.",
        "The plan year is older than 365 days and was removed.",
        "The snapshot month is older than 30 days and was removed.",
        "The snapshot year is older than 30 days and was removed.",
    ]
    assert artifacts.purge(district, NOW) == []
    left = sorted(path.name for path in (home / "artifacts" / str(district.pk)).iterdir())
    assert left == ["month.plan", "new.plan", "new.snapshot"]
