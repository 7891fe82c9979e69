"""What holds for every template: nothing inline, nothing from elsewhere, every word ready to be translated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

import rollbook.web

ROOT = Path(rollbook.web.__file__).parent
TEMPLATES = sorted(ROOT.rglob("*.html"))
NAMES = [str(path.relative_to(ROOT)) for path in TEMPLATES]
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
BLOCK = re.compile(r"{%\s*blocktranslate.*?{%\s*endblocktranslate\s*%}", re.DOTALL)
SAID_ALIKE = {"Rollbook", "grade", "sourcedId", "rollbook user link EMAIL", "student_attributes.csv"}
"""Words that are the same in every language: our name, field names, commands."""


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_well_formed_for_django(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=|javascript:|https?://|hx-on|hx-vals=.js", text), name
    assert not re.search(r"<script(?![^>]*\ssrc=)", text), name


@pytest.mark.parametrize("name", NAMES)
def test_every_word_can_be_translated(name: str) -> None:
    text = BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8"))
    bare = re.sub(r"<[^>]*>", "\n", TAG.sub("", text))
    words = {line.strip() for line in bare.splitlines() if re.search(r"[A-Za-z]{3}", line)}
    assert {re.sub(r"^[· ]+|[· ]+$", "", word) for word in words} <= SAID_ALIKE, name
