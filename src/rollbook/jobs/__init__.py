"""Workers: what is done without anybody waiting for it."""

from __future__ import annotations
