"""The sync settings of a source as people read and write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from rollbook.core.clean.grades import GRADES
from rollbook.core.errors import ConfigError
from rollbook.core.policy import Policy
from rollbook.core.roster import GUARDIAN_ROLES
from rollbook.core.settings import SETTINGS, default_of, parse, written
from rollbook.services import policies
from rollbook.store.models import SourceConnection

__all__ = ["SettingLine", "lines", "refusals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """One setting: ``value`` and ``default`` as ``KEY=VALUE`` takes them, ``choices`` where only these can be, ``words``
    where any of these can be, together."""

    name: str
    value: str
    default: str
    help: str
    legal: str
    choices: tuple[str, ...]
    words: tuple[str, ...]


_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"guardian_relationships": GUARDIAN_ROLES, "class_grades": tuple(GRADES)}
)
"""Settings that are several words of a closed list."""


def lines(connection: SourceConnection) -> list[SettingLine]:
    """Every setting of the source, in the order of ``Policy``."""
    policy = policies.policy_of(connection)
    meta = {field.name: field for field in fields(Policy)}
    found = []
    for name, setting in SETTINGS.items():
        default = default_of(name)
        choices = meta[name].metadata.get("choices", ("on", "off") if isinstance(default, bool) else ())
        found.append(
            SettingLine(
                name=name,
                value=written(getattr(policy, name)),
                default=written(default),
                help=setting.help,
                legal=setting.legal,
                choices=tuple(choices),
                words=_WORDS.get(name, ()),
            )
        )
    return found


def refusals(values: Mapping[str, str]) -> dict[str, str]:
    """name → why its text cannot be, and what can; empty when all can be."""
    found = {}
    for name, text in values.items():
        try:
            parse(name, text)
        except ConfigError as error:
            found[name] = f"{error.message} {error.hint}"
    return found
