"""The audit, ready to be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from rollbook.reports.audit import AuditFilter, AuditLine, AuditList
from rollbook.services.audit import ChainTold, Deed
from rollbook.web.components.choices import Choice
from rollbook.web.components.paging import Pager, pager
from rollbook.web.directory.facets import Chip

__all__ = ["AuditPage", "Row", "audit_page", "deeds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One entry: ``words`` says the deed, ``about`` what it was done to, ``short`` begins its digest."""

    line: AuditLine
    words: str
    about: str
    short: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """One page of the audit. ``here``: its own address without a query; ``query``: the filters; ``chain``: what looking
    through all of it has found, when that was asked for."""

    here: str
    csv: str
    query: str
    deeds: tuple[Choice, ...]
    actors: tuple[Choice, ...]
    since: str
    until: str
    refusal: str
    chips: tuple[Chip, ...]
    rows: tuple[Row, ...]
    pager: Pager
    chain: ChainTold | None


def audit_page(
    here: str,
    csv: str,
    wanted: AuditFilter,
    found: AuditList,
    *,
    actors: Sequence[tuple[str, str]],
    typed: tuple[str, str],
    refusal: str,
    page: int,
    size: int,
    chain: ChainTold | None,
) -> AuditPage:
    """One page of the entries that fit ``wanted``; ``typed``: the two days as they were typed."""
    words = deeds()
    query = {"deed": wanted.deed, "who": wanted.actor, "since": typed[0], "until": typed[1]}
    kept = {name: value for name, value in query.items() if value}
    names = {"deed": words, "who": dict(actors)}
    said = {
        name: names.get(name, {}).get(value, value)
        if name in names
        else (_("from %(day)s") if name == "since" else _("until %(day)s")) % {"day": value}
        for name, value in kept.items()
    }
    chips = [
        Chip(word=said[name], without="?" + urlencode({other: value for other, value in kept.items() if other != name}))
        for name in kept
    ]
    return AuditPage(
        here=here,
        csv=csv,
        query=f"?{urlencode(kept)}" if kept else "",
        deeds=_choices([("", _("Everything")), *words.items()], wanted.deed),
        actors=_choices([("", _("Everybody")), *actors], wanted.actor),
        since=typed[0],
        until=typed[1],
        refusal=refusal,
        chips=tuple(chips),
        rows=tuple(
            Row(
                line=line,
                words=words.get(line.deed, line.deed),
                about=" ".join(filter(None, (line.subject.replace("_", " "), str(line.subject_id or "")))),
                short=line.digest[:12],
            )
            for line in found.lines
        ),
        pager=pager(total=found.total, page=page, size=size, keep=kept),
        chain=chain,
    )


def deeds() -> dict[str, str]:
    """deed → how people say it."""
    return {
        Deed.SIGN_IN: _("Signed in"),
        Deed.SIGN_IN_FAILED: _("Could not sign in"),
        Deed.LINK: _("Made a sign-in link"),
        Deed.ACCOUNT: _("Changed an account"),
        Deed.GRANT: _("Granted a permission"),
        Deed.REVOKE: _("Revoked a permission"),
        Deed.SETTING: _("Changed a setting"),
        Deed.BY_HAND: _("Changed the directory by hand"),
        Deed.APPROVE: _("Approved a hold"),
        Deed.REJECT: _("Rejected a hold"),
        Deed.WAIT: _("Left a hold waiting"),
        Deed.APPLY: _("Applied a run"),
        Deed.UNDO: _("Undid a run"),
        Deed.ARCHIVE: _("Archived"),
        Deed.RESTORE: _("Restored"),
        Deed.MERGE: _("Merged"),
        Deed.UNMERGE: _("Took a merge back"),
        Deed.LIST: _("Looked at a list of people"),
        Deed.EXPORT: _("Took out a file"),
        Deed.KEY: _("Changed the key"),
    }


def _choices(options: Sequence[tuple[str, str]], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, word=word, is_chosen=value == chosen) for value, word in options)
