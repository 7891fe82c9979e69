"""A mail in words: plain text and HTML, of the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.template import Context, Engine

__all__ = ["Mail", "render"]

_FOLDER: Final = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """What is sent. The subject is one line."""

    subject: str
    text: str
    html: str


def render(name: str, subject: str, values: Mapping[str, Any]) -> Mail:
    """The mail ``name`` (``alarms``, ``announcement``, ``digest`` or ``test``) with ``values``. In the HTML every value is
    escaped; a value that a template wants and is not given is an error."""
    given = {**values, "subject": " ".join(subject.split())}
    text = _engine(False).get_template(f"mail/{name}.txt").render(Context(given, autoescape=False))
    html = _engine(True).get_template(f"mail/{name}.html").render(Context(given))
    return Mail(subject=given["subject"], text=text.strip() + "\n", html=html)


class _Undefined(str):
    """Django puts this where a value is missing; asking for it says so."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> str:
        raise LookupError(f"The mail has no value {name!s}.")


@cache
def _engine(autoescape: bool) -> Engine:
    return Engine(dirs=[str(_FOLDER)], autoescape=autoescape, string_if_invalid=_Undefined("%s"))
