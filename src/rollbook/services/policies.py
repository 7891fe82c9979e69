"""The sync settings of a source: what they are, and changing them by ``KEY=VALUE``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import connection as database
from django.db import transaction

from rollbook.core.errors import ConfigError, HoldRequired
from rollbook.core.guarded import loosened
from rollbook.core.policy import Policy
from rollbook.core.settings import SETTINGS, default_of, parse, written
from rollbook.engine.locks import add_revision
from rollbook.services import scheduling
from rollbook.services.changelog import note_values
from rollbook.store.models import SourceConnection

__all__ = ["WISH_DAYS", "Wish", "change", "policy_of", "wish_of", "would_be"]

WISH_DAYS: Final = 14
"""So long a second person may confirm what a first asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What ``by`` asked for, and another person has to ask for, too."""

    by: str
    values: Mapping[str, str]


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


def change(
    *, connection: SourceConnection, values: Mapping[str, str], by: str, now: dt.datetime | None = None
) -> Policy:
    """The settings ``values`` (name → text as written by a person; blank: the default) hold for ``connection``, are
    logged as changed by ``by``, and plans made before are stale: they followed other rules.

    All of them or none: raises ConfigError, with the legal values, for the first that cannot be. Where two persons must
    approve, loosening that (``core.guarded``) needs a second person who asks for the same: the first wish is kept, and
    HoldRequired is raised.
    """
    moment = now or dt.datetime.now(dt.UTC)
    asked: dict[str, Any] = {}
    parsed = {name: parse(name, text) for name, text in values.items()}
    with transaction.atomic(), database.cursor() as cursor:
        kept = SourceConnection.objects.select_for_update().select_related("district").get(pk=connection.pk)
        earlier = _earlier(kept)
        settings = dict(kept.settings)
        for name, value in parsed.items():
            settings.pop(name, None)
            if value != default_of(name):
                settings[name] = written(value)
        before = {name: kept.settings.get(name) for name in parsed if kept.settings.get(name) != settings.get(name)}
        kept.settings = {name: settings[name] for name in SETTINGS if name in settings}
        policy = policy_of(kept)
        _check(policy)
        loose = {name: settings.get(name) for name in loosened(earlier, policy)}
        if loose and not _is_seconded(kept, loose, by, moment):
            asked = {"values": loose, "by": by, "at": moment.isoformat()}
            SourceConnection.objects.filter(pk=kept.pk).update(wish=asked)
            _note(kept, {"wish": kept.wish}, {"wish": asked}, by)
        elif before:
            who = f"{kept.wish['by']} and {by}" if loose else by
            kept.wish = {}
            kept.save(update_fields=["settings", "wish"])
            add_revision(cursor, kept.district_id)
            _note(kept, before, {name: settings.get(name) for name in before}, who)
            scheduling.resume(kept, by=by)  # perhaps this was what had to be mended
    if asked:
        raise HoldRequired(
            f"Your wish is kept: {_words(loose)}. With two approvals, another person must ask for the same. Nothing was "
            "changed.",
            hint=f"Somebody else calls, within {WISH_DAYS} days: rollbook settings {connection.district.slug} {_words(loose)}",
            detail={"connection": connection.pk, "settings": list(loose)},
        )
    connection.settings, connection.wish = kept.settings, kept.wish
    return policy


def wish_of(connection: SourceConnection, *, now: dt.datetime) -> Wish | None:
    """The loosening that waits for a second person; None when there is none, or when it is too old."""
    kept = connection.wish
    if not kept or now - dt.datetime.fromisoformat(kept["at"]) > dt.timedelta(days=WISH_DAYS):
        return None
    default = {name: written(default_of(name)) for name in kept["values"]}
    return Wish(by=kept["by"], values={name: value or default[name] for name, value in kept["values"].items()})


def _earlier(kept: SourceConnection) -> Policy:
    """The settings as they were. One that cannot be read counts as its default: perhaps it is what is being mended."""
    readable = SourceConnection(district=kept.district, settings={})
    for name, text in kept.settings.items():
        try:
            parse(name, written(text))
        except ConfigError:
            continue
        readable.settings[name] = text
    return policy_of(readable)


def _is_seconded(kept: SourceConnection, loose: Mapping[str, str | None], by: str, now: dt.datetime) -> bool:
    wish = kept.wish
    return bool(wish_of(kept, now=now)) and wish["by"] != by and wish["values"] == dict(loose)


def _words(loose: Mapping[str, str | None]) -> str:
    return " ".join(
        f"{name}={value if value is not None else written(default_of(name))}" for name, value in loose.items()
    )


def _note(kept: SourceConnection, old: Mapping[str, Any], new: Mapping[str, Any], by: str) -> None:
    note_values(district_id=kept.district_id, table="source_connection", row_id=kept.pk, old=old, new=new, by=by)


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
