"""One folder a source, all of one shape; read-only, no Django, never each other."""

from __future__ import annotations
