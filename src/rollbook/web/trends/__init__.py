"""What the runs did over time, as pictures drawn from tables."""

from __future__ import annotations
