"""What may be inside a zip or a folder, and what is refused whatever else is inside."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from rollbook.connectors.kit.archive import Limits, open_archive
from rollbook.core.errors import ConfigError, DataError, TransientError

ROW = b"sourcedId,name\nd1,Maple Valley\n"


def packed(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as target:
        for name, data in members:
            target.writestr(name, data)
    return path


def link(path: Path) -> Path:
    info = zipfile.ZipInfo("orgs.csv")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(info, "/etc/passwd")
    return path


def locked(path: Path) -> Path:
    packed(path, ("orgs.csv", ROW))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(bytes(data))
    return path


def cut(path: Path) -> Path:
    packed(path, ("orgs.csv", ROW))
    path.write_bytes(path.read_bytes()[:-30])
    return path


REFUSED: list[tuple[str, Callable[[Path], Path], str]] = [
    ("nothing inside", lambda p: packed(p), "FIL-001"),
    ("no CSV inside", lambda p: packed(p, ("notes.txt", b"x")), "FIL-001"),
    ("cut in the middle", cut, "FIL-002"),
    ("password", locked, "FIL-003"),
    ("absolute name", lambda p: packed(p, ("/etc/orgs.csv", ROW)), "FIL-004"),
    ("climbing name", lambda p: packed(p, ("../orgs.csv", ROW)), "FIL-004"),
    ("climbing name with backslashes", lambda p: packed(p, ("a\\..\\..\\orgs.csv", ROW)), "FIL-004"),
    ("drive letter", lambda p: packed(p, ("C:\\orgs.csv", ROW)), "FIL-004"),
    ("symbolic link", link, "FIL-005"),
    ("too many members", lambda p: packed(p, *((f"f{i}.csv", ROW) for i in range(21))), "FIL-006"),
    ("too large", lambda p: packed(p, ("orgs.csv", bytes(range(256)) * 200_000)), "FIL-007"),
    ("bomb", lambda p: packed(p, ("orgs.csv", b"a" * 8_000_000)), "FIL-008"),
    ("zip inside", lambda p: packed(p, ("orgs.csv", ROW), ("more.zip", b"PK")), "FIL-009"),
    ("two folders", lambda p: packed(p, ("mon/orgs.csv", ROW), ("tue/orgs.csv", ROW)), "FIL-010"),
    ("twice, by capitals", lambda p: packed(p, ("orgs.csv", ROW), ("Orgs.csv", ROW)), "FIL-011"),
]


@pytest.mark.parametrize(("make", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_it_refuses(tmp_path: Path, make: Callable[[Path], Path], code: str) -> None:
    with pytest.raises(DataError) as caught:
        open_archive(make(tmp_path / "b.zip"), Limits(members=20, total_bytes=50_000_000))
    assert caught.value.findings is not None
    assert caught.value.findings["code"].to_list() == [code]
    assert caught.value.findings["severity"].to_list() == ["fatal"]
    assert caught.value.message.endswith(".")
    assert caught.value.hint


REPAIRED: list[tuple[str, tuple[str, ...], list[str]]] = [
    ("flat", ("orgs.csv",), []),
    ("outer folder", ("export/orgs.csv",), ["FIL-022"]),
    ("backslashes", ("export\\orgs.csv",), ["FIL-025", "FIL-022"]),
    ("capitals", ("ORGS.CSV",), []),
    ("read me", ("orgs.csv", "readme.txt"), ["FIL-027"]),
    ("macOS", ("orgs.csv", "__MACOSX/._orgs.csv", ".DS_Store"), ["FIL-023"]),
    ("macOS around an outer folder", ("x/orgs.csv", "__MACOSX/x/._orgs.csv"), ["FIL-023", "FIL-022"]),
]


@pytest.mark.parametrize(("names", "codes"), [case[1:] for case in REPAIRED], ids=[case[0] for case in REPAIRED])
def test_it_understands(tmp_path: Path, names: tuple[str, ...], codes: list[str]) -> None:
    with open_archive(packed(tmp_path / "b.zip", *((name, ROW) for name in names))) as archive:
        assert list(archive.members) == ["orgs.csv"]
        assert archive.read("orgs.csv") == ROW
        assert archive.head("orgs.csv", 9) == b"sourcedId"
        assert archive.findings["code"].to_list() == codes


def test_a_small_file_may_be_packed_well(tmp_path: Path) -> None:
    with open_archive(packed(tmp_path / "b.zip", ("orgs.csv", b"a" * 500_000))) as archive:
        assert archive.members["orgs.csv"].size == 500_000


def test_damaged_content_is_refused_when_read(tmp_path: Path) -> None:
    path = packed(tmp_path / "b.zip", ("orgs.csv", ROW), method=zipfile.ZIP_STORED)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Maple", b"Mapel", 1))
    with open_archive(path) as archive, pytest.raises(DataError) as caught:
        archive.read("orgs.csv")
    assert caught.value.findings is not None
    assert caught.value.findings["code"].to_list() == ["FIL-002"]


def test_a_link_out_of_a_folder_is_refused_and_one_within_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "real.csv").write_bytes(ROW)
    (folder / "orgs.csv").symlink_to(folder / "real.csv")
    with open_archive(folder) as archive:
        assert archive.read("orgs.csv") == ROW
    secret = tmp_path / "secret.csv"
    secret.write_bytes(ROW)
    (folder / "users.csv").symlink_to(secret)
    with pytest.raises(DataError) as caught:
        open_archive(folder)
    assert caught.value.findings is not None
    assert caught.value.findings["code"].to_list() == ["FIL-005"]


def test_a_file_that_grows_while_it_is_read_is_to_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orgs.csv").write_bytes(ROW)
    whole = Path.read_bytes

    def growing(self: Path) -> bytes:
        data = whole(self)
        self.write_bytes(data + b"s1,Cedar\n")
        return data

    monkeypatch.setattr(Path, "read_bytes", growing)
    with open_archive(tmp_path) as archive, pytest.raises(TransientError, match=r"orgs.csv changed"):
        archive.read("orgs.csv")


@pytest.mark.parametrize("name", ["nowhere", "orgs.csv"])
def test_a_path_that_is_no_bundle_is_a_wrong_setting(tmp_path: Path, name: str) -> None:
    (tmp_path / "orgs.csv").write_bytes(ROW)
    with pytest.raises(ConfigError):
        open_archive(tmp_path / name)
