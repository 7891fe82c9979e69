"""What a source delivered before: so that the same delivery is never read twice without saying so (R-15)."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollbook.core.errors import ConfigError
from rollbook.transport.remote import Offer

__all__ = ["LEDGER", "Ledger", "Receipt", "identity"]

LEDGER = "received.jsonl"
"""Its name in the folder where a source's files arrive."""

_KEPT = 100
"""So many deliveries are remembered."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One delivery that was read. ``identity``: names, sizes and times of its files; ``content``: the fingerprint of
    what was in it."""

    name: str
    at: str
    identity: str
    content: str


class Ledger:
    """The deliveries of one source, in a file of JSON lines. It holds file names and digests, and nothing that was in
    the files."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def earlier(self, offer: Offer, content: str) -> Receipt | None:
        """When this very delivery, or another one with the same content, was last read."""
        found = [
            receipt for receipt in self._receipts() if receipt.identity == identity(offer) or receipt.content == content
        ]
        return found[-1] if found else None

    def note(self, offer: Offer, content: str, *, at: dt.datetime) -> None:
        """``offer`` was read at ``at``."""
        receipt = Receipt(offer.name, at.isoformat(timespec="seconds"), identity(offer), content)
        lines = [_line(known) for known in (*self._receipts()[1 - _KEPT :], receipt)]
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            draft.write_text("".join(lines), encoding="utf-8")
            draft.replace(self._path)
        except OSError as error:
            raise ConfigError(
                f"{self._path} cannot be written: {error.strerror}.", hint="Look with: rollbook doctor"
            ) from error

    def _receipts(self) -> list[Receipt]:
        if not self._path.is_file():
            return []
        return [
            _receipt(json.loads(line)) for line in self._path.read_text(encoding="utf-8").splitlines() if line.strip()
        ]


def identity(offer: Offer) -> str:
    """Equal for the same files, unchanged since."""
    return json.dumps([[file.path, file.size, file.modified] for file in offer.files])


def _line(receipt: Receipt) -> str:
    return json.dumps({name: getattr(receipt, name) for name in Receipt.__slots__}, ensure_ascii=False) + "\n"


def _receipt(values: Mapping[str, Any]) -> Receipt:
    return Receipt(**{name: str(values[name]) for name in Receipt.__slots__})
