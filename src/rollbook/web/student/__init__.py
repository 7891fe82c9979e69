"""One student: fields, family, classes, history, and why it is so."""

from __future__ import annotations
