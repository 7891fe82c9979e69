"""`rollbook validate`: what is in a bundle and what is wrong with it, without a database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from rollbook.cli.screen import AsJson, console, print_json, table, working
from rollbook.core.errors import DataError

if TYPE_CHECKING:
    from rollbook.services.validating import Validation


def validate(
    path: Annotated[Path, typer.Argument(help="Folder or zip of OneRoster CSV files.")],
    strict: Annotated[
        bool, typer.Option("--strict", help="By the letter of OneRoster: what would be repaired is refused.")
    ] = False,
    region: Annotated[str, typer.Option("--region", help="Country whose phone numbers need no code.")] = "US",
    code: Annotated[
        str | None, typer.Option("--code", help="List every finding of one code.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read and clean a bundle as a sync would, and say what was found. Needs no database and changes nothing.

    Exit code 13 when the bundle cannot be used; with --strict also when a row is refused.
    """
    from rollbook.services.validating import validate as check

    with working("Reading the files"):
        found = check(path=path, strict=strict, region=region)
    good = found.is_good(strict=strict)
    if as_json:
        print_json(_as_json(found, code, good))
    else:
        _say(found, code, good)
    if not good:
        raise typer.Exit(DataError.exit_code)


def _as_json(found: Validation, code: str | None, good: bool) -> dict[str, Any]:
    codes = found.codes
    return {
        "ok": good,
        "path": str(found.path),
        "oneroster": found.version,
        "error": found.refused.as_dict() if found.refused else None,
        "files": [
            {
                "name": file.name,
                "rows": file.rows,
                "size": file.size,
                "encoding": file.encoding,
                "separator": file.separator,
                "sha256": file.sha256,
            }
            for file in found.files
        ],
        "modes": dict(found.modes),
        "codes": codes.to_dicts(),
        "findings": found.sentences(code).to_dicts(),
    }


def _say(found: Validation, code: str | None, good: bool) -> None:
    from rollbook.cli.plan_view import SEVERITIES

    screen = console()
    if found.files:
        screen.print(f"OneRoster {found.version} in {found.path}", markup=False)
        files = [
            (f"{file.rows:,}", file.name, f"{file.encoding}, {_separator(file.separator)}") for file in found.files
        ]
        screen.print(table((("rows", "right"), "file", ""), files))
    if code is not None:
        for row in found.sentences(code).iter_rows(named=True):
            place = f"{row['file']}:{row['line'] or ''}"
            screen.print(Text(f"{place}  {row['sentence']}"))
        return
    codes = found.codes
    rows = [
        (
            Text(row["code"], style=SEVERITIES[row["severity"]]),
            Text(row["severity"], style=SEVERITIES[row["severity"]]),
            f"{row['rows']:,}",
            Text.assemble(row["sentence"], ("  → " + row["what_to_do"], "dim")),
        )
        for row in codes.iter_rows(named=True)
    ]
    if rows:
        screen.print()
        screen.print(table(("code", "", ("rows", "right"), "first case, and what to do"), rows))
        screen.print("Every case of a code: --code CODE")
    screen.print()
    if found.refused is not None:
        screen.print(Text.assemble(("Cannot be used: ", "bold red"), found.refused.message))
        if found.refused.hint:
            screen.print(Text.assemble(("What to do: ", "bold"), found.refused.hint))
    else:
        errors = found.findings.filter(found.findings["severity"] == "error").height
        screen.print(
            f"{'Can be used' if good else 'Not by the letter'}: {errors:,} rows refused, "
            f"{found.findings.height - errors:,} other findings."
        )


def _separator(separator: str) -> str:
    return {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}.get(separator, separator)
