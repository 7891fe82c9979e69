"""Every mess code plants something, says truly where, and touches nothing else; "all" plants what can live together."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from rollbook.core.errors import ConfigError
from rollbook.sandbox.district import MESS, Generated, generate
from rollbook.sandbox.district.mess.kinds import BOTH

STUDENTS, SEED = 120, 13
PLAIN = [code for code, mess in MESS.items() if not mess.needs_zip]
ZIPPED = [code for code, mess in MESS.items() if mess.needs_zip]
UTF_16 = "encoding-utf16"
WINDOWS = {"encoding-windows-1252"}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[str]]]:
    folder = tmp_path_factory.mktemp("clean")
    made = {}
    for version in BOTH:
        generate(folder / version, students=STUDENTS, seed=SEED, oneroster=version)
        made[version] = {path.name: lines_of(path.read_bytes()) for path in (folder / version).glob("*.csv")}
    return made


def lines_of(content: bytes, code: str = "") -> list[str]:
    encoding = "utf-16" if code == UTF_16 else "cp1252" if code in WINDOWS else "utf-8"
    return content.decode(encoding, errors="replace").splitlines()


@pytest.mark.parametrize("code", PLAIN)
def test_a_code_changes_the_line_it_names_and_no_other_file(
    code: str, clean: dict[str, dict[str, list[str]]], tmp_path: Path
) -> None:
    mess = MESS[code]
    version = mess.versions[0]
    done = generate(tmp_path / "bundle", students=STUDENTS, seed=SEED, oneroster=version, mess=[code])
    assert done.planted
    assert {planted.code for planted in done.planted} == {code}
    before = clean[version]
    for planted in done.planted:
        assert planted.severity == mess.severity
        assert planted.what
        if planted.line is None:
            continue
        after = lines_of((tmp_path / "bundle" / planted.file).read_bytes(), code)
        line = after[planted.line - 1]
        if planted.file in before and planted.line <= len(before[planted.file]):
            assert line != before[planted.file][planted.line - 1]
        if planted.sourced_id and planted.line > 1 and code != "sourced-id-missing":
            assert planted.sourced_id in line
    there = {path.name: path.read_bytes() for path in (tmp_path / "bundle").iterdir()}
    touched = {
        name for name in before.keys() | there.keys() if name not in there or lines_of(there[name]) != before.get(name)
    }
    # Line ends and byte-order marks are no difference in lines.
    assert touched or code in {"line-ends-crlf", "line-ends-mixed", "line-ends-cr"}
    # Deviations that consist in rows are small: all other lines stay.
    if all(planted.line and planted.line > 1 for planted in done.planted) and code != "status-blank":
        for name in touched & before.keys() & there.keys():
            gone = Counter(before[name]) - Counter(lines_of(there[name], code))
            assert gone.total() <= 2


@pytest.mark.parametrize("code", ZIPPED)
def test_a_zip_code_changes_the_package_and_keeps_every_byte_of_the_files(code: str, tmp_path: Path) -> None:
    plain = generate(tmp_path / "plain", students=STUDENTS, seed=SEED)
    done = generate(tmp_path / "bundle.zip", students=STUDENTS, seed=SEED, mess=[code])
    assert [planted.code for planted in done.planted] == [code]
    with zipfile.ZipFile(done.path) as archive:
        names = archive.namelist()
        if code == "zip-nested":
            assert names == ["oneroster.zip"]
            return
        users = next(name for name in names if name.endswith("users.csv") and "._" not in name)
        assert archive.read(users) == (plain.path / "users.csv").read_bytes()
    expected = {
        "zip-macosx": "__MACOSX/._users.csv",
        "zip-ds-store": ".DS_Store",
        "zip-outer-folder": "Maple Valley export/users.csv",
        "zip-backslash": "export\\users.csv",
    }
    assert expected[code] in names


@cache
def everything(folder: Path, version: str, students: int) -> Generated:
    return generate(folder / f"{version}-{students}.zip", students=students, seed=SEED, oneroster=version, mess=["all"])


@pytest.mark.parametrize("version", BOTH)
@pytest.mark.parametrize("students", [STUDENTS, 700])
def test_all_plants_every_code_it_does_not_leave_out(version: str, students: int, tmp_path: Path) -> None:
    done = everything(tmp_path, version, students)
    planted = {item.code for item in done.planted}
    assert planted | done.left_out.keys() == set(MESS)
    assert not planted & done.left_out.keys()
    assert all(done.left_out.values())
    assert {code for code in done.left_out if version in MESS[code].versions} == {
        code for code, mess in MESS.items() if mess.alone and version in mess.versions
    } | {"zip-backslash", "zip-nested"}


def test_all_names_the_line_where_each_thing_stands(tmp_path: Path) -> None:
    done = everything(tmp_path, "1.1", STUDENTS)
    files = {}
    with zipfile.ZipFile(done.path) as archive:
        for name in archive.namelist():
            files[name.rpartition("/")[2].lower()] = archive.read(name)
    for planted in done.planted:
        if planted.line is None or planted.line == 1 or not planted.sourced_id:
            continue
        content = files[planted.file.lower()]
        text = content.decode("utf-16" if content.startswith(b"\xff\xfe") else "cp1252", errors="replace")
        line = text.splitlines()[planted.line - 1]
        assert planted.sourced_id in line or planted.code == "sourced-id-missing", planted


def test_rows_are_spoilt_by_one_code_each(tmp_path: Path) -> None:
    places = Counter(
        (planted.file, planted.line)
        for planted in everything(tmp_path, "1.2", STUDENTS).planted
        if planted.line and planted.line > 1
    )
    assert set(places.values()) == {1}


def test_what_was_planted_is_listed_beside_the_bundle(tmp_path: Path) -> None:
    done = generate(tmp_path / "bundle", students=60, seed=1, mess=["grade-k", "encoding-bom"])
    listing = json.loads((tmp_path / "planted.json").read_text(encoding="utf-8"))
    assert not (tmp_path / "bundle" / "planted.json").exists()
    assert listing["bundle"] == "bundle"
    assert [item["code"] for item in listing["planted"]] == [item.code for item in done.planted]
    assert set(listing["planted"][0]) == {
        "code", "file", "line", "column", "sourced_id", "what", "severity", "category", "effect",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "version", "reason"),
    [
        (["zip-outer-folder"], "1.1", "zip"),
        (["role-administrator"], "1.1", "1.2"),
        (["file-cut", "enrollments-header-only"], "1.1", "exclude"),
        (["no-such-code"], "1.1", "No such mess"),
    ],
)
def test_impossible_mess_is_refused(codes: list[str], version: str, reason: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=reason):
        generate(tmp_path / "bundle", students=60, seed=1, oneroster=version, mess=codes)
    assert not (tmp_path / "bundle").exists()


def test_a_district_too_small_for_a_mess_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="too small"):
        generate(tmp_path / "bundle", students=2, seed=1, mess=["all"])


def test_codes_are_kebab_case_with_a_sentence_and_an_effect() -> None:
    for code, mess in MESS.items():
        assert code == mess.code
        assert code.replace("-", "").isalnum()
        assert code == code.lower()
        assert mess.sentence.endswith(".")
        assert mess.effect
        assert mess.section[0] in "ACE"
