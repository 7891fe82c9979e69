"""How the files are put together (facts E.4): names, folders, and what else is in the zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

from rollbook.sandbox.district.mess.draft import Draft
from rollbook.sandbox.district.mess.kinds import Category, Plant, fatal, notice

__all__ = ["PACKAGE"]

_READ = "read as if it were not so"
_OUTER = "Maple Valley export"
_FIRST_TIME = (2026, 9, 1, 0, 0, 0)


def _packed(change: Callable[[Path], None], what: str, file: str = "") -> Plant:
    def plant(draft: Draft) -> None:
        draft.later(change)
        draft.note(file, what)

    return plant


def _rename(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / old
        # By way of a third name, for file systems that do not tell the two apart.
        path.rename(folder / f"{new}.new").rename(folder / new)

    return change


def _into_folder(folder: Path) -> None:
    outer = folder / _OUTER
    outer.mkdir()
    for path in sorted(folder.iterdir()):
        if path != outer and path.name != "__MACOSX":
            path.rename(outer / path.name)


def _readme(folder: Path) -> None:
    (folder / "readme.txt").write_text("Export of 2026-09-01\n", encoding="utf-8")


def _macosx(folder: Path) -> None:
    (folder / "__MACOSX").mkdir(exist_ok=True)
    (folder / "__MACOSX" / "._users.csv").write_bytes(b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        ")


def _ds_store(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"\x00\x00\x00\x01Bud1\x00\x00\x10\x00")


def _backslashes(folder: Path) -> None:
    for path in sorted(folder.glob("*.csv")):
        path.rename(folder / f"export\\{path.name}")


def _nested(folder: Path) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(folder / "oneroster.zip", "w", compression=zipfile.ZIP_DEFLATED) as inner:
        for path in files:
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), date_time=_FIRST_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            inner.writestr(entry, path.read_bytes())
    for path in files:
        path.unlink()


PACKAGE = (
    notice("file-name-uppercase-extension", "E.4", Category.ARCHIVE, "A file name that ends in .CSV.",
            _packed(_rename("courses.csv", "courses.CSV"), "courses.csv is called courses.CSV", "courses"), _READ),
    notice("file-name-case", "E.4", Category.ARCHIVE, "A file name with a capital: Orgs.csv.",
            _packed(_rename("orgs.csv", "Orgs.csv"), "orgs.csv is called Orgs.csv", "orgs"), _READ),
    notice("file-unknown", "C.2", Category.ARCHIVE, "A file that is no part of OneRoster.",
           _packed(_readme, "readme.txt is in the bundle"), "left alone"),
    notice("zip-macosx", "E.4", Category.ARCHIVE, "A __MACOSX folder in the zip.",
           _packed(_macosx, "__MACOSX/._users.csv is in the zip"), "left alone", needs_zip=True),
    notice("zip-ds-store", "E.4", Category.ARCHIVE, "A .DS_Store in the zip.",
           _packed(_ds_store, ".DS_Store is in the zip"), "left alone", needs_zip=True),
    notice("zip-outer-folder", "E.4", Category.ARCHIVE, "A zip with a folder around its files.",
            _packed(_into_folder, f"all files lie in the folder {_OUTER!r}"), _READ, needs_zip=True,
            group="zip layout"),
    notice("zip-backslash", "E.4", Category.ARCHIVE, "A zip whose names have Windows backslashes.",
            _packed(_backslashes, "all files are called export\\…"), _READ, needs_zip=True, group="zip layout"),
    fatal("zip-nested", "E.4", Category.ARCHIVE, "A zip within the zip.",
            _packed(_nested, "the files are in oneroster.zip within the zip"),
            "read, or refused with a sentence that says so", needs_zip=True, group="zip layout"),
)  # fmt: skip
