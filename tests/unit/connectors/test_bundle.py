"""Whole bundles in, snapshots or sentences out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.unit.connectors.bundles import FILES_11, FILES_12, as_zip, write

from rollbook.connectors.oneroster_csv import read
from rollbook.core.errors import DataError
from rollbook.core.findings import CATALOGUE
from rollbook.core.policy import Policy
from rollbook.core.snapshot import LINE, Mode

POLICY = Policy()
DEMOGRAPHICS = (
    "sourcedId,status,dateLastModified,birthDate,sex,americanIndianOrAlaskaNative,asian,blackOrAfricanAmerican,"
    "nativeHawaiianOrOtherPacificIslander,white,demographicRaceTwoOrMoreRaces,hispanicOrLatinoEthnicity,"
    "countryOfBirthCode,stateOfBirthAbbreviation,cityOfBirth,publicSchoolResidenceStatus\n"
    "00417,,,2014-05-06,female,,,,,,,,,,,\n"
)


def bent(name: str, old: str, new: str, files: Mapping[str, str] = FILES_11) -> str:
    assert old in files[name]
    return files[name].replace(old, new)


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.2.1"])
def test_a_bundle_by_the_letter_is_read_without_a_remark(tmp_path: Path, version: str) -> None:
    snapshot = read(write(tmp_path / "b", version=version), Policy(strict=True))
    assert snapshot.version == version[:3]
    assert snapshot.findings.height == 0
    assert {name: stream.frame.height for name, stream in snapshot.streams.items()} == (
        {"academicSessions": 1, "orgs": 2, "courses": 1, "classes": 1, "users": 3, "enrollments": 2}
        if version == "1.1"
        else {"academicSessions": 1, "orgs": 2, "courses": 1, "classes": 1, "users": 2, "roles": 2, "enrollments": 2}
    )
    assert all(stream.mode is Mode.BULK for stream in snapshot.streams.values())


def test_ids_and_lists_arrive_byte_for_byte(tmp_path: Path) -> None:
    users = read(write(tmp_path / "b"), POLICY).streams["users"]
    assert users.frame.select(LINE, "sourcedId", "orgSourcedIds", "email").rows() == [
        (2, "00417", "s1", ""),
        (3, "t9", "s1,d1", "bo@example.org"),
        (4, "g1", "s1", "cy@example.org"),
    ]
    assert "password" in users.columns
    assert "password" not in users.frame.columns


def test_a_zip_and_its_folder_have_one_fingerprint_and_other_bytes_or_modes_another(tmp_path: Path) -> None:
    folder = write(tmp_path / "b")
    base = read(folder, POLICY)
    assert read(as_zip(folder, tmp_path / "b.zip"), POLICY).fingerprint == base.fingerprint
    assert read(as_zip(folder, tmp_path / "c.zip", "export/"), POLICY).fingerprint == base.fingerprint
    other = write(tmp_path / "c", change={"orgs": bent("orgs", "Cedar", "Cedars")})
    assert read(other, POLICY).fingerprint != base.fingerprint
    delta = write(tmp_path / "d", modes={"users": "delta"})
    assert read(delta, POLICY).fingerprint != base.fingerprint


def test_every_file_read_is_listed_with_its_size_and_rows(tmp_path: Path) -> None:
    snapshot = read(write(tmp_path / "b"), POLICY)
    listed = {file.name: file for file in snapshot.files}
    assert set(listed) == {"manifest.csv", *(f"{name}.csv" for name in FILES_11)}
    assert listed["users.csv"].rows == 3
    assert listed["users.csv"].size == len(FILES_11["users"].encode())
    assert len(listed["users.csv"].sha256) == 64


# what, files changed, modes changed, is there a manifest, version, (file, code) pairs
REMARKED: list[tuple[str, dict[str, str | bytes | None], dict[str, str], bool, str, list[tuple[str, str]]]] = [
    ("no manifest", {}, {}, False, "1.1", [("manifest.csv", "MAN-001")]),
    ("no manifest, 1.2", FILES_12, {}, False, "1.2", [("manifest.csv", "MAN-001")]),
    ("absent but there", {"courses": FILES_11["courses"]}, {"courses": "absent"}, True, "1.1",
     [("courses.csv", "MAN-005")]),
    ("no sessions, no courses", {"academicSessions": None, "courses": None}, {}, True, "1.1",
     [("academicSessions.csv", "FIL-028"), ("courses.csv", "FIL-028")]),
    ("nobody in users", {"users": FILES_11["users"].split("\n")[0] + "\n"}, {}, True, "1.1",
     [("users.csv", "FIL-020")]),
    ("sessions without rows", {"academicSessions": FILES_11["academicSessions"].split("\n")[0] + "\n"}, {}, True, "1.1",
     [("academicSessions.csv", "FIL-021")]),
    ("gradebook", {"results": "never opened"}, {}, True, "1.1", [("results.csv", "FIL-026")]),
    ("demographics", {"demographics": DEMOGRAPHICS}, {}, True, "1.1", [("demographics.csv", "FIL-029")]),
    ("other files", {"guardians": "never opened"}, {}, True, "1.1", [("guardians.csv", "FIL-027")]),
    ("passwords", {"users": bent("users", ",g1,06,\n", ",g1,06,secret\n")}, {}, True, "1.1",
     [("users.csv", "HDR-010")]),
    ("labelled 1.2, shaped 1.1", {"manifest": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
     + "".join(f"file.{name},bulk\n" for name in FILES_11)}, {}, True, "1.1",
     [("manifest.csv", "MAN-011"), ("manifest.csv", "MAN-007")]),
    ("roles beside users.role", {"users": FILES_11["users"], "roles": FILES_12["roles"]}, {}, True, "1.2",
     [("manifest.csv", "MAN-011"), ("manifest.csv", "MAN-007"), ("users.csv", "HDR-007")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "modes", "with_manifest", "version", "expected"),
    [case[1:] for case in REMARKED],
    ids=[case[0] for case in REMARKED],
)
def test_it_reads_with_a_remark(
    tmp_path: Path,
    change: dict[str, str | bytes | None],
    modes: dict[str, str],
    with_manifest: bool,
    version: str,
    expected: list[tuple[str, str]],
) -> None:
    snapshot = read(write(tmp_path / "b", change=change, modes=modes, with_manifest=with_manifest), POLICY)
    assert snapshot.version == version
    assert set(expected) <= set(snapshot.findings.select("stream", "code").rows())
    for name, stream in snapshot.streams.items():
        if stream.mode is Mode.ABSENT:
            assert not stream.columns, name
            assert not stream.frame.height, name


def test_both_shapes_at_once_keep_the_roles_of_both(tmp_path: Path) -> None:
    change = {"users": FILES_11["users"], "roles": FILES_12["roles"]}
    snapshot = read(write(tmp_path / "b", change=change), POLICY)
    assert {"role", "orgSourcedIds"} <= set(snapshot.streams["users"].frame.columns)
    assert snapshot.streams["roles"].frame.height == 2


# what, files changed, modes changed, version, first code, file, words of the sentence
REFUSED: list[tuple[str, dict[str, str | bytes | None], dict[str, str], str, str, str, str]] = [
    ("no users", {"users": None}, {}, "1.1", "FIL-012", "users.csv", "users.csv is missing"),
    ("no roles", {"roles": None}, {}, "1.2", "FIL-012", "roles.csv", "roles.csv is missing"),
    ("users declared absent", {}, {"users": "absent"}, "1.1", "FIL-012", "users.csv", "users.csv is missing"),
    ("promised but missing", {"courses": None}, {"courses": "bulk"}, "1.1", "MAN-004", "courses.csv", "promises"),
    ("zero bytes", {"enrollments": b""}, {}, "1.1", "FIL-013", "enrollments.csv", "completely empty"),
    ("header missing a column", {"users": bent("users", "familyName", "surname")}, {}, "1.1", "HDR-003", "users.csv",
     "users.csv, line 1: the column familyName is missing"),
    ("cut", {"enrollments": FILES_11["enrollments"][:-20]}, {}, "1.1", "CSV-013", "enrollments.csv",
     "in the middle of line 3"),
    ("a workbook", {"users": b"PK\x03\x04\x00"}, {}, "1.1", "CSV-001", "users.csv", "Excel workbook"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "modes", "version", "code", "stream", "words"),
    [case[1:] for case in REFUSED],
    ids=[case[0] for case in REFUSED],
)
def test_it_refuses(
    tmp_path: Path,
    change: dict[str, str | bytes | None],
    modes: dict[str, str],
    version: str,
    code: str,
    stream: str,
    words: str,
) -> None:
    with pytest.raises(DataError) as caught:
        read(write(tmp_path / "b", version=version, change=change, modes=modes), POLICY)
    found = caught.value.findings
    assert found is not None
    assert found.select("code", "stream").row(0) == (code, stream)
    assert words in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 13


def test_all_unreadable_files_are_told_at_once(tmp_path: Path) -> None:
    change: dict[str, str | bytes | None] = {"orgs": b"", "users": bent("users", "familyName", "surname")}
    with pytest.raises(DataError, match="1 more to mend") as caught:
        read(write(tmp_path / "b", change=change), POLICY)
    assert caught.value.findings is not None
    fatal = caught.value.findings.filter(caught.value.findings["severity"] == "fatal")
    assert fatal.select("stream", "code").rows() == [("orgs.csv", "FIL-013"), ("users.csv", "HDR-003")]


def test_a_delta_bundle_may_leave_files_out(tmp_path: Path) -> None:
    change = dict.fromkeys(("orgs", "classes", "courses", "academicSessions", "enrollments"))
    snapshot = read(write(tmp_path / "b", change=change, modes={"users": "delta"}), POLICY)
    assert snapshot.streams["users"].mode is Mode.DELTA
    assert {stream.mode for name, stream in snapshot.streams.items() if name != "users"} == {Mode.ABSENT}


TYPO = bent("users", "familyName", "famlyName")
SWAPPED = "\n".join(",".join(reversed(line.split(","))) for line in bent("users", '"s1,d1"', "s1").split("\n"))


@pytest.mark.parametrize(
    ("users", "code"),
    [
        (TYPO, "HDR-005"),
        ("\ufeff" + FILES_11["users"], "CSV-002"),
        (FILES_11["users"].encode("utf-16"), "CSV-003"),
        (bent("users", '"s1,d1"', "s1").replace(",", ";"), "CSV-006"),
        (SWAPPED, "HDR-008"),
    ],
    ids=["typing error", "BOM", "UTF-16", "semicolons", "swapped columns"],
)
def test_odd_files_are_read_in_full_with_a_finding_and_refused_in_strict(
    tmp_path: Path, users: str | bytes, code: str
) -> None:
    bundle = write(tmp_path / "b", change={"users": users})
    snapshot = read(bundle, POLICY)
    assert snapshot.streams["users"].frame["sourcedId"].to_list() == ["00417", "t9", "g1"]
    assert snapshot.streams["users"].frame["familyName"].to_list() == ["Lindqvist", "Okafor", "Lindqvist"]
    assert code in snapshot.findings["code"]
    if code != "CSV-002":
        with pytest.raises(DataError, match="By the letter") as caught:
            read(bundle, Policy(strict=True))
        assert caught.value.findings is not None
        assert (code, "fatal") in caught.value.findings.select("code", "severity").rows()


def test_a_refused_row_keeps_its_id_for_freezing(tmp_path: Path) -> None:
    users = bent("users", "Alva,Lindqvist", "Alva,Lindqvist, Jr.")
    snapshot = read(write(tmp_path / "b", change={"users": users}), POLICY)
    assert snapshot.streams["users"].refused.rows() == [(2, "00417")]
    assert snapshot.streams["users"].frame["sourcedId"].to_list() == ["t9", "g1"]


def test_of_demographics_only_the_birth_date_is_read_and_only_when_it_is_kept(tmp_path: Path) -> None:
    bundle = write(tmp_path / "b", change={"demographics": DEMOGRAPHICS})
    assert "demographics" not in read(bundle, POLICY).streams
    kept = read(bundle, Policy(keep_birth_dates=True)).streams["demographics"].frame
    assert kept.drop(LINE, "status").rows(named=True) == [{"sourcedId": "00417", "birthDate": "2014-05-06"}]


MICROSOFT: list[tuple[str, dict[str, str]]] = [
    ("version 1", {"School": "SIS ID,Name\n1,A\n", "Section": "SIS ID,School SIS ID\n1,1\n", "Student": "SIS ID\n1\n"}),
    ("version 2", {
        "orgs": "sourcedId,name,type,parentSourcedId\n1,A,school,\n",
        "classes": "sourcedId,orgSourcedId,title\n1,1,Algebra\n",
        "users": "sourcedId,orgSourcedIds,givenName,familyName,username,password,role,grade\n"
        "1,1,Ora,Klee,o,,Student,6\n",
        "enrollments": "classSourcedId,userSourcedId,role\n1,1,Student\n",
    }),
    ("version 2.1", {
        "orgs": "sourcedId,name,type,parentSourcedId\n1,A,school,\n",
        "classes": "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId\n1,1,Algebra,,\n",
        "users": "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms\n"
        "1,o,O,K,,,,,\n",
        "roles": "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate\n"
        "1,1,student,,,,,\n",
        "enrollments": "classSourcedId,userSourcedId,role\n1,1,student\n",
        "relationships": "userSourcedId,relationshipUserSourcedId,relationshipRole\n1,2,guardian\n",
    }),
]  # fmt: skip


@pytest.mark.parametrize("files", [case[1] for case in MICROSOFT], ids=[case[0] for case in MICROSOFT])
def test_microsofts_files_are_named_as_what_they_are(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    with pytest.raises(DataError, match=r"looks like Microsoft School Data Sync \(SDS\).*not OneRoster"):
        read(tmp_path, POLICY)


def test_every_sentence_can_be_said_and_every_code_of_a_file_has_a_remedy() -> None:
    for code, kind in CATALOGUE.items():
        if code[:4] in ("FIL-", "MAN-", "HDR-", "CSV-"):
            filled = {"stream": "users.csv", "line": 2, "column": "email", "sourced_id": "1", "detail": "x"}
            assert kind.sentence.format(**filled).strip().endswith((".", "x"))
            assert kind.remedy.format(**filled)
