"""English and Spanish: every word of the pages is in the catalogue, and a page is in one language."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from django.utils.translation.template import templatize

import rollbook.web
from rollbook.web.runs.presenters import state_word

ROOT = Path(rollbook.web.__file__).parent
CATALOGUE = ROOT / "locale" / "es" / "LC_MESSAGES" / "django.mo"
HOLES = re.compile(r"%\(\w+\)[sd]")


def words_of_templates() -> set[str]:
    """What Django's own extraction finds in the templates."""
    found: set[str] = set()
    for path in ROOT.rglob("*.html"):
        code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        for quoted in re.findall(r"gettext\(\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")", code):
            found.add(ast.literal_eval(quoted))
    return found


def words_of_code() -> set[str]:
    """The constant texts that modules hand to gettext."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext"):
                texts = node.args[:1] if node.func.id == "_" else node.args[:2]
                for text in texts:
                    assert isinstance(text, ast.Constant), f"{path.name}: {ast.unparse(node)} cannot be gathered"
                    found.add(text.value)
    return found


@pytest.fixture(scope="module")
def catalogue() -> dict[object, str]:
    with CATALOGUE.open("rb") as file:
        return dict(gettext.GNUTranslations(file)._catalog)  # type: ignore[attr-defined]


def test_every_word_of_the_pages_is_in_spanish(catalogue: dict[object, str]) -> None:
    known = {key[0] if isinstance(key, tuple) else key for key in catalogue}
    used = words_of_templates() | words_of_code()
    assert len(used) > 300
    plurals = {word for word in used if word not in known}
    path = CATALOGUE.with_suffix(".po")
    written = set(re.findall(r'^msgid_plural "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE))
    assert plurals <= {text.replace('\\"', '"') for text in written}, "run: make messages, and translate"


def test_no_translation_is_missing_or_loses_a_value(catalogue: dict[object, str]) -> None:
    for key, said in catalogue.items():
        meant = key[0] if isinstance(key, tuple) else str(key)
        if not meant:
            continue
        assert said.strip(), meant
        assert set(HOLES.findall(said)) == set(HOLES.findall(meant)), meant


def test_what_is_compiled_is_what_is_written(catalogue: dict[object, str]) -> None:
    text = CATALOGUE.with_suffix(".po").read_text(encoding="utf-8")
    assert "#, fuzzy" not in text
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', text, re.MULTILINE)
    assert len(pairs) > 300
    for meant, said in pairs:
        assert catalogue[meant.replace('\\"', '"')] == said.replace('\\"', '"'), "run: make messages"


@pytest.mark.django_db
def test_a_browser_that_asks_for_spanish_gets_a_spanish_page() -> None:
    page = Client(headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"}).get("/sign-in/").content.decode()
    assert '<html lang="es">' in page
    assert "<h1>Iniciar sesión</h1>" in page
    assert "Password" not in page
    other = Client(headers={"accept-language": "fr"}).get("/sign-in/").content.decode()
    assert '<html lang="en">' in other
    assert "<h1>Sign in</h1>" in other


@pytest.mark.parametrize(
    ("count", "words"), [(1, ">1 hallazgo<"), (3, ">3 hallazgos<"), (1200, r">1[.\s]200 hallazgos<")]
)
def test_numbers_and_plurals_are_the_languages_own(count: int, words: str) -> None:
    with translation.override("es"):
        source = {"connection": 1, "name": "main", "kind": "x", "run": 1, "findings": count, "waiting": 0, "holds": 0}
        source |= {
            "health": {"dot": "good", "word": ""},
            "read_at": None,
            "error": "",
            "next_at": None,
            "is_daily": False,
        }
        page = {
            "slug": "oak",
            "sources": [source],
            "holds": 0,
            "steps": [],
            "done": 0,
            "first_open": False,
            "has_runs": False,
            "days": [],
            "alarms": [],
        }
        frame = {
            "title": "",
            "account": "",
            "district": "",
            "home": "",
            "search": "",
            "may_decide": False,
            "rail": [],
            "work": None,
        }
        html = render_to_string("home/home.html", {"page": page, "frame": frame, "messages": [], "csrf_token": "x"})
        assert re.search(words, html)
        assert state_word("applied") == "aplicada"
