"""Every reason the core can give has its sentence, and every kind and action its word."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from rollbook.core.entities import ACTIONS, KINDS, LINK_KINDS
from rollbook.core.explain import ACTION_WORDS, KIND_WORDS, LEFT_OUT, REASONS, left_out_sentence, sentence

CORE = Path(__file__).resolve().parents[2] / "src" / "rollbook" / "core"
NAMED = {"reason", "ended", "why"}
NOT_REASONS = {"reason", "archived", "several"}  # a column, a new status beside a reason, a reason of suggestions
WORD = re.compile(r"[a-z]+(?:_[a-z]+)*")


def literals(node: ast.AST) -> set[str]:
    """The words that an expression can yield: of `pl.lit("…")`, of a bare constant, of `a if b else c`."""
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    if isinstance(node, ast.IfExp):
        return literals(node.body) | literals(node.orelse)
    found: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr == "lit":
            found |= literals(inner.args[0])
    return found


def given() -> set[str]:
    """The words in every place where the core names a reason, read from the code itself: so none can be forgotten."""
    found: set[str] = set()
    for path in CORE.rglob("*.py"):
        if path.parent.name in ("findings", "clean") or path.name == "explain.py" or "match" in path.parts:
            continue  # what they call a reason is the evidence of a match, told in a finding
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg in NAMED:
                found |= literals(node.value)
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in NAMED for t in node.targets):
                found |= literals(node.value)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id == "_edit" and len(node.args) == 8:
                    found |= literals(node.args[6]) | literals(node.args[7])
                if node.func.id == "left_out_rows":
                    found |= literals(node.args[2])
            if isinstance(node, ast.Tuple) and len(node.elts) == 3 and ast.unparse(node).startswith("(rest.filter"):
                found |= literals(node.elts[2])
    return {word for word in found if WORD.fullmatch(word)} - NOT_REASONS


def test_the_search_finds_the_reasons_that_are_known() -> None:
    found = given()
    known = {"new", "changed", "adopted", "reappeared", "absent", "tobedeleted", "session_ended", "class_filter"}
    assert known <= found, sorted(known - found)


def test_every_reason_of_the_core_has_a_sentence() -> None:
    assert given() - set(REASONS) == set()


def test_sentences_are_sentences() -> None:
    for reason, words in REASONS.items():
        assert re.fullmatch(r"[A-Z].*\.", words), reason
        assert sentence(reason) == words
    assert set(REASONS) >= LEFT_OUT
    assert left_out_sentence("tobedeleted").startswith("The row was received and left out. ")
    assert "mystery" in sentence("mystery")


def test_every_kind_and_action_has_a_word() -> None:
    assert set(KIND_WORDS) >= {*KINDS, *LINK_KINDS}
    assert set(ACTION_WORDS) == set(ACTIONS)
