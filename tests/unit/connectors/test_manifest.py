"""manifest.csv in, modes and findings out."""

from __future__ import annotations

import pytest

from rollbook.connectors.oneroster.manifest import read_manifest
from rollbook.core.errors import DataError
from rollbook.core.snapshot import Mode

HEAD = "propertyName,value\nmanifest.version,1.0\noneroster.version,1.1\n"

READ: list[tuple[str, str, dict[str, Mode], str | None, list[str]]] = [
    ("plain", HEAD + "file.users,bulk\nfile.orgs,delta\nfile.results,absent\n",
     {"users": Mode.BULK, "orgs": Mode.DELTA, "results": Mode.ABSENT}, "1.1", []),
    ("quoted", '"propertyName","value"\n"manifest.version","1.0"\n"oneroster.version","1.1"\n"file.users","bulk"\n',
     {"users": Mode.BULK}, "1.1", []),
    ("1.2.1", HEAD.replace("1.1", "1.2.1") + "file.users,bulk\n", {"users": Mode.BULK}, "1.2", []),
    ("v1p2", HEAD.replace("1.1", "v1p2") + "file.users,bulk\n", {"users": Mode.BULK}, "1.2", []),
    ("no version", "propertyName,value\nmanifest.version,1.0\nfile.users,bulk\n", {"users": Mode.BULK}, None, []),
    ("another version", HEAD.replace("1.1", "2.0") + "file.users,bulk\n", {"users": Mode.BULK}, None, []),
    ("asterisk", HEAD + "file.users*,bulk\n", {"users": Mode.BULK}, "1.1", ["MAN-012"]),
    ("capitals", HEAD + "File.Users,Bulk\n", {"users": Mode.BULK}, "1.1", ["MAN-012", "MAN-012"]),
    ("twice the same", HEAD + "file.users,bulk\nfile.users,bulk\n", {"users": Mode.BULK}, "1.1", ["MAN-009"]),
    ("unknown property", HEAD + "file.pets,bulk\nfile.users,bulk\n", {"users": Mode.BULK}, "1.1", ["MAN-010"]),
    ("source name with a comma", HEAD + 'source.systemName,"A, B"\nfile.users,bulk\n', {"users": Mode.BULK}, "1.1", []),
    ("no manifest.version", "propertyName,value\noneroster.version,1.1\nfile.users,bulk\n", {"users": Mode.BULK}, "1.1",
     ["MAN-013"]),
    ("header in capitals", HEAD.replace("propertyName", "PropertyName") + "file.users,bulk\n", {"users": Mode.BULK},
     "1.1", ["HDR-004"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "modes", "version", "codes"), [case[1:] for case in READ], ids=[case[0] for case in READ]
)
def test_it_reads(text: str, modes: dict[str, Mode], version: str | None, codes: list[str]) -> None:
    manifest = read_manifest(text.encode())
    assert dict(manifest.modes) == modes
    assert manifest.version == version
    assert manifest.remarks["code"].to_list() == codes


REFUSED: list[tuple[str, str, str, int | None]] = [
    ("empty", "", "FIL-013", None),
    ("no header", "manifest.version,1.0\nfile.users,bulk\n", "MAN-002", 1),
    ("one cell", HEAD + "file.users\n", "MAN-002", 4),
    ("three cells", HEAD + "file.users,bulk,delta\n", "MAN-002", 4),
    ("unknown mode", HEAD + "file.users,full\n", "MAN-003", 4),
    ("no mode", HEAD + "file.users,\n", "MAN-003", 4),
    ("contradiction", HEAD + "file.users,bulk\nfile.users,delta\n", "MAN-008", 5),
]


@pytest.mark.parametrize(("text", "code", "line"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_it_refuses(text: str, code: str, line: int | None) -> None:
    with pytest.raises(DataError) as caught:
        read_manifest(text.encode())
    assert caught.value.findings is not None
    assert (caught.value.findings["code"][0], caught.value.findings["line"][0]) == (code, line)
    assert "manifest.csv" in caught.value.message
