"""The kinds of source there are: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from rollbook.connectors.kit.receipt import SharingReceipt
from rollbook.connectors.oneroster_csv import connector as oneroster_csv
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.snapshot import Snapshot

__all__ = ["FILE_CONNECTORS", "KINDS", "Connector", "connector", "file_reader"]

FileReader = Callable[[Path, Policy], Snapshot]

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "classlink": "rollbook.connectors.classlink",
        "clever": "rollbook.connectors.clever",
        "guardians_csv": "rollbook.connectors.guardians_csv",
        "guardians_sftp": "rollbook.connectors.guardians_sftp",
        "oneroster_csv": "rollbook.connectors.oneroster_csv.source",
        "oneroster_rest": "rollbook.connectors.oneroster_rest",
        "oneroster_sftp": "rollbook.connectors.oneroster_sftp",
        "simple_csv": "rollbook.connectors.simple_csv",
    }
)
"""kind → module with ``Config``, ``check`` and ``read``; imported when it is first asked for."""

FILE_CONNECTORS: Mapping[str, FileReader] = MappingProxyType({"oneroster_csv": oneroster_csv.read})
"""kind → how to read a delivery (folder or zip) that is there: a whole snapshot or an error (S-2)."""


class Check(Protocol):
    """Test connection (S-5): never raises for a source that cannot be read."""

    def __call__(self, config: Any, policy: Policy, /) -> SharingReceipt: ...


class Read(Protocol):
    """The source as it is now, whole; else AuthError, ConfigError, DataError or TransientError (S-2)."""

    def __call__(
        self, config: Any, policy: Policy, /, *, progress: Callable[[str, int, int], None] | None = None
    ) -> Snapshot: ...


class IsUnchanged(Protocol):
    """Whether the source says, in one small answer, that it is as it was in an earlier reading."""

    def __call__(self, config: Any, policy: Policy, earlier: Snapshot, /) -> bool: ...


class Fingerprint(Protocol):
    """The fingerprint of the snapshot that ``read`` would give now, without making it. Raises what ``read`` raises."""

    def __call__(self, config: Any, policy: Policy, /) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One kind of source. ``config``: its frozen settings class; ``is_unchanged``, ``fingerprint``: None where a source
    cannot say."""

    kind: str
    config: type[Any]
    check: Check
    read: Read
    is_unchanged: IsUnchanged | None = None
    fingerprint: Fingerprint | None = None


def connector(kind: str) -> Connector:
    """The connector of a kind. Raises ConfigError for a kind that does not exist."""
    if kind not in KINDS:
        raise ConfigError(f"There is no kind of source {kind!r}.", hint=f"There are: {', '.join(KINDS)}.")
    module = import_module(KINDS[kind])
    return Connector(
        kind=kind,
        config=module.Config,
        check=module.check,
        read=module.read,
        is_unchanged=getattr(module, "is_unchanged", None),
        fingerprint=getattr(module, "fingerprint", None),
    )


def file_reader(kind: str) -> FileReader:
    """The reader of a kind of delivery. Raises ConfigError for a kind that does not exist."""
    if kind not in FILE_CONNECTORS:
        kinds = ", ".join(sorted(FILE_CONNECTORS))
        raise ConfigError(f"There is no kind of delivery {kind!r}.", hint=f"There are: {kinds}.")
    return FILE_CONNECTORS[kind]
