"""Sources: the configured feeds of a district."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.db import IntegrityError, transaction

from rollbook.connectors.registry import file_reader
from rollbook.core.errors import ConfigError
from rollbook.services.changelog import note_values
from rollbook.store.models import District, SourceConnection

__all__ = ["add"]


def add(*, district: District, kind: str, config: Mapping[str, str], name: str = "main", by: str) -> SourceConnection:
    """The new source ``name`` of ``district``, with the default settings, logged as made by ``by``. A ``path`` is kept
    absolute, so that it means the same from every folder. Nothing is read yet.

    Raises ConfigError for an unknown kind, a missing path or one that is not there, or a name that is taken.
    """
    file_reader(kind)
    if unknown := sorted(set(config) - {"path"}):
        raise ConfigError(f"A source of kind {kind} has no {', '.join(unknown)}.", hint="It has: path.")
    path = Path(config.get("path") or "").expanduser()
    if not config.get("path") or not path.exists():
        raise ConfigError(
            f"There is nothing at {config.get('path') or 'the path of this source'}.",
            hint="Name a folder or a zip with --path; it may be empty until the first files come.",
        )
    if not name.strip():
        raise ConfigError("The source has no name.", hint="Leave --name out to call it main.")
    kept = {"path": str(path.resolve())}
    try:
        with transaction.atomic():
            source = SourceConnection.objects.create(district=district, name=name.strip(), kind=kind, config=kept)
            note_values(
                district_id=district.pk,
                table="source_connection",
                row_id=source.pk,
                old=None,
                new={"name": source.name, "kind": kind, "config": kept},
                by=by,
            )
    except IntegrityError as error:
        raise ConfigError(
            f"District {district.slug} has a source {name!r} already.", hint="Give this one another --name."
        ) from error
    return source
