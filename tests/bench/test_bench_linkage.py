"""`rollbook bench linkage` finds what was planted; the weights that it measures are those that its training writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rollbook.bench.linkage import measure, training
from rollbook.linkage import MODELS, Kind


def test_planted_duplicates_are_found_and_look_alikes_are_not_certain() -> None:
    found = measure.measure(students=4000, seed=77)
    students, without, adults = found.crowds
    assert students.duplicates == 80
    assert students.precision_certain == without.precision_certain == adults.precision_certain == 1
    assert students.recall_likely >= 0.9  # of 80; what has to be reached is measured on 2,000
    assert without.recall_likely >= 0.8
    assert adults.recall_likely >= 0.75
    told = found.as_dict()
    assert told["recall_likely"] == students.recall_likely
    assert measure.table([found]).count("\n") == 5


@pytest.mark.parametrize("kind", Kind)
def test_the_same_seed_plants_the_same_people(kind: Kind) -> None:
    first, second = (training.planted(kind, students=300, seed=5, births=True) for _time in range(2))
    assert first.people.equals(second.people)
    assert first.pairs.equals(second.pairs)
    assert not first.people.equals(training.planted(kind, students=300, seed=6, births=True).people)


def test_training_writes_what_the_model_reads(tmp_path: Path) -> None:
    model = MODELS[Kind.STUDENT]
    file = training.write(training.train(model, students=600, seeds=(3,)), tmp_path)
    weights = json.loads(file.read_text(encoding="utf-8"))
    assert weights.keys() == model.weights.keys()
    assert {name: list(levels) for name, levels in weights["levels"].items()} == {
        comparison.name: list(comparison.codes) for comparison in model.comparisons
    }
    m, u = weights["levels"]["given"]["same, tied"]
    assert m > u
