"""Steps 3 and 4 of the set-up page: schools and existing classrooms, as far as they are settled."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.reports.set_up import SetUpFacts, SourceFacts
from rollbook.web.set_up.parts import ATTENTION, DONE, NOBODY, TO_DO, Action, Made, count_of, name_of

__all__ = ["classrooms_step", "schools_step"]


def schools_step(slug: str, facts: SetUpFacts) -> Made:
    """Step 3."""
    title = _("Match schools")
    if not facts.sources:
        return title, TO_DO, [_("Add a source first.")], NOBODY, []
    evidence = [_matched(source) for source in facts.sources]
    if facts.unfed:
        words = ngettext(
            "%(n)s school here is fed by no source.", "%(n)s schools here are fed by no source.", facts.unfed
        )
        evidence.append(words % {"n": count_of(facts.unfed)})
    actions = [
        Action(
            words=_("Match the schools of %(source)s") % {"source": name_of(source)},
            address=reverse("match-schools", args=[slug, source.connection]),
        )
        for source in facts.sources
    ]
    matched = any(source.matched for source in facts.sources)
    waits = any(source.matched + source.left_out < source.offered for source in facts.sources)
    return title, ATTENTION if matched and waits else DONE if matched else TO_DO, evidence, NOBODY, actions


def _matched(source: SourceFacts) -> str:
    """212 of 214 schools matched, as far as the source was read."""
    if source.offered:
        told = ngettext(
            "%(source)s: %(matched)s of %(n)s school is matched.",
            "%(source)s: %(matched)s of %(n)s schools are matched.",
            source.offered,
        ) % {"source": name_of(source), "matched": count_of(source.matched), "n": count_of(source.offered)}
        if source.left_out:
            left = ngettext("%(n)s is left out.", "%(n)s are left out.", source.left_out)
            told += " " + left % {"n": count_of(source.left_out)}
        if source.near:
            near = ngettext("%(n)s near miss.", "%(n)s near misses.", source.near)
            told += " " + near % {"n": count_of(source.near)}
        return told
    words = ngettext(
        "%(n)s school of the source is matched.", "%(n)s schools of the source are matched.", source.matched
    )
    return words % {"n": count_of(source.matched)}


def classrooms_step(slug: str, facts: SetUpFacts) -> Made:
    """Step 4."""
    title = _("Existing classrooms")
    if not facts.sources or not facts.schools:
        return title, TO_DO, [_("Match the schools first.")], NOBODY, []
    if not facts.loose_classrooms:
        return title, DONE, [_("There is no classroom that no source knows.")], NOBODY, []
    words = ngettext(
        "%(n)s classroom is known to no source. The sync leaves it as it is.",
        "%(n)s classrooms are known to no source. The sync leaves them as they are.",
        facts.loose_classrooms,
    )
    evidence = [words % {"n": count_of(facts.loose_classrooms)}]
    for source in facts.sources:
        if source.undecided:
            words = ngettext(
                "%(source)s: nobody has decided about %(n)s of them.",
                "%(source)s: nobody has decided about %(n)s of them.",
                source.undecided,
            )
            evidence.append(words % {"source": name_of(source), "n": count_of(source.undecided)})
        if source.doubles:
            words = ngettext(
                "The next run would make %(n)s class a second time.",
                "The next run would make %(n)s classes a second time.",
                source.doubles,
            )
            evidence.append(words % {"n": count_of(source.doubles)})
    actions = [
        Action(
            words=_("Settle the existing classrooms of %(source)s") % {"source": name_of(source)},
            address=reverse("match-classrooms", args=[slug, source.connection]),
        )
        for source in facts.sources
    ]
    undecided = any(source.undecided for source in facts.sources)
    return title, ATTENTION if undecided else DONE, evidence, NOBODY, actions
