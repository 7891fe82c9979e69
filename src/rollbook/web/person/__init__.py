"""One person: staff, guardian, or both."""

from __future__ import annotations
