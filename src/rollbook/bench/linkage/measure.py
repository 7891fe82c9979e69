"""How many duplicates are found, how many of those called certain are none, and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import polars as pl

from rollbook.bench.linkage.training import labelled, planted
from rollbook.linkage import MODELS, Kind, Verdict, score

__all__ = ["MUST", "Findings", "Found", "measure", "table"]

MUST: Final = {"precision_certain": 0.999, "recall_likely": 0.95, "seconds": 60.0}
"""What students with birth dates have to reach; the seconds for 100,000 of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One crowd, scored. ``duplicates``: pairs planted. ``recall_likely``: the part of them that is called certain or
    likely; ``precision_likely``: the part of the pairs so called that are duplicates; ``recall_look`` counts every pair
    that is shown. ``wrong``: pairs called certain that are two humans."""

    crowd: str
    people: int
    duplicates: int
    look_alikes: int
    certain: int
    wrong: int
    likely: int
    look: int
    precision_certain: float
    recall_certain: float
    precision_likely: float
    recall_likely: float
    recall_look: float
    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Students with birth dates, students without, and adults, of one generated district."""

    students: int
    seed: int
    crowds: tuple[Found, ...]

    def as_dict(self) -> dict[str, Any]:
        """For machines; the figures that have to be reached stand on top."""
        first = asdict(self.crowds[0])
        return {
            "students": self.students,
            "seed": self.seed,
            **{name: first[name] for name in MUST},
            "crowds": [asdict(found) for found in self.crowds],
        }


def measure(*, students: int, seed: int) -> Findings:
    """The three crowds of the district ``seed``, with the committed weights."""
    return Findings(
        students=students,
        seed=seed,
        crowds=(
            _found("students", Kind.STUDENT, students=students, seed=seed, births=True),
            _found("students without birth dates", Kind.STUDENT, students=students, seed=seed, births=False),
            _found("guardians and staff", Kind.PERSON, students=students, seed=seed, births=False),
        ),
    )


def table(findings: Sequence[Findings]) -> str:
    """Markdown: one row a crowd and seed."""
    head = (
        "| | seed | people | planted twice | look-alikes | certain | of them wrong | precision of certain "
        "| recall of certain and likely | precision of both | recall with look | seconds | CPU seconds |"
    )
    lines = [head, "|---|" + "---:|" * 12]
    for index in range(len(findings[0].crowds)):
        for one in findings:
            found = one.crowds[index]
            lines.append(
                f"| {found.crowd} | {one.seed} | {found.people:,} | {found.duplicates:,} | {found.look_alikes:,} "
                f"| {found.certain:,} | {found.wrong:,} | **{found.precision_certain:.4f}** "
                f"| **{found.recall_likely:.3f}** | {found.precision_likely:.3f} | {found.recall_look:.3f} "
                f"| {found.seconds:.1f} | {found.cpu_seconds:.1f} |"
            )
    return "\n".join(lines) + "\n"


def _found(crowd: str, kind: Kind, *, students: int, seed: int, births: bool) -> Found:
    made = planted(kind, students=students, seed=seed, births=births)
    wall, cpu = time.perf_counter(), time.process_time()
    pairs = score(made.people, MODELS[kind])
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    told = labelled(pairs, made.pairs)
    certain = told.filter(pl.col("verdict") == Verdict.CERTAIN)
    likely = told.filter(pl.col("verdict") != Verdict.LOOK)
    return Found(
        crowd=crowd,
        people=made.people.height,
        duplicates=made.pairs.height,
        look_alikes=made.look_alikes,
        certain=certain.height,
        wrong=certain.height - _ones(certain),
        likely=likely.height - certain.height,
        look=told.height - likely.height,
        precision_certain=_ones(certain) / max(1, certain.height),
        recall_certain=_ones(certain) / made.pairs.height,
        precision_likely=_ones(likely) / max(1, likely.height),
        recall_likely=_ones(likely) / made.pairs.height,
        recall_look=_ones(told) / made.pairs.height,
        seconds=round(wall, 2),
        cpu_seconds=round(cpu, 2),
    )


def _ones(pairs: pl.DataFrame) -> int:
    return int(pairs["is_one"].sum())
