"""The queue's tables come with ours: the newest migration of Procrastinate is named by one of the store's."""

from __future__ import annotations

import re
from pathlib import Path

import procrastinate

ROOT = Path(__file__).resolve().parents[2]


def test_a_migration_of_the_store_brings_the_newest_tables_of_the_queue() -> None:
    there = Path(procrastinate.__file__).parent / "contrib" / "django" / "migrations"
    newest = max(path.stem for path in there.glob("[0-9]*.py"))
    ours = "".join(path.read_text("utf-8") for path in (ROOT / "src/rollbook/store/migrations").glob("[0-9]*.py"))
    named = re.findall(r"""["']procrastinate["'], ["'](\w+)["']""", ours)
    assert newest in named, f"add an empty migration that depends on ('procrastinate', '{newest}')"
