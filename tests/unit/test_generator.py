"""A generated district is the same everywhere, whole, and like a real one."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest
from tests.unit.generated import GUARDIANS, STAFF, Bundle, by_id, listed, read, users

from rollbook.cli.main import main
from rollbook.core.errors import ConfigError
from rollbook.sandbox.district import generate
from rollbook.sandbox.district.reference import page
from rollbook.sandbox.district.tables import COLUMNS, FILES

ROOT = Path(__file__).resolve().parents[2]
STUDENTS = 1500


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for version in ("1.1", "1.2"):
        made[version] = tmp_path_factory.mktemp("district") / "bundle"
        generate(made[version], students=STUDENTS, seed=11, oneroster=version)
    return made


@pytest.fixture(scope="module")
def district(folders: dict[str, Path]) -> Bundle:
    return read(folders["1.1"])


@pytest.fixture(scope="module")
def district_1_2(folders: dict[str, Path]) -> Bundle:
    return read(folders["1.2"])


@pytest.mark.parametrize("day", [1, 2])
def test_maple_valley_is_what_the_generator_makes_today(day: int, tmp_path: Path) -> None:
    generate(tmp_path / "bundle", students=120, seed=1, day=day)
    committed = ROOT / "examples" / "maple_valley" / f"day{day}"
    assert contents(tmp_path / "bundle") == contents(committed)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_equal_arguments_give_equal_bytes_and_another_seed_another_district(tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        generate(tmp_path / name, students=70, seed=seed, day=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert contents(tmp_path / "one")["users.csv"] != contents(tmp_path / "other")["users.csv"]


def test_an_early_student_is_the_same_in_a_larger_district(tmp_path: Path, district: Bundle) -> None:
    generate(tmp_path / "small", students=100, seed=11)
    names = [
        (row["givenName"], row["familyName"], row["identifier"])
        for row in users(read(tmp_path / "small"), "student")[:80]
    ]
    large = users(district, "student")[:80]
    assert names == [(row["givenName"], row["familyName"], row["identifier"]) for row in large]


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_files_and_columns_are_those_of_the_specification(version: str, folders: dict[str, Path]) -> None:
    folder = folders[version]
    rows = [line.split(",") for line in (folder / "manifest.csv").read_text(encoding="utf-8").splitlines()]
    manifest = dict(rows[1:])
    assert rows[0] == ["propertyName", "value"]
    assert manifest["manifest.version"] == "1.0"
    assert manifest["oneroster.version"] == version
    declared = {name[5:]: mode for name, mode in manifest.items() if name.startswith("file.")}
    assert set(declared) == set(FILES[version])
    assert len(declared) == {"1.1": 13, "1.2": 21}[version]
    assert {name for name, mode in declared.items() if mode == "bulk"} == set(COLUMNS[version])
    assert {path.stem for path in folder.glob("*.csv")} == {*COLUMNS[version], "manifest"}
    for file, columns in COLUMNS[version].items():
        header, _, rest = (folder / f"{file}.csv").read_bytes().partition(b"\n")
        assert header.decode() == ",".join(columns)
        assert rest.endswith(b"\n")
        assert b"\r" not in rest


REFERENCES = [
    ("academicSessions", "parentSourcedId", "academicSessions", {"schoolYear", "semester"}),
    ("orgs", "parentSourcedId", "orgs", {"district"}),
    ("courses", "schoolYearSourcedId", "academicSessions", {"schoolYear"}),
    ("courses", "orgSourcedId", "orgs", {"district"}),
    ("classes", "courseSourcedId", "courses", None),
    ("classes", "schoolSourcedId", "orgs", {"school"}),
    ("classes", "termSourcedIds", "academicSessions", None),
    ("users", "orgSourcedIds", "orgs", None),
    ("users", "agentSourcedIds", "users", None),
    ("users", "primaryOrgSourcedId", "orgs", None),
    ("roles", "userSourcedId", "users", None),
    ("roles", "orgSourcedId", "orgs", None),
    ("enrollments", "classSourcedId", "classes", None),
    ("enrollments", "schoolSourcedId", "orgs", {"school"}),
    ("enrollments", "userSourcedId", "users", None),
    ("demographics", "sourcedId", "users", None),
]


@pytest.mark.parametrize(("file", "column", "target", "types"), REFERENCES)
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_reference_leads_somewhere(
    version: str, file: str, column: str, target: str, types: set[str] | None, folders: dict[str, Path]
) -> None:
    if column not in COLUMNS[version].get(file, ()):
        pytest.skip(f"{version} has no {file}.{column}")
    bundle = read(folders[version])
    known = {row["sourcedId"] for row in bundle[target] if types is None or row["type"] in types}
    named = {item for row in bundle[file] for item in listed(row[column])}
    assert named
    assert named <= known


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_every_sourced_id_is_once_in_its_file_and_of_the_allowed_letters(
    version: str, folders: dict[str, Path]
) -> None:
    for rows in read(folders[version]).values():
        ids = [row["sourcedId"] for row in rows]
        assert len(set(ids)) == len(ids)
        assert not set("".join(ids)) - set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-_/@")


def test_required_cells_are_filled_and_bulk_leaves_status_blank(district: Bundle) -> None:
    required = {
        "users": ["enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName"],
        "classes": ["title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"],
        "enrollments": ["classSourcedId", "schoolSourcedId", "userSourcedId", "role"],
        "courses": ["title", "orgSourcedId"],
        "orgs": ["name", "type"],
        "academicSessions": ["title", "type", "startDate", "endDate", "schoolYear"],
    }
    for file, columns in required.items():
        assert all(row[column] for row in district[file] for column in columns)
    assert not any(row["status"] or row["dateLastModified"] for rows in district.values() for row in rows)
    assert not any(row["password"] for row in district["users"])


def test_classes_run_from_the_first_of_september_for_months(district: Bundle) -> None:
    sessions = by_id(district["academicSessions"])
    assert Counter(row["type"] for row in sessions.values()) == {"schoolYear": 1, "semester": 2, "term": 4}
    for room in district["classes"]:
        spans = [(sessions[term]["startDate"], sessions[term]["endDate"]) for term in listed(room["termSourcedIds"])]
        assert any(begins <= "2026-09-01" and ends > "2026-12-01" for begins, ends in spans)


def test_proportions_are_those_of_a_district(district: Bundle) -> None:
    students = users(district, "student")
    assert len(students) == STUDENTS
    assert 1.4 < len(users(district, *GUARDIANS)) / STUDENTS < 1.6
    assert 0.06 < len(users(district, *STAFF)) / STUDENTS < 0.14
    assert 7.0 < len(district["enrollments"]) / STUDENTS < 7.8
    assert set(Counter(row["grades"] for row in students)) == {"KG", *(f"{grade:02}" for grade in range(1, 13))}
    sizes = Counter(row["classSourcedId"] for row in district["enrollments"] if row["role"] == "student")
    assert 12 < sum(sizes.values()) / len(sizes) < 27
    assert max(sizes.values()) <= 40


@pytest.mark.parametrize(("students", "schools"), [(59, 1), (60, 3), (1500, 3), (6000, 10)])
def test_schools_are_about_one_for_600_students(students: int, schools: int, tmp_path: Path) -> None:
    generate(tmp_path / "bundle", students=students, seed=2)
    assert sum(row["type"] == "school" for row in read(tmp_path / "bundle")["orgs"]) == schools


def test_a_student_attends_seven_classes_of_the_own_grade_and_school(district: Bundle) -> None:
    rooms, people = by_id(district["classes"]), by_id(district["users"])
    taken = Counter(row["userSourcedId"] for row in district["enrollments"] if row["role"] == "student")
    assert set(taken.values()) == {7}
    for row in district["enrollments"]:
        person, room = people[row["userSourcedId"]], rooms[row["classSourcedId"]]
        assert row["schoolSourcedId"] == room["schoolSourcedId"]
        assert row["schoolSourcedId"] in listed(person["orgSourcedIds"])
        assert person["role"] == row["role"]


def test_every_class_has_one_primary_teacher(district: Bundle) -> None:
    primary = Counter(row["classSourcedId"] for row in district["enrollments"] if row["primary"] == "true")
    assert primary == Counter(row["sourcedId"] for row in district["classes"])


@pytest.mark.parametrize("students", [120, STUDENTS])
def test_families_are_there(students: int, tmp_path: Path) -> None:
    generate(tmp_path / "bundle", students=students, seed=1)
    bundle = read(tmp_path / "bundle")
    people, guardians = by_id(bundle["users"]), users(bundle, *GUARDIANS)
    by_adults = Counter(row["agentSourcedIds"] for row in users(bundle, "student"))
    assert max(by_adults.values()) > 1, "brothers and sisters"
    for guardian in guardians:
        assert listed(guardian["agentSourcedIds"])
        for child in listed(guardian["agentSourcedIds"]):
            assert guardian["sourcedId"] in listed(people[child]["agentSourcedIds"])
    emails = Counter(row["email"] for row in guardians if row["email"])
    assert max(emails.values()) == 2, "a couple shares an address"
    assert any(not row["email"] and row["sms"] for row in guardians)
    assert any(not row["email"] and not row["sms"] and row["phone"] for row in guardians), "a home phone only"
    assert any(len(listed(row["orgSourcedIds"])) > 1 for row in guardians), "children in several schools"
    assert any(len(listed(row["orgSourcedIds"])) > 1 for row in users(bundle, "student")), "one child in two schools"
    assert any(len(listed(row["orgSourcedIds"])) > 1 for row in users(bundle, "teacher")), "a teacher at two schools"


def contact(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("givenName", "familyName", "email", "sms"))


def test_a_teacher_who_is_a_parent_is_two_records_in_1_1(district: Bundle) -> None:
    teachers = {contact(row) for row in users(district, "teacher")}
    both = [row for row in users(district, "parent", "guardian") if contact(row) in teachers]
    assert both
    assert all(row["email"] and row["sms"] for row in both)


def test_a_teacher_who_is_a_parent_is_one_user_with_two_roles_in_1_2(district: Bundle, district_1_2: Bundle) -> None:
    roles: dict[str, set[str]] = {}
    for row in district_1_2["roles"]:
        roles.setdefault(row["userSourcedId"], set()).add(row["role"])
    both = {user for user, held in roles.items() if "teacher" in held and held & set(GUARDIANS)}
    assert both
    people = by_id(district_1_2["users"])
    for user in both:
        assert all(
            user in listed(people[child]["agentSourcedIds"]) for child in listed(people[user]["agentSourcedIds"])
        )
    assert len(district["users"]) - len(district_1_2["users"]) == len(both)


def test_roles_of_1_2_have_one_primary_for_each_person_and_org(district_1_2: Bundle) -> None:
    primary = Counter(
        (row["userSourcedId"], row["orgSourcedId"]) for row in district_1_2["roles"] if row["roleType"] == "primary"
    )
    every = {(row["userSourcedId"], row["orgSourcedId"]) for row in district_1_2["roles"]}
    assert set(primary) == every
    assert set(primary.values()) == {1}
    assert all((row["sourcedId"], row["primaryOrgSourcedId"]) in every for row in district_1_2["users"])


def test_contacts_are_valid_invented_and_mostly_distinct(district: Bundle) -> None:
    numbers = [row[column] for row in district["users"] for column in ("sms", "phone") if row[column]]
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(number)) for number in numbers)
    assert all(number[5:8] == "555" for number in numbers)
    mobiles = [row["sms"] for row in users(district, *GUARDIANS) if row["sms"]]
    assert len(set(mobiles)) == len(mobiles)
    emails = [row["email"] for row in district["users"] if row["email"]]
    assert all(email.endswith((".example.org", "@example.org", "@example.net")) and email.isascii() for email in emails)
    names = [row["username"] for row in district["users"]]
    assert len(set(names)) == len(names)


def test_ids_have_leading_zeros_to_lose(district: Bundle) -> None:
    first = users(district, "student")[0]
    assert first["sourcedId"] == "0000001"
    assert first["identifier"].startswith("0")
    assert first["userIds"].startswith("{StateID:")


@pytest.mark.parametrize("students", [1, 2, 5, 59, 61])
@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_any_size_works_on_any_day(students: int, version: str, tmp_path: Path) -> None:
    done = generate(tmp_path / "bundle", students=students, seed=9, day=12, oneroster=version)
    assert done.counts["users"] > students


def test_a_zip_has_the_files_at_its_root_and_equal_bytes(tmp_path: Path) -> None:
    first = generate(tmp_path / "bundle", students=60, seed=4, zipped=True)
    second = generate(tmp_path / "again.zip", students=60, seed=4)
    plain = generate(tmp_path / "plain", students=60, seed=4)
    assert first.path == tmp_path / "bundle.zip"
    assert first.path.read_bytes() == second.path.read_bytes()
    with zipfile.ZipFile(first.path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == contents(plain.path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again.zip", "bundle.zip", "plain"]


def test_an_earlier_bundle_is_replaced_and_anything_else_refused(tmp_path: Path) -> None:
    generate(tmp_path / "bundle", students=60, seed=4, oneroster="1.2")
    generate(tmp_path / "bundle", students=60, seed=4)
    assert not (tmp_path / "bundle" / "roles.csv").exists()
    (tmp_path / "bundle" / "thesis.docx").write_bytes(b"precious")
    before = contents(tmp_path / "bundle")
    with pytest.raises(ConfigError, match=r"thesis\.docx"):
        generate(tmp_path / "bundle", students=61, seed=4)
    assert contents(tmp_path / "bundle") == before


@pytest.mark.parametrize(
    "wrong", [{"students": 0}, {"oneroster": "1.0"}, {"day": 0}, {"day": 400}, {"mess": ["no-such-code"]}]
)
def test_impossible_wishes_are_refused_before_anything_is_written(wrong: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        generate(tmp_path / "bundle", **{"students": 60, "seed": 1, **wrong})  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_bundle_and_says_what_is_in_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["generate", str(tmp_path / "out"), "--students", "60", "--seed", "3", "--mess", "grade-k", "--json"]
    assert main(words) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["path"] == str(tmp_path / "out")
    assert said["counts"]["demographics"] == 60
    assert said["planted"] == {"grade-k": 1}
    assert json.loads(Path(said["planted_file"]).read_text(encoding="utf-8"))["planted"][0]["column"] == "grades"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--mess", "no-such-code"], 10),
        (["--day", "999"], 10),
        (["--delta", "--mess", "grade-k"], 10),
        (["--delta"], 10),
    ],
)
def test_the_command_refuses_what_cannot_be(words: list[str], code: int, tmp_path: Path) -> None:
    assert main(["generate", str(tmp_path / "out"), "--students", "60", *words]) == code
    assert list(tmp_path.iterdir()) == []


def test_the_reference_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "reference" / "generator.md").read_text(encoding="utf-8") == page()
