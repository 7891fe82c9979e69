"""The nine steps (product.md, section 4), each with its state, its evidence and the one next action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rollbook.core.lifecycle import RunState
from rollbook.reports.examinations import Examined
from rollbook.reports.set_up import SetUpFacts, SourceFacts
from rollbook.web.components.tags import moment
from rollbook.web.districts.presenters import KINDS
from rollbook.web.set_up.matching import classrooms_step, schools_step
from rollbook.web.set_up.parts import ATTENTION, DONE, NOBODY, TO_DO, Action, Made, count_of, name_of
from rollbook.web.set_up.vendors import instructions

__all__ = ["Action", "SetUpPage", "Step", "done_of", "set_up_page", "steps"]

_SIGN_ON = 1
"""The place of the step that cannot be taken yet: the page does not invite to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. ``state``: todo, attention or done; ``dot``, ``word``: the same to look at; ``evidence``: what is known
    now; ``vendor``: what is done in the vendor's console, in its own words."""

    number: int
    title: str
    state: str
    dot: str
    word: str
    evidence: tuple[str, ...]
    vendor_name: str
    vendor: tuple[str, ...]
    actions: tuple[Action, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPage:
    """The page. ``done`` of nine. ``sandbox``: where the keys to practise with are; empty: nowhere."""

    slug: str
    sandbox: str
    steps: tuple[Step, ...]
    done: int


def set_up_page(slug: str, facts: SetUpFacts, sandbox: str = "") -> SetUpPage:
    """The page of the district ``slug``."""
    found = steps(slug, facts)
    return SetUpPage(slug=slug, sandbox=sandbox, steps=found, done=done_of(found))


def done_of(found: Sequence[Step]) -> int:
    """How many are done."""
    return sum(step.state == DONE for step in found)


def steps(slug: str, facts: SetUpFacts) -> tuple[Step, ...]:
    """The nine, in their order; the first that is not done and can be taken is open."""
    made = [
        _rostering(slug, facts),
        _sign_on(slug, facts),
        schools_step(slug, facts),
        classrooms_step(slug, facts),
        _settings(slug, facts),
        _self_check(slug, facts),
        _launch(slug, facts),
        _results(slug, facts),
        _clean_up(slug, facts),
    ]
    words = {TO_DO: ("none", _("to do")), ATTENTION: ("wait", _("look at it")), DONE: ("good", _("done"))}
    open_ = (number for number, step in enumerate(made) if step[1] != DONE and step[4] and number != _SIGN_ON)
    first = next(open_, None)
    return tuple(
        Step(
            number=number + 1,
            title=title,
            state=state,
            dot=words[state][0],
            word=words[state][1],
            evidence=tuple(evidence),
            vendor_name=vendor[0],
            vendor=vendor[1],
            actions=tuple(actions),
            is_open=number == first,
        )
        for number, (title, state, evidence, vendor, actions) in enumerate(made)
    )


def _rostering(slug: str, facts: SetUpFacts) -> Made:
    title = _("Rostering app")
    add = Action(words=_("Add a source"), address=reverse("source-choose", args=[slug]))
    if not facts.sources:
        return title, TO_DO, [_("No source yet."), _("Say where the roster comes from.")], NOBODY, [add]
    evidence, actions = [], []
    for source in facts.sources:
        evidence += _connected(source, facts)
        words = _("Connection of %(source)s: test it, change it") % {"source": name_of(source)}
        actions.append(Action(words=words, address=reverse("source", args=[slug, source.connection])))
    main = facts.sources[0]
    tested = [facts.tests.get(source.connection) for source in facts.sources]
    failed = any(source.state == RunState.FAILED for source in facts.sources)
    failed = failed or any(_stands(source, facts.tests.get(source.connection)) for source in facts.sources)
    works = all(
        source.read_at or (test is not None and test.result.get("works"))
        for source, test in zip(facts.sources, tested, strict=True)
    )
    state = ATTENTION if failed else DONE if works else TO_DO
    vendor = (KINDS.get(main.kind, main.kind), instructions(main.kind))
    return title, state, evidence, vendor, [*actions, add]


def _connected(source: SourceFacts, facts: SetUpFacts) -> list[str]:
    """What is known of a source's connection."""
    told = []
    test = facts.tests.get(source.connection)
    if source.read_at:
        rows = ", ".join(f"{name} {count_of(count)}" for name, count in source.rows.items())
        told.append(f"{name_of(source)}: {rows}.")
    elif test is None or not test.result.get("works"):
        told.append(_("%(source)s was never read.") % {"source": name_of(source)})
    if test is not None:
        told.append(_tested(source, test))
    if source.state == RunState.FAILED:
        told.append(_("Its last run failed: %(error)s") % {"error": source.error})
    return told


def _tested(source: SourceFacts, test: Examined) -> str:
    named = {"source": name_of(source)}
    if test.ended_at is None:
        return _("%(source)s is being tested.") % named
    told = {**named, "moment": moment(test.ended_at)}
    if _is_bad(test):
        return _("The test of %(moment)s failed: %(problem)s") % {
            **told,
            "problem": test.problem or test.result.get("problem", ""),
        }
    roles = sorted(test.result.get("roles", {}).items(), key=lambda pair: -pair[1])
    rows = ", ".join(f"{name} {count_of(count)}" for name, count in roles)
    words = _(
        "The test of %(moment)s works. People by role: %(rows)s. Missing: %(missing)s. More than needed: %(more)s."
    )
    missing, more = len(test.result.get("missing", ())), len(test.result.get("over_shared", ()))
    return words % {**told, "rows": rows or "0", "missing": count_of(missing), "more": count_of(more)}


def _stands(source: SourceFacts, test: Examined | None) -> bool:
    """Whether the test failed, and nothing was read since."""
    if test is None or test.ended_at is None or not _is_bad(test):
        return False
    return source.read_at is None or source.read_at < test.ended_at


def _is_bad(test: Examined) -> bool:
    return test.ended_at is not None and not test.result.get("works")


def _sign_on(slug: str, facts: SetUpFacts) -> Made:
    address = reverse("sso", args=[slug])
    if not facts.sso:
        evidence = [_("Until there is an app, people sign in with an account of this installation.")]
        return _("SSO app"), TO_DO, evidence, NOBODY, [Action(words=_("Add an app for signing in"), address=address)]
    tested = sum(facts.sso)
    evidence = [
        ngettext("%(n)s app for signing in, ", "%(n)s apps for signing in, ", len(facts.sso))
        % {"n": count_of(len(facts.sso))}
        + ngettext("%(n)s of them tested.", "%(n)s of them tested.", tested) % {"n": count_of(tested)}
    ]
    state = DONE if all(facts.sso) else ATTENTION
    words = _("Apps for signing in") if all(facts.sso) else _("Test the app for signing in")
    return _("SSO app"), state, evidence, NOBODY, [Action(words=words, address=address)]


def _settings(slug: str, facts: SetUpFacts) -> Made:
    title = _("Sync settings")
    if not facts.sources:
        return title, TO_DO, [_("Add a source first: settings belong to a source.")], NOBODY, []
    evidence = [
        _("%(source)s differs from the defaults in: %(names)s.")
        % {"source": name_of(source), "names": ", ".join(source.changed)}
        if source.changed
        else _("%(source)s has the default settings.") % {"source": name_of(source)}
        for source in facts.sources
    ]
    actions = [
        Action(
            words=_("Settings of %(source)s") % {"source": name_of(source)},
            address=reverse("settings", args=[slug, source.connection]),
        )
        for source in facts.sources
    ]
    looked = any(source.changed or source.applied for source in facts.sources)
    return title, DONE if looked else TO_DO, evidence, NOBODY, actions


def _self_check(slug: str, facts: SetUpFacts) -> Made:
    title = _("Self-check")
    if not facts.sources:
        return title, TO_DO, [_("Add a source first.")], NOBODY, []
    evidence, actions, states = [], [], []
    for source in facts.sources:
        state, sentence = _checked(source, facts.checks.get(source.connection))
        states.append(state)
        evidence.append(sentence)
        words = _("Self-check of %(source)s") % {"source": name_of(source)}
        actions.append(Action(words=words, address=reverse("check", args=[slug, source.connection])))
        if source.to_mend and source.run:
            told = ngettext(
                "%(source)s: %(n)s row has a finding that somebody should look at.",
                "%(source)s: %(n)s rows have a finding that somebody should look at.",
                source.to_mend,
            )
            evidence.append(told % {"source": name_of(source), "n": count_of(source.to_mend)})
            address = f"{reverse('run', args=[slug, source.run])}#findings"
            actions.append(Action(words=_("Findings of %(source)s") % {"source": name_of(source)}, address=address))
    state = ATTENTION if ATTENTION in states else TO_DO if TO_DO in states else DONE
    return title, state, evidence, NOBODY, actions


def _checked(source: SourceFacts, check: Examined | None) -> tuple[str, str]:
    """The state of a source's self-check, and a sentence about it."""
    named = {"source": name_of(source)}
    if check is None:
        return TO_DO, _("%(source)s was never checked. A check changes nothing.") % named
    if check.ended_at is None:
        return TO_DO, _("%(source)s is being checked.") % named
    told = {**named, "moment": moment(check.ended_at)}
    if check.problem:
        return ATTENTION, _("The check of %(moment)s found nothing out: %(problem)s") % {
            **told,
            "problem": check.problem,
        }
    levels = [found["level"] for found in check.result.get("checks", [])]
    numbers = {name: count_of(levels.count(name)) for name in ("fail", "warn", "pass")}
    words = _("%(source)s, checked on %(moment)s: %(fail)s to mend, %(warn)s worth a look, %(pass)s in order.")
    return ATTENTION if "fail" in levels else DONE, words % {**told, **numbers}


def _launch(slug: str, facts: SetUpFacts) -> Made:
    title = _("Enable and launch")
    if not facts.sources:
        return title, TO_DO, [_("Add a source first.")], NOBODY, []
    evidence, actions = [], []
    for source in facts.sources:
        told = _("%(source)s runs every day.") if source.is_daily else _("%(source)s does not run by itself yet.")
        evidence.append(told % {"source": name_of(source)})
        if source.planned:
            words = _("Look at the plan of %(source)s, every change before it happens, and launch")
        elif not source.applied:
            words = _("Plan the first run of %(source)s: nothing is changed")
        elif not source.is_daily:
            words = _("Switch the daily run of %(source)s on")
        else:
            words = _("The launch of %(source)s")
        address = reverse("launch", args=[slug, source.connection])
        actions.append(Action(words=words % {"source": name_of(source)}, address=address))
    launched = all(source.applied and source.is_daily for source in facts.sources)
    begun = any(source.applied for source in facts.sources)
    return title, DONE if launched else ATTENTION if begun else TO_DO, evidence, NOBODY, actions


def _results(slug: str, facts: SetUpFacts) -> Made:
    applied = [source for source in facts.sources if source.applied]
    evidence = [
        ngettext(
            "%(n)s active student is in the directory.", "%(n)s active students are in the directory.", facts.students
        )
        % {"n": count_of(facts.students)}
    ]
    actions = [
        Action(
            words=_("Report of run %(run)d") % {"run": source.applied or 0},
            address=reverse("run", args=[slug, source.applied]),
        )
        for source in applied
    ]
    actions.append(Action(words=_("Look at the directory"), address=reverse("students", args=[slug])))
    return _("Check the results"), DONE if applied else TO_DO, evidence, NOBODY, actions


def _clean_up(slug: str, facts: SetUpFacts) -> Made:
    title = _("Clean up")
    if not any(source.applied for source in facts.sources):
        return (
            title,
            TO_DO,
            [_("After the first run: students that are not part of the sync are shown here.")],
            NOBODY,
            [],
        )
    if not facts.loose_students:
        return title, DONE, [_("Every active student is known to a source.")], NOBODY, []
    words = ngettext(
        "%(n)s active student is known to no source.",
        "%(n)s active students are known to no source.",
        facts.loose_students,
    )
    where = _(
        "The right directory to archive them in is proposed, with their exact number; every school can be looked at."
    )
    action = Action(words=_("Clean up"), address=reverse("clean-up", args=[slug]))
    return title, ATTENTION, [words % {"n": count_of(facts.loose_students)}, where], NOBODY, [action]
