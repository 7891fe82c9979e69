"""Which delivery of a drop folder is read."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from rollbook.core.errors import ConfigError, DataError
from rollbook.transport.folder import drops, resolve


def zipped(path: Path, when: int = 0) -> Path:
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("orgs.csv", "sourcedId,name\n")
    os.utime(path, (when, when))
    return path


def folder(path: Path, content: str = "sourcedId,name\n", when: int = 0) -> Path:
    path.mkdir()
    (path / "orgs.csv").write_text(content)
    os.utime(path / "orgs.csv", (when, when))
    return path


def test_a_bundle_is_itself(tmp_path: Path) -> None:
    bundle = folder(tmp_path / "b")
    archive = zipped(tmp_path / "c.zip")
    assert resolve(bundle) == bundle
    assert resolve(archive) == archive


def test_the_date_in_the_names_decides_before_the_clock_does(tmp_path: Path) -> None:
    zipped(tmp_path / "roster-2026-09-02.zip", when=100)
    newest = zipped(tmp_path / "roster_20260903.zip", when=50)
    folder(tmp_path / "2026-09-01", when=200)
    assert resolve(tmp_path) == newest
    assert [drop.date[:8] for drop in drops(tmp_path)] == ["20260901", "20260902", "20260903"]


def test_without_dates_the_last_change_decides(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", when=300)
    zipped(tmp_path / "b-2026-09-03.zip", when=200)
    assert resolve(tmp_path).name == "a.zip"


def test_an_unfinished_delivery_is_passed_over(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "2026-09-01.zip")
    cut = zipped(tmp_path / "2026-09-02.zip")
    cut.write_bytes(cut.read_bytes()[:-20])
    zipped(tmp_path / "2026-09-03.zip.part")
    folder(tmp_path / "2026-09-04", content="")
    assert resolve(tmp_path) == whole


def test_a_folder_without_deliveries_and_one_without_a_whole_one_say_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no roster files") as none:
        resolve(tmp_path)
    (tmp_path / "2026-09-01.zip").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"complete; the newest is 2026-09-01.zip") as unfinished:
        resolve(tmp_path)
    codes = [error.value.findings["code"][0] for error in (none, unfinished) if error.value.findings is not None]
    assert codes == ["FIL-001", "FIL-015"]


def test_a_missing_path_is_a_wrong_setting(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        resolve(tmp_path / "nowhere")
