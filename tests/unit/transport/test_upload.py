"""What a person hands over is copied whole, within limits, and does not stay."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from rollbook.core.errors import ConfigError, DataError, RollbookError
from rollbook.transport.upload import UploadLimits, uploaded, uploaded_stream

SMALL = UploadLimits(files=2, total_bytes=10)


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "incoming"


@pytest.fixture
def given(tmp_path: Path) -> Path:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "users.csv").write_text("abc")
    (folder / "ORGS.CSV").write_text("de")
    (folder / "notes.txt").write_text("not ours")
    (folder / "inner").mkdir()
    return folder


def test_a_folder_is_copied_without_what_is_not_ours_and_does_not_stay(given: Path, into: Path) -> None:
    with uploaded(given, into, limits=SMALL) as copy:
        (given / "users.csv").write_text("changed")
        assert {path.name: path.read_text() for path in copy.iterdir()} == {"users.csv": "abc", "ORGS.CSV": "de"}
        assert copy.parent.stat().st_mode & 0o077 == 0
    assert list(into.iterdir()) == []
    assert (given / "users.csv").read_text() == "changed"


def test_a_file_is_copied_under_its_name(given: Path, into: Path) -> None:
    with uploaded(given / "users.csv", into) as copy:
        assert (copy.name, copy.read_text()) == ("users.csv", "abc")
    with uploaded_stream(io.BytesIO(b"abc"), "roster.zip", into) as copy:
        assert (copy.name, copy.read_bytes()) == ("roster.zip", b"abc")


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        pytest.param(lambda folder: (folder / "users.csv").write_text("x" * 9), DataError, "FIL-007", id="too large"),
        pytest.param(lambda folder: (folder / "more.csv").write_text(""), DataError, "FIL-006", id="too many"),
        pytest.param(lambda folder: (folder / "users.csv").unlink() or (folder / "users.csv").symlink_to("/etc/passwd"),
                     DataError, "FIL-005", id="a link"),
        pytest.param(lambda folder: (folder / "users.csv").unlink() or os.mkfifo(folder / "users.csv"),
                     DataError, "FIL-005", id="a pipe"),
        pytest.param(lambda folder: folder.rename(folder.with_name("away")), ConfigError, None, id="nothing there"),
    ],
)  # fmt: skip
def test_what_is_not_taken(given: Path, into: Path, change: object, error: type[RollbookError], code: str) -> None:
    assert callable(change)
    change(given)
    with pytest.raises(error) as refused, uploaded(given, into, limits=SMALL):
        pytest.fail("it was taken")
    if isinstance(refused.value, DataError):
        assert refused.value.findings is not None
        assert refused.value.findings["code"].to_list() == [code]
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("name", ["../users.csv", "a/b.zip", "", ".lock", "x\x00.zip"])
def test_a_stream_under_a_name_that_leads_elsewhere_is_not_taken(into: Path, name: str) -> None:
    with pytest.raises(ConfigError), uploaded_stream(io.BytesIO(b"abc"), name, into):
        pytest.fail("it was taken")


def test_a_stream_without_end_is_not_taken(into: Path) -> None:
    with pytest.raises(DataError), uploaded_stream(io.BytesIO(b"x" * 11), "roster.zip", into, limits=SMALL):
        pytest.fail("it was taken")
    assert list(into.iterdir()) == []
