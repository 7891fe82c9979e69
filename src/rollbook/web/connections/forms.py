"""The form of a source: fields in groups, as they were typed, with what is wrong beside each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext as _

from rollbook.services.source_form import FormField, Judged
from rollbook.web.connections.words import label

__all__ = ["Choice", "Group", "ShownField", "groups_of", "typed_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of a list."""

    value: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownField:
    """One field. ``when``: ``setting-value`` of the setting that makes it count, for the style sheet; ``kept``: a secret
    that is set and is kept when the field stays empty."""

    name: str
    label: str
    kind: str
    help: str
    value: str
    choices: tuple[Choice, ...]
    when: str
    is_needed: bool
    kept: bool
    refusal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Fields that belong together; ``when`` as of its fields. ``is_folded``: what most people leave."""

    title: str
    when: str
    fields: tuple[ShownField, ...]
    is_folded: bool


def typed_of(fields: Sequence[FormField], sent: QueryDict) -> dict[str, str]:
    """Setting → text as it was sent; a blank secret is left out (it is kept), one to be forgotten is blank."""
    typed = {}
    for field in fields:
        if field.kind == "switch":
            typed[field.name] = "on" if sent.get(field.name) == "on" else "off"
        elif field.kind == "words":
            typed[field.name] = ",".join(word for word in sent.getlist(field.name) if word in field.choices)
        elif field.kind.startswith("secret"):
            text = sent.get(field.name, "").strip()
            if text or sent.get(f"forget-{field.name}") == "on":
                typed[field.name] = text
        else:
            typed[field.name] = sent.get(field.name, "").strip()
    return typed


def groups_of(
    fields: Sequence[FormField], values: Mapping[str, str], *, kept: Collection[str] = (), judged: Judged | None = None
) -> tuple[Group, ...]:
    """The fields of a form. A folded group with a refusal in it is open."""
    beside = judged.beside if judged else {}
    shown = [(field, _shown(field, values, kept, beside)) for field in fields]
    usual = [pair for pair in shown if not pair[0].is_seldom]
    seldom = tuple(field for item, field in shown if item.is_seldom)
    groups = [_group("", "", tuple(field for item, field in usual if item.when is None))]
    for when in dict.fromkeys(item.when for item, _field in usual if item.when is not None):
        title = _("Only where “%(setting)s” is “%(value)s”") % {"setting": label(when[0]), "value": when[1]}
        groups.append(_group(title, "-".join(when), tuple(field for item, field in usual if item.when == when)))
    if seldom:
        is_folded = not any(field.refusal for field in seldom)
        groups.append(Group(title=_("Seldom changed"), when="", fields=seldom, is_folded=is_folded))
    return tuple(group for group in groups if group.fields)


def _group(title: str, when: str, fields: tuple[ShownField, ...]) -> Group:
    return Group(title=title, when=when, fields=fields, is_folded=False)


def _shown(field: FormField, values: Mapping[str, str], kept: Collection[str], beside: Mapping[str, str]) -> ShownField:
    value = values.get(field.name, field.default)
    chosen = {word.strip() for word in value.split(",")} if field.kind == "words" else {value}
    is_secret = field.kind.startswith("secret")
    refusal = beside.get(field.name)
    return ShownField(
        name=field.name,
        label=label(field.name),
        kind=field.kind,
        help=translation.gettext(field.help) if field.help else "",
        value="" if is_secret else value,
        choices=tuple(Choice(value=choice, is_chosen=choice in chosen) for choice in field.choices),
        when="-".join(field.when) if field.when and field.is_seldom else "",
        is_needed=field.is_needed,
        kept=is_secret and field.name in kept,
        refusal="" if refusal is None else refusal or _("Fill this in."),
    )
