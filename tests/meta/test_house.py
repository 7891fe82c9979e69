"""The house keeps its shape: walls, sizes, names, and no trace of one machine."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 400

# A file over 400 lines, and the reason why it is one.
LONG_FILES: dict[str, str] = {}

ONE_MACHINE = re.compile(
    r"(?<![\w.])/(?:work|opt|mnt|root)/[\w.-]+|/home/(?!rollbook\b)\w+|/Users/\w+"  # a path of somebody's machine
    r"|--(?:extra-)?index-url|--find-links|--trusted-host"  # where one machine gets its packages
    r"|farm-(?:studio|bench)|\.library\b"
)
BINARY = {".zip", ".xlsx", ".parquet", ".png", ".gz"}


def tracked(*patterns: str) -> list[Path]:
    """The files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def test_the_import_contract_holds() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"Contracts: \d+ kept, 0 broken", done.stdout)


def test_no_file_is_long_without_a_reason() -> None:
    long = {
        name: count
        for path in tracked("src/*.py", "tests/*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
        and "/migrations/" not in (name := str(path.relative_to(ROOT)))
    }
    assert set(long) == set(LONG_FILES), f"split these, or say why in LONG_FILES: {long}"


def test_every_module_says_what_it_is() -> None:
    silent = [
        name
        for path in tracked("src/*.py")
        if "/migrations/" not in (name := str(path.relative_to(ROOT)))
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_nothing_names_one_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit.group()}"
        for path in tracked(".")
        if path.suffix not in BINARY and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (hit := ONE_MACHINE.search(line))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("line", "is_found"),
    [
        ("cd /work/main && ls", True),
        ("--extra-index-url https://x/simple", True),
        ("see /home/ann/rollbook", True),
        ("mkdir /var/lib/rollbook", False),
        ("/usr/lib/postgresql/15/bin", False),
        ("the way/work/of a row", False),
    ],
)
def test_the_search_for_machines_finds_what_it_should(line: str, is_found: bool) -> None:
    assert bool(ONE_MACHINE.search(line)) is is_found


def test_requirements_are_pinned_and_hashed_and_name_no_registry() -> None:
    for name in ("base.txt", "dev.txt"):
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        packages = re.findall(r"^([a-z0-9][\w.-]*)(.*)\\$", text, flags=re.MULTILINE)
        assert len(packages) > 20
        assert [package for package, version in packages if not version.strip().startswith("==")] == []
        assert text.count("--hash=sha256:") >= len(packages)
        assert "://" not in re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)


def test_the_core_prints_nothing_and_asks_no_clock() -> None:
    forbidden = re.compile(r"\bprint\(|datetime\.now|date\.today|time\.time\(|\brandom\b|os\.environ")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("src/rollbook/core/*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if forbidden.search(line.split("#")[0])
    ]
    assert found == []


def test_what_make_says_has_no_comma() -> None:
    """A comma would end the argument of ``$(call say,…)``, and the command with it."""
    said = re.findall(r"\$\(call say,(.*)\)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert said
    assert [line for line in said if "," in line] == []
