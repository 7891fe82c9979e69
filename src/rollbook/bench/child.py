"""One measurement in a process of its own: ``python -m rollbook.bench.child MEASURE FOLDER``; DATABASE_URL names the
scratch database. The last line of stdout is the result as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from rollbook.bench.watch import Measured

__all__ = ["MEASURES", "main"]

_SETTINGS: Final = "rollbook.config.settings"


def _floor_first(folder: Path) -> Measured:
    from rollbook.bench import floor

    return floor.first_load(folder, os.environ["DATABASE_URL"])


def _floor_repeat(folder: Path) -> Measured:
    from rollbook.bench import floor

    return floor.repeat(folder, os.environ["DATABASE_URL"])


def _set_up() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = _SETTINGS
    import django

    django.setup()


def _prepare(folder: Path) -> Measured:
    _set_up()
    from rollbook.bench import corridor

    return corridor.prepare(folder)


def _rollbook(folder: Path) -> Measured:
    _set_up()
    from rollbook.bench import corridor

    return corridor.walk(folder)


def _row_by_row(folder: Path) -> Measured:
    from rollbook.bench import peers

    peers.set_up(os.environ["DATABASE_URL"])
    from rollbook.bench.peers import row_by_row

    return row_by_row.load(folder)


def _bulk(folder: Path) -> Measured:
    from rollbook.bench import peers

    peers.set_up(os.environ["DATABASE_URL"])
    from rollbook.bench.peers import bulk

    return bulk.load(folder)


MEASURES: Final[Mapping[str, Callable[[Path], Measured]]] = {
    "prepare": _prepare,
    "rollbook": _rollbook,
    "floor_first": _floor_first,
    "floor_repeat": _floor_repeat,
    "row_by_row": _row_by_row,
    "bulk": _bulk,
}
"""name → what is done with the files; imports are done before the watch starts. ``rollbook``, ``row_by_row`` and
``bulk`` are a first load on an empty database and a daily one on a filled one."""


def main() -> None:
    """Measure and print."""
    measure, folder = sys.argv[1:]
    sys.stdout.write(json.dumps(MEASURES[measure](Path(folder)).as_dict()) + "\n")


if __name__ == "__main__":
    main()
