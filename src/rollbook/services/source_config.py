"""A source's settings between the form, the database and the connector; secrets are sealed in the database (T-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from rollbook.connectors.kit.redaction import HIDDEN, secret_fields
from rollbook.connectors.kit.settings import build
from rollbook.connectors.registry import Connector, connector
from rollbook.core.errors import ConfigError
from rollbook.services import incoming, secrets
from rollbook.store.models import SourceConnection

__all__ = ["checked", "config_of", "hidden", "opened", "sealed"]


def checked(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as they are stored, once it is sure that the connector of ``kind`` takes them. A path is kept
    absolute, so that it means the same from every folder; blank values are left out.

    Raises ConfigError for an unknown kind or setting, a setting that is missing or cannot be, and a path that is not
    there.
    """
    item = connector(kind)
    _refuse_internal(item, values)
    given = {name: value for name, value in values.items() if value not in (None, "")}
    for name in _paths(item):
        if name in given:
            given[name] = _existing(str(given[name]), name)
    build(item.config, given)
    return given


def sealed(kind: str, values: Mapping[str, Any], *, connection_id: int) -> dict[str, Any]:
    """``values`` with every secret sealed to its connection and field; what is sealed already stays."""
    secret = secret_fields(connector(kind).config)
    return {
        name: secrets.seal(str(value), connection_id=connection_id, field=name)
        if name in secret and not secrets.is_sealed(value)
        else value
        for name, value in values.items()
    }


def opened(connection: SourceConnection) -> dict[str, Any]:
    """The stored settings with secrets in clear; for building a Config only."""
    return {
        name: secrets.unseal(value, connection_id=connection.pk, field=name) if secrets.is_sealed(value) else value
        for name, value in connection.config.items()
    }


def config_of(connection: SourceConnection, *, remembers: bool = True) -> Any:
    """The Config that the connector of this source takes; without ``remembers``, a reading with it leaves no trace: the
    next one is not told that the delivery was read before. Raises ConfigError when it cannot be built any more."""
    config = build(connector(connection.kind).config, opened(connection))
    return incoming.with_folder(config, connection) if remembers else config


def hidden(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """``values`` as they may be shown and logged: secrets as ``***``."""
    secret = secret_fields(connector(kind).config)
    return {name: HIDDEN if name in secret else value for name, value in values.items()}


def _paths(item: Connector) -> list[str]:
    """The settings that name a file or folder of this machine."""
    return [field.name for field in fields(item.config) if field.type == "Path"]


def _refuse_internal(item: Connector, values: Mapping[str, Any]) -> None:
    internal = {field.name for field in fields(item.config) if field.metadata.get("internal")}
    if refused := sorted(internal & set(values)):
        raise ConfigError(f"The setting {', '.join(refused)} is not yours to set.")


def _existing(text: str, name: str) -> str:
    path = Path(text).expanduser()
    if not path.exists():
        raise ConfigError(
            f"There is nothing at {text}.",
            hint="Name a folder or a file of the server; a folder may be empty until the first files come.",
            detail={"settings": [name]},
        )
    return str(path.resolve())
