"""The sync settings of a source: what they are, and changing them by ``KEY=VALUE``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django.db import connection as database
from django.db import transaction

from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.settings import SETTINGS, default_of, parse, written
from rollbook.engine.locks import add_revision
from rollbook.services import scheduling
from rollbook.services.changelog import note_values
from rollbook.store.models import SourceConnection

__all__ = ["change", "policy_of", "would_be"]


def policy_of(connection: SourceConnection) -> Policy:
    """The settings of a source: what was set, else the defaults; the region is the district's."""
    values = {name: parse(name, written(value)) for name, value in connection.settings.items()}
    return Policy(**values, region=connection.district.region)


def would_be(connection: SourceConnection, values: Mapping[str, str]) -> Policy:
    """The settings of a source if ``values`` (name → text as written by a person; blank: the default) held. Nothing is
    changed. Raises ConfigError for what cannot be."""
    policy = replace(policy_of(connection), **{name: parse(name, text) for name, text in values.items()})
    _check(policy)
    return policy


def change(*, connection: SourceConnection, values: Mapping[str, str], by: str) -> Policy:
    """The settings ``values`` (name → text as written by a person; blank: the default) hold for ``connection``, are
    logged as changed by ``by``, and plans made before are stale: they followed other rules.

    All of them or none: raises ConfigError, with the legal values, for the first that cannot be.
    """
    parsed = {name: parse(name, text) for name, text in values.items()}
    with transaction.atomic(), database.cursor() as cursor:
        kept = SourceConnection.objects.select_for_update().get(pk=connection.pk)
        settings = dict(kept.settings)
        for name, value in parsed.items():
            settings.pop(name, None)
            if value != default_of(name):
                settings[name] = written(value)
        before = {name: kept.settings.get(name) for name in parsed if kept.settings.get(name) != settings.get(name)}
        kept.settings = {name: settings[name] for name in SETTINGS if name in settings}
        policy = policy_of(kept)
        _check(policy)
        if before:
            kept.save(update_fields=["settings"])
            add_revision(cursor, kept.district_id)
            note_values(
                district_id=kept.district_id,
                table="source_connection",
                row_id=kept.pk,
                old=before,
                new={name: settings.get(name) for name in before},
                by=by,
            )
            scheduling.resume(kept, by=by)  # perhaps this was what had to be mended
    connection.settings = kept.settings
    return policy


def _check(policy: Policy) -> None:
    """Settings that only make sense together do."""
    if policy.sessions == "chosen" and not policy.chosen_sessions:
        raise ConfigError(
            "sessions=chosen needs the academic sessions that are chosen: with none, every class would leave.",
            hint="Set both at once: rollbook settings SLUG sessions=chosen chosen_sessions=S1,S2",
        )
    if not policy.guardian_relationships and policy.manage_guardians:
        raise ConfigError(
            "With no guardian relationship at all, every guardian would leave.",
            hint="To leave guardians alone, set manage_guardians=off.",
        )
