"""Sources: the configured feeds of a district."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction

from rollbook.connectors.kit.receipt import SharingReceipt
from rollbook.connectors.oneroster.bundle import write_bundle
from rollbook.connectors.registry import connector
from rollbook.core.errors import ConfigError
from rollbook.services import audit, policies, reading, scheduling, source_config
from rollbook.services.changelog import note_values
from rollbook.store.models import District, SourceConnection

__all__ = ["add", "change", "examine", "pull", "rename"]


def add(*, district: District, kind: str, config: Mapping[str, Any], name: str = "main", by: str) -> SourceConnection:
    """The new source ``name`` of ``district``, with the default settings, logged as made by ``by``; secrets are stored
    sealed and logged as ``***``. Nothing is read yet.

    Raises ConfigError for an unknown kind or setting, one that is missing or cannot be, or a name that is taken.
    """
    given = source_config.checked(kind, config)
    if not name.strip():
        raise ConfigError(
            "The source has no name.", hint="Leave --name out to call it main.", detail={"settings": ["name"]}
        )
    try:
        with transaction.atomic():
            source = SourceConnection.objects.create(district=district, name=name.strip(), kind=kind, config={})
            source.config = source_config.sealed(kind, given, connection_id=source.pk)
            source.save(update_fields=["config"])
            shown = source_config.hidden(kind, given)
            note_values(
                district_id=district.pk,
                table="source_connection",
                row_id=source.pk,
                old=None,
                new={"name": source.name, "kind": kind, "config": shown},
                by=by,
            )
    except IntegrityError as error:
        raise ConfigError(
            f"District {district.slug} has a source {name!r} already.",
            hint="Give this one another name.",
            detail={"settings": ["name"]},
        ) from error
    return source


def change(connection: SourceConnection, *, config: Mapping[str, Any], by: str) -> None:
    """These settings of a source are other ones now (a blank value: the default again), logged as made by ``by``.

    Raises ConfigError, and then nothing changed.
    """
    kind, old = connection.kind, dict(connection.config)
    given = source_config.checked(kind, {**source_config.opened(connection), **config})
    unchanged = {name: old[name] for name in given if name in old and name not in config}
    with transaction.atomic():
        connection.config = source_config.sealed(kind, {**given, **unchanged}, connection_id=connection.pk)
        connection.save(update_fields=["config"])
        note_values(
            district_id=connection.district_id,
            table="source_connection",
            row_id=connection.pk,
            old={"config": source_config.hidden(kind, old)},
            new={"config": source_config.hidden(kind, given)},
            by=by,
        )
        scheduling.resume(connection, by=by)  # perhaps this was what had to be mended


def rename(connection: SourceConnection, *, name: str, by: str) -> None:
    """The source is called ``name`` now. Raises ConfigError when there is no name, or another source has it."""
    name = name.strip()
    if not name:
        raise ConfigError("The source has no name.", hint="Call it anything.", detail={"settings": ["name"]})
    if name == connection.name:
        return
    if SourceConnection.objects.filter(district=connection.district_id, name=name).exists():
        raise ConfigError(
            f"The district has a source {name!r} already.", hint="Choose another name.", detail={"settings": ["name"]}
        )
    with transaction.atomic():
        SourceConnection.objects.filter(pk=connection.pk).update(name=name)
        note_values(
            district_id=connection.district_id,
            table="source_connection",
            row_id=connection.pk,
            old={"name": connection.name},
            new={"name": name},
            by=by,
        )
    connection.name = name


def examine(connection: SourceConnection) -> SharingReceipt:
    """Test connection (S-5): what the source shares, or why it cannot be read. Changes nothing.

    Raises ConfigError when the stored settings themselves cannot be used.
    """
    config = source_config.config_of(connection)
    return connector(connection.kind).check(config, policies.policy_of(connection))


def pull(connection: SourceConnection, out: Path, *, by: str) -> dict[str, int]:
    """The source as it is now, as a OneRoster bundle in the new folder ``out``: file → rows. Only columns that Rollbook
    uses are in it (S-4). Nothing is planned.

    Raises what reading raises, and ConfigError when ``out`` holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"There is something at {out} already.", hint="Name a new folder with --out.")
    audit.note(audit.Deed.EXPORT, by=by, district=connection.district_id, subject="source", subject_id=connection.pk)
    return write_bundle(reading.read(connection, policies.policy_of(connection)), out)
