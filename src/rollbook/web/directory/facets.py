"""What a list can be narrowed by: read from an address, shown as fields and as chips that can be taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

__all__ = ["Chip", "Choice", "Facet", "Field", "Query", "chips", "fields", "hidden", "read"]

MOST_TEXT = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """One thing to narrow by: its name in an address, its label, and (value, word) of what it may be. The first option is
    blank: it narrows nothing. ``chip``: how the chip says it. ``many``: several values at once are possible."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chip: str = "%s"
    many: bool = False


Query = Mapping[str, tuple[str, ...]]
"""name → what an address asks for, in the order of the facets; ``q`` is the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One option of a field."""

    value: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A facet as a field of the form. ``kept``: values that it would lose, as hidden inputs."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One filter that is on; ``without``: the address without it."""

    word: str
    without: str


def read(asked: QueryDict, facets: Sequence[Facet]) -> Query:
    """What an address asks for. What a facet cannot mean narrows nothing: it is as if it were not there."""
    query: dict[str, tuple[str, ...]] = {}
    text = asked.get("q", "").strip()[:MOST_TEXT]
    if text:
        query["q"] = (text,)
    for facet in facets:
        legal = {value for value, _word in facet.options if value}
        values = tuple(dict.fromkeys(value for value in asked.getlist(facet.name) if value in legal))
        if values:
            query[facet.name] = values if facet.many else values[-1:]
    return query


def fields(query: Query, facets: Sequence[Facet]) -> tuple[Field, ...]:
    """The form's fields. With several values chosen the field adds one more, and the others are kept."""
    shown = []
    for facet in facets:
        chosen = query.get(facet.name, ())
        one = chosen[0] if len(chosen) == 1 else ""
        shown.append(
            Field(
                name=facet.name,
                label=facet.label,
                choices=tuple(Choice(value=value, word=word, is_chosen=value == one) for value, word in facet.options),
                kept=chosen if len(chosen) > 1 else (),
            )
        )
    return tuple(shown)


def chips(query: Query, facets: Sequence[Facet]) -> tuple[Chip, ...]:
    """One chip for each filter that is on."""
    shown = []
    for name, values in query.items():
        facet = next((facet for facet in facets if facet.name == name), None)
        for value in values:
            word = f"“{value}”" if facet is None else facet.chip % dict(facet.options)[value]
            rest = {
                other: tuple(kept for kept in listed if (other, kept) != (name, value))
                for other, listed in query.items()
            }
            shown.append(Chip(word=word, without="?" + urlencode(rest, doseq=True)))
    return tuple(shown)


def hidden(query: Query) -> tuple[tuple[str, str], ...]:
    """The query as (name, value) of hidden inputs."""
    return tuple((name, value) for name, values in query.items() for value in values)
