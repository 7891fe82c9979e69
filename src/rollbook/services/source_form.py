"""The form of a source, made from its connector's own settings: what can be typed, and what is wrong with what was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Final, get_type_hints

from rollbook.connectors.kit.redaction import secret_fields
from rollbook.connectors.kit.settings import value_of
from rollbook.connectors.registry import connector
from rollbook.core.errors import ConfigError
from rollbook.services import source_config
from rollbook.store.models import SourceConnection

__all__ = ["FormField", "Judged", "fields_of", "judge", "values_of"]

NEEDED: Final = ""
"""The refusal of a field that has to be filled and is blank; the page has the words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One setting. ``kind``: ``text``, ``number``, ``switch``, ``choice``, ``words`` (several of ``choices``), ``secret`` or
    ``secret-lines`` (write-only). ``default`` as it is typed. ``when``: another setting and the value of it for which this
    one counts, or None. ``is_seldom``: most people leave it. ``on_server``: it names a file of the server, which only who
    runs the installation may do: a folder of the server may be another district's."""

    name: str
    kind: str
    help: str
    default: str
    choices: tuple[str, ...]
    when: tuple[str, str] | None
    is_needed: bool
    is_seldom: bool
    on_server: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """``beside``: setting → why what was typed cannot be (``NEEDED`` when it is blank); ``whole``: what cannot be said
    beside one field. Both empty: it can be used."""

    beside: Mapping[str, str]
    whole: str

    @property
    def is_fine(self) -> bool:
        """Whether a source can be made of it."""
        return not self.beside and not self.whole


def fields_of(kind: str) -> tuple[FormField, ...]:
    """The settings of a kind of source that a person sets, in their order. Raises ConfigError for an unknown kind."""
    config = connector(kind).config
    types, secret = get_type_hints(config), secret_fields(config)
    return tuple(
        _field(item, types[item.name], is_secret=item.name in secret)
        for item in fields(config)
        if not item.metadata.get("internal")
    )


def values_of(connection: SourceConnection) -> tuple[dict[str, str], frozenset[str]]:
    """What the form of a source shows: setting → text, without secrets; and which secrets are set."""
    secret = secret_fields(connector(connection.kind).config)
    shown = {
        item.name: _written(connection.config.get(item.name, item.default))
        for item in fields_of(connection.kind)
        if item.name not in secret
    }
    return shown, frozenset(name for name in secret if connection.config.get(name))


def judge(kind: str, typed: Mapping[str, str], *, connection: SourceConnection | None = None) -> Judged:
    """What is wrong with ``typed`` (setting → text; blank: the default), which is everything for a new source, and for
    ``connection`` what is to be other than it was."""
    config = connector(kind).config
    types = get_type_hints(config)
    kept = source_config.opened(connection) if connection is not None else {}
    beside = {}
    for item in fields(config):
        given = typed.get(item.name, kept.get(item.name, ""))
        if given in (None, ""):
            if item.default is MISSING and item.default_factory is MISSING:
                beside[item.name] = NEEDED
            continue
        try:
            value_of(item, types[item.name], given)
        except ConfigError as error:
            beside[item.name] = _said(error)
    if beside:
        return Judged(beside=beside, whole="")
    try:
        source_config.checked(kind, {**kept, **typed})
    except ConfigError as error:
        named = [name for name in error.detail.get("settings", []) if name in types]
        if not named:
            return Judged(beside={}, whole=_said(error))
        return Judged(beside={name: _said(error) for name in named}, whole="")
    return Judged(beside={}, whole="")


def _field(item: Field[Any], wanted: Any, *, is_secret: bool) -> FormField:
    meta = item.metadata
    choices = tuple(map(str, meta.get("choices") or meta.get("words") or ()))
    if is_secret:
        kind = "secret"
    elif meta.get("words"):
        kind = "words"
    elif choices:
        kind = "choice"
    elif wanted is bool:
        kind = "switch"
    else:
        kind = "number" if wanted in (int, float) else "text"
    return FormField(
        name=item.name,
        kind="secret-lines" if is_secret and meta.get("lines") else kind,
        help=meta.get("help", ""),
        default="" if item.default is MISSING else _written(item.default),
        choices=choices,
        when=meta.get("when"),
        is_needed=item.default is MISSING and item.default_factory is MISSING,
        is_seldom=bool(meta.get("seldom")),
        on_server=bool(meta.get("on_server")),
    )


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _said(error: ConfigError) -> str:
    return f"{error.message} {error.hint}".strip()
