"""The right directory for archiving whom the sync does not manage (step 9)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.reports.clean_up import LooseFacts, SchoolLoose
from rollbook.web.components.tags import number

__all__ = ["CleanUpPage", "SchoolLine", "clean_up_page", "proposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolLine:
    """One school. ``address``: of its students that no source knows; ``act``: where they are archived."""

    school: int
    name: str
    students: int
    loose: int
    is_fed: bool
    address: str
    act: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUpPage:
    """``proposal``: the right directory, in sentences; ``number``: whom it holds that no source knows; ``address``: the
    list of them; ``act``: where they are archived, with their exact number once more."""

    slug: str
    proposal: tuple[str, ...]
    number: int
    address: str
    act: str
    schools: tuple[SchoolLine, ...]
    may_act: bool


def clean_up_page(slug: str, facts: LooseFacts, *, may_act: bool) -> CleanUpPage:
    """The page of the district ``slug``."""
    chosen = () if facts.reaches_all else facts.fed
    return CleanUpPage(
        slug=slug,
        proposal=tuple(proposal(facts)),
        number=_number(facts),
        address=_list(slug, chosen),
        act=_act(slug, chosen),
        schools=tuple(
            SchoolLine(
                school=school.school,
                name=school.name,
                students=school.students,
                loose=school.loose,
                is_fed=school.is_fed,
                address=_list(slug, (school,)),
                act=_act(slug, (school,)),
            )
            for school in sorted(facts.schools, key=lambda school: (not school.is_fed, -school.loose, school.name))
        ),
        may_act=may_act,
    )


def proposal(facts: LooseFacts) -> list[str]:
    """Which directory is the right one, and how many it holds whom no source knows."""
    fed, count = facts.fed, _number(facts)
    if not fed:
        return [_("No school is synced yet, so there is nobody to tell apart.")]
    if facts.reaches_all:
        where = _("Every school is synced: the district's directory is the right one.")
    elif len(fed) == 1:
        where = _("Only %(school)s is synced: its own directory is the right one. Other schools are not touched.") % {
            "school": fed[0].name
        }
    else:
        where = ngettext(
            "%(n)s of %(all)s schools is synced: its directory is the right one. Other schools are not touched.",
            "%(n)s of %(all)s schools are synced: their directories are the right ones. Other schools are not touched.",
            len(fed),
        ) % {"n": number(len(fed)), "all": number(len(facts.schools))}
    if not count:
        return [where, _("Everybody there is known to a source: nothing is left to archive.")]
    return [
        where,
        ngettext(
            "%(n)s active student there is known to no source.",
            "%(n)s active students there are known to no source.",
            count,
        )
        % {"n": number(count)},
    ]


def _number(facts: LooseFacts) -> int:
    """Of the proposed directory. Who is at two of its schools is counted at both: the preview counts each once."""
    if facts.reaches_all:
        return facts.total
    return sum(school.loose for school in facts.fed)


def _query(schools: Sequence[SchoolLoose]) -> list[tuple[str, str]]:
    return [("synced", "no"), *(("school", str(school.school)) for school in schools)]


def _list(slug: str, schools: Sequence[SchoolLoose]) -> str:
    return f"{reverse('students', args=[slug])}?{urlencode(_query(schools))}"


def _act(slug: str, schools: Sequence[SchoolLoose]) -> str:
    query = urlencode([("verb", "archive"), ("all", "1"), *_query(schools)])
    return f"{reverse('bulk', args=[slug, 'students'])}?{query}"
