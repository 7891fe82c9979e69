"""The example district of the pages' tests."""

from __future__ import annotations

from tests.web.conftest import maple

__all__ = ["maple"]
