"""The self-check: a list like a good linter's."""

from __future__ import annotations
