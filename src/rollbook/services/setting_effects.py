"""What settings that are not saved would do: the newest reading planned again with them, beside what it means as things
are. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rollbook.core.errors import ConfigError
from rollbook.core.plan import Plan
from rollbook.core.planning import make_plan
from rollbook.core.policy import Policy
from rollbook.core.roster import Roster
from rollbook.engine.load import load_state, shared_values
from rollbook.services import planning, policies, reading, self_check
from rollbook.store.models import Examination, SourceConnection, SyncRun

__all__ = ["AT_READING", "NO_PLAN", "Difference", "Effect", "effect_of", "take"]

NO_PLAN: Final = frozenset(
    {"daily_sync", "start_time", "pause_until", "blackouts", "approvals", "approval_days", "student_id_shown"}
)
"""Settings that no plan depends on."""
AT_READING: Final = frozenset({"keep_birth_dates", "strict", "custody_column"})
"""Settings that decide what is read at all: a reading that is kept cannot tell what they would do."""
_ALONE: Final = 6
"""So many changed settings are also looked at one by one; each costs a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """``before`` records of that kind would be so treated as things are, ``after`` with the other settings. The action
    ``wait`` counts those that would wait for a person."""

    kind: str
    action: str
    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """``run``: whose reading was planned. ``together``: of all changed settings; ``alone``: of each by itself, where it
    can stand by itself. ``at_reading``, ``no_plan``: changed settings about which a plan says nothing."""

    run: SyncRun
    together: tuple[Difference, ...]
    alone: Mapping[str, tuple[Difference, ...]]
    at_reading: tuple[str, ...]
    no_plan: tuple[str, ...]


def take(examination: Examination) -> tuple[dict[str, Any], str]:
    """The effect of the settings in the examination's question, as it is kept. Raises what ``effect_of`` raises."""
    found = effect_of(examination.connection, examination.question["values"])
    kept = {
        "run": found.run.pk,
        "read_at": found.run.created_at.isoformat(),
        "together": _as_kept(found.together),
        "alone": [[name, _as_kept(differences)] for name, differences in found.alone.items()],
        "at_reading": list(found.at_reading),
        "no_plan": list(found.no_plan),
    }
    return kept, ""


def effect_of(connection: SourceConnection, values: Mapping[str, str]) -> Effect:
    """What ``values`` (setting → text as a person writes it) would do to the newest reading.

    Raises ConfigError for settings that cannot be, and when there is no reading to plan.
    """
    now = policies.policy_of(connection)
    wanted = policies.would_be(connection, values)
    changed = [name for name in values if getattr(now, name) != getattr(wanted, name)]
    planned = [name for name in changed if name not in NO_PLAN | AT_READING]
    kept = self_check.newest_snapshot(connection)
    if kept is None:
        raise ConfigError(
            "No reading of this source is kept, so there is nothing to plan.",
            hint="Run it once: it can be planned then.",
        )
    run, snapshot = kept
    day = run.day or planning.local_day(connection, run.created_at)
    state = load_state(connection)
    rosters: list[tuple[Policy, Roster]] = []

    with shared_values(connection) as load:

        def plan(policy: Policy) -> Plan:
            roster = next((roster for other, roster in rosters if _reads_alike(other, policy)), None)
            if roster is None:
                roster = reading.clean_of(snapshot, policy)
                rosters.append((policy, roster))
            return make_plan(roster, state, load, policy, day)

        before = plan(now)
        together = _differences(before, plan(policies.would_be(connection, _only(values, planned)))) if planned else ()
        alone = {}
        for name in planned if 1 < len(planned) <= _ALONE else ():
            try:
                policy = policies.would_be(connection, _only(values, [name]))
            except ConfigError:  # it only makes sense with another one
                continue
            alone[name] = _differences(before, plan(policy))
    return Effect(
        run=run,
        together=together,
        alone=alone,
        at_reading=tuple(name for name in changed if name in AT_READING),
        no_plan=tuple(name for name in changed if name in NO_PLAN),
    )


def _only(values: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: values[name] for name in names}


def _reads_alike(one: Policy, other: Policy) -> bool:
    """Whether a reading is cleaned alike; of the settings that are rehearsed, cleaning asks only this one."""
    return one.custody_no_rights == other.custody_no_rights


def _differences(before: Plan, after: Plan) -> tuple[Difference, ...]:
    earlier, later = _counts(before), _counts(after)
    return tuple(
        Difference(kind=kind, action=action, before=earlier.get((kind, action), 0), after=later.get((kind, action), 0))
        for kind, action in sorted(earlier.keys() | later.keys())
        if earlier.get((kind, action), 0) != later.get((kind, action), 0)
    )


def _counts(plan: Plan) -> dict[tuple[str, str], int]:
    """(kind, action) → records; ``wait`` for those in holds."""
    found: dict[tuple[str, str], int] = {}
    for kind, action, waiting, number in plan.counts.select("kind", "action", "waiting", "number").iter_rows():
        if action != "unchanged":
            found[kind, action] = found.get((kind, action), 0) + number
        if waiting:
            found[kind, "wait"] = found.get((kind, "wait"), 0) + waiting
    return found


def _as_kept(differences: Sequence[Difference]) -> list[list[Any]]:
    return [[found.kind, found.action, found.before, found.after] for found in differences]
