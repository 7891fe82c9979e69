"""Make-believe vendors and districts, for the demo, the benchmark and the tests."""

from __future__ import annotations
