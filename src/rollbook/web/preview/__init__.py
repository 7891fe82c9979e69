"""The preview of a plan: what would happen, to whom, and the one button that lets it."""

from __future__ import annotations
